"""X's ids: 64-bit numbers that carry their creation time and only ever grow."""

from __future__ import annotations

EPOCH_MS = 1_288_834_974_657
"""The first millisecond of X's ids (4 November 2010, twitter-archive/snowflake)."""

SEQUENCE_BITS = 22


def of_time(at_ms: int, sequence: int = 0) -> int:
    """Return the smallest id of a millisecond, plus a sequence number under 4,194,304."""
    return (max(at_ms - EPOCH_MS, 0) << SEQUENCE_BITS) + sequence


def time_of(number: int) -> int:
    """Return the UTC milliseconds that an id carries."""
    return (number >> SEQUENCE_BITS) + EPOCH_MS


class Mint:
    """Gives out ids that grow strictly, whatever the clock does."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, at_ms: int) -> int:
        """Return an id of this millisecond, or the next free one after the last."""
        self._last = max(of_time(at_ms), self._last + 1)
        return self._last

    def seen(self, number: int) -> None:
        """Note an id that was given from outside, so that the next is greater."""
        self._last = max(self._last, number)
