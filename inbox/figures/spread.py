"""Percentiles that can be added up: how many lengths of time fell into each of many small ranges.

The ranges grow with the length, so that every one of them is within one per cent of what fell into
it (DDSketch, https://www.vldb.org/pvldb/vol12/p2195-masson.pdf); only counts are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from ddsketch.mapping import LogarithmicMapping

from inbox.figures.words import Spread
from inbox.words import Millis

ACCURACY = 0.01
"""How far a length may be off, as a share of itself."""
NONE = -1
"""The range of what took no time at all, below that of 1 ms, which is 0."""

_ranges = LogarithmicMapping(relative_accuracy=ACCURACY)


def range_of(length: Millis) -> int:
    """Return the number of the range into which a length of time falls."""
    return int(_ranges.key(length)) if length > 0 else NONE


def spread(counts: Mapping[int, int]) -> Spread:
    """Return how lengths are spread: counts by the number of their range."""
    total = sum(counts.values())
    if not total:
        return Spread()
    return Spread(total, *(_at(counts, ceil(total * share)) for share in (0.5, 0.9, 1.0)))


def _at(counts: Mapping[int, int], rank: int) -> Millis:
    """Return the length of the nearest rank, counted from 1."""
    for number in sorted(counts):
        rank -= counts[number]
        if rank <= 0:
            return round(_ranges.value(number)) if number != NONE else 0
    return 0
