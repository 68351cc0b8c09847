"""How a snapshot stays small: the last eight of anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

V = TypeVar("V")

MOST = 8
"""How many a conversation remembers; its history remembers all."""


def keep(old: tuple[V, ...], new: V) -> tuple[V, ...]:
    """Return the last eight, `new` last and once."""
    return (*(one for one in old if one != new), new)[-MOST:]


def put(old: Mapping[str, V], new: Mapping[str, V], pinned: Collection[str] = ()) -> dict[str, V]:
    """Return `old` with `new` last, shortened to eight from the front, but never of the pinned."""
    merged = {key: value for key, value in old.items() if key not in new} | dict(new)
    loose = [key for key in merged if key not in pinned]
    for key in loose[: max(0, len(merged) - MOST)]:
        del merged[key]
    return merged
