"""Tells who began a reachout what happened, by direct message: one message for each thing, once."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import structlog

from handlers import reachouts
from handlers.acting import Actor
from handlers.reaching import Reaching
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.reached import notice
from handlers.slack.silence import users_of
from inbox.words import Officer

log = structlog.stdlib.get_logger(__name__)

KINDS = {
    "reach_heard": "heard",
    "reach_imitated": "imitated",
    "reach_doubted": "doubted",
    "reach_overdue": "overdue",
    "reach_next": "next",
    "reach_sent": "sent",
    "reach_failed": "failed",
}
"""The clerk's notices about a reachout, and the words of ours that tell them."""


async def tell(office: Office, kind: str, facts: Mapping[str, Any]) -> None:
    """Tell whom one notice of the clerk's names: each of them as they may see it."""
    found = await office.inbox.reachouts.load(str(facts.get("reachout", "")))
    for name in facts.get("officers", ()) if found else ():
        officer = office.policies.officer(str(name))
        if found and officer and reachouts.sees(officer):
            shown = await reachouts.gathered(office, Actor(officer, "", ""), found)
            await told(office, KINDS[kind], shown, officer, str(facts.get("n", "")))


async def told(office: Office, word: str, shown: Reaching, officer: Officer, n: str = "") -> None:
    """Post it where an officer reads it; what was posted before its process died stands."""
    for user in users_of(office, officer):
        try:
            await _post(office, officer, user, word, shown, n)
        except SlackRefused as error:
            log.warning("reach_notice_refused", officer=officer.id, error=error.error)
        else:
            return


async def _post(
    office: Office, officer: Officer, user: str, word: str, shown: Reaching, n: str
) -> None:
    place = await office.direct(user)
    about = f"{word}\0{shown.reachout.id}\0{n}\0{officer.id}"
    nonce = f"reach.{hashlib.sha256(about.encode()).hexdigest()[:16]}"
    if await office.pace.find(nonce, place):
        return  # guard: reach-told-once test=tests/handlers/slack/test_acts_reach.py::test_what_the_clerk_notices_is_told_to_the_initiator_once_and_without_the_purpose
    post = notice(word, shown, office.say(officer))
    await office.pace.post(nonce, channel=place, text=post.text, blocks=post.blocks)
