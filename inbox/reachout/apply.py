"""What a reachout becomes when something has happened; total, and pure."""

# ruff: noqa: ARG001 - all changes stand in one table, so all take the same arguments.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from inbox.history import keep
from inbox.reachout import events as e
from inbox.reachout.ladder import first
from inbox.reachout.state import CURRENT, WARNED_MOST, Hearing, Reachout, Result, Rung, Try, Warned
from inbox.words import Millis


class Context(msgspec.Struct, frozen=True):
    """The circumstances of an event: when its entry was made, and by whom."""

    at: Millis
    by: str


Change: TypeAlias = Callable[[Reachout, Any, Context], Reachout]


def fold(reachout: Reachout, entry: e.Entry) -> Reachout:
    """Return what the reachout becomes after one line of its history."""
    at = Context(entry.at, entry.by)
    for event in entry.events:
        reachout = CHANGES[type(event)](reachout, event, at)
    return replace(reachout, version=entry.n, ops=keep(reachout.ops, entry.op))


def _opened(r: Reachout, event: e.Opened, at: Context) -> Reachout:
    return replace(
        r,
        contact=event.contact,
        purpose=event.purpose,
        urgency=event.urgency,
        deadline=event.deadline,
        rungs=first(event.rungs, at.at, at.by),
        by=at.by.removeprefix("officer:"),
        opened=at.at,
    )


def _extended(r: Reachout, event: e.Extended, at: Context) -> Reachout:
    return replace(r, deadline=event.deadline)


def _changed(r: Reachout, n: int, **fields: Any) -> Reachout:
    rungs = (replace(one, **fields) if i == n else one for i, one in enumerate(r.rungs))
    return replace(r, rungs=tuple(rungs))


def _tried(rung: Rung, at: Context, result: Result, **more: Any) -> tuple[Try, ...]:
    return (*rung.attempts, Try(at=at.at, by=at.by, result=result, **more))


def _attempted(r: Reachout, event: e.Attempted, at: Context) -> Reachout:
    rung = r.rungs[event.rung]
    tries = _tried(rung, at, "attempted", text=event.text)
    again = rung.state in CURRENT or rung.on_platform
    if not again:  # somebody called once more although another rung is open: it stays so
        return _changed(r, event.rung, attempts=tries)
    return _changed(
        r,
        event.rung,
        state="attempted",
        since=at.at,
        attempts=tries,
        answer=event.answer,
        conversation=event.conversation or rung.conversation,
        handle=event.handle or rung.handle,
        left=False,
    )


def _left(r: Reachout, event: e.Left, at: Context) -> Reachout:
    rung = r.rungs[event.rung]
    tries = _tried(rung, at, "sent", url=event.url, by_hand=event.by_hand)
    return _changed(r, event.rung, left=True, since=at.at, attempts=tries)


def _found(r: Reachout, event: e.Found, at: Context) -> Reachout:
    tries = _tried(r.rungs[event.rung], at, "found" if event.same else "differs")
    return _changed(r, event.rung, attempts=tries)


def _withdrawn(r: Reachout, event: e.Withdrawn, at: Context) -> Reachout:
    tries = _tried(r.rungs[event.rung], at, "withdrawn", why=event.why)
    return _changed(r, event.rung, state="open", since=at.at, attempts=tries, answer="")


def _skipped(r: Reachout, event: e.Skipped, at: Context) -> Reachout:
    tries = _tried(r.rungs[event.rung], at, "skipped", text=event.reason)
    return _next(_changed(r, event.rung, state="skipped", attempts=tries), at)


def _reached(r: Reachout, event: e.Reached, at: Context) -> Reachout:
    tries = _tried(r.rungs[event.rung], at, "reached", text=event.text)
    r = _changed(r, event.rung, state="reached", attempts=tries)
    return replace(r, state="heard", heard=Hearing("", "", "", at.at))


def _rung_failed(r: Reachout, event: e.RungFailed, at: Context) -> Reachout:
    rung = r.rungs[event.rung]
    result: Result = "timeout" if event.why == "timeout" else "failed"
    tries = _tried(rung, at, result, why=event.why, text=event.text)
    return _next(_changed(r, event.rung, state="failed", attempts=tries), at)


def _next(r: Reachout, at: Context) -> Reachout:
    """Open the next rung, unless it is another's turn already."""
    waits = next((n for n, one in enumerate(r.rungs) if one.state == "waiting"), None)
    if r.current is not None or waits is None:
        return r
    return _changed(r, waits, state="open", since=at.at)


def _missed(r: Reachout, event: e.Missed, at: Context) -> Reachout:
    return replace(r, missed=event.deadline)


def _heard(r: Reachout, event: e.Heard, at: Context) -> Reachout:
    """Stop the clock; the rung on the platform where they answered has reached them."""
    n = next((n for n, one in enumerate(r.rungs) if one.state in CURRENT and one.left), None)
    if n is not None:
        r = _changed(r, n, state="reached", attempts=_tried(r.rungs[n], at, "reached"))
    hearing = Hearing(event.person, event.conversation, event.message, at.at)
    return replace(r, state="heard", heard=hearing)


def _warned(r: Reachout, warned: Warned) -> Reachout:
    others = [one for one in r.imitated if one.person != warned.person]
    return replace(r, imitated=(*others, warned)[-2 * WARNED_MOST :])


def _doubted(r: Reachout, event: e.Doubted, at: Context) -> Reachout:
    return _warned(r, Warned(event.person, event.conversation, event.level, at.at))


def _imitated(r: Reachout, event: e.Imitated, at: Context) -> Reachout:
    where = event.person, event.conversation, "imitated", at.at
    return _warned(r, Warned(*where, differs=event.differs, like=event.like))


def _handed_over(r: Reachout, event: e.HandedOver, at: Context) -> Reachout:
    return replace(r, state="handed_over", to=event.to)


def _closed(r: Reachout, event: e.Closed, at: Context) -> Reachout:
    return replace(r, state="closed", outcome=event.outcome, closed=at.at)


def _erased(r: Reachout, event: e.Erased, at: Context) -> Reachout:
    """Drop every text that the snapshot still holds."""
    rungs = (
        replace(
            one,
            way="",
            handle="",
            reason="",
            attempts=tuple(replace(a, text="", url="") for a in one.attempts),
        )
        for one in r.rungs
    )
    warned = tuple(replace(one, differs="") for one in r.imitated)
    return replace(r, purpose="", to="", rungs=tuple(rungs), imitated=warned)


CHANGES: dict[type[e.Event], Change] = {
    e.Opened: _opened,
    e.Extended: _extended,
    e.Attempted: _attempted,
    e.Left: _left,
    e.Found: _found,
    e.Withdrawn: _withdrawn,
    e.Skipped: _skipped,
    e.Reached: _reached,
    e.RungFailed: _rung_failed,
    e.Missed: _missed,
    e.Heard: _heard,
    e.Doubted: _doubted,
    e.Imitated: _imitated,
    e.HandedOver: _handed_over,
    e.Closed: _closed,
    e.Erased: _erased,
}
