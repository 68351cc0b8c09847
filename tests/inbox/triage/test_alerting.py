"""Whom to call to an unclaimed conversation on which lives may depend."""

from __future__ import annotations

from msgspec.structs import replace

from inbox.conversations.state import Claim
from inbox.team.policies import Policies
from inbox.triage.alerting import (
    NEXT_MS,
    SILENT_MS,
    SUPERVISOR_MS,
    UNHEARD_MS,
    Alerted,
    Call,
    How,
    Later,
    Nobody,
    Outcome,
    callable_now,
    step,
    urgent,
)
from inbox.words import Officer
from tests.inbox.house import ACCOUNT, policies
from tests.inbox.views import conversation

START = 1_000_000
DUTY, HEADS = ("anna", "erik"), ("maria",)


def ended(officer: str, how: How, at: int, before: Alerted) -> Alerted:
    """Return what is known once somebody was called."""
    outcomes = {**before.outcomes, officer: Outcome(how, at)}
    return replace(before, asked={**before.asked, officer: at}, outcomes=outcomes)


FRESH = Alerted(START)


def test_the_duty_officer_is_called_at_once() -> None:
    assert step(FRESH, DUTY, HEADS, START) == Call("anna", "duty")


def test_after_two_minutes_the_next_and_after_five_the_supervisor() -> None:
    one = ended("anna", "told", START, FRESH)
    assert step(one, DUTY, HEADS, START + NEXT_MS - 1) == Later(START + NEXT_MS)
    assert step(one, DUTY, HEADS, START + NEXT_MS) == Call("erik", "duty")
    two = ended("erik", "told", START + NEXT_MS, one)
    assert step(two, (*DUTY, "omar"), HEADS, START + 2 * NEXT_MS) == Call("omar", "duty")
    three = ended("omar", "told", START + 2 * NEXT_MS, two)
    assert step(three, DUTY, HEADS, START + 2 * NEXT_MS + 1) == Later(START + SUPERVISOR_MS)
    assert step(three, DUTY, HEADS, START + SUPERVISOR_MS) == Call("maria", "supervisor")


def test_whoever_is_silent_is_passed_over_at_once_and_asked_for_again_later() -> None:
    silent = ended("anna", "silent", START, FRESH)
    assert step(silent, DUTY, HEADS, START) == Call("erik", "duty")
    both = ended("erik", "told", START, silent)
    late = ended("maria", "told", START + SILENT_MS, both)
    assert step(late, DUTY, HEADS, START + SILENT_MS + NEXT_MS) == Call("anna", "duty")


def test_where_nobody_on_duty_can_be_called_the_supervisor_is_at_once() -> None:
    assert step(FRESH, (), HEADS, START) == Call("maria", "supervisor")
    silent = ended("anna", "silent", START, FRESH)
    assert step(silent, ("anna",), HEADS, START) == Call("maria", "supervisor")


def test_nobody_is_called_twice_for_the_same_and_then_it_is_told_that_nobody_is_left() -> None:
    told = ended("maria", "told", START, ended("anna", "told", START, FRESH))
    assert step(told, ("anna",), HEADS, START + SUPERVISOR_MS) == Nobody()
    quiet = replace(told, nobody=START + SUPERVISOR_MS)
    assert isinstance(step(quiet, ("anna",), HEADS, START + SUPERVISOR_MS), Later)
    assert step(quiet, ("anna", "erik"), HEADS, START + SUPERVISOR_MS) == Call("erik", "duty")


def test_a_call_of_which_nothing_is_heard_holds_the_next_back_and_is_given_again() -> None:
    asked = replace(FRESH, asked={"anna": START})
    assert step(asked, DUTY, HEADS, START + 1) == Later(START + UNHEARD_MS)
    assert step(asked, DUTY, HEADS, START + UNHEARD_MS) == Call("anna", "duty")
    assert step(asked, ("erik",), HEADS, START + 1) == Call("erik", "duty"), "she went off duty"


def ministry() -> Policies:
    """Give three officers of one account: one reads Arabic, one is a supervisor, one only reads."""
    plain = policies(0)
    account = replace(plain.accounts[0], officers=("aj", "ml", "rr", "sh"))
    people = (
        Officer("aj", "AJ", "Anna", languages=("sv",)),
        Officer("ml", "ML", "Maria", roles=("supervisor",)),
        Officer("rr", "RR", "Rut", roles=("reader",)),
        Officer("sh", "SH", "Samira", languages=("ar",)),
    )
    return Policies((account,), people, plain.lanes, (), plain.profiles)


def test_those_who_read_the_language_come_first_and_only_those_who_may_claim() -> None:
    waits = conversation("c", account=ACCOUNT, language="ar", audience="private")
    duty, heads = callable_now(waits, ministry(), {"aj", "sh", "rr"})
    assert duty == ("sh", "aj")
    assert heads == ("ml",)
    assert callable_now(conversation("c", account="x/gone"), ministry(), {"aj"}) == ((), ())


def test_only_what_waits_unclaimed_in_a_reserved_lane_is_urgent() -> None:
    waits = conversation("c", account=ACCOUNT, lane="life-safety")
    assert urgent(waits, ministry())
    assert not urgent(replace(waits, lane="info"), ministry())
    assert not urgent(replace(waits, claim=Claim("aj", 1, START)), ministry())
