"""What officers do on the page: each form becomes one order, and the page shows what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from aiohttp import web

from handlers import forms
from handlers.forms import Wrong
from handlers.web.pages import answering
from handlers.web.pages.conversation import drawn
from handlers.web.pages.route import Handle
from handlers.web.visit import Visit
from inbox import Done
from inbox.conversations.commands import (
    AnyCommand,
    Clear,
    Discard,
    Draft,
    Override,
    Release,
    Reopen,
    Resolve,
    Resume,
    Retract,
    Return,
    TakeOver,
    TurnDown,
    Wake,
)
from inbox.conversations.denied import Denied
from inbox.words import Record

Orders: TypeAlias = Sequence[AnyCommand] | AnyCommand | Wrong


class Act(Record, frozen=True):
    """What `may` is asked, and what is done."""

    asks: str
    handle: Handle


def back(visit: Visit, place: str = "") -> web.StreamResponse:
    """Show the conversation anew, by an address that can be loaded again without acting twice."""
    raise web.HTTPSeeOther(f"/c/{visit.shown.conversation.id}{place}")


async def denied(visit: Visit, why: Denied | Wrong, text: str | None = None) -> web.Response:
    """Show the conversation as it is now, and why it was not done."""
    shown = await visit.acting.read(visit.actor, visit.shown.conversation.id, recorded=False)
    if not isinstance(shown, Denied):
        visit.known = shown
    return await drawn(visit, why, text=text, status=409)


def simply(asks: str, orders: Callable[[Visit], Orders], place: str = "") -> Act:
    """Return an act that carries out one form's orders, in their order."""

    async def handle(visit: Visit) -> web.StreamResponse:
        made = orders(visit)
        if isinstance(made, Wrong):
            return await denied(visit, made)
        listed = made if isinstance(made, (tuple, list)) else (made,)
        for number, order in enumerate(listed):
            op = f"{visit.op}:{number}" if number else visit.op
            done = await visit.acting.do(visit.actor, visit.shown.conversation.id, order, op)
            if isinstance(done, Denied):
                return await denied(visit, done)
        return back(visit, place)

    return Act(asks, handle)


async def claim(visit: Visit) -> web.StreamResponse:
    """Hold it, and the same person's other unclaimed ones."""
    done = await visit.acting.claim(visit.actor, visit.shown.conversation.id, visit.op)
    return await denied(visit, done) if isinstance(done, Denied) else back(visit)


async def hold(visit: Visit) -> web.StreamResponse:
    """Hold it in order to answer."""
    refused = await visit.acting.hold(visit.actor, visit.shown.conversation, visit.op)
    return await denied(visit, refused) if refused else back(visit, "#answer")


async def stop(visit: Visit) -> web.StreamResponse:
    """Stop an answer within its hold; its text is there again."""
    ref, answer = visit.shown.conversation.id, visit.text("answer")
    done = await visit.acting.stop(visit.actor, ref, answer, visit.op)
    return await denied(visit, done) if isinstance(done, Denied) else back(visit, "#answer")


def _sorting(visit: Visit) -> Orders:
    conversation = visit.shown.conversation
    return forms.sorting(conversation, visit.chosen("tag"), visit.text("lane"))


def _snooze(visit: Visit) -> Orders:
    now, zone = visit.acting.inbox.now(), visit.shown.account.time_zone
    return forms.snooze(visit.text("when"), 0, now, zone)


def _there(visit: Visit) -> Orders:
    platform = visit.shown.account.platform
    return forms.it_is_there(visit.text("part"), platform, visit.text("url"))


def _by_hand(visit: Visit) -> Orders:
    """Take the address of what was posted by hand; where nothing of ours was tried, of a draft."""
    part, fresh = visit.text("part"), visit.acting.ids()
    order = forms.by_hand(part or f"{fresh}.1", visit.text("url"))
    if isinstance(order, Wrong) or part:
        return order
    return Draft(fresh, order.url, visit.shown.conversation.audience), order


async def give(visit: Visit) -> web.StreamResponse:
    """Hand one's unfinished text to whoever holds the conversation now."""
    conversation, me = visit.shown.conversation, visit.actor.officer.id
    kept = await visit.acting.inbox.drafts.load(conversation.id, me)
    if kept is None or conversation.claim is None:
        return await denied(visit, Denied("empty"))
    to, last = conversation.claim.holder, conversation.last_message
    order = Draft(visit.acting.ids(), kept.text, kept.audience, last, to=to)
    done: Done | Denied = await visit.acting.do(visit.actor, conversation.id, order, visit.op)
    return await denied(visit, done) if isinstance(done, Denied) else back(visit)


def _sealed(visit: Visit) -> tuple[str, str]:
    """Return which answer a word is about, and the seal of what was read."""
    return visit.text("answer"), visit.text("seal")


ACTS: dict[str, Act] = {
    "claim": Act("Claim", claim),
    "hold": Act("Claim", hold),
    "release": simply("Release", lambda _: Release()),
    "take_over": simply("TakeOver", lambda v: TakeOver(v.text("reason")), "#answer"),
    "hand_over": simply("Assign", lambda v: forms.hand_over(v.text("to"), v.text("reason"))),
    "note": simply("AddNote", lambda v: forms.note(v.text("op")[:40], v.text("note"))),
    "sort": simply("Tag", _sorting),
    "snooze": simply("Snooze", _snooze),
    "wake": simply("Wake", lambda _: Wake("officer")),
    "close": simply("Close", lambda v: forms.close(v.text("outcome"))),
    "reopen": simply("Reopen", lambda _: Reopen("officer")),
    "answer": Act("Answer", answering.answer),
    "draft": Act("Draft", answering.keep),
    "privately": Act("Begin", answering.instead),
    "line": Act("Draft", answering.use_line),
    "give": Act("Draft", give),
    "stop": Act("Recall", stop),
    "resume": simply("Resume", lambda v: Resume(v.text("answer"))),
    "discard": simply("Discard", lambda v: Discard(v.text("answer"), "discarded")),
    "retract": simply("Retract", lambda v: Retract(v.text("answer"))),
    "clear": simply("Clear", lambda v: Clear(*_sealed(v), v.text("confirmed"))),
    "turn_down": simply("TurnDown", lambda v: TurnDown(*_sealed(v), v.text("reason"))),
    "give_back": simply("Return", lambda v: Return(*_sealed(v), v.text("text"), v.text("reason"))),
    "override": simply(
        "Override", lambda v: Override(*_sealed(v), v.text("reason"), v.text("confirmed"))
    ),
    "not_there": simply("Resolve", lambda v: Resolve(v.text("part"), None)),
    "there": simply("Resolve", _there),
    "by_hand": simply("PostByHand", _by_hand),
}
"""The last word of each form's address: what `may` is asked, and what is done."""
