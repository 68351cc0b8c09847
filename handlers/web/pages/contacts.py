"""The directory on the web: looked up, and one contact with everything that happened to it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handlers.contacts import about, happened, officers_name, spoken_for
from handlers.forms import Wrong
from handlers.say import At
from handlers.web.visit import Turned, Visit
from inbox.directory.evidence import level
from inbox.directory.state import Known

SEES = "directory"
FOUND = 50
LONGEST = 200


async def contacts(visit: Visit) -> web.StreamResponse:
    """Search the directory; without words everybody is listed, as far as one page goes."""
    sought = visit.request.query.get("q", "").strip()
    if len(sought) > LONGEST:
        raise Turned(400, Wrong("filter"))
    book = visit.acting.inbox.contacts
    found = await book.find(sought, FOUND) if sought else (await book.everyone())[:FOUND]
    now = visit.acting.inbox.now()
    rows = [{"id": one.id, "name": one.name, "about": about(one, now, visit.say)} for one in found]
    return visit.page("contacts.html", sought=sought, rows=rows)


async def contact(visit: Visit) -> web.StreamResponse:
    """Show one contact: a merged one where it was merged."""
    book = visit.acting.inbox.contacts
    there = await book.standing(visit.request.match_info["contact"])
    if there is None:
        raise Turned(404, Wrong("not_here"))
    now, say = visit.acting.inbox.now(), visit.say
    names = {id_: one.name for id_, one in visit.acting.policies.officers.items()}
    others = {one.id: one.name for one in await book.everybody()}
    history = await book.history(there.id)

    def named(id_: str) -> str:
        return others.get(id_, id_)

    return visit.page(
        "contact.html",
        contact=there,
        about=about(there, now, say),
        known_by=", ".join(names.get(one, one) for one in there.known_by),
        ways=[(one.kind, one.value, names.get(one.known_by, one.known_by)) for one in there.ways],
        persons=[_person(one, visit) for one in there.persons],
        merged=[others.get(one, one) for one in there.merged],
        changes=[
            (say.plain([At(entry.at, "day_time")]), officers_name(entry.by, names), told)
            for entry in reversed(history)
            for told in (happened(one, say, named) for one in entry.events)
        ],
        zone=say.zone,
    )


def _person(known: Known, visit: Visit) -> dict[str, Any]:
    now, say = visit.acting.inbox.now(), visit.say
    person = known.person
    return {
        "platform": person.id.partition(":")[0].title(),
        "handle": f"@{person.handle.lstrip('@')}" if person.handle else person.id,
        "name": person.name,
        "level": level(known, now),
        "frozen": known.frozen,
        "why": known.why,
        "evidence": [say.plain(pieces) for pieces in spoken_for(known, now, say)],
    }
