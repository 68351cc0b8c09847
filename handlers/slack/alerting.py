"""Calls one officer by direct message to what waits unclaimed: the clerk says whom and for what.

Each message names one person who must act. What became of it goes back to the clerk, which calls
the next: at once where this one's Slack is silent or refuses.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from handlers.slack.cards import alert
from handlers.slack.office import Office
from handlers.slack.pace import SlackRefused
from handlers.slack.silence import silent_until, users_of
from inbox.conversations.state import Conversation
from inbox.triage.alerting import How, Outcome, urgent
from inbox.words import ConversationId, Officer

ALERT = "alert"
"""The notice by which the clerk asks for a call."""

log = structlog.stdlib.get_logger(__name__)


class Alerting:
    """Posts the clerk's calls; the same call given again is posted once."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def call(self, facts: Mapping[str, Any]) -> None:
        """Call an officer to all of these that still wait; say of each what became of it."""
        officer = self._office.policies.officer(str(facts["officer"]))
        named = [(str(ref), int(fence)) for ref, fence in facts["conversations"]]
        waiting = await self._waiting(str(facts["officer"]), named)
        if officer is None or not waiting:
            return
        at = self._office.inbox.now()  # of the call: how long Slack took does not put the next off
        outcome = Outcome(await self._reach(officer, waiting, str(facts["level"])), at)
        for one in waiting:
            await self._office.inbox.alerts.ended(one.id, one.fence, officer.id, outcome)
        log.info("alert_ended", officer=officer.id, kind=outcome.how, count=len(waiting))

    async def _waiting(
        self, officer: str, named: Sequence[tuple[ConversationId, int]]
    ) -> list[Conversation]:
        """Return those that still wait under the same fence and of which they know nothing yet."""
        office, fences, fresh = self._office, dict(named), []
        for one in await office.inbox.read.conversations(list(fences)):
            if one.fence != fences[one.id] or not urgent(one, office.policies):
                continue  # guard: claimed-stops test=tests/handlers/slack/test_alerting.py::test_a_call_that_comes_late_finds_it_claimed_and_wakes_nobody
            alerted = await office.inbox.alerts.read(one.id, one.fence, office.inbox.now())
            outcome = alerted.outcomes.get(officer)
            if outcome is None or outcome.how != "told":
                fresh.append(one)
        return fresh

    async def _reach(self, officer: Officer, waiting: Sequence[Conversation], level: str) -> How:
        """Post it where this officer hears it."""
        how: How = "refused"
        for user in users_of(self._office, officer):
            if await silent_until(self._office, user):
                how = "silent"
                continue  # guard: silent-passed-over test=tests/handlers/slack/test_alerting.py::test_one_in_do_not_disturb_is_passed_over_at_once
            try:
                await self._post(officer, user, waiting, level)
            except SlackRefused as error:
                log.warning("alert_refused", officer=officer.id, error=error.error)
            else:
                return "told"
        return how

    async def _post(
        self, officer: Officer, user: str, waiting: Sequence[Conversation], level: str
    ) -> None:
        office = self._office
        place = await office.direct(user)
        told = "\0".join((officer.id, *(f"{one.id}/{one.fence}" for one in waiting)))
        nonce = f"alert.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        if await office.pace.find(nonce, place):
            return  # its process died after posting it
        first = await office.shown(waiting[0])
        post = alert(first, len(waiting), level, office.say(officer, first.account))
        await office.pace.post(nonce, channel=place, text=post.text, blocks=post.blocks)
