"""The clock of the reachouts: rungs that had their time, deadlines that passed, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from inbox import Inbox, Touched
from inbox.clerk.leading import lead
from inbox.desk import Unavailable
from inbox.reachout import events as e
from inbox.reachout.commands import Miss, TimeOut
from inbox.reachout.state import Reachout, due_at, times_out_at
from inbox.store.client import Gone
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import Millis, OfficerId, ReachoutId

LOOK = 1.0
"""Seconds between two looks at the timers."""
MOST = 100
"""Timers rung in one look."""
TOLD_FOR = 7 * 86_400
"""Seconds for which it is remembered that a thing was told: longer than any follower is behind."""

log = structlog.get_logger(__name__)


async def keep_reaching(inbox: Inbox, stop: asyncio.Event) -> None:
    """Ring what is due, one process at a time, until `stop` is set."""
    await lead(inbox, "reaching", partial(_ring_for_ever, inbox), stop)


async def _ring_for_ever(inbox: Inbox) -> None:
    while True:
        await ring_all(inbox)
        await asyncio.sleep(LOOK)


async def ring_all(inbox: Inbox) -> None:
    """Ring every reachout whose time has come; one that is bad stops no other."""
    for id_ in await inbox.timers.due(inbox.now(), MOST, "reach"):
        try:
            await ring(inbox, id_)
        except (Gone, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001 - one bad reachout stops nobody
            log.warning("reach_timer_failed", reachout=id_, why=type(error).__name__)


async def ring(inbox: Inbox, id_: ReachoutId) -> None:
    """Give the order for which a reachout's timer stands: on the truth it happens once."""
    door, now = inbox.reachouts, inbox.now()
    reachout = await door.load(id_)
    command = called_for(reachout, now) if reachout else None
    if reachout is None or command is None:
        return
    op = f"timer/{type(command).__name__}/{reachout.version}"
    await door.do(id_, door.order(command, by="clerk", op=op))


def called_for(reachout: Reachout, now: Millis) -> TimeOut | Miss | None:
    """Return what a reachout's timer asks for; None when it is not yet time."""
    at = due_at(reachout)
    if at is None or at > now:
        return None
    out, n = times_out_at(reachout), reachout.current
    if out is not None and out <= now and n is not None:
        return TimeOut(n)
    return Miss()


class Telling:
    """Tells who began a reachout what others, or time, made of it: each thing once."""

    def __init__(self, inbox: Inbox, policies: Policies) -> None:
        self._inbox, self._policies = inbox, policies

    async def keep(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set."""
        await self._inbox.follow("reach", self.each, stop=stop)

    async def each(self, touched: Sequence[Touched]) -> None:
        """Look through what happened lately; what was told already is not told again."""
        for one in touched:
            if one.kind == "reach":
                await self._look(one.id)

    async def _look(self, id_: ReachoutId) -> None:
        door, old = self._inbox.reachouts, self._inbox.now() - TOLD_FOR * 1000 // 2
        reachout = await door.load(id_)
        for entry in await door.history(id_) if reachout else ():
            own = reachout is None or entry.by == f"officer:{reachout.by}"
            for event in entry.events:
                kind = told_as(event, reachout)
                if reachout and kind and not own and entry.at > old:
                    await self._tell(reachout, kind, entry.n)

    async def _tell(self, reachout: Reachout, kind: str, n: int) -> None:
        officers = (reachout.by, *(self._heads() if kind == "reach_overdue" else ()))
        facts = {"reachout": reachout.id, "n": n, "officers": list(dict.fromkeys(officers))}
        about = f"{kind}/{reachout.id}/{n}"
        await self._inbox.notices.put_facts_once(TOLD_FOR, kind, about, facts)

    def _heads(self) -> tuple[OfficerId, ...]:
        """Return the supervisors: they too are told that a deadline passed."""
        officers = self._policies.officers.values()
        return tuple(one.id for one in officers if may(one, "AssignAnyone", None))


def told_as(event: e.AnyEvent, reachout: Reachout | None) -> str:
    """Return as what an event is told, "" where it is not."""
    match event:
        case e.Heard() | e.Reached():
            return "reach_heard"
        case e.Imitated():
            return "reach_imitated"
        case e.Doubted():
            return "reach_doubted"
        case e.Missed():
            return "reach_overdue"
        case e.Left():
            return "reach_sent"
        case e.RungFailed() | e.Skipped():
            left = reachout is not None and reachout.current is not None
            return "reach_next" if left else "reach_failed"
        case _:
            return ""
