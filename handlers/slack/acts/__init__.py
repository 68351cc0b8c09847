"""What officers do in Slack: each act parses, calls the desk once, and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog

from handlers.slack import ids
from handlers.slack.acts import answer, claim, find, notes, sort
from handlers.slack.acts.click import Acknowledgement, Click, parse, refused, show
from handlers.slack.office import Office
from handlers.slack.shown import Opened
from handlers.slack.views import denied_view
from handlers.slack.who import Actor
from inbox import Gone, Unavailable
from inbox.conversations.denied import Denied

Act: TypeAlias = Callable[[Office, Click], Awaitable[Acknowledgement]]

log = structlog.stdlib.get_logger(__name__)

BUTTONS: Mapping[str, Act] = {
    ids.ANSWER: answer.answer,
    ids.ANSWER_PUBLICLY: answer.answer,
    ids.ANSWER_PRIVATELY: answer.answer,
    ids.CLAIM: claim.claim,
    ids.RELEASE: claim.release,
    ids.TAKE_OVER: claim.take_over,
    ids.HAND_OVER: claim.hand_over,
    ids.NEXT: claim.next_one,
    ids.NOT_URGENT: sort.not_urgent,
    ids.TAG: sort.tag,
    ids.SNOOZE: sort.snooze,
    ids.WAKE: sort.wake,
    ids.CLOSE: sort.close,
    ids.REOPEN: sort.reopen,
    ids.NOTE: notes.note,
    ids.USE_NOTE: notes.use_note,
    ids.TEXT: answer.typing,
    ids.STOP: answer.stop,
    ids.RESUME: answer.resume,
    ids.DISCARD: answer.discard,
    ids.RETRACT: answer.retract,
    ids.IT_IS_THERE: answer.it_is_there,
    ids.IT_IS_NOT: answer.it_is_not,
    ids.BY_HAND: answer.by_hand,
    ids.GIVE_TEXT: answer.give_text,
    ids.PHRASES: answer.phrases,
    ids.USE_PHRASE: answer.use_phrase,
    ids.READ_ALL: find.read_all,
    ids.PAGE: find.page,
    ids.MINE: find.mine,
    ids.FIND: find.find,
    ids.HELP: find.help_me,
    ids.ON_DUTY: find.on_duty,
    ids.OFF_DUTY: find.off_duty,
}
SUBMISSIONS: Mapping[str, Act] = {
    ids.VIEW_ANSWER: answer.submitted,
    ids.VIEW_TAKE_OVER: claim.taken_over,
    ids.VIEW_HAND_OVER: claim.handed_over,
    ids.VIEW_NOTE: notes.noted,
    ids.VIEW_TAG: sort.tagged,
    ids.VIEW_SNOOZE: sort.snoozed,
    ids.VIEW_CLOSE: sort.closed,
    ids.VIEW_UNSURE: answer.settled,
    ids.VIEW_BY_HAND: answer.settled,
    ids.VIEW_FOUND: find.find,
}
CLOSINGS: Mapping[str, Act] = {ids.VIEW_ANSWER: answer.closed}
SHORTCUTS: Mapping[str, Act] = {
    ids.SHORTCUT_NEXT: claim.next_one,
    ids.SHORTCUT_NOTE: notes.from_message,
}


async def carry_out(office: Office, who: Actor, body: Mapping[str, Any]) -> Acknowledgement:
    """Carry out what an officer did; what is not ours to act on is only acknowledged."""
    click = parse(who, body, office.inbox.now())
    act = _act(click)
    if act is None:
        return {}
    try:
        return await act(office, click)
    except (Unavailable, Gone):
        log.warning("store_out_of_reach", act=click.act)
        say = office.say(who.officer)
        why = Denied("crowded")
        return await show(office, click, denied_view(why, say, Opened(office.ids(), click.at)))


def _act(click: Click) -> Act | None:
    table = {
        "button": BUTTONS,
        "submit": SUBMISSIONS,
        "closed": CLOSINGS,
        "shortcut": SHORTCUTS,
    }.get(click.kind)
    return find.command if table is None else table.get(click.act)


async def stranger(office: Office, body: Mapping[str, Any]) -> Acknowledgement:
    """Tell somebody who is no officer that they are none; what they did changed nothing."""
    say = office.book.say("")
    nobody = Denied("not_allowed", {"needs": "officer"})
    if trigger := body.get("trigger_id"):
        opening = Opened(office.ids(), office.inbox.now())
        view = denied_view(nobody, say, opening)
        await office.pace.at_once("views.open", trigger_id=str(trigger), view=view)
    return {}


__all__ = ["carry_out", "refused", "stranger"]
