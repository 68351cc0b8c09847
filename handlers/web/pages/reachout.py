"""The record of a reachout as a page that reads as a report and prints as one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from handlers import reachouts
from handlers.forms import Wrong
from handlers.reaching import (
    Step,
    address,
    headline,
    inferred,
    kind_word,
    whereabouts,
    why_doubted,
)
from handlers.say import At, Say
from handlers.web.drawing import talk
from handlers.web.pages.chronicle import Chronicle
from handlers.web.visit import Turned, Visit
from inbox.denied import Denied

LISTED = 100


async def reachout(visit: Visit) -> web.StreamResponse:
    """Show one: who, when, and what came of every attempt, texts to the letter."""
    ref = visit.request.match_info["reachout"]
    shown = await reachouts.shown(visit.acting, visit.actor, ref)
    if isinstance(shown, Denied):
        raise Turned(404, Wrong("not_here"))
    say = visit.say
    entries = await visit.acting.inbox.reachouts.history(ref)
    chronicle = Chronicle(shown, say)
    return visit.page(
        "reachout.html",
        title=headline(shown, say),
        shown=shown,
        level=say(f"reach.level_{shown.level}") if shown.contact.persons else "",
        deadline=At(shown.reachout.deadline, "day_time"),
        opened=At(shown.reachout.opened, "day_time"),
        chronicle=[line for entry in entries for line in chronicle.lines(entry)],
        left=[_left(one, say) for one in shown.steps if _went_out(one)],
        heard=talk(list(shown.heard), say),
        doubted=[(one.handle, why_doubted(one, say)) for one in shown.doubted],
        number=shown.reachout.version,
        head=shown.reachout.head[:16],
        zone=say.zone,
    )


async def listed(visit: Visit) -> web.StreamResponse:
    """List the reachouts that are open."""
    if not reachouts.sees(visit.actor.officer):
        raise Turned(404, Wrong("not_here"))
    say = visit.say
    shown = await reachouts.running(visit.acting, visit.actor)
    rows = [
        {
            "id": one.reachout.id,
            "title": headline(one, say),
            "where": whereabouts(one.contact, one.level, one.now, say),
            "until": say("reach.until", at=At(one.reachout.deadline, "day_time")),
            "step": kind_word(one.step, say) if one.step else "",
        }
        for one in shown[:LISTED]
    ]
    return visit.page("reachouts.html", rows=rows)


def _went_out(step: Step) -> bool:
    return step.rung.on_platform and bool(step.rung.answer or step.rung.left)


def _left(step: Step, say: Say) -> dict[str, Any]:
    """Return what one rung on a platform said, and who let it."""
    return {
        "number": step.number + 1,
        "kind": kind_word(step, say),
        "audience": "public" if step.rung.kind == "public" else "private",
        "address": address(step, say),
        "text": step.text,
        "seal": step.seal,
        "cleared": ", ".join(step.cleared_by),
        "infer": inferred(step, say) if step.rung.kind == "public" else "",
        "urls": [one.url for one in step.rung.attempts if one.url],
    }
