"""Finding: the conversations of the officer's accounts in which words occur."""

from __future__ import annotations

from aiohttp import web

from handlers.forms import Wrong
from handlers.web.pages.queue import rows
from handlers.web.visit import Turned, Visit

FOUND = 50
LONGEST = 200


async def find(visit: Visit) -> web.StreamResponse:
    """Search, and show what was found; no words, no search."""
    sought = visit.request.query.get("q", "").strip()
    if len(sought) > LONGEST:
        raise Turned(400, Wrong("filter"))
    accounts = tuple(one.id for one in visit.accounts("read"))
    inbox = visit.acting.inbox
    refs = await inbox.find.search(sought, accounts, FOUND * 2) if sought else ()
    found = await rows(visit, await inbox.read.conversations(refs))
    return visit.page("find.html", sought=sought, found=found[:FOUND])
