"""From what one conversation adds to the counters, and from the counters back to records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from inbox.figures.definitions import HOUR, Stands, Told
from inbox.figures.spread import range_of, spread
from inbox.figures.words import Count, Held, Length, Row, Share, Standing
from inbox.store.sums import Bump, Line
from inbox.words import AccountId, Millis

LENGTHS: tuple[str, ...] = get_args(Length)
LINES = ("free", "kept", "unsure", "failed")
SHORT = dict(
    zip(
        (*get_args(Count), *LENGTHS),
        ("r", "o", "c", "a", "g", "s", "x", "u", "f", "C", "A", "X"),
        strict=True,
    )
)
"""Figure to its letter in the counters: there is one for each figure, hour, account and officer."""
LONG = {short: figure for figure, short in SHORT.items()}


def bumps(told: Told) -> list[Bump]:
    """Return what a history's new entries add to the counters, each counter once."""
    added: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for one in told.counted:
        day, hour = divmod(one.hour // HOUR, 24)
        range_ = (str(range_of(one.length)),) if one.figure in LENGTHS else ()
        words = (str(hour), SHORT[one.figure], one.account, one.lane, one.officer, *range_)
        added[day, words] += 1
    for sign, state in ((-1, told.before), (1, told.after)):
        for words in _standing_fields(state):
            added[-1, words] += sign
    return [Bump(words, by, day) for (day, words), by in added.items() if by]


def lines(told: Told) -> list[Line]:
    """Return in which lines a conversation stands now, and in which no more."""
    gone = {one.name: Line(one.name) for one in _lines(told.before)}
    return list((gone | {one.name: one for one in _lines(told.after)}).values())


def _standing_fields(state: Stands) -> list[tuple[str, ...]]:
    where = (state.account, state.lane)
    fields: list[tuple[str, ...]] = [("open", *where)] if state.open else []
    if state.holder:
        fields.append(("holds", *where, state.holder))
    return fields + [one.name for one in _lines(state)]


def _lines(state: Stands) -> list[Line]:
    where = (state.account, state.lane)
    return [Line((name, *where), since) for name in LINES if (since := getattr(state, name))]


def standing(
    at: Millis,
    accounts: frozenset[AccountId],
    shares: Mapping[tuple[str, str], Share],
    holders: Counter[str],
) -> Standing:
    """Add the shares of each account and lane up, and all of them."""
    whole = _added("", shares.values())
    by_account = {
        name: [share for (account, _), share in shares.items() if account == name]
        for name in sorted(accounts)
    }
    by_lane = {
        name: [share for (_, lane), share in shares.items() if lane == name]
        for name in sorted({lane for _, lane in shares})
    }
    return Standing(
        **{name: getattr(whole, name) for name in whole.__struct_fields__},
        at=at,
        holders=tuple(Held(officer, many) for officer, many in sorted(holders.items()) if many),
        accounts=tuple(_added(name, those) for name, those in by_account.items()),
        lanes=tuple(_added(name, those) for name, those in by_lane.items()),
    )


def _added(key: str, shares: Iterable[Share]) -> Share:
    those = list(shares)
    return Share(
        key=key,
        open=sum(one.open for one in those),
        unclaimed=sum(one.unclaimed for one in those),
        oldest=first(*(one.oldest for one in those)),
        urgent=sum(one.urgent for one in those),
        urgent_since=first(*(one.urgent_since for one in those)),
        unsure=sum(one.unsure for one in those),
        failed=sum(one.failed for one in those),
    )


def first(*times: Millis) -> Millis:
    """Return the earliest of these; 0 means none."""
    return min((at for at in times if at), default=0)


def row(key: str, counts: Counter[str], ranges: Mapping[tuple[str, str], Counter[int]]) -> Row:
    """Return what was counted under one key."""
    plain = {name: counts[name] for name in get_args(Count)}
    spreads = {name: spread(ranges.get((key, name), {})) for name in LENGTHS}
    return Row(key=key, **plain, **spreads)  # type: ignore[arg-type]  # fields by name
