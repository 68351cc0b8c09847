"""Small checkers that blocks and views are described with; they find faults, they never raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.records import Json


@dataclass(frozen=True)
class Fault:
    """One thing wrong, in Slack's words, and where (a JSON pointer)."""

    message: str
    pointer: str
    code: str = "failed_constraint"

    def line(self) -> str:
        """Give it as Slack writes it in `errors` and in `response_metadata`."""
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass
class Found:
    """The faults found so far."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, message: str, pointer: str, code: str = "failed_constraint") -> None:
        """Note one fault."""
        self.faults.append(Fault(message, pointer, code))


Check = Callable[[Any, str, Found], None]


def anything(value: Any, at: str, found: Found) -> None:
    """Accept any value."""


def flag(value: Any, at: str, found: Found) -> None:
    """Accept true and false."""
    if not isinstance(value, bool):
        found.add("must be a valid boolean", at, "invalid_type")


def number(value: Any, at: str, found: Found) -> None:
    """Accept an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        found.add("must be a valid integer", at, "invalid_type")


def string(most: int | None = None, least: int = 0) -> Check:
    """Accept a string of `least` to `most` characters, counted as Slack counts them."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, str):
            found.add("must be a valid string", at, "invalid_type")
        elif len(value) < least:
            found.add(f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            found.add(f"must be less than {most + 1} characters", at)

    return check


def enum(*words: str) -> Check:
    """Accept one of these words."""

    def check(value: Any, at: str, found: Found) -> None:
        if value not in words:
            found.add("must be a valid enum value", at)

    return check


def array(item: Check, most: int | None = None, least: int = 1) -> Check:
    """Accept a list of `least` to `most` items, each of one shape."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, list):
            found.add("must be a valid array", at, "invalid_type")
            return
        if len(value) < least:
            found.add(f"no less than {least} items allowed", at)
        if most is not None and len(value) > most:
            found.add(f"no more than {most} items allowed", at)
        for index, one in enumerate(value):
            item(one, f"{at}/{index}", found)

    return check


def shape(
    needs: Mapping[str, Check],
    may: Mapping[str, Check],
    *further: Callable[[Json, str, Found], None],
) -> Check:
    """Accept an object with these properties and no other, then ask each further rule."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.add("must be a valid object", at, "invalid_type")
            return
        for name in [name for name in needs if value.get(name) is None]:
            found.add(f"missing required field: {name}", at, "missing_field")
        for name, inner in value.items():
            _property(name, inner, needs.get(name) or may.get(name), at, found)
        for ask in further:
            ask(value, at, found)

    return check


def _property(name: str, value: Any, rule: Check | None, at: str, found: Found) -> None:
    if rule is None:
        found.add(f"invalid additional property: {name}", at, "additional_property")
    elif value is not None:
        rule(value, f"{at}/{name}", found)


def by_type(kinds: Mapping[str, Check], only: Sequence[str] | None = None) -> Check:
    """Accept an object whose `type` is one of these kinds, checked as that kind."""

    def check(value: Any, at: str, found: Found) -> None:
        if not isinstance(value, dict):
            found.add("must be a valid object", at, "invalid_type")
            return
        kind = value.get("type")
        if kind is None:
            found.add("missing required field: type", at, "missing_field")
        elif kind not in kinds or (only is not None and kind not in only):
            found.add(f"unsupported type: {kind}", f"{at}/type", "unsupported_type")
        else:
            before = len(found.faults)
            kinds[kind](value, at, found)
            if len(found.faults) > before and at.rsplit("/", 1)[-1] in ("text", "label"):
                found.add("failed to match all allowed schemas", at)

    return check
