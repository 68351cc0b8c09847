"""What the histories of all records have in common: an order, and one line of a history."""

from __future__ import annotations

from typing import Generic, TypeVar

from inbox.words import Millis, Record

C = TypeVar("C")
E = TypeVar("E")
V = TypeVar("V")

MOST = 8
"""How many operations a record remembers; its history remembers all."""


class Order(Record, Generic[C], frozen=True):
    """A command with its circumstances.

    `op` makes it happen once. `by` is `officer:aj`, `clerk` or `postroom`; `via` is Slack's
    `team/user`, `web` or `cli`. `at` is fixed before the first try.
    """

    op: str
    at: Millis
    by: str
    command: C
    via: str = ""


class Entry(Record, Generic[E], frozen=True, array_like=True):
    """One line of a history, one commit: as a conversation's, in the same places."""

    op: str
    v: int
    n: int
    at: Millis
    by: str
    via: str
    salt: str
    events: tuple[E, ...]


def keep(old: tuple[V, ...], new: V) -> tuple[V, ...]:
    """Return the last eight, `new` last and once."""
    return (*(one for one in old if one != new), new)[-MOST:]
