"""Clearance: somebody else's word before an answer leaves, bound to its seal and its time.

It counts for exactly what was sealed. Whatever changes gives it up: the text (a new answer), the
message answered, who reads it, who holds the conversation, the epoch, or its time. Messages that
come meanwhile are told to whoever clears and void nothing, for else a busy thread were never
answered.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

import msgspec
from msgspec.structs import replace

from inbox.answers.casualties import figure
from inbox.answers.clearance import RUNG, needed
from inbox.answers.seal import seal
from inbox.conversations.apply import apply
from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import Clear, Expire, Override, Return, TurnDown
from inbox.conversations.denied import Denied
from inbox.conversations.events import (
    Answered,
    AnyEvent,
    ClearanceAsked,
    ClearanceExpired,
    ClearanceReturned,
    Cleared,
    Deleted,
    Edited,
    MembersChanged,
    Overridden,
    TurnedDown,
    Void,
)
from inbox.conversations.state import (
    THERE,
    Answer,
    Clearing,
    Conversation,
    target_change,
    under_clearance,
)
from inbox.words import OfficerId

Word: TypeAlias = Clear | TurnDown | Return | Override


class Waiting(msgspec.Struct, frozen=True):
    """An answer that waits for clearance, and what somebody says of it."""

    case: Case
    command: Word
    answer: Answer
    clearing: Clearing


Check: TypeAlias = Callable[[Waiting], Denied | None]


# Asking
def asked(case: Case, answered: Answered) -> tuple[AnyEvent, ...]:
    """Return what letting this answer go means: it is ready, or it waits for somebody's word."""
    c = case.conversation
    rule = needed(
        case.policy, audience=answered.audience, lane=c.lane, tags=c.tags, kind=answered.kind
    )
    if rule is None:
        return (answered,)
    asks = ClearanceAsked(
        answer=answered.answer,
        seal=answered.seal,
        needs=rule.needs,
        until=case.at + rule.valid_ms,
        timer=c.timer + 1,
        from_=rule.from_,
        writers=_writers(case, answered.answer),
    )
    return (replace(answered, leaves_at=case.at), asks)


def _writers(case: Case, answer: str) -> tuple[OfficerId, ...]:
    """Return who beside its author wrote it: those whose draft was handed to them, or grew on."""
    drafts = [one for one in case.conversation.answers if one.state == "draft"]
    theirs = {one.author for one in drafts if case.me == one.to or one.id == answer}
    return tuple(sorted(theirs - {case.me, ""}))


def unsourced(case: Case, text: str, source: str) -> Denied | None:
    """Refuse a public figure of casualties of which nobody said whence it is."""
    if source.strip():
        return None
    words = case.policy.casualties
    found = figure(text, words.words, words.numbers)
    return denied("source_needed", word=found) if found else None


# Saying
def clear(case: Case, command: Clear) -> Decision:
    """Let exactly this leave; the last who is needed makes it ready at once."""
    waiting = _waiting(case, command)
    if isinstance(waiting, Denied):
        return waiting
    if case.me in waiting.clearing.cleared:
        return ()  # guard: cleared-twice test=tests/inbox/conversations/test_clearing.py::test_where_two_are_needed_one_is_not_counted_twice
    no = _hindered(waiting, CLEARING)
    left = waiting.clearing.left - 1
    return no or (Cleared(answer=command.answer, seal=command.seal, left=left),)


def turn_down(case: Case, command: TurnDown) -> Decision:
    """Let it not leave, and say why."""
    waiting = _waiting(case, command)
    if isinstance(waiting, Denied):
        return waiting
    no = _hindered(waiting, SAYING)
    if no or not command.reason.strip():
        return no or denied("reason_needed")
    return (TurnedDown(answer=command.answer, seal=command.seal, reason=command.reason),)


def give_back(case: Case, command: Return) -> Decision:
    """Give it back to its author, with the approver's text."""
    waiting = _waiting(case, command)
    if isinstance(waiting, Denied):
        return waiting
    no = _hindered(waiting, SAYING)
    if no or not command.text.strip():
        return no or denied("empty")
    if waiting.answer.kind == RUNG and waiting.answer.audience == "public":
        return denied("template_only")
    back = ClearanceReturned(
        answer=command.answer, seal=command.seal, text=command.text, reason=command.reason
    )
    return (back,)


def override(case: Case, command: Override) -> Decision:
    """Let it leave on a supervisor's word alone: never on its author's, and never without a reason."""
    waiting = _waiting(case, command)
    if isinstance(waiting, Denied):
        return waiting
    no = _hindered(waiting, OVERRIDING)
    if no or not command.reason.strip():
        return no or denied("reason_needed")
    return (Overridden(answer=command.answer, seal=command.seal, reason=command.reason),)


def _waiting(case: Case, command: Word) -> Waiting | Denied:
    """Find what is waited for; who comes second is told what became of it."""
    answer = case.conversation.answer(command.answer)
    if answer is None:
        return denied("unknown_answer")
    clearing = answer.clearing
    if answer.state == "asked" and clearing is not None:
        return Waiting(case, command, answer, clearing)
    if clearing is not None:
        by = clearing.overridden or next(reversed(clearing.cleared), "")
        return denied("already_cleared", by=by)
    return denied("not_asked", answer=answer.id)


def _hindered(waiting: Waiting, checks: tuple[Check, ...]) -> Denied | None:
    return next((no for check in checks if (no := check(waiting))), None)


def _same_seal(waiting: Waiting) -> Denied | None:
    """Refuse a word that was given for another text than what waits."""
    return None if waiting.command.seal == waiting.answer.seal else denied("seal_differs")


def _in_time(waiting: Waiting) -> Denied | None:
    until = waiting.clearing.until
    return denied("expired", at=until) if waiting.case.at >= until else None


def _not_own(waiting: Waiting) -> Denied | None:
    """Refuse their own text: an officer is one person, whatever Slack ids they come by."""
    own = (waiting.answer.author, *waiting.clearing.writers)
    return denied("own_text") if waiting.case.me in own else None


def _was_asked(waiting: Waiting) -> Denied | None:
    named = waiting.clearing.from_
    if not named or waiting.case.me in named:
        return None
    names = [o.name for one in named if (o := waiting.case.policy.officers.get(one))]
    return denied("others_asked", names=", ".join(names))


def _leaves_at_all(waiting: Waiting) -> Denied | None:
    policy = waiting.case.policy
    if policy.halted:
        return denied("account_halted")
    if waiting.answer.epoch != policy.epoch:
        return denied("other_epoch", answer=waiting.answer.id)
    return None


def _confirmed(waiting: Waiting) -> Denied | None:
    command = waiting.command
    if not isinstance(command, Clear | Override):
        return None
    return unconfirmed(waiting.case, command.confirmed)


def unconfirmed(case: Case, typed: str) -> Denied | None:
    """Refuse to speak for a minister until their handle was typed."""
    account = case.policy.account
    words = {word.lstrip("@").casefold() for word in typed.split()}
    if account.kind != "minister" or account.handle.lstrip("@").casefold() in words:
        return None
    return denied("confirmation_needed", handle=account.handle)


SAYING: tuple[Check, ...] = (
    _not_own,  # guard: own-text test=tests/inbox/conversations/test_clearing.py::test_nobody_clears_their_own_text
    _was_asked,  # guard: was-asked test=tests/inbox/conversations/test_clearing.py::test_who_was_not_asked_does_not_clear
    _same_seal,  # guard: same-seal test=tests/inbox/conversations/test_clearing.py::test_a_text_edited_after_it_was_read_is_not_cleared
    _in_time,  # guard: in-time test=tests/inbox/conversations/test_clearing.py::test_an_approval_after_its_time_is_refused
)
CLEARING: tuple[Check, ...] = (
    *SAYING,
    _leaves_at_all,  # guard: clear-halted test=tests/inbox/conversations/test_clearing.py::test_nothing_is_cleared_while_the_account_is_halted_or_after_a_restore
    _confirmed,  # guard: clear-minister test=tests/inbox/conversations/test_clearing.py::test_a_minister_s_approver_types_the_handle_too
)
OVERRIDING = tuple(check for check in CLEARING if check is not _was_asked)


# Voiding
def expire(case: Case, command: Expire) -> Decision:
    """End a clearance whose time is over before the answer began to leave."""
    answer = under_clearance(case.conversation)
    clearing = answer.clearing if answer else None
    if answer is None or clearing is None or clearing.timer != command.timer:
        return denied("stale_timer", timer=command.timer)
    return (ClearanceExpired(answer=answer.id),) if case.at >= clearing.until else ()


def and_voided(case: Case, events: tuple[AnyEvent, ...]) -> tuple[AnyEvent, ...]:
    """Add that a clearance counts no more, where their message or its readers have changed."""
    before = under_clearance(case.conversation)
    if before is None or not any(isinstance(one, CHANGING) for one in events):
        return events
    after = _after(case, events)
    answer = after.answer(before.id)
    if answer is None or answer.clearing is None:
        return events
    why = "members" if after.members != case.conversation.members else ""
    why = why or target_change(after, answer.re, answer.seen)
    return (*events, ClearanceExpired(answer=answer.id, why=cast("Void", why))) if why else events


CHANGING = (Edited, Deleted, MembersChanged)


def _after(case: Case, events: tuple[AnyEvent, ...]) -> Conversation:
    c, version = case.conversation, case.conversation.version + 1
    for event in events:
        c = apply(c, event, case.at, case.order.by, version)
    return c


def spent(case: Case, answer: Answer) -> Void | None:
    """Return why an answer's clearance does not let it leave now; None where it does.

    What has begun to leave goes on: its first part left in time.
    """
    if answer.clearing is None or any(part.state in THERE for part in answer.parts):
        return None
    if case.at >= answer.clearing.until:
        return "expired"  # guard: cleared-in-time test=tests/bots/test_clearance.py::test_what_was_cleared_too_long_ago_does_not_leave
    if answer.epoch != case.policy.epoch:
        return "other_epoch"
    same = _resealed(case, answer) == answer.seal
    if not same:
        return "seal_differs"  # guard: resealed test=tests/inbox/conversations/test_clearing.py::test_what_is_no_longer_what_was_sealed_does_not_leave
    return None


def _resealed(case: Case, answer: Answer) -> str:
    """Seal anew what would leave now."""
    texts = [part.text for part in answer.parts]
    account = case.policy.account.id
    return seal(account, answer.audience, answer.recipients, answer.re, texts, answer.media)
