"""Rounds of load under which something is killed: where the kills fell, and what still holds."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from redis.exceptions import RedisError

from inbox.conversations.events import Answered, AnyEvent, Echoed, Received, SendStarted, Sent
from inbox.conversations.state import OutPart
from inbox.store import codec
from sandbox.slack.payloads import NotThere
from sandbox.x.records import Post
from tests.promises.ministry import MINISTRY, OFFICERS, PATIENCE, Ministry, become

Victim = Literal["process", "server", "both"]
Moment = Literal["commit", "send", "any"]
PLANS: tuple[tuple[Moment, Victim], ...] = (
    ("commit", "process"),
    ("send", "process"),
    ("commit", "server"),
    ("send", "server"),
    ("commit", "both"),
    ("send", "both"),
    ("any", "process"),
    ("any", "server"),
    ("any", "both"),
    ("any", "server"),
)
"""When and what is killed; a run of ten rounds takes each once, in an order of its own."""
MESSAGES = 8
"""Messages pushed at once in a round; a third of them are direct ones."""
UNDER_WAY = 0.02
"""Seconds in which what was written to a socket is read; a killed server is away for longer."""
UNCLEAR = 150.0
"""Seconds: a part whose sender died between its start and its call is a person's after 120."""
LATEST = 0.4
"""Seconds into a round in which a kill at any moment falls."""


@dataclass
class Run:
    """One run of rounds on one ministry, with its dice."""

    at: Ministry
    dice: random.Random
    promised: dict[str, str] = field(default_factory=dict)
    """Answers whose submission was acknowledged to the officer, by their mark."""
    written: set[str] = field(default_factory=set)
    fell: Counter[str] = field(default_factory=Counter)
    """How many kills fell inside a commit, and inside a send."""
    people: int = 0
    wrote: set[str] = field(default_factory=set)
    """Messages of people in this round."""
    cut: set[str] = field(default_factory=set)
    """Messages that were on disk and not acknowledged when the kill fell."""
    began: int = 0
    """How much was on disk when the round began."""

    async def round(self, moment: Moment, victim: Victim) -> None:
        """Let people write and officers answer, kill, start again, and see that all is well."""
        killed = asyncio.Event()

        def kill() -> None:
            if not killed.is_set():
                self._kill(victim)
                killed.set()

        stop = self._at_send(kill) if moment == "send" else None
        officers = [asyncio.create_task(self._officer(user)) for user in OFFICERS]
        self.began, self.wrote = self.at.disk_size(), set()
        try:
            self._people_write()
            if moment == "commit":
                await self._at_commit(kill)
            elif moment == "any":
                await asyncio.sleep(self.dice.uniform(0, LATEST))
                kill()
            async with asyncio.timeout(PATIENCE):
                await killed.wait()
            await self._counted(moment)
            await self._again(victim)
            await asyncio.gather(*officers)
        finally:
            if stop:
                stop()
            for officer in officers:
                officer.cancel()
            await asyncio.gather(*officers, return_exceptions=True)
        await self._settled()
        self.check()
        self.at.quarter_passes()

    # The load

    def _people_write(self) -> None:
        for n in range(MESSAGES):
            self.people += 1
            handle, world = f"person{self.people}", self.at.world
            world.join(handle, f"Person {self.people}")
            if n % 3 == 2:
                wrote = world.dm(handle, MINISTRY, f"Help with {self.people}, please.").id
            else:
                wrote = world.post(handle, f"@{MINISTRY} where do I turn with {self.people}?").id
            self.wrote.add(wrote)

    async def _officer(self, user: str) -> None:
        """Take the next one and answer it, twice; what Slack or we lose is simply not there."""
        for _ in range(2):
            for _ in range(60):
                if await self._next(user):
                    break
                await asyncio.sleep(0.05)
            else:
                return
            mark = f"[{user[2:]} {len(self.written)}]"
            self.written.add(mark)
            try:
                slack = self.at.workspace
                await slack.type_in_view(user, "text", f"Turn to the embassy. {mark}")
                outcome = await slack.submit(user)
            except NotThere:
                continue
            if outcome.acknowledged and self._shows(user) == "view_hold":
                self.promised[mark] = user

    async def _next(self, user: str) -> bool:
        await self.at.workspace.command(user, "C0PRESS0001", "/inbox", "next")
        return self._shows(user) == "view_answer"

    def _shows(self, user: str) -> str:
        view = self.at.workspace.open_view(user)
        return str(view["callback_id"]) if view else ""

    # The kill

    def _at_send(self, kill: Callable[[], None]) -> Callable[[], None]:
        """Kill at the moment at which X has our post and has not answered."""
        me = self.at.world.user(MINISTRY).id

        def hear(what: str, record: object) -> None:
            if isinstance(record, Post) and record.author_id == me:
                kill()

        return self.at.world.subscribe(hear)

    async def _at_commit(self, kill: Callable[[], None]) -> None:
        """Kill at the moment at which a message is on disk and not acknowledged."""
        async with asyncio.timeout(PATIENCE):
            while not self._inside_commits():
                await asyncio.sleep(0)
        kill()

    def _inside_commits(self) -> set[str]:
        """Give the messages that the disk knows and nobody has acknowledged."""
        waiting = self.at.unacknowledged - self.at.acknowledged
        disk = self.at.on_disk(self.began) if waiting else b""
        return {one for one in waiting if f"x:{one}".encode() in disk}

    def _kill(self, victim: Victim) -> None:
        if victim in ("process", "both"):
            self.at.process.kill()
        if victim in ("server", "both"):
            self.at.kill_server()
        self.cut = self._inside_commits()

    async def _counted(self, moment: Moment) -> None:
        """Count where the kill fell; an acknowledgement already on its way arrives first."""
        await asyncio.sleep(UNDER_WAY)
        self._all_kept()
        self.fell["kills"] += 1
        self.fell["inside a commit"] += bool(self.cut - self.at.acknowledged)
        self.fell["inside a send"] += moment == "send"

    def _all_kept(self) -> None:
        """Each message acknowledged until now is in a history on disk: no later poll brings it."""
        disk = self.at.on_disk(self.began)
        for one in self.wrote & self.at.acknowledged:
            assert f'["x:{one}",'.encode() in disk

    async def _again(self, victim: Victim) -> None:
        self._leave_slack()
        if victim == "process":
            self.at.bury()
        await self.at.ready()
        if victim == "both":
            self.at.bury()

    def _leave_slack(self) -> None:
        """Let the officers close what was on their screens, as they would after an error."""
        for user in OFFICERS:
            self.at.workspace.clear_stack(user)

    # What must hold

    async def _settled(self) -> None:
        """Wait until every push is acknowledged and every answer has left or is a person's."""
        await become(lambda: not self.at.pushing, self.at.process.last_words)
        await become(self._sent, self._why, UNCLEAR)

    def _moving(self) -> list[OutPart]:
        return [
            part
            for history in self.at.histories().values()
            for answer in history.now.answers
            for part in answer.parts
            if part.state in ("ready", "sending")
        ]

    def _sent(self) -> bool:
        try:
            return not self._moving()
        except (RedisError, OSError):
            return False

    def _why(self) -> str:
        return f"{self._moving()}\n{self.at.process.last_words()}"

    def check(self) -> None:
        """Nothing acknowledged is lost, nothing is there twice, and every chain is whole."""
        histories = self.at.histories()
        assert not self.at.refused
        for history in histories.values():
            assert codec.verify(history.lines) == history.now.head
            assert [entry.n for entry in history.entries] == list(range(1, len(history.lines) + 1))
        events = [
            event
            for history in histories.values()
            for entry in history.entries
            for event in entry.events
        ]
        taken = Counter(e.message.id for e in events if isinstance(e, Received))
        assert set(taken.values()) <= {1}
        theirs = {f"x:{one}" for one in self.at.acknowledged} - self._ours()
        assert theirs == set(taken)
        assert not [e for e in events if isinstance(e, Echoed)], "an echo was not recognised"
        self._check_answers([e for e in events if isinstance(e, Answered)], events)

    def _ours(self) -> set[str]:
        world, me = self.at.world, self.at.world.user(MINISTRY).id
        direct = {f"x:{one.id}" for one in world.direct if one.sender_id == me}
        return direct | {f"x:{post.id}" for post in world.posts_by(MINISTRY)}

    def _said(self) -> list[str]:
        """Give all that the ministry said on X."""
        world, me = self.at.world, self.at.world.user(MINISTRY).id
        said = [post.text for post in world.posts_by(MINISTRY)]
        return said + [one.text for one in world.direct if one.sender_id == me]

    def _check_answers(self, answered: list[Answered], events: list[AnyEvent]) -> None:
        """Each text kept left once; one that is a person's to look for, once or not at all."""
        said, unclear = self._said(), self._unclear()
        left_to_a_person = set[str]()
        for mark in self.written:
            times = sum(mark in text for text in said)
            kept = [answer for answer in answered if mark in answer.text]
            asked = {f"{one.answer}.1" for one in kept} & unclear
            left_to_a_person |= asked
            assert times == len(kept) or (asked and not times), (
                f"{mark} was kept {len(kept)} times and left {times} times"
            )
            assert len(kept) == 1 if mark in self.promised else len(kept) <= 1
        started = {e.part for e in events if isinstance(e, SendStarted)}
        assert {e.part for e in events if isinstance(e, Sent)} == started - left_to_a_person
        self.fell["left to a person"] = len(left_to_a_person)
        assert len(left_to_a_person) <= self.fell["kills"]

    def _unclear(self) -> set[str]:
        """Give the parts whose sender died between its start and its call: a person looks."""
        return {
            part.id
            for history in self.at.histories().values()
            for answer in history.now.answers
            for part in answer.parts
            if part.state == "unsure"
        }
