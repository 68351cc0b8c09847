"""What may happen in a reachout: one rule a command, pure and total."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from inbox.denied import Denied
from inbox.reachout import climbing, commands, opening
from inbox.reachout.case import Case, Decision, Facts, denied, hindered
from inbox.reachout.commands import Order
from inbox.reachout.events import (
    Closed,
    Doubted,
    Erased,
    Extended,
    HandedOver,
    Heard,
    Imitated,
    Missed,
)
from inbox.reachout.state import WARNED_MOST, Reachout, Rung

Rule: TypeAlias = Callable[[Case, Any], Decision]


def decide(reachout: Reachout, order: Order, facts: Facts) -> Decision:
    """Return the events that the order brings about, `()` if it is already so, or why not."""
    case = Case(reachout, order, facts)
    no = hindered(case)
    if no:
        return no
    if not reachout.version and not isinstance(order.command, commands.Open):
        return denied("unknown_reachout")
    return RULES[type(order.command)](case, order.command)


def _extend(case: Case, command: commands.Extend) -> Decision:
    if not case.reachout.running:
        return denied("reachout_over")
    if command.deadline <= case.at:
        return denied("in_the_past", until=command.deadline)
    if command.deadline == case.reachout.deadline:
        return ()
    return (Extended(deadline=command.deadline, reason=command.reason),)


def _miss(case: Case, command: commands.Miss) -> Decision:
    del command
    one = case.reachout
    if not one.overdue(case.at) or one.missed == one.deadline:
        return denied("stale_timer")
    return (Missed(deadline=one.deadline),)


def _hear(case: Case, command: commands.Hear) -> Decision:
    """Let only a verified person of the contact stop the clock; warn of everybody else once."""
    if not case.reachout.running:
        return ()
    where = {
        "person": command.person,
        "conversation": command.conversation,
        "message": command.message,
    }
    if _is_theirs(command):
        return (Heard(**where),)
    if command.person in {one.person for one in case.reachout.imitated}:
        return ()
    if command.like:
        many = sum(one.kind == "imitated" for one in case.reachout.imitated)
        if many >= WARNED_MOST:
            return ()  # guard: swarm test=tests/inbox/reachout/test_hearing.py::test_a_swarm_of_look_alikes_is_warned_of_and_drowns_nothing
        return (Imitated(**where, like=command.like, differs=command.differs),)
    return (Doubted(**where, level=command.level),)


def _is_theirs(command: commands.Hear) -> bool:
    """Whether this is a verified person of the contact, and nobody who is only called alike."""
    alike, unsure = bool(command.like), command.level != "verified"
    wrong = (
        alike,  # guard: parody test=tests/inbox/reachout/test_hearing.py::test_a_parody_never_stops_the_clock
        unsure,  # guard: verified-only test=tests/inbox/reachout/test_hearing.py::test_only_a_verified_person_of_the_contact_stops_the_clock
    )
    return not any(wrong)


def _hand_over(case: Case, command: commands.HandOver) -> Decision:
    one = case.reachout
    if not command.to.strip():
        return denied("empty")
    if one.state in ("handed_over", "closed"):
        return () if one.to == command.to else denied("reachout_over")
    return _pending(case) or (HandedOver(to=command.to),)


def _close(case: Case, command: commands.Close) -> Decision:
    if case.reachout.state == "closed":
        return ()
    return _pending(case) or (Closed(outcome=command.outcome, reason=command.reason),)


def _pending(case: Case) -> Denied | None:
    """Refuse to end what has an answer on its way: it would leave for nobody."""
    rung: Rung | None = next((one for one in case.reachout.rungs if climbing.pending(one)), None)
    return denied("answer_open", answer=rung.answer) if rung else None


def _erase(case: Case, command: commands.Erase) -> Decision:
    return _pending(case) or (Erased(target=command.target, basis=command.basis),)


RULES: dict[type[commands.Command], Rule] = {
    commands.Open: opening.open_,
    commands.Extend: _extend,
    commands.Attempt: climbing.attempt,
    commands.Skip: climbing.skip,
    commands.Record: climbing.record,
    commands.HandOver: _hand_over,
    commands.Close: _close,
    commands.TimeOut: climbing.time_out,
    commands.Miss: _miss,
    commands.Hear: _hear,
    commands.Settle: climbing.settle,
    commands.Find: climbing.find,
    commands.Erase: _erase,
}
