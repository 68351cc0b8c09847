"""Letting a rung on a platform leave: the reachout says whose turn it is, the desk does the rest."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import time
from typing import Protocol, TypeAlias

from inbox.answers.leaks import Leak
from inbox.conversations import commands as conversing
from inbox.conversations.outgoing import part_id
from inbox.conversations.state import Conversation
from inbox.denied import Denied
from inbox.desk.errands import Done
from inbox.desk.records import Made
from inbox.reachout import commands as c
from inbox.reachout.climbing import pending
from inbox.reachout.events import AnyEvent
from inbox.reachout.ladder import audience_of
from inbox.reachout.state import Reachout, Rung
from inbox.store.read import Read
from inbox.words import AccountId, AnswerId, ConversationId, Millis, PersonId, ReachoutId, Record

WITHIN = 60.0
"""Seconds after which an answer is no longer let go for a rung that was begun: it may be over."""
INTERRUPTED: Millis = 120_000
"""Milliseconds after which a rung without its answer was left half done by whoever died."""

Told: TypeAlias = Made[Reachout, AnyEvent] | Denied


class Shot(Record, frozen=True):
    """One officer's try of a rung: by whom, from where, and the click that makes it happen once.

    `text` is what a private rung says; a public one says its approved line whatever stands here.
    """

    rung: int
    by: str
    op: str
    via: str = ""
    text: str = ""
    confirmed: str = ""
    leaks: tuple[Leak, ...] = ()
    """What was found in it by somebody who knows the purpose."""


class Fired(Record, frozen=True):
    """What became of it: the answer in its conversation waits for clearance, or leaves."""

    reachout: Reachout
    conversation: Conversation
    answer: AnswerId

    @property
    def asked(self) -> bool:
        """Whether it waits for somebody else's word."""
        answer = self.conversation.answer(self.answer)
        return answer is not None and answer.state == "asked"


class Desk(Protocol):
    """What firing needs of the desk."""

    def order(
        self, command: conversing.AnyCommand, *, by: str, via: str = "", op: str | None = None
    ) -> conversing.Order:
        """Write an order."""
        ...

    def id_of(self, account: AccountId, thread: str, person: PersonId) -> ConversationId:
        """Return the id of a conversation."""
        ...

    async def do(self, ref: ConversationId, order: conversing.Order) -> Done | Denied:
        """Let an order happen once."""
        ...

    async def begin(self, begin: conversing.Begin, *, by: str, via: str = "") -> Done | Denied:
        """Open a conversation ourselves."""
        ...


class Ladder(Protocol):
    """What firing needs of the reachouts."""

    def order(
        self, command: c.AnyCommand, *, by: str, via: str = "", op: str | None = None
    ) -> c.Order:
        """Write an order."""
        ...

    def new_id(self) -> str:
        """Return an id that nobody guesses."""
        ...

    async def do(self, id_: ReachoutId, order: c.Order) -> Told:
        """Let an order happen once."""
        ...

    async def load(self, id_: ReachoutId) -> Reachout | None:
        """Return a reachout."""
        ...


class Firing:
    """First the rung is taken, in the reachout, where one of two wins; then its answer is let go.

    Refused there, the rung is given back: what never left the house may be tried again.
    """

    def __init__(self, ladder: Ladder, desk: Desk, read: Read) -> None:
        self._ladder, self._desk, self._read = ladder, desk, read

    async def fire(self, id_: ReachoutId, shot: Shot) -> Fired | Denied:
        """Try a rung on a platform, once, however often it is asked with the same `op`."""
        began = time.monotonic()
        reachout = await self._mended(id_, shot)
        if isinstance(reachout, Denied):
            return reachout
        if not 0 <= shot.rung < len(reachout.rungs) or not reachout.rungs[shot.rung].on_platform:
            return Denied("unknown_rung")
        taken = await self._take(reachout, shot)
        if isinstance(taken, Denied):
            return taken
        rung = taken.rungs[shot.rung]
        said = await self._say(taken, rung, shot, began)
        if isinstance(said, Denied):
            await self._give_back(id_, shot.rung, rung.answer, said.why)
            return said
        return Fired(taken, said, rung.answer)

    async def _take(self, reachout: Reachout, shot: Shot) -> Reachout | Denied:
        """Take the rung: whoever comes second is told who was first."""
        rung, answer = reachout.rungs[shot.rung], self._ladder.new_id()
        known = await self._private(rung)
        where = self._desk.id_of(rung.account, part_id(answer, 1), rung.person)
        attempt = c.Attempt(shot.rung, answer, known.id if known else where)
        order = self._ladder.order(attempt, by=shot.by, via=shot.via, op=shot.op)
        done = await self._ladder.do(reachout.id, order)
        return done if isinstance(done, Denied) else done.record

    async def _private(self, rung: Rung) -> Conversation | None:
        """Return the private conversation that we have with them already, the latest."""
        if audience_of(rung) != "private":
            return None
        ids = await self._read.of(rung.account, rung.person)
        found = [c for c in await self._read.conversations(ids) if c.audience == "private"]
        return max(found, key=lambda one: max(one.last_in, one.opened), default=None)

    async def _say(
        self, reachout: Reachout, rung: Rung, shot: Shot, began: float
    ) -> Conversation | Denied:
        """Open the conversation where there is none, hold it, and let the answer go."""
        ref = rung.conversation
        if await self._read.conversation(ref) is None:
            begun = await self._desk.begin(self._begin(reachout, rung), by=shot.by, via=shot.via)
            if isinstance(begun, Denied):
                return begun
        held = await self._hold(ref, shot)
        if isinstance(held, Denied):
            return held
        if time.monotonic() - began > WITHIN:
            return Denied("stale_timer")
        done = await self._do(ref, self._answer(reachout, rung, held, shot), shot, "answer")
        return done if isinstance(done, Denied) else done.conversation

    async def _hold(self, ref: ConversationId, shot: Shot) -> Conversation | Denied:
        there = await self._read.conversation(ref)
        if there and there.closed:
            opened = await self._do(ref, conversing.Reopen("reachout"), shot, "reopen")
            if isinstance(opened, Denied):
                return opened
        held = await self._do(ref, conversing.Claim(), shot, "claim")
        return held if isinstance(held, Denied) else held.conversation

    @staticmethod
    def _begin(reachout: Reachout, rung: Rung) -> conversing.Begin:
        return conversing.Begin(
            account=rung.account,
            person=rung.person,
            audience=audience_of(rung),
            answer=rung.answer,
            handle=rung.handle,
            language=rung.language,
            reachout=reachout.id,
        )

    @staticmethod
    def _answer(
        reachout: Reachout, rung: Rung, held: Conversation, shot: Shot
    ) -> conversing.SayLine | conversing.Answer:
        if rung.kind == "public":
            return conversing.SayLine(
                answer=rung.answer,
                template=rung.template,
                language=rung.language,
                fence=held.fence,
                seen=held.version,
                confirmed=shot.confirmed,
                reachout=reachout.id,
                rung=shot.rung,
            )
        return conversing.Answer(
            answer=rung.answer,
            text=shot.text,
            audience="private",
            fence=held.fence,
            seen=held.version,
            confirmed=shot.confirmed,
            leaks=shot.leaks,
            reachout=reachout.id,
            rung=shot.rung,
        )

    async def _do(
        self, ref: ConversationId, command: conversing.AnyCommand, shot: Shot, step: str
    ) -> Done | Denied:
        order = self._desk.order(command, by=shot.by, via=shot.via, op=f"{shot.op}/{step}")
        return await self._desk.do(ref, order)

    async def _mended(self, id_: ReachoutId, shot: Shot) -> Reachout | Denied:
        """Give a rung back that somebody took and died before its answer was let go."""
        reachout = await self._ladder.load(id_)
        if reachout is None:
            return Denied("unknown_reachout")
        rung = reachout.rungs[shot.rung] if 0 <= shot.rung < len(reachout.rungs) else None
        if rung is None or not pending(rung) or shot.op in reachout.ops:
            return reachout
        there = await self._read.conversation(rung.conversation)
        at = self._ladder.order(c.Miss(), by="clerk").at
        half_done = there is None or there.answer(rung.answer) is None
        if half_done and at - rung.since > INTERRUPTED:
            return await self._give_back(id_, shot.rung, rung.answer, "interrupted") or reachout
        return reachout

    async def _give_back(
        self, id_: ReachoutId, n: int, answer: AnswerId, why: str
    ) -> Reachout | None:
        settle = c.Settle(n, answer, "withdrawn", why)
        order = self._ladder.order(settle, by="clerk", op=f"{answer}/withdrawn")
        done = await self._ladder.do(id_, order)
        return None if isinstance(done, Denied) else done.record
