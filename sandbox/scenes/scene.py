"""A scene: who joins which network, and what they write when."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sandbox.networks import Call, Moment, Network, Person

MAY = Path(__file__).with_name("may.toml")
MINUTE_MS = 60_000
Sleep: TypeAlias = Callable[[float], Awaitable[None]]


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
    """One performance of a scene, on the networks that are there."""

    def __init__(self, scene: Scene, networks: Mapping[str, Network]) -> None:
        self.scene = scene
        self.networks = networks
        self.ids: dict[str, str] = {}
        """What was written so far: a moment's key and its post's or message's id."""
        self._calls: asyncio.Queue[Call] = asyncio.Queue()
        for person in scene.people:
            networks[person.on].enter(person)
        for network in networks.values():
            network.calls(self._calls.put_nowait)

    async def perform(self, sleep: Sleep) -> None:
        """Let everybody write, each in their own time."""
        for moment in self.scene.moments:
            if not moment.called:
                re = self.ids[moment.re] if moment.re else ""
                await self._after(moment, sleep, re)

    async def attend(self, sleep: Sleep) -> None:
        """Let those answer whom an official account calls by name; once each, without end."""
        waiting = [moment for moment in self.scene.moments if moment.called]
        while waiting:
            call = await self._calls.get()
            answering = [moment for moment in waiting if moment.called.lower() in call.names]
            waiting = [moment for moment in waiting if moment not in answering]
            for moment in answering:
                same = moment.on == call.on and not moment.to
                await self._after(moment, sleep, call.post if same else "")

    async def _after(self, moment: Moment, sleep: Sleep, re: str) -> None:
        if moment.wait:
            await sleep(moment.wait)
        network = self.networks[moment.on]
        self.ids[moment.key] = network.write(moment, re, moment.ago * MINUTE_MS)

    @property
    def where(self) -> str:
        """The network on which the heroine writes."""
        return next(one.on for one in self.scene.moments if one.key == self.scene.heroine)

    @property
    def heroine(self) -> str | None:
        """The id of the post to answer first, once it is written."""
        return self.ids.get(self.scene.heroine)
