"""Climbing the ladder: one rung at a time, each opened only by the end of the one before it."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from inbox.denied import Denied
from inbox.reachout.case import Case, Decision, denied
from inbox.reachout.commands import Attempt, Find, Record, Settle, Skip, TimeOut
from inbox.reachout.events import (
    AnyEvent,
    Attempted,
    Found,
    Left,
    Reached,
    RungFailed,
    Skipped,
    Withdrawn,
)
from inbox.reachout.ladder import is_ours
from inbox.reachout.state import CURRENT, Rung, times_out_at


def pending(rung: Rung) -> bool:
    """Say whether its answer is on its way: neither on the platform nor given up."""
    return rung.on_platform and rung.state == "attempted" and not rung.left


def attempt(case: Case, command: Attempt) -> Decision:
    """Try a rung: only the one whose turn it is, and once."""
    rung = case.rung(command.rung)
    if rung is None:
        return denied("unknown_rung")
    if not case.reachout.running:
        return denied("reachout_over")
    if rung.state == "attempted" and rung.answer == command.answer and rung.answer:
        return ()
    no = _not_its_turn(case, rung)
    if no:
        return no
    return _on_platform(case, command, rung) if rung.on_platform else _tried(command)


def _not_its_turn(case: Case, rung: Rung) -> Denied | None:
    """Refuse a rung before those below it have ended, and the second of two at once."""
    current = case.reachout.current
    if rung.state == "waiting":
        return denied(
            "rung_waits", rung=(current or 0) + 1
        )  # guard: next-rung test=tests/inbox/reachout/test_climbing.py::test_the_next_rung_opens_only_after_a_failure_a_timeout_or_a_named_skip
    if rung.state == "attempted" and (rung.on_platform or _by(rung) != case.order.by):
        return denied(
            "rung_taken", by=_by(rung).removeprefix("officer:"), since=rung.since
        )  # guard: one-rung test=tests/inbox/reachout/test_climbing.py::test_two_officers_who_try_a_rung_at_once_are_one_winner_and_one_who_is_told
    over = rung.on_platform and rung.state not in CURRENT and current is not None
    return denied("rung_over", rung=(current or 0) + 1) if over else None


def _by(rung: Rung) -> str:
    """Return who tried it last."""
    return next((one.by for one in reversed(rung.attempts) if one.result == "attempted"), "")


def _tried(command: Attempt) -> Decision:
    return (Attempted(rung=command.rung, text=command.text),)


def _on_platform(case: Case, command: Attempt, rung: Rung) -> Decision:
    no = case.may_speak(rung.account) or _still_verified(command) or _deliverable(rung, command)
    if no:
        return no
    if command.by_hand:
        return _by_hand(case, command, rung)
    if rung.by_hand:
        return denied(
            "platform_forbids", rule=rung.rule
        )  # guard: by-hand-only test=tests/inbox/reachout/test_climbing.py::test_what_the_platform_forbids_is_posted_by_hand_and_its_link_logged
    if not command.answer:
        return denied("unknown_answer")
    return (
        Attempted(
            rung=command.rung,
            answer=command.answer,
            conversation=command.conversation,
            text=command.text,
            handle=command.handle,
        ),
    )


def _still_verified(command: Attempt) -> Denied | None:
    """Refuse whom the directory does not call verified at this moment: frozen since, say."""
    if command.level == "verified":
        return None
    return denied(
        "not_verified", level=command.level
    )  # guard: still-verified test=tests/inbox/reachout/test_climbing.py::test_who_was_frozen_since_gets_no_rung_on_a_platform


def _deliverable(rung: Rung, command: Attempt) -> Denied | None:
    if rung.kind == "private" and command.reach == "no":
        return denied(
            "private_impossible", reason=command.reason
        )  # guard: deliverable test=tests/inbox/reachout/test_climbing.py::test_a_private_rung_that_cannot_be_delivered_is_not_tried
    return None


def _by_hand(case: Case, command: Attempt, rung: Rung) -> Decision:
    account, profile = case.facts.accounts[rung.account]
    if not is_ours(command.by_hand, account, profile):
        return denied(
            "not_our_post", handle=account.handle
        )  # guard: our-post test=tests/inbox/reachout/test_climbing.py::test_a_link_to_somebody_elses_post_is_no_rung_of_ours
    return (
        Attempted(rung=command.rung, text=command.text),
        Left(rung=command.rung, url=command.by_hand, by_hand=True),
    )


def skip(case: Case, command: Skip) -> Decision:
    """Leave the present rung out, with a reason."""
    rung = case.rung(command.rung)
    if rung is None:
        return denied("unknown_rung")
    if rung.state == "skipped":
        return ()
    if not command.reason.strip():
        return denied(
            "reason_needed"
        )  # guard: named-skip test=tests/inbox/reachout/test_climbing.py::test_a_skip_names_its_reason
    return _steerable(case, command.rung, rung) or (
        Skipped(rung=command.rung, reason=command.reason),
    )


def _steerable(case: Case, n: int, rung: Rung) -> Denied | None:
    """Refuse to end a rung whose turn it is not, or whose answer is on its way."""
    if not case.reachout.running:
        return denied("reachout_over")
    if case.reachout.current != n:
        return denied("rung_waits" if rung.state == "waiting" else "rung_over", rung=_present(case))
    return denied("answer_open", answer=rung.answer) if pending(rung) else None


def _present(case: Case) -> int:
    return (case.reachout.current or 0) + 1


def record(case: Case, command: Record) -> Decision:
    """Note how a try by hand ended; a rung that is over may have been tried once more."""
    rung = case.rung(command.rung)
    if rung is None:
        return denied("unknown_rung")
    if not case.reachout.running:
        return denied("reachout_over")
    if rung.state == "waiting":
        return denied("rung_waits", rung=_present(case))
    if rung.on_platform:
        return _recorded_of_platform(case, command, rung)
    tried = () if rung.state == "attempted" else _silently(command)
    if command.result == "reached":
        return (*tried, Reached(rung=command.rung, text=command.text))
    return (*tried, RungFailed(rung=command.rung, why="no_answer", text=command.text))


def _silently(command: Record) -> tuple[AnyEvent, ...]:
    """Note the try itself where only its end was told."""
    return (Attempted(rung=command.rung),)


def _recorded_of_platform(case: Case, command: Record, rung: Rung) -> Decision:
    """Let an officer give a rung on a platform up; only a verified person's answer reaches."""
    if command.result == "reached":
        return denied("not_by_hand")
    no = _steerable(case, command.rung, rung)
    return no or (RungFailed(rung=command.rung, why="no_answer", text=command.text),)


def time_out(case: Case, command: TimeOut) -> Decision:
    """End a rung that has had its time, and no other."""
    at = times_out_at(case.reachout)
    if case.reachout.current != command.rung or at is None or at > case.at:
        return denied(
            "stale_timer"
        )  # guard: reach-timer test=tests/inbox/reachout/test_climbing.py::test_a_timer_of_an_earlier_rung_ends_nothing
    return (RungFailed(rung=command.rung, why="timeout"),)


def settle(case: Case, command: Settle) -> Decision:
    """Let a rung follow its answer; what another answer did does not concern it."""
    rung = case.rung(command.rung)
    if rung is None or rung.answer != command.answer or rung.state != "attempted":
        return ()
    if command.outcome == "sent":
        return () if rung.left else (Left(rung=command.rung, url=command.url),)
    if command.outcome == "withdrawn":
        withdrawn = Withdrawn(rung=command.rung, answer=command.answer, why=command.why)
        return () if rung.left else (withdrawn,)
    return (RungFailed(rung=command.rung, why=command.why or "unknown"),)


def find(case: Case, command: Find) -> Decision:
    """Note, once, that a post made by hand was seen among our own."""
    rung = case.rung(command.rung)
    if rung is None or rung.unseen != command.url:
        return ()
    return (Found(rung=command.rung, same=command.same),)
