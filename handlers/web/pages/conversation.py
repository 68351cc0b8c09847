"""One conversation: all that was said, who holds it, and what this officer may do with it."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from msgspec.structs import replace

from handlers import guard
from handlers.cleared import asked_names
from handlers.say import At, Refusal
from handlers.shown import Line, Shown, Writing, because, line_of
from handlers.web.drawing import parts, row, talk
from handlers.web.pages.clearing import clearing
from handlers.web.visit import Visit
from inbox.conversations.state import Answer
from inbox.team.roles import may
from inbox.words import Officer

OUTCOMES = ("answered", "no_answer_needed", "handed_over", "moderated", "spam")


async def conversation(visit: Visit) -> web.StreamResponse:
    """Show it as it stands."""
    return await drawn(visit)


async def live(visit: Visit) -> web.StreamResponse:
    """Ring whenever it changes."""
    return await visit.live.serve(
        visit.request, visit.actor.officer.id, visit.shown.conversation.id
    )


async def drawn(
    visit: Visit,
    problem: Refusal | None = None,
    *,
    text: str | None = None,
    newer: tuple[Line, ...] = (),
    status: int = 200,
) -> web.Response:
    """Draw it; `problem` is what was refused just now, `text` what they had typed."""
    acting, who, shown = visit.acting, visit.actor, visit.shown
    say = visit.say
    reading = await acting.inbox.read.reading(shown.conversation.id)
    lines = [
        line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
        for m in reading.messages
    ]
    writing = await acting.writing(who, shown)
    if text is not None:
        writing = replace(writing, text=text)
    now, public = acting.inbox.now(), shown.conversation.audience == "public"
    return visit.page(
        "conversation.html",
        status=status,
        row=row(shown, say, now),
        talk=talk([*lines, *acting.our_lines(reading)], say, linked=public),
        state=shown.conversation.state,
        conversation=shown.conversation,
        shown=shown,
        writing=writing,
        problem=say.plain(because(problem, shown, say)) if problem else "",
        found=guard.told(leaks, say) if (leaks := guard.leaks_in(problem)) else (),
        let_through=guard.to_confirm(problem),
        sourced=problem is not None and problem.why == "source_needed",
        race=problem is not None and problem.why in ("claimed", "stale_claim"),
        newer=talk(list(newer), say),
        op=acting.ids(),
        stamp=now,
        standing=standing(visit, shown),
        clearing=await clearing(visit, shown),
        **_what_they_may(visit, shown, writing),
    )


def _what_they_may(visit: Visit, shown: Shown, writing: Writing) -> dict[str, Any]:
    """Return which of the page's forms have a use for this officer now."""
    officer, account, claim = visit.actor.officer, shown.account, shown.conversation.claim
    acts = may(officer, "Claim", account)
    holds = claim is not None and claim.holder == officer.id
    say = visit.say
    return {
        "acts": acts,
        "holds": holds,
        "writes": acts
        and holds
        and shown.conversation.state != "closed"
        and not shown.forbidden
        and not shown.conversation.wake,
        "since": say("modal.holds", by=shown.holder, since=At(claim.since)) if claim else "",
        "forbidden": say.plain(because(shown.forbidden, shown, say)) if shown.forbidden else "",
        "lines": visit.acting.ready_lines(shown),
        "colleagues": _colleagues(visit, officer, shown),
        "tags": visit.acting.policies.tags,
        "lanes": visit.acting.policies.lanes,
        "outcomes": OUTCOMES,
        "limit": say(
            "modal.hint" if writing.signature else "modal.hint_unsigned",
            limit=writing.limit,
            signature=writing.signature,
        ),
    }


def _colleagues(visit: Visit, officer: Officer, shown: Shown) -> list[Officer]:
    known = visit.acting.policies.officers.values()
    return [one for one in known if one.id != officer.id and may(one, "Claim", shown.account)]


def standing(visit: Visit, shown: Shown) -> dict[str, Any] | None:
    """Return how the last answer stands: what leaves, when, and what can be done about it."""
    answers = [a for a in shown.conversation.answers if a.state != "draft"]
    if not answers or answers[-1].state == "discarded":
        return None
    answer, say, now = answers[-1], visit.say, visit.acting.inbox.now()
    unsure = next((part for part in answer.parts if part.state == "unsure"), None)
    failed = next((part for part in answer.parts if part.state == "failed"), None)
    held = answer.state == "ready" and answer.leaves_at > now
    return {
        "id": answer.id,
        "audience": answer.audience,
        "parts": parts(answer),
        "line": _line(answer, shown, visit, held=held),
        "held": held,
        "unsure": unsure.id if unsure else "",
        "failed": say.word("refused", failed.why, say("refused.unknown")).format(
            platform=shown.platform
        )
        if failed
        else "",
        "part": (failed or unsure).id if failed or unsure else "",  # type: ignore[union-attr]  # one of them is there
        "stuck": answer.state == "stuck",
        "there": answer.state == "sent",
    }


def _line(answer: Answer, shown: Shown, visit: Visit, *, held: bool) -> str:
    """Say in one sentence where an answer is."""
    say = visit.say
    if answer.clearing and answer.state == "asked":
        until = At(answer.clearing.until)
        return say("clearance.waits", names=asked_names(shown, answer, say), until=until)
    if held:
        return say("answer.leaves", at=At(answer.leaves_at, "seconds"))
    if any(part.state == "unsure" for part in answer.parts):
        return say("answer.unsure", platform=shown.platform)
    if answer.state == "sent":
        key = f"sent_{answer.audience}" if answer.kind == "human" else answer.kind
        return say(f"answer.{key}", at=At(shown.conversation.last_out or answer.at))
    postponed = next((part.until for part in answer.parts if part.until > answer.at), 0)
    if answer.state == "ready" and postponed:
        return say("answer.postponed", platform=shown.platform, at=At(postponed))
    words = {"retracting": "answer.retracting", "retracted": "answer.retracted"}
    return "" if answer.state == "stuck" else say(words.get(answer.state, "answer.sending"))
