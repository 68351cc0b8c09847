"""Answering on the page: the text is kept, composed once, held; what is shown leaves."""

from __future__ import annotations

from aiohttp import web

from handlers.privately import privately
from handlers.web.pages.conversation import drawn
from handlers.web.visit import Visit
from inbox.conversations.commands import Answer
from inbox.conversations.denied import Denied
from inbox.words import Audience, Millis

FRESH = ("newer_messages", "target_changed", "other_epoch", "leak")
"""Refusals after which the officer looks at what is new and may send the same text."""
LONGEST = 100_000
"""Characters of a draft that are kept."""


async def keep(visit: Visit) -> web.StreamResponse:
    """Keep what is typed; an earlier keystroke that arrives later changes nothing."""
    await _kept(visit, visit.text("text"), _typed_at(visit))
    if visit.text("quietly"):
        return web.Response(status=204)
    raise web.HTTPSeeOther(f"/c/{visit.shown.conversation.id}#answer")


async def use_line(visit: Visit) -> web.StreamResponse:
    """Put a ready line behind what is written."""
    line = visit.acting.ready_lines(visit.shown).get(visit.text("line"), "")
    text = "\n".join(part for part in (visit.text("text"), line) if part)
    await _kept(visit, text, visit.acting.inbox.now())
    raise web.HTTPSeeOther(f"/c/{visit.shown.conversation.id}#answer")


async def instead(visit: Visit) -> web.StreamResponse:
    """Answer privately where they wrote in public: in a conversation of ours with them, linked."""
    await _kept(visit, visit.text("text"), visit.acting.inbox.now())
    public = visit.shown.conversation
    ref = await privately(visit.acting, visit.actor, public, visit.op)
    if isinstance(ref, Denied):
        return await _not_sent(visit, ref, visit.text("text"))
    raise web.HTTPSeeOther(f"/c/{ref}#answer")


async def _kept(visit: Visit, text: str, at: Millis) -> None:
    ref, me = visit.shown.conversation.id, visit.actor.officer.id
    await visit.acting.inbox.drafts.save(ref, me, text[:LONGEST], at, _audience(visit))


def _typed_at(visit: Visit) -> Millis:
    """Return when it was typed, by the page's own watch: never later than now."""
    now, told = visit.acting.inbox.now(), visit.text("at")
    return min(int(told), now) if told.isascii() and told.isdigit() and len(told) < 16 else now


def _audience(visit: Visit) -> Audience:
    """Return in which audience they wrote: the form's own, which the desk checks."""
    asked = visit.text("audience")
    return (
        "private"
        if asked == "private"
        else "public"
        if asked == "public"
        else (visit.shown.conversation.audience)
    )


async def answer(visit: Visit) -> web.StreamResponse:
    """Let the text leave, if nothing speaks against it; else keep it and say why."""
    acting, who, ref = visit.acting, visit.actor, visit.shown.conversation.id
    text, name, now = visit.text("text"), visit.text("answer")[:40], acting.inbox.now()
    await _kept(visit, text, now)
    order = Answer(
        answer=name or acting.ids(),
        text=text,
        audience=_audience(visit),
        re=visit.text("re"),
        fence=_number(visit.text("fence")),
        seen=_number(visit.text("seen")),
        source=visit.text("source")[:300],
        confirmed=f"{visit.text('confirmed')} {visit.text('leak')}".strip(),
        close=bool(visit.text("close")),
    )
    done = await acting.do(who, ref, order, f"answer:{name}:{visit.op}")
    if isinstance(done, Denied):
        return await _not_sent(visit, done, text)
    await acting.inbox.drafts.drop(ref, who.officer.id, acting.inbox.now())
    raise web.HTTPSeeOther(f"/c/{ref}#standing")


async def _not_sent(visit: Visit, why: Denied, text: str) -> web.Response:
    """Show what is so now, with the text still there, and what came while they wrote."""
    acting, who = visit.acting, visit.actor
    shown = await acting.read(who, visit.shown.conversation.id, recorded=False)
    if not isinstance(shown, Denied):
        visit.known = shown
    if why.why == "claimed":  # they held it when they began to write
        why = Denied("stale_claim", why.facts)
    seen = _number(visit.text("seen"))
    fresh = await acting.since(visit.shown.conversation, seen) if why.why in FRESH else ()
    return await drawn(visit, why, text=text, newer=fresh, status=409)


def _number(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0
