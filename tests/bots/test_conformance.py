"""The suite itself: every platform has signed up for all of it, and what it guards by it sees."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType

import pytest

from bots import platforms
from bots.platforms import PLATFORMS, x
from tests.bots import test_x
from tests.bots.conformance import Conformance, Heard, House
from tests.bots.conformance.base import Base
from tests.bots.conftest import Scene


def suites(module: ModuleType) -> list[type[Conformance]]:
    """Return the suites that pytest collects from a test file."""
    classes = [one for name, one in vars(module).items() if name.startswith("Test")]
    return [one for one in classes if inspect.isclass(one) and issubclass(one, Conformance)]


def missing(suite: type[Conformance]) -> list[str]:
    """Name the inherited tests that a suite leaves out, overrides or marks as a whole."""
    own = [name for name in vars(suite) if hasattr(Conformance, name) and name.startswith("test_")]
    return own + ["pytestmark"] * hasattr(suite, "pytestmark")


def signed_up(name: str) -> list[type[Conformance]]:
    """Return the suites that name a platform, in the test file of its name."""
    file = importlib.import_module(f"tests.bots.test_{name}")
    return [one for one in suites(file) if one.platform is PLATFORMS[name]]


def test_a_platform_without_a_signed_up_suite_fails() -> None:
    names = {one.name for one in pkgutil.iter_modules(platforms.__path__)}
    assert names == set(PLATFORMS), "what stands in the folder is what we speak"
    for name in names:
        found = signed_up(name)
        assert found, f"tests/bots/test_{name}.py has no Conformance that names {name}"
        for suite in found:
            assert "stage" in vars(suite), f"{suite.__name__} has no stage of its own"
            assert missing(suite) == [], f"{suite.__name__} switches off what it inherits"


def test_a_suite_that_switches_a_test_off_is_seen() -> None:
    class Tired(Conformance):
        platform = x
        test_a_thread_is_one_conversation_a_person = None  # type: ignore[assignment]  # that is the trick

    assert missing(Tired) == ["test_a_thread_is_one_conversation_a_person"]


@dataclass
class Changing(test_x.XStage):
    """A platform on which something else stands than what it was sent."""

    change: Callable[[tuple[Heard, ...]], tuple[Heard, ...]] = tuple

    async def heard(self) -> tuple[Heard, ...]:
        return self.change(await super().heard())


def first(**changes: object) -> Callable[[tuple[Heard, ...]], tuple[Heard, ...]]:
    """Return who changes the first of what was heard."""
    return lambda heard: (replace(heard[0], **changes), *heard[1:])  # type: ignore[arg-type]  # the test names the fields


CHANGES: dict[str, Callable[[tuple[Heard, ...]], tuple[Heard, ...]]] = {
    "a space": first(text="To us.  ^AJ"),
    "a signature": first(text="To us. ^EB"),
    "a joiner": first(to=("x:1", "x:2")),
    "nobody": first(to=()),
    "an audience": first(audience="public"),
    "a target": first(re="x:1"),
    "twice": lambda heard: (*heard, *heard),
    "unsealed": lambda heard: (*heard, replace(heard[0], id="x:1", text="What nobody sealed.")),
}


class TestTheSealIsComparedByteForByte(Base):
    platform = x

    @pytest.fixture
    async def stage(self, scene: Scene) -> Changing:
        return Changing(scene)

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    async def test_whatever_differs_is_seen(
        self, house: House, stage: Changing, change: Callable[..., tuple[Heard, ...]]
    ) -> None:
        await house.answered(private=True)
        await house.sends()
        await house.is_as_sealed()
        stage.change = change
        with pytest.raises(AssertionError):
            await house.is_as_sealed()
        stage.change = tuple
