"""Who holds a conversation: claim, take over, assign, release, lapse."""

# ruff: noqa: ARG001 - all rules stand in one table, so all take the same arguments.
# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from typing import Literal

from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import Assign, Claim, Lapse, Release, TakeOver
from inbox.conversations.denied import Denied
from inbox.conversations.events import AnyEvent, Claimed, Discarded, Recalled, Released, Woken
from inbox.conversations.state import MOVING, Answer, Conversation
from inbox.team.roles import may
from inbox.words import OfficerId


def claim(case: Case, command: Claim) -> Decision:
    """Hold it; the second is told who was first."""
    c = case.conversation
    if c.closed:
        return denied("closed", by=c.closed.by, at=c.closed.at)
    if c.claim and c.claim.holder == case.me:
        return (Woken(cause="claim"),) if c.wake else ()
    second = case.held_by_another()
    hindrances = (
        second,  # guard: second-claim test=tests/inbox/conversations/test_claiming.py::test_the_second_claim_is_told_who_was_first
    )
    return next((no for no in hindrances if no), None) or _claimed(case, case.me, "claim")


def take_over(case: Case, command: TakeOver) -> Decision:
    """Hold it whoever held it before."""
    c = case.conversation
    if c.closed:
        return denied("closed", by=c.closed.by, at=c.closed.at)
    if c.claim and c.claim.holder == case.me:
        return ()
    return _claimed(case, case.me, "take_over", command.reason)


def assign(case: Case, command: Assign) -> Decision:
    """Give the claim on: officers their own, supervisors anybody's."""
    c = case.conversation
    if c.closed:
        return denied("closed", by=c.closed.by, at=c.closed.at)
    if c.claim and c.claim.holder == command.to:
        return ()
    hindered = _cannot_give(case) or _cannot_take(case, command.to)
    return hindered or _claimed(case, command.to, "assign", command.reason)


def _cannot_give(case: Case) -> Denied | None:
    if case.supervises:
        return None
    if case.conversation.claim is None:
        return denied("claim_first")
    return case.held_by_another()


def _cannot_take(case: Case, to: OfficerId) -> Denied | None:
    policy = case.policy
    if not may(policy.officers.get(to), "Claim", policy.account):
        return denied("unknown_officer", officer=to)
    if policy.on_duty and to not in policy.on_duty:
        return denied("off_duty", officer=to)
    return None


def release(case: Case, command: Release) -> Decision:
    """Give the claim back to the queue."""
    held = case.conversation.claim
    if held is None:
        return ()
    other = case.held_by_another()
    return other or (Released(holder=held.holder, fence=held.fence, reason=command.reason),)


def lapse(case: Case, command: Lapse) -> Decision:
    """Release a claim that outlived its use: its conversation is closed, or waits for their word.

    What we wrote first has left or came to nothing, and nobody has written: whoever is there takes
    what they answer.
    """
    c = case.conversation
    if c.begun and not c.count and c.claim and not c.closed and _done_with(c, c.claim.fence):
        return (Released(holder=c.claim.holder, fence=c.claim.fence, reason="left"),)
    if c.closed is None or c.claim is None or command.timer != c.closed.timer:
        return denied("stale_timer", timer=command.timer)
    return (Released(holder=c.claim.holder, fence=c.claim.fence, reason="lapsed"),)


def _done_with(c: Conversation, fence: int) -> bool:
    """Say whether what was let go under this claim is neither leaving nor waiting any more."""
    leaving = any(answer.state in ("asked", *MOVING) for answer in c.answers)
    return not leaving and any(answer.fence == fence for answer in c.answers)


def _claimed(
    case: Case, holder: OfficerId, how: Literal["claim", "take_over", "assign"], reason: str = ""
) -> tuple[AnyEvent, ...]:
    c = case.conversation
    claimed = Claimed(
        holder=holder,
        fence=c.fence + 1,
        before=c.claim.holder if c.claim else "",
        how=how,
        reason=reason,
    )
    return (claimed, *_overtaken(c, holder))


def _overtaken(c: Conversation, holder: OfficerId) -> tuple[AnyEvent, ...]:
    """Stop what a new holder must not let slip out: a greeting, and another's held answer.

    The other's text stays a draft; without this it would leave when its author claims again.
    """
    answer = c.open_answer
    if answer is None or answer.state not in ("asked", "ready") or not untried(answer):
        return ()
    if answer.kind == "greeting":
        return (Discarded(answer=answer.id, reason="human_first"),)
    return () if answer.author == holder else (Recalled(answer=answer.id),)


def untried(answer: Answer) -> bool:
    """Say whether no part of it was ever on its way to the platform."""
    return answer.untried
