"""Whom to call to an unclaimed conversation on which lives may depend, and when. Pure.

UX.md, 7: the duty officer at once, after two minutes the next, after five the supervisor; whoever
has Slack silent is passed over at once; nobody is called twice for the same.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import Millis, OfficerId, Record

NEXT_MS = 120_000
"""After so long without a claim the next officer is called."""
SUPERVISOR_MS = 300_000
"""After so long without a claim a supervisor is called: later, where one exists, an SMS leaves."""
SILENT_MS = 300_000
"""Whoever was silent is asked for again after so long: they were never called."""
UNHEARD_MS = 60_000
"""A call of which nobody said what became of it is given again: it may have been lost."""
LATER_MS = 60_000
"""Between two looks for somebody new, once everybody has been called."""

How = Literal["told", "silent", "refused"]
Level = Literal["duty", "supervisor"]


class Outcome(Record, frozen=True):
    """What became of calling one officer: told, or passed over because they would not hear it."""

    how: How
    at: Millis


class Alerted(Record, frozen=True):
    """Who was called to one conversation since it began to wait: each `asked` when, with what end."""

    began: Millis
    asked: Mapping[OfficerId, Millis] = {}
    outcomes: Mapping[OfficerId, Outcome] = {}
    nobody: Millis = 0
    """When it was told that nobody was left to call."""


class Call(Record, frozen=True):
    """Call this officer now."""

    officer: OfficerId
    level: Level


class Nobody(Record, frozen=True):
    """Tell everybody that nobody is left to call."""


class Later(Record, frozen=True):
    """Look again then (UTC ms)."""

    at: Millis


def urgent(conversation: Conversation, policies: Policies) -> bool:
    """Say whether it waits unclaimed in a lane on which lives may depend."""
    lanes = {lane.name for lane in policies.lanes if lane.reserved}
    return conversation.state == "waiting" and conversation.lane in lanes


def callable_now(
    conversation: Conversation, policies: Policies, on_duty: Collection[OfficerId]
) -> tuple[tuple[OfficerId, ...], tuple[OfficerId, ...]]:
    """Return who on duty can take it, those who read its language first; and its supervisors."""
    account = policies.account(conversation.account)
    if account is None:
        return (), ()
    private = conversation.audience == "private"
    able = [
        one
        for one in policies.officers.values()
        if may(one, "Claim", account) and (not private or may(one, "read_private", account))
    ]
    able.sort(key=lambda one: (conversation.language not in one.languages, one.id))
    duty = [one.id for one in able if one.id in on_duty]
    heads = [one for one in able if may(one, "AssignAnyone", account)]
    heads.sort(key=lambda one: one.id not in on_duty)
    return tuple(duty), tuple(one.id for one in heads)


def step(
    alerted: Alerted, duty: Collection[OfficerId], heads: Collection[OfficerId], now: Millis
) -> Call | Nobody | Later:
    """Say what is to be done for a conversation that still waits."""
    unheard = _unheard(alerted, {*duty, *heads})
    if unheard:
        again = alerted.asked[unheard] + UNHEARD_MS
        level: Level = "duty" if unheard in duty else "supervisor"
        return Call(unheard, level) if again <= now else Later(again)
    supervisor_at = alerted.began + SUPERVISOR_MS
    told = [one.at for one in alerted.outcomes.values() if one.how == "told"]
    next_at = max(told, default=alerted.began - NEXT_MS) + NEXT_MS
    head_told = any(_told(alerted, one) for one in heads)
    if now < next_at and (head_told or now < supervisor_at):
        return Later(next_at if head_told else min(next_at, supervisor_at))
    return _who(alerted, duty, heads, now)


def _who(
    alerted: Alerted, duty: Collection[OfficerId], heads: Collection[OfficerId], now: Millis
) -> Call | Nobody | Later:
    officers = [one for one in duty if _fresh(alerted, one, now)]
    supervisors = [one for one in heads if _fresh(alerted, one, now)]
    if supervisors and (now >= alerted.began + SUPERVISOR_MS or not officers):
        return Call(supervisors[0], "supervisor")
    if officers:
        return Call(officers[0], "duty")
    return Later(now + LATER_MS) if alerted.nobody else Nobody()


def _unheard(alerted: Alerted, there: Collection[OfficerId]) -> OfficerId:
    """Return who was called with an end that nobody knows yet, or ""."""
    ends = {one: outcome.at for one, outcome in alerted.outcomes.items()}
    asked = ((one, at) for one, at in alerted.asked.items() if one in there)
    return next((one for one, at in asked if ends.get(one, -1) < at), "")


def _told(alerted: Alerted, officer: OfficerId) -> bool:
    outcome = alerted.outcomes.get(officer)
    return outcome is not None and outcome.how == "told"


def _fresh(alerted: Alerted, officer: OfficerId, now: Millis) -> bool:
    """Whether this officer has not been told, and was not silent a moment ago."""
    outcome = alerted.outcomes.get(officer)
    if outcome is None:
        return True
    if outcome.how == "told":
        return False  # guard: called-once test=tests/inbox/triage/test_alerting.py::test_nobody_is_called_twice_for_the_same_and_then_it_is_told_that_nobody_is_left
    return outcome.at + SILENT_MS <= now
