"""A scene: who joins X, and what they write when."""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.x.records import Mark
from sandbox.x.world import World

MAY = Path(__file__).with_name("may.toml")
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    handle: str
    name: str
    mark: Mark = "none"
    description: str = ""


@dataclass(frozen=True)
class Moment:
    """One thing somebody writes: a post, a reply (`re`) or a direct message (`to`)."""

    key: str
    by: str
    text: str
    wait: float = 0
    ago: int = 0
    re: str = ""
    to: str = ""


@dataclass(frozen=True)
class Scene:
    """The people and their moments, in order; the heroine's post is the one to answer first."""

    heroine: str
    people: tuple[Person, ...]
    moments: tuple[Moment, ...]


def read(path: Path = MAY) -> Scene:
    """Read a scene from its file."""
    table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return Scene(
        heroine=table["heroine"],
        people=tuple(Person(**one) for one in table["person"]),
        moments=tuple(Moment(**one) for one in table["moment"]),
    )


class Play:
    """One performance of a scene on one X."""

    def __init__(self, scene: Scene, world: World) -> None:
        self.scene = scene
        self.world = world
        self.ids: dict[str, str] = {}
        """What was written so far: a moment's key and its post's or message's id."""
        for person in scene.people:
            world.join(person.handle, person.name, mark=person.mark, description=person.description)

    async def perform(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Let everybody write, each in their own time."""
        for moment in self.scene.moments:
            if moment.wait:
                await sleep(moment.wait)
            self.ids[moment.key] = self._write(moment)

    @property
    def heroine(self) -> str | None:
        """The id of the post to answer first, once it is written."""
        return self.ids.get(self.scene.heroine)

    def _write(self, moment: Moment) -> str:
        at = self.world.now() - moment.ago * MINUTE_MS if moment.ago else None
        if moment.to:
            return self.world.dm(moment.by, moment.to, moment.text, at=at).id
        parent = self.ids[moment.re] if moment.re else None
        return self.world.post(moment.by, moment.text, in_reply_to=parent, at=at).id
