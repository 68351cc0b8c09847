"""The first page: who waits, by urgency; what is the officer's own; figures for supervisors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from handlers.clearing import to_clear
from handlers.forms import Wrong
from handlers.shown import Shown
from handlers.web.drawing import Row, row
from handlers.web.pages.asked import everything
from handlers.web.pages.figures import morning
from handlers.web.visit import Turned, Visit
from inbox.conversations.state import Conversation

SHOWN, MOST = 20, 100
"""Rows at first, and at most: who looks further searches."""


async def queue(visit: Visit) -> web.StreamResponse:
    """Show who waits and what is theirs, as of now."""
    acting, officer = visit.acting, visit.actor.officer
    most = _number(visit.request.query.get("most", str(SHOWN)))
    channels = acting.channels(officer)
    places = await acting.inbox.queue.first(channels, most + 1)
    waiting = await acting.inbox.read.conversations([one.id for one in places])
    held = await acting.inbox.read.conversations(await acting.inbox.read.held(officer.id))
    mine = [one for one in held if one.state != "closed"]
    return visit.page(
        "queue.html",
        waiting=await rows(visit, waiting[:most]),
        mine=await rows(visit, mine[:MOST]),
        to_clear=[
            row(one, visit.say, acting.inbox.now()) for one in await to_clear(acting, visit.actor)
        ],
        more=most * 5 if len(waiting) > most and most < MOST else 0,
        op=acting.ids(),
        may_claim=bool(visit.accounts("Claim")),
        nothing="nothing" in visit.request.query,
        figures=await morning(visit, everything(visit)),
    )


def _number(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:6]) <= MOST):
        raise Turned(400, Wrong("filter"))
    return int(asked)


async def rows(visit: Visit, found: Sequence[Conversation]) -> list[Row]:
    """Return those that this officer may read, as lines of a list."""
    say, now = visit.say, visit.acting.inbox.now()
    shown: list[list[Shown]] = await asyncio.gather(
        *(visit.acting.readable(visit.actor, [one]) for one in found)
    )
    return [row(one, say, now) for some in shown for one in some]


async def live(visit: Visit) -> web.StreamResponse:
    """Ring whenever something changed that this officer may read."""
    return await visit.live.serve(visit.request, visit.actor.officer.id, "")


async def next_one(visit: Visit) -> web.StreamResponse:
    """Claim the most urgent one that waits, and open it."""
    ref = await visit.acting.next(visit.actor, visit.op)
    raise web.HTTPSeeOther(f"/c/{ref}#answer" if ref else "/?nothing=1")
