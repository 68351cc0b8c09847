"""Who sits on the board: a few at a time, and one leaves only for somebody more urgent. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from inbox.words import ConversationId, Record

SEATS = 10
"""Unclaimed cards a channel shows: as many as people can watch (UX.md, 15)."""
RESERVED = 3
"""Seats beside them that only life-safety may take."""


class Waiting(Record, frozen=True):
    """An unclaimed conversation: in which lane it waits, and since when (UTC ms)."""

    id: ConversationId
    rank: int
    since: int


class Plan(Record, frozen=True):
    """Which cards leave the board, and which come, most urgent first."""

    leave: tuple[ConversationId, ...] = ()
    come: tuple[ConversationId, ...] = ()


def plan(
    shown: Sequence[Waiting], queue: Sequence[Waiting], reserved: frozenset[int] = frozenset({0})
) -> Plan:
    """Say who comes and who leaves, given who is shown and who waits (both may overlap).

    `reserved` are the ranks that may take the reserved seats.
    """
    seated = sorted(shown, key=_order)
    here = {one.id for one in shown}
    leave: list[ConversationId] = []
    come: list[ConversationId] = []
    for one in sorted((w for w in queue if w.id not in here), key=_order):
        urgent = sum(seat.rank in reserved for seat in seated)
        extra = RESERVED if one.rank in reserved else min(RESERVED, urgent)
        if len(seated) >= SEATS + extra:
            last = seated[-1]
            if last.rank <= one.rank:
                break  # the queue is in order: nobody behind is more urgent
            seated.pop()
            (come.remove if last.id in come else leave.append)(last.id)
        seated = sorted([*seated, one], key=_order)
        come.append(one.id)
    return Plan(tuple(leave), tuple(come))


def _order(one: Waiting) -> tuple[int, int, ConversationId]:
    return one.rank, one.since, one.id
