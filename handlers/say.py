"""Every sentence an officer reads, from phrase files: one Say per language.

A phrase may hold `{places}`; a fact that nobody gave is filled from `[missing]`, so a sentence is
always whole. Moments stay moments (`At`) until they are shown: Slack writes them in each reader's
own zone, the web and plain texts in the Say's zone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Any, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from inbox.words import Millis, OfficerId, Record

Form = Literal["time", "seconds", "ago", "day", "day_time"]
Phrases: TypeAlias = Mapping[str, str]
"""`section.key` → the phrase with its places."""

LAST_RESORT = "en"
"""The language of readers whose own has no phrase file."""

WRITTEN: Mapping[Form, str] = {
    "time": "%H:%M",
    "seconds": "%H:%M:%S",
    "ago": "%H:%M",
    "day": "%Y-%m-%d",
    "day_time": "%Y-%m-%d %H:%M",
}

MOMENTS = frozenset({"since", "at", "until", "now", "deadline"})
"""The facts of a refusal that are UTC milliseconds."""

WORDED: Mapping[str, str] = {
    "needs": "role",
    "rule": "rule",
    "reason": "reason",
    "how": "changed",
    "way": "leak_way",
}
"""The facts of a refusal that are our words, and the section that says them."""


class At(Record, frozen=True):
    """A moment to be shown: UTC milliseconds, and how much of it."""

    at: Millis
    form: Form = "time"


Fact: TypeAlias = str | int | At
Pieces: TypeAlias = tuple[str | At, ...]


class Refusal(Protocol):
    """A Denied of the desk, or a Wrong of the forms."""

    @property
    def why(self) -> str:
        """The word that names the sentence."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the sentence is filled with."""
        ...


class Say:
    """Speaks one language; `zone` is used where the reader's own is not known."""

    def __init__(self, locale: str, phrases: Phrases, zone: str = "UTC") -> None:
        self.locale = locale
        self._phrases = phrases
        self._zone = ZoneInfo(zone)

    @property
    def zone(self) -> str:
        """Return the time zone in which moments are written where the reader's is not known."""
        return self._zone.key

    def __call__(self, key: str, **facts: Fact) -> str:
        """Return a phrase as plain text, moments written in the Say's zone."""
        return self.plain(self.pieces(key, **facts))

    def pieces(self, key: str, **facts: Fact) -> Pieces:
        """Return a phrase as texts and moments, for a place that can show moments itself."""
        found: list[str | At] = []
        for text, place, _, _ in Formatter().parse(self._phrases.get(key, "")):
            found += [text] if text else []
            if place is not None:
                fact = facts.get(place, "")
                found.append(fact if isinstance(fact, At) else str(fact) or self._missing(place))
        return tuple(found)

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self._phrases

    def word(self, section: str, key: str, otherwise: str | None = None) -> str:
        """Return what one of our words is called (a lane, a language), or the word itself."""
        return self._phrases.get(f"{section}.{key}", key if otherwise is None else otherwise)

    def because(self, refusal: Refusal, names: Mapping[OfficerId, str] | None = None) -> Pieces:
        """Return why something may not happen: what happened, what is safe, what next."""
        section = "denied" if f"denied.{refusal.why}" in self._phrases else "wrong"
        key = f"{section}.{refusal.why}"
        known = key if key in self._phrases else "wrong.unknown"
        facts = {
            place: self._fact(place, fact, names or {}) for place, fact in refusal.facts.items()
        }
        return self.pieces(known, **facts)

    def plain(self, pieces: Iterable[str | At]) -> str:
        """Join texts and moments as plain text."""
        return "".join(self._written(one) if isinstance(one, At) else one for one in pieces)

    def _written(self, moment: At) -> str:
        local = datetime.fromtimestamp(moment.at / 1000, self._zone)
        return local.strftime(WRITTEN[moment.form])

    def _missing(self, place: str) -> str:
        return self.word("missing", place, "…")

    def _fact(self, place: str, fact: Any, names: Mapping[OfficerId, str]) -> Fact:
        if place in MOMENTS:
            return At(fact) if isinstance(fact, int) and fact > 0 else ""
        if place in ("by", "to", "officer"):
            officer = str(fact).removeprefix("officer:")
            return names.get(officer, officer)
        if section := WORDED.get(place):
            return self.word(section, str(fact), self._missing(place))
        return fact if isinstance(fact, (str, int)) else ""


class Book:
    """All phrase files: hands out a Say for each locale."""

    def __init__(self, languages: Mapping[str, Phrases]) -> None:
        self.languages = languages

    def say(self, locale: str, zone: str = "UTC") -> Say:
        """Return the Say for a locale such as "sv-SE"; what has no phrase file reads English."""
        short = locale.replace("_", "-").partition("-")[0].lower()
        last = self.languages.get(LAST_RESORT, {})
        return Say(short or LAST_RESORT, {**last, **self.languages.get(short, {})}, zone)


def flat(sections: Mapping[str, Mapping[str, str]]) -> Phrases:
    """Turn a phrase file's tables into `section.key` → phrase."""
    return {
        f"{section}.{key}": phrase
        for section, table in sections.items()
        for key, phrase in table.items()
    }


def read(folder: Path) -> Book:
    """Read `phrases/<language>.toml` of a config folder; raises OSError or TOMLDecodeError."""
    files = sorted((folder / "phrases").glob("*.toml"))
    texts = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    return Book({language: flat(tables) for language, tables in texts.items()})
