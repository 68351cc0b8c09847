"""A scene: who joins X, and what they write when."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from sandbox.x.records import Mark, Post
from sandbox.x.texts import handles_in
from sandbox.x.world import World

MAY = Path(__file__).with_name("may.toml")
MINUTE_MS = 60_000
CALL = "call"
"""The moment that is answered by who was called: the official account's own post."""
Sleep: TypeAlias = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Person:
    """Somebody invented."""

    handle: str
    name: str
    id: str = ""
    """X's own id, where the operator's directory knows them; else X gives one."""
    mark: Mark = "none"
    description: str = ""
    receives_dm: bool = True


@dataclass(frozen=True)
class Moment:
    """One thing somebody writes: a post, a reply (`re`) or a direct message (`to`).

    With `called` it waits until an official account has named that handle in a post of its own, and
    answers that post.
    """

    key: str
    by: str
    text: str
    wait: float = 0
    ago: int = 0
    re: str = ""
    to: str = ""
    called: str = ""


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
        self._calls: asyncio.Queue[Post] = asyncio.Queue()
        for person in scene.people:
            world.join(
                person.handle,
                person.name,
                id=person.id or None,
                mark=person.mark,
                description=person.description,
                receives_dm=person.receives_dm,
            )
        world.subscribe(self._hear)

    async def perform(self, sleep: Sleep) -> None:
        """Let everybody write, each in their own time."""
        for moment in self.scene.moments:
            if not moment.called:
                await self._after(moment, sleep)

    async def attend(self, sleep: Sleep) -> None:
        """Let those answer whom an official account calls by name; once each, without end."""
        waiting = [moment for moment in self.scene.moments if moment.called]
        while waiting:
            post = await self._calls.get()
            named = handles_in(post.text)
            answering = [moment for moment in waiting if moment.called.lower() in named]
            waiting = [moment for moment in waiting if moment not in answering]
            for moment in answering:
                await self._after(replace(moment, re=CALL), sleep, {CALL: post.id})

    async def _after(
        self, moment: Moment, sleep: Sleep, known: Mapping[str, str] | None = None
    ) -> None:
        if moment.wait:
            await sleep(moment.wait)
        self.ids |= known or {}
        self.ids[moment.key] = self._write(moment)

    def _hear(self, what: str, record: object) -> None:
        """Listen for official accounts that speak to somebody unasked."""
        if what == "post.created" and isinstance(record, Post) and record.in_reply_to is None:
            official = {grant.user_id for grant in self.world.grants.values()}
            if record.author_id in official:
                self._calls.put_nowait(record)

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
