"""How a contact can be reached: what worked last, what failed and why, and at which hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from inbox.reachout.state import Reachout, Rung, RungKind, Try
from inbox.words import Millis, PersonId, Record

ENDED = ("failed", "timeout")


class Worked(Record, frozen=True):
    """A channel on which they were reached, the last time; `took` is from trying to reaching."""

    kind: RungKind
    way: str = ""
    person: PersonId = ""
    at: Millis = 0
    took: Millis = 0


class Failed(Record, frozen=True):
    """A channel that came to nothing: how often since it last worked, when last, and why."""

    kind: RungKind
    way: str = ""
    person: PersonId = ""
    at: Millis = 0
    why: str = ""
    count: int = 1


class Reachability(Record, frozen=True):
    """What all reachouts to a contact taught us, the latest first; hours are the contact's own."""

    worked: tuple[Worked, ...] = ()
    failed: tuple[Failed, ...] = ()
    hours: tuple[int, ...] = ()
    """The hours of the day in which they were reached, the best first."""

    def of(self, kind: str, to: str) -> tuple[Worked | None, Failed | None]:
        """Return when a channel worked last, and how it failed since; `to` is its way or person."""
        worked = (one for one in self.worked if (one.kind, one.way or one.person) == (kind, to))
        failed = (one for one in self.failed if (one.kind, one.way or one.person) == (kind, to))
        return next(worked, None), next(failed, None)


def reachability(reachouts: Iterable[Reachout], time_zone: str = "") -> Reachability:
    """Fold all reachouts to one contact."""
    worked: dict[tuple[str, str], Worked] = {}
    failed: dict[tuple[str, str], Failed] = {}
    hours: Counter[int] = Counter()
    zone = ZoneInfo(time_zone) if time_zone else UTC
    for rung, one, before in _tries(reachouts):
        key = rung.kind, rung.way or rung.person
        where = rung.kind, rung.way, rung.person, one.at
        if one.result == "reached":
            worked[key] = Worked(*where, took=one.at - before)
            failed.pop(key, None)
            hours[datetime.fromtimestamp(one.at / 1000, zone).hour] += 1
        elif one.result in ENDED:
            count = failed[key].count + 1 if key in failed else 1
            failed[key] = Failed(*where, why=one.why, count=count)
    return Reachability(
        worked=tuple(sorted(worked.values(), key=lambda one: -one.at)),
        failed=tuple(sorted(failed.values(), key=lambda one: -one.at)),
        hours=tuple(hour for hour, _ in sorted(hours.items(), key=lambda one: (-one[1], one[0]))),
    )


def _tries(reachouts: Iterable[Reachout]) -> list[tuple[Rung, Try, Millis]]:
    """Return every try, the oldest first, with when its channel was last begun to be tried."""
    tries = []
    for reachout in reachouts:
        for rung in reachout.rungs:
            begun = reachout.opened
            for one in rung.attempts:
                begun = one.at if one.result in ("attempted", "sent") else begun
                tries.append((rung, one, begun))
    return sorted(tries, key=lambda one: one[1].at)
