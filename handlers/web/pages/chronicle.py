"""Each entry of a reachout's history as a line of its report: when, who, what, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handlers.reaching import (
    Doubted,
    Reaching,
    address,
    beforehand,
    by_whom,
    kind_word,
    reason,
    why_doubted,
)
from handlers.safe import one_line
from handlers.say import At, Say
from handlers.shown import DOT
from inbox.reachout import events
from inbox.reachout.events import AnyEvent, Entry
from inbox.reachout.state import Try
from inbox.words import Record


class Told(Record, frozen=True):
    """One line: `at` in words, who, what happened, and what was noted about it."""

    at: str
    by: str
    what: str
    note: str = ""


class Chronicle:
    """Tells the history of one reachout in one language."""

    def __init__(self, shown: Reaching, say: Say) -> None:
        self._shown, self._say = shown, say

    def lines(self, entry: Entry) -> list[Told]:
        """Return one line for each fact of an entry."""
        at = self._say.plain([At(entry.at, "day_time")])
        by = by_whom(entry.by, self._shown, self._say)
        told = [Told(at, by, self._what(one), self._note(one)) for one in entry.events]
        opened = next((one for one in entry.events if isinstance(one, events.Opened)), None)
        return [*told, *(self._beforehand(at, opened) if opened else ())]

    def _beforehand(self, at: str, opened: events.Opened) -> Iterator[Told]:
        """Tell which rungs had failed before anybody climbed: the platform said so beforehand."""
        for n, rung in enumerate(opened.rungs):
            if rung.kind == "private" and rung.reach == "no":
                step = self._shown.steps[n]
                what = (
                    f"{n + 1} {kind_word(step, self._say)}: {self._say('reach.event_rungfailed')}"
                )
                note = DOT.join((address(step, self._say), beforehand(step, self._say)))
                yield Told(at, self._say("reach.by_itself"), what, note)

    def _what(self, event: AnyEvent) -> str:
        word = type(event).__name__.lower()
        rung = getattr(event, "rung", None)
        if rung is None:
            return self._say(f"reach.event_{word}")
        step = self._shown.steps[rung]
        said = self._say(f"reach.event_{word}")
        return f"{rung + 1} {kind_word(step, self._say)}: {said}"

    def _note(self, event: AnyEvent) -> str:
        """Return what was noted about a fact: an address, a reason, a handle, a time."""
        note = NOTES.get(type(event))
        if note:
            return note(self, event)
        return str(getattr(event, "reason", "") or getattr(event, "text", ""))

    def attempted(self, event: events.Attempted) -> str:
        """Say whither a rung was tried, and what was noted."""
        whither = address(self._shown.steps[event.rung], self._say)
        return DOT.join(one for one in (whither, event.text) if one)

    def failed(self, event: events.RungFailed) -> str:
        """Say why a rung came to nothing."""
        tried = Try(at=0, by="", result="failed", why=event.why, text=event.text)
        return reason(tried, self._shown.steps[event.rung], self._say)

    def warned(self, event: events.Imitated | events.Doubted) -> str:
        """Say who wrote, and why the clock runs on."""
        one = self._doubted(event.person)
        return f"{self.handle(event.person)}: {why_doubted(one, self._say)}" if one else ""

    def extended(self, event: events.Extended) -> str:
        """Say until when there is time now."""
        return self._say("reach.until", at=At(event.deadline, "day_time"))

    def closed(self, event: events.Closed) -> str:
        """Say how it ended."""
        ended = self._say(f"reach.outcome_{event.outcome}")
        return DOT.join(one for one in (ended, event.reason) if one)

    def handle(self, person: str) -> str:
        """Return under which handle somebody wrote."""
        one = self._doubted(person)
        if one:
            return f"@{one.handle.lstrip('@')}"
        return self._shown.heard_from or person.partition(":")[2]

    def _doubted(self, person: str) -> Doubted | None:
        shown = self._shown
        pairs = zip(shown.reachout.imitated, shown.doubted, strict=True)
        return next((one for warned, one in pairs if warned.person == person), None)


NOTES: Mapping[type[AnyEvent], Callable[[Chronicle, Any], str]] = {
    events.Attempted: Chronicle.attempted,
    events.RungFailed: Chronicle.failed,
    events.Left: lambda _, event: str(event.url),
    events.Imitated: Chronicle.warned,
    events.Doubted: Chronicle.warned,
    events.Heard: lambda told, event: told.handle(event.person),
    events.HandedOver: lambda _, event: one_line(event.to, 300),
    events.Extended: Chronicle.extended,
    events.Closed: Chronicle.closed,
}
