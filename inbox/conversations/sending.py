"""From ready to sent, and back: never twice, never lost silently."""

# ruff: noqa: ARG001 - all rules stand in one table, so all take the same arguments.
# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from inbox.conversations import clearing
from inbox.conversations.answering import recipients_of
from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.claiming import untried
from inbox.conversations.commands import (
    Discard,
    PostByHand,
    Recall,
    Report,
    Resolve,
    Resume,
    Retract,
    StartSend,
)
from inbox.conversations.denied import Denied
from inbox.conversations.events import (
    AnyEvent,
    Arrived,
    ClearanceExpired,
    Closed,
    Discarded,
    Postponed,
    Recalled,
    Requeued,
    RetractAsked,
    Retracted,
    RetractFailed,
    SendFailed,
    SendStarted,
    SendUnsure,
    Sent,
    Void,
)
from inbox.conversations.state import (
    THERE,
    Answer,
    Conversation,
    OutPart,
    find_part,
    may_leave,
    target_change,
)
from inbox.words import MessageId

Hindrance: TypeAlias = Callable[[Case, StartSend, Answer, OutPart], Denied | None]


def start_send(case: Case, command: StartSend) -> Decision:
    """Write down that a part is about to be sent; only `SendStarted` lets it leave.

    A target or circle of readers that changed meanwhile gives `SendFailed` instead.
    """
    found = find_part(case.conversation, command.part)
    if found is None:
        return denied("unknown_answer")
    answer, part = found
    for hindrance in HINDRANCES:
        no = hindrance(case, command, answer, part)
        if no:
            return no
    spent = clearing.spent(case, answer)
    if spent and answer.untried:
        return (ClearanceExpired(answer=answer.id, why=spent),)
    why = _no_longer_the_same(case.conversation, command, answer) or (spent and "clearance")
    if why:
        return (SendFailed(part=part.id, why=why),)
    return (SendStarted(part=part.id, attempt=part.attempt + 1),)


def _greeting_yields(
    case: Case, command: StartSend, answer: Answer, part: OutPart
) -> Denied | None:
    if answer.kind != "greeting" or may_leave(case.conversation, answer):
        return None
    return denied("human_first")


def _claim_current(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    c = case.conversation
    if answer.kind == "greeting" or may_leave(c, answer):
        return None
    return denied("stale_claim", by=c.claimant)


def _cleared(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    left = answer.uncleared
    return denied("not_cleared", answer=answer.id, left=left) if left else None


def _same_seal(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    """Refuse a sender that holds another text in its hand than what is let go now."""
    differs = command.seal and command.seal != answer.seal
    return denied("seal_differs") if differs else None


def _is_next(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    if part.state in (*THERE, "retracted"):
        return denied("already_sent", part=part.id)
    if part.state == "sending":
        return denied("being_sent", part=part.id)
    if part.state == "unsure":
        return denied("unsure_first", part=part.id)
    ahead = next((p for p in answer.parts if p.state not in THERE), part)
    if ahead.id != part.id:
        return denied("being_sent", part=ahead.id)
    return None if answer.state in ("ready", "sending") else denied("unknown_answer")


def _same_epoch(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    return None if answer.epoch == command.epoch else denied("other_epoch", answer=answer.id)


def _not_halted(case: Case, command: StartSend, answer: Answer, part: OutPart) -> Denied | None:
    return denied("account_halted") if command.halted or case.policy.halted else None


HINDRANCES: tuple[Hindrance, ...] = (
    _cleared,  # guard: not-cleared test=tests/inbox/conversations/test_clearing.py::test_what_is_not_cleared_does_not_leave_whoever_offers_it
    _same_seal,  # guard: sender-seal test=tests/inbox/conversations/test_clearing.py::test_a_sender_that_holds_an_older_text_does_not_start
    _greeting_yields,  # guard: human-first test=tests/inbox/conversations/test_sending.py::test_a_greeting_yields_to_a_human
    _claim_current,  # guard: fence test=tests/inbox/conversations/test_sending.py::test_a_stale_holder_s_answer_does_not_leave
    _is_next,  # guard: next-part test=tests/inbox/conversations/test_sending.py::test_a_part_waits_for_the_one_before_it
    _same_epoch,  # guard: epoch test=tests/inbox/conversations/test_sending.py::test_after_a_restore_every_unsent_answer_waits_for_an_officer
    _not_halted,  # guard: halted test=tests/inbox/conversations/test_sending.py::test_a_halted_account_sends_nothing
)


def _no_longer_the_same(c: Conversation, command: StartSend, answer: Answer) -> str:
    if command.changed:
        return "identity"
    now = command.recipients or recipients_of(c)
    if answer.recipients and set(now) != set(answer.recipients):
        return "recipients"
    if answer.kind == "greeting":
        return ""
    return "target_changed" if target_change(c, answer.re, answer.seen) else ""


def report(case: Case, command: Report) -> Decision:
    """Settle a part by what the platform said; a stale failure never undoes a later success."""
    found = find_part(case.conversation, command.part)
    if found is None:
        return denied("unknown_answer")
    part = found[1]
    if command.outcome in ("sent", "arrived"):
        return _stands(command if case.conversation.begun else replace(command, thread=None), part)
    if command.outcome in ("retracted", "kept"):
        return _taken_back(command, part)
    same_attempt = command.attempt in (0, part.attempt)
    return _not_sent(command) if part.state == "sending" and same_attempt else ()


def _stands(command: Report, part: OutPart) -> Decision:
    sent = Sent(
        part=part.id,
        ref=command.ref,
        url=command.url,
        by_hand=command.by_hand,
        thread=command.thread,
    )
    arrived = Arrived(part=part.id)
    if part.state in ("arrived", "retracted"):
        return ()
    if command.outcome == "sent":
        return () if part.state == "sent" else (sent,)
    if part.state == "sent":
        return (arrived,)
    # A receipt that overtakes the response proves that the part is there.
    return (sent, arrived) if command.ref else ()


def and_closed(case: Case, events: tuple[AnyEvent, ...]) -> tuple[AnyEvent, ...]:
    """Add the closing that an answer's author asked for, unless the person wrote meanwhile."""
    c = case.conversation
    sent = next((event for event in events if isinstance(event, Sent)), None)
    found = find_part(c, sent.part) if sent else None
    if sent is None or found is None or not found[0].close or c.closed:
        return events
    rest = [p for p in found[0].parts if p.id != sent.part and p.state not in THERE]
    if rest or c.news > found[0].seen:
        return events
    return (*events, Closed(outcome="answered", timer=c.timer + 1 if c.claim else 0))


def _taken_back(command: Report, part: OutPart) -> Decision:
    if part.state not in THERE:
        return ()
    if command.outcome == "retracted":
        return (Retracted(part=part.id),)
    return (RetractFailed(part=part.id, why=command.why),)


def _not_sent(command: Report) -> Decision:
    if command.outcome == "unsure":
        return (SendUnsure(part=command.part),)
    if command.outcome == "postponed":
        return (Postponed(part=command.part, until=command.until, why=command.why),)
    return (SendFailed(part=command.part, why=command.why or "unknown"),)


def _concern(case: Case, answer_id: str) -> tuple[Answer | None, Denied | None]:
    """Find an answer that this officer may steer: their own, or of what nobody else holds."""
    answer = case.conversation.answer(answer_id)
    if answer is None:
        return None, denied("unknown_answer")
    if answer.author == case.me or case.supervises:
        return answer, None
    return answer, case.held_by_another()


def recall(case: Case, command: Recall) -> Decision:
    """Stop an answer that has not begun to leave."""
    answer, no = _concern(case, command.answer)
    if answer is None or no:
        return no or ()
    if answer.state == "draft":
        return ()
    if answer.state in ("asked", "ready") and untried(answer):
        return (Recalled(answer=answer.id),)
    return denied("too_late", answer=answer.id)


def discard(case: Case, command: Discard) -> Decision:
    """Give up an answer; what has left stays, what is leaving must first be known."""
    answer, no = _concern(case, command.answer)
    if answer is None or no:
        return no or ()
    if answer.state == "discarded":
        return ()
    no = _unsettled(answer)
    if no:
        return no
    if answer.state in ("sent", "retracting", "retracted"):
        return denied("already_sent", answer=answer.id)
    return (Discarded(answer=answer.id, reason=command.reason),)


def _unsettled(answer: Answer) -> Denied | None:
    for part in answer.parts:
        if part.state == "sending":
            return denied("being_sent", part=part.id)
        if part.state == "unsure":
            return denied("unsure_first", part=part.id)
    return None


def resume(case: Case, command: Resume) -> Decision:
    """Let the rest of an answer leave, on this officer's word and under the present claim."""
    answer, no = _concern(case, command.answer)
    if answer is None or no:
        return no or ()
    no = case.held_by_another() or _unsettled(answer)
    if no:
        return no
    if answer.state not in ("stuck", "ready", "sending"):
        return denied("unknown_answer")
    spent = clearing.spent(case, answer)
    if spent:
        return _cleared_anew(answer, spent)
    return _target_gone(case.conversation, answer) or _requeued(case, answer)


def _cleared_anew(answer: Answer, why: Void) -> Decision:
    """Let no word of an officer stand in for a clearance that counts no more."""
    if answer.untried:
        return (ClearanceExpired(answer=answer.id, why=why),)
    # Its parts' ids were the platform's keys: it is given up, and written anew.
    return denied("not_cleared", answer=answer.id, left=1)


def _target_gone(c: Conversation, answer: Answer) -> Denied | None:
    begun = any(part.state in THERE for part in answer.parts)
    if answer.re in c.gone and not begun:
        return denied("target_changed", how="deleted")
    return None


def _requeued(case: Case, answer: Answer) -> Decision:
    stopped = answer.epoch != case.policy.epoch or not may_leave(case.conversation, answer)
    states = ("failed", "ready") if stopped else ("failed",)
    again = [part.id for part in answer.parts if part.state in states]
    return tuple(Requeued(part=part, epoch=case.policy.epoch) for part in again)


def resolve(case: Case, command: Resolve) -> Decision:
    """Settle an unsure part on the word of a person who looked."""
    found = find_part(case.conversation, command.part)
    if found is None:
        return denied("unknown_answer")
    no = case.held_by_another()
    part = found[1]
    if no or part.state != "unsure":
        return no or _no_longer_unsure(part, command.ref)
    if command.ref:
        return (Sent(part=part.id, ref=command.ref),)
    if clearing.spent(case, found[0]):
        return (
            SendFailed(part=part.id, why="clearance"),
        )  # guard: looked-not-cleared test=tests/inbox/conversations/test_clearing.py::test_who_looked_and_found_nothing_renews_no_clearance
    return (Requeued(part=part.id, epoch=case.policy.epoch),)


def _no_longer_unsure(part: OutPart, ref: MessageId | None) -> Decision:
    there = part.state in THERE
    if part.state == "sending":
        return denied("being_sent", part=part.id)
    if ref is None:
        return denied("already_sent", part=part.id) if there else ()
    return () if there else denied("unknown_answer")


def post_by_hand(case: Case, command: PostByHand) -> Decision:
    """Note that an officer posted the part themselves, at this address."""
    c, url = case.conversation, command.url.strip().rstrip("/")
    if not url:
        return denied("empty")
    answer = c.answer(command.part.rpartition(".")[0])
    if answer is None:
        return denied("unknown_answer")
    part = answer.part(command.part)
    if part is None and answer.parts:
        return denied("unknown_answer")
    if answer.state == "asked":
        return denied("answer_open", answer=answer.id)
    return case.held_by_another() or _posted(case, part, command, url)


def _posted(case: Case, part: OutPart | None, command: PostByHand, url: str) -> Decision:
    if part is not None and part.state == "sending":
        return denied("being_sent", part=part.id)
    if part is not None and part.state in (*THERE, "retracted"):
        return ()
    # The last step of the address is the post's id on the platforms where hands post.
    ref = f"{case.policy.account.platform}:{url.rpartition('/')[2]}"
    return (Sent(part=command.part, ref=ref, url=url, by_hand=True),)


def retract(case: Case, command: Retract) -> Decision:
    """Ask for a sent answer back, where the platform can give it."""
    answer, no = _concern(case, command.answer)
    if answer is None or no:
        return no or ()
    if answer.state in ("retracting", "retracted"):
        return ()
    if not case.policy.profile.retracts:
        return denied("cannot_retract")
    no = _unsettled(answer)
    if no:
        return no
    if not any(part.state in THERE for part in answer.parts):
        return denied("unknown_answer")
    return (RetractAsked(answer=answer.id, reason=command.reason),)
