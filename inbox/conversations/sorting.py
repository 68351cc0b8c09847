"""Where a conversation stands: notes, tags, lanes, snoozes, closing and reopening."""

# ruff: noqa: ARG001 - all rules stand in one table, so all take the same arguments.
# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from inbox.conversations.case import Case, Decision, denied
from inbox.conversations.commands import (
    AddNote,
    Close,
    Reopen,
    SetLane,
    SetLanguage,
    Snooze,
    Tag,
    Untag,
    Wake,
)
from inbox.conversations.denied import Denied
from inbox.conversations.events import (
    AnyEvent,
    Closed,
    Discarded,
    LaneSet,
    LanguageSet,
    Noted,
    Reopened,
    Snoozed,
    Tagged,
    Untagged,
    Woken,
)
from inbox.conversations.state import MOVING


def add_note(case: Case, command: AddNote) -> Decision:
    """Keep an internal remark."""
    if not command.text.strip():
        return denied("empty")
    return (Noted(note=command.note, text=command.text),)


def tag(case: Case, command: Tag) -> Decision:
    """Put on one of the labels that the house knows."""
    if command.tag not in case.policy.tags:
        return denied("unknown_tag", tag=command.tag)
    return () if command.tag in case.conversation.tags else (Tagged(tag=command.tag),)


def untag(case: Case, command: Untag) -> Decision:
    """Take a label off."""
    return (Untagged(tag=command.tag),) if command.tag in case.conversation.tags else ()


def set_lane(case: Case, command: SetLane) -> Decision:
    """Serve it in another order; a rule never overrules an officer."""
    c = case.conversation
    if command.lane not in {lane.name for lane in case.policy.lanes}:
        return denied("unknown_lane", lane=command.lane)
    confirmed = c.lane_set or not case.me
    if command.lane == c.lane and confirmed:
        return ()
    if c.lane_set and not case.me:
        return ()
    return (LaneSet(lane=command.lane, before=c.lane, reason=command.reason),)


def set_language(case: Case, command: SetLanguage) -> Decision:
    """Note in which language they write; what is known already stands."""
    if case.conversation.language or not command.language:
        return ()
    return (LanguageSet(language=command.language),)


def snooze(case: Case, command: Snooze) -> Decision:
    """Put it aside until a time to come."""
    c = case.conversation
    if c.closed:
        return denied("closed", by=c.closed.by, at=c.closed.at)
    if command.until <= case.at:
        return denied("in_the_past", until=command.until)
    if c.wake and c.wake.at == command.until:
        return ()
    return case.held_by_another() or (Snoozed(until=command.until, timer=c.timer + 1),)


def wake(case: Case, command: Wake) -> Decision:
    """Bring it back; a timer that no longer counts changes nothing."""
    wakes = case.conversation.wake
    if not case.me and (wakes is None or wakes.timer != command.timer):
        return denied("stale_timer", timer=command.timer)
    if wakes is None:
        return denied("not_snoozed")
    return (Woken(cause=command.cause),)


def close(case: Case, command: Close) -> Decision:
    """Say that it is done with, unless something is still leaving."""
    c = case.conversation
    if c.closed:
        return ()
    no = case.held_by_another() or _leaving(case)
    if no:
        return no
    timer = c.timer + 1 if c.claim else 0
    closed = Closed(outcome=command.outcome, timer=timer)
    return (closed, *_abandoned_greeting(case))


def _leaving(case: Case) -> Denied | None:
    answer = case.conversation.open_answer
    if answer is None or answer.kind == "greeting" or answer.state not in MOVING:
        return None
    unsure = next((part for part in answer.parts if part.state == "unsure"), None)
    if unsure:
        return denied("unsure_first", part=unsure.id)
    if answer.state == "asked":
        return denied("answer_open", answer=answer.id)
    moving = answer.state in ("ready", "sending")
    blocked = (
        moving,  # guard: being-sent test=tests/inbox/conversations/test_sorting.py::test_it_is_not_closed_while_an_answer_is_being_sent
    )
    return denied("being_sent", answer=answer.id) if any(blocked) else None


def _abandoned_greeting(case: Case) -> tuple[AnyEvent, ...]:
    answer = case.conversation.open_answer
    if answer is None or answer.kind != "greeting":
        return ()
    return (Discarded(answer=answer.id, reason="closed"),)


def reopen(case: Case, command: Reopen) -> Decision:
    """Say that it is not done with after all."""
    if case.conversation.closed is None:
        return denied("not_closed")
    return (Reopened(cause=command.reason),)
