"""Clearance on the page: the same one screen as in Slack, for when Slack is down."""

from __future__ import annotations

from typing import Any

from handlers.cleared import asked_names, cleared_by
from handlers.clearing import question
from handlers.say import At
from handlers.shown import Shown, body
from handlers.web.drawing import talk
from handlers.web.visit import Visit
from inbox.team.roles import may


async def clearing(visit: Visit, shown: Shown) -> dict[str, Any] | None:
    """Return what waits for somebody's word, and which words this officer may say; None if none."""
    asks = await question(visit.acting, visit.actor.officer, shown)
    if asks is None or asks.answer.clearing is None:
        return None
    say, answer = visit.say, asks.answer
    until = At(asks.answer.clearing.until)
    given = ", ".join(cleared_by(answer, shown))
    return {
        "answer": answer.id,
        "seal": answer.seal,
        "text": answer.text,
        "by": say("clearance.by", by=shown.name(answer.author), until=until),
        "given": say("clearance.given", by=given, count=answer.uncleared) if given else "",
        "names": asked_names(shown, answer, say),
        "their": body(asks.their, say, 4_000) if asks.their else "",
        "since": talk(list(asks.since), say),
        "found": list(asks.found) or [say("clearance.guard_nothing")],
        "leaks": bool(asks.found),
        "pictures": [one.alt or one.kind for one in answer.media],
        "mine": asks.mine,
        "line": asks.is_line,
        "author": answer.author == visit.actor.officer.id,
        "overrides": may(visit.actor.officer, "Override", shown.account)
        and answer.author != visit.actor.officer.id,
        "minister": shown.account.kind == "minister",
        "others": say("clearance.other_text", by=shown.name(answer.author)),
    }
