"""Beginning to reach somebody: what the ladder may consist of, said before anybody climbs it."""

# ruff: noqa: ARG001 - all checks stand in one table, so all take the same arguments.
# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from inbox.denied import Denied
from inbox.reachout.case import Case, Decision, denied
from inbox.reachout.commands import Open
from inbox.reachout.events import Opened
from inbox.reachout.ladder import clean, forbidden
from inbox.reachout.state import Rung

Check: TypeAlias = Callable[[Case, Open], Denied | None]
RungCheck: TypeAlias = Callable[[Case, Rung], Denied | None]


def open_(case: Case, command: Open) -> Decision:
    """Open a reachout whose ladder can be climbed."""
    if case.reachout.version:
        return denied("known_already")
    for check in CHECKS:
        no = check(case, command)
        if no:
            return no
    return (
        Opened(
            contact=command.contact,
            purpose=command.purpose.strip(),
            urgency=command.urgency,
            deadline=command.deadline,
            rungs=tuple(_planned(case, one) for one in command.rungs),
        ),
    )


def _planned(case: Case, rung: Rung) -> Rung:
    """Return a rung as it begins: whoever orders it says nothing of how far it is."""
    rule = forbidden(rung, *case.facts.accounts[rung.account]) if rung.on_platform else ""
    return clean(rung, rule)


def _known(case: Case, command: Open) -> Denied | None:
    return None if case.facts.known else denied("unknown_contact", contact=command.contact)


def _purpose(case: Case, command: Open) -> Denied | None:
    return None if command.purpose.strip() else denied("reason_needed")


def _in_time(case: Case, command: Open) -> Denied | None:
    return denied("in_the_past", until=command.deadline) if command.deadline <= case.at else None


def _some_channel(case: Case, command: Open) -> Denied | None:
    return None if command.rungs else denied("no_channel")


def _public_last(case: Case, command: Open) -> Denied | None:
    kinds = [one.kind for one in command.rungs]
    early = "public" in kinds and any(k != "public" for k in kinds[kinds.index("public") :])
    return denied("public_last") if early else None


def _each_rung(case: Case, command: Open) -> Denied | None:
    found = (check(case, rung) for rung in command.rungs for check in RUNG_CHECKS)
    return next((no for no in found if no), None)


CHECKS: tuple[Check, ...] = (
    _known,
    _purpose,
    _in_time,  # guard: reach-in-time test=tests/inbox/reachout/test_opening.py::test_a_deadline_in_the_past_is_refused
    _some_channel,  # guard: some-channel test=tests/inbox/reachout/test_opening.py::test_a_contact_without_any_channel_is_refused
    _public_last,  # guard: public-last test=tests/inbox/reachout/test_opening.py::test_a_public_mention_comes_last
    _each_rung,
)


def _from_the_directory(case: Case, rung: Rung) -> Denied | None:
    """Let nobody be called at a number that came with a message."""
    if rung.on_platform:
        known = rung.person in case.facts.levels
        return None if known else denied("unknown_person", person=rung.person)
    return None if (rung.kind, rung.way) in case.facts.ways else denied("unknown_way")


def _verified(case: Case, rung: Rung) -> Denied | None:
    if not rung.on_platform:
        return None
    level = case.facts.levels.get(rung.person, "unproven")
    return None if level == "verified" else denied("not_verified", level=level)


def _ours_to_speak_from(case: Case, rung: Rung) -> Denied | None:
    if not rung.on_platform:
        return None
    same = rung.account.partition("/")[0] == rung.person.partition(":")[0]
    return case.may_speak(rung.account) if same else denied("unknown_person", person=rung.person)


def _approved_line(case: Case, rung: Rung) -> Denied | None:
    if rung.kind != "public":
        return None
    languages = case.facts.lines.get(rung.template, {})
    return None if rung.language in languages else denied("unknown_template")


RUNG_CHECKS: tuple[RungCheck, ...] = (
    _from_the_directory,  # guard: from-directory test=tests/inbox/reachout/test_opening.py::test_call_back_details_come_from_the_directory
    _verified,  # guard: verified-rung test=tests/inbox/reachout/test_opening.py::test_who_is_not_verified_or_frozen_gets_no_rung_on_a_platform
    _ours_to_speak_from,
    _approved_line,  # guard: approved-line test=tests/inbox/reachout/test_opening.py::test_a_public_rung_says_an_approved_line_only
)
