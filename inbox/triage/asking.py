"""Whom to ask for clearance, and when: as many as are needed first, everybody after five minutes.

Who is on duty comes before who is not; one whose Slack is silent is passed over at first. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from inbox.conversations.state import Answer, Conversation
from inbox.team.approvers import approvers
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.triage.alerting import Outcome
from inbox.words import AnswerId, Millis, OfficerId, Record

OTHERS_MS = 300_000
"""After so long without enough words everybody who may clear is asked."""
UNHEARD_MS = 60_000
"""A question of which nobody said what became of it is asked again: it may have been lost."""
LATER_MS = 60_000
"""Between two looks once everybody has been asked."""


class Asked(Record, frozen=True):
    """Who was asked for one clearance since it `began`: each when, and with what end."""

    began: Millis
    asked: Mapping[OfficerId, Millis] = {}
    outcomes: Mapping[OfficerId, Outcome] = {}


class Posted(Record, frozen=True):
    """Where one officer was asked: the message, the answer it is about, and what it shows."""

    channel: str
    ts: str
    answer: AnswerId
    drawn: str = ""


class Ask(Record, frozen=True):
    """Ask these now; `loud` asks also those whose Slack is silent."""

    officers: tuple[OfficerId, ...]
    loud: bool = False


class Wait(Record, frozen=True):
    """Look again then (UTC ms)."""

    at: Millis


def asking(conversation: Conversation) -> Answer | None:
    """Return the answer that waits for clearance, if one does."""
    return next((one for one in conversation.answers if one.state == "asked"), None)


def may_clear(conversation: Conversation, policies: Policies) -> tuple[OfficerId, ...]:
    """Return who may still say their word of what waits, in the order of their asking."""
    answer, account = asking(conversation), policies.account(conversation.account)
    if answer is None or answer.clearing is None or account is None:
        return ()
    clearing = answer.clearing
    without = (answer.author, *clearing.writers, *clearing.cleared)
    able = approvers(policies.officers.values(), account, clearing.from_, without)
    if conversation.audience == "private":
        able = tuple(one for one in able if may(one, "read_private", account))
    return tuple(one.id for one in able)


def step(
    asked: Asked,
    able: Collection[OfficerId],
    on_duty: Collection[OfficerId],
    left: int,
    now: Millis,
) -> Ask | Wait:
    """Say who is asked now for an answer that needs `left` more words."""
    others_at = asked.began + OTHERS_MS
    if now >= others_at:
        rest = tuple(one for one in able if _again(asked, one, now))
        return Ask(rest, loud=True) if rest else Wait(now + LATER_MS)
    busy = [one for one in able if _told(asked, one) or _unheard(asked, one, now)]
    fresh = [one for one in able if one not in asked.outcomes and one not in busy]
    fresh.sort(key=lambda one: one not in on_duty)
    missing = left - len(busy)
    first = tuple(fresh[: max(0, missing)])
    if first:
        return Ask(first)
    again = [asked.asked[one] + UNHEARD_MS for one in busy if not _told(asked, one)]
    return Wait(min([others_at, *again]))


def _again(asked: Asked, officer: OfficerId, now: Millis) -> bool:
    """Whether they are asked with the others: who cannot be reached, not more often than that."""
    if _told(asked, officer) or _unheard(asked, officer, now):
        return False
    outcome = asked.outcomes.get(officer)
    if outcome is None or outcome.how == "silent":
        return True
    return outcome.at + OTHERS_MS <= now


def _told(asked: Asked, officer: OfficerId) -> bool:
    outcome = asked.outcomes.get(officer)
    return outcome is not None and outcome.how == "told"


def _unheard(asked: Asked, officer: OfficerId, now: Millis) -> bool:
    """Whether they are being asked right now: nobody said yet what became of it."""
    at, outcome = asked.asked.get(officer, 0), asked.outcomes.get(officer)
    known = outcome is not None and outcome.at >= at
    return bool(at) and not known and now < at + UNHEARD_MS
