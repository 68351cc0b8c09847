"""What officers do in Slack: each act parses, calls the desk once, and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

import structlog

from handlers.forms import Wrong
from handlers.slack import ids
from handlers.slack.acts import answer, claim, clear, directory, find, notes, reach, seating, sort
from handlers.slack.acts.click import (
    Acknowledgement,
    Click,
    act_of,
    opened_now,
    parse,
    refused,
    show,
    wrong,
)
from handlers.slack.dialogs import moment_view, told_view
from handlers.slack.office import Office
from handlers.slack.pace import Doubt, SlackRefused
from handlers.slack.shown import Opened
from handlers.slack.views import denied_view
from handlers.slack.who import Actor, teams_of, user_of
from inbox import Gone, Unavailable

Act: TypeAlias = Callable[[Office, Click], Coroutine[Any, Any, Acknowledgement]]

log = structlog.stdlib.get_logger(__name__)

BUTTONS: Mapping[str, Act] = {
    ids.ANSWER: answer.answer,
    ids.ANSWER_PUBLICLY: answer.answer,
    ids.ANSWER_PRIVATELY: answer.instead,
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
    ids.ADD_LINE: answer.use_phrase,
    ids.CLEAR: clear.clear,
    ids.APPROVE: clear.approve,
    ids.GIVE_BACK: clear.give_back,
    ids.REFUSE: clear.refuse,
    ids.OVERRIDE: clear.override,
    ids.WITHDRAW: answer.stop,
    ids.TO_CLEAR: clear.queue,
    ids.READ_ALL: find.read_all,
    ids.PAGE: find.page,
    ids.MINE: find.mine,
    ids.FIND: find.find,
    ids.HELP: find.help_me,
    ids.DIRECTORY: directory.look_up,
    ids.CONTACT: directory.contact,
    ids.ADD_CONTACT: directory.add,
    ids.EDIT_CONTACT: directory.edit,
    ids.ADD_WAY: directory.way,
    ids.REMOVE_WAY: directory.way_removed,
    ids.WHO: directory.who,
    ids.ATTACH: directory.attach,
    ids.MERGE: directory.merge,
    ids.MERGE_WITH: directory.merged,
    ids.SPLIT: directory.split,
    ids.PROVE: directory.about_person,
    ids.FREEZE: directory.about_person,
    ids.UNFREEZE: directory.about_person,
    ids.DETACH: directory.about_person,
    ids.ON_DUTY: find.on_duty,
    ids.OFF_DUTY: find.off_duty,
    **reach.BUTTONS,
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
    ids.VIEW_CLEAR: clear.approve,
    ids.VIEW_GIVE_BACK: clear.given_back,
    ids.VIEW_REFUSE: clear.turned_down,
    ids.VIEW_OVERRIDE: clear.overridden,
    **reach.SUBMISSIONS,
    ids.VIEW_DIRECTORY: directory.look_up,
    ids.VIEW_EDIT_CONTACT: directory.edited,
    ids.VIEW_WAY: directory.way_added,
    ids.VIEW_WHO: directory.who,
    ids.VIEW_MERGE: directory.merge,
    ids.VIEW_PERSON: directory.person_settled,
}
CLOSINGS: Mapping[str, Act] = {ids.VIEW_ANSWER: answer.closed}
SHORTCUTS: Mapping[str, Act] = {
    ids.SHORTCUT_NEXT: claim.next_one,
    ids.SHORTCUT_NOTE: notes.from_message,
    ids.SHORTCUT_REACH: reach.begin,
    ids.SHORTCUT_WHO: directory.from_card,
}
COMMANDS: Mapping[str, Act] = {ids.COMMAND_REACH: reach.begin}
"""The slash commands besides the inbox's own, whose name the operator may change."""
OPTIONS: Mapping[str, Act] = {ids.REACH_WHO: reach.offered}
"""The menus that ask us for their choices."""


async def carry_out(office: Office, who: Actor, body: Mapping[str, Any]) -> Acknowledgement:
    """Carry out what an officer did; what is not ours to act on is only acknowledged.

    What takes longer than Slack waits goes on behind a modal that says so; the store being out of
    reach is told in a sentence, and nothing typed is taken from the officer's window.
    """
    click = parse(who, body, office.inbox.now())
    act = _act(click)
    if act is None:
        return {}
    doing = asyncio.create_task(act(office, click))
    done, _ = await asyncio.wait({doing}, timeout=office.patience)
    if not done:
        return await _late(office, click, doing)
    try:
        return doing.result()
    except (Unavailable, Gone):
        log.warning("store_out_of_reach", act=click.act)
        return await _unavailable(office, click)


async def _unavailable(office: Office, click: Click) -> Acknowledgement:
    """Say that the inbox does not answer: at the box where something was typed, else in a modal."""
    if click.act == ids.TEXT or click.kind == "closed":
        return {}
    why = Wrong("unavailable")
    if click.kind == "submit" and click.values:
        return {} if click.place.late else wrong(office, click, why, ids.TEXT)
    opening = Opened(office.ids(), click.at)
    return await show(office, click, denied_view(why, office.say(click.who.officer), opening))


async def _late(
    office: Office, click: Click, doing: asyncio.Task[Acknowledgement]
) -> Acknowledgement:
    """Ask the officer to wait, and show the end of it when it comes."""
    log.warning("act_is_slow", act=click.act)
    answer: Acknowledgement = {}
    if click.kind == "submit":
        answer = await _unavailable(office, click)
        click.place.view = click.view
    elif click.trigger and not click.view:
        opening = Opened(office.ids(), click.at)
        waiting = moment_view(office.say(click.who.officer), opening)
        click.place.view = await opened_now(office, click, waiting)
    click.place.late = True
    office.afterwards(_ended(office, click, doing))
    return answer


async def _ended(office: Office, click: Click, doing: asyncio.Task[Acknowledgement]) -> None:
    """Show how an act that took long ended, in place of the request to wait."""
    try:
        answer = await doing
    except (Unavailable, Gone):
        await _unavailable(office, click)
        return
    if click.place.shown or not click.place.view:
        return
    if click.kind == "submit" and answer.get("response_action") == "errors":
        return  # the box is still there, and says that nothing was heard
    say, opening = office.say(click.who.officer), Opened(office.ids(), click.at)
    await show(office, click, told_view("modal.late", say, opening))


def _act(click: Click) -> Act | None:
    table = {
        "button": BUTTONS,
        "submit": SUBMISSIONS,
        "closed": CLOSINGS,
        "shortcut": SHORTCUTS,
        "options": OPTIONS,
    }.get(click.kind)
    if table is None:
        return COMMANDS.get(click.act, find.command)
    return table.get(click.act)


async def stranger(office: Office, body: Mapping[str, Any]) -> Acknowledgement:
    """Seat who brings a code; tell others that they are no officer, and record that they tried."""
    if code := seating.code_of(body):
        return await seating.take(office, body, code)
    own = office.team in teams_of(body)
    who = "/".join((*teams_of(body)[:1], user_of(body)))
    why = "nobody" if own else "foreign"
    await office.inbox.refusals.put(who, act_of(body), "", why, office.inbox.now())
    if trigger := body.get("trigger_id"):
        view = denied_view(
            Wrong(why), office.book.say(""), Opened(office.ids(), office.inbox.now())
        )
        try:
            await office.pace.at_once("views.open", trigger_id=str(trigger), view=view)
        except (SlackRefused, Doubt):
            return {}
    return {}


__all__ = ["carry_out", "refused", "stranger"]
