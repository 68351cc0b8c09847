"""Takes a seat by a code: somebody whom no table knows yet says in Slack who they are, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from handlers.forms import Wrong
from handlers.say import Say
from handlers.slack.acts.click import Acknowledgement
from handlers.slack.blocks import Json
from handlers.slack.dialogs import told_view
from handlers.slack.office import Office
from handlers.slack.pace import Doubt, SlackRefused
from handlers.slack.shown import Opened
from handlers.slack.views import denied_view
from handlers.slack.who import teams_of, user_of

VERB = "admin"

log = structlog.stdlib.get_logger(__name__)


def code_of(body: Mapping[str, Any]) -> str:
    """Return the code that a command brings, as it was minted; "" where it brings none."""
    verb, _, typed = str(body.get("text", "")).strip().partition(" ")
    if not body.get("command") or verb.lower() != VERB:
        return ""
    return "".join(one for one in typed.lower() if one.isalnum())


async def take(office: Office, body: Mapping[str, Any], code: str) -> Acknowledgement:
    """Seat a full member of our own workspace as the officer the code was made for."""
    user, say = user_of(body), office.book.say("")
    opening = Opened(office.ids(), office.inbox.now())
    known = office.team in teams_of(body) and await _is_member(office, user)
    officer = office.policies.seatable(await office.inbox.seats.use(code)) if known else None
    if officer is None:
        why = (f"{office.team}/{user}", "take_a_seat", "", "wrong_code", office.inbox.now())
        await office.inbox.refusals.put(*why)
        return await _show(office, body, denied_view(Wrong("wrong_code"), say, opening))
    await office.inbox.seats.take(f"{office.team}/{user}", officer.id)
    await office.inbox.refresh()
    log.warning("seat_taken", officer=officer.id)
    # Told to everybody: who did not expect it can act at once.
    await office.inbox.notices.put("seat_taken", {"officer": officer.name})
    seen: Say = office.say(officer)
    view = told_view("seat.taken", seen, opening, name=officer.name, command=office.command)
    return await _show(office, body, view)


async def _is_member(office: Office, user: str) -> bool:
    """Whether Slack says that this is a full member, and neither guest nor bot nor stranger."""
    try:
        told = (await office.pace.at_once("users.info", user=user))["user"]
    except (SlackRefused, Doubt):
        return False
    wrong = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    return not any(told.get(one) for one in wrong)


async def _show(office: Office, body: Mapping[str, Any], view: Json) -> Acknowledgement:
    try:
        await office.pace.at_once("views.open", trigger_id=str(body["trigger_id"]), view=view)
    except (KeyError, SlackRefused, Doubt):
        return {}
    return {}
