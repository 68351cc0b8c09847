"""Numbers, however grouped and in whatever digits: what notes hold, found again in a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TypeAlias

from inbox.answers.leaks.letters import HIDDEN

Group: TypeAlias = list[tuple[str, int]]
"""Digits without anything between them, each with its place."""

FEW, MANY, MOST = 4, 7, 24
"""Digits from which a number tells, from which it is found inside a longer one, and at most."""
GAP = 3
"""So many signs may stand between the groups of one number."""
GROUPS = 8
PASSES = {"O": "0", "o": "0", "l": "1", "I": "1", "|": "1"}
"""Letters that pass for a digit between two digits."""


def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text that would tell something, alone and as they are grouped."""
    return frozenset(number for run in _runs(text) for number in _of(run))


def _of(run: list[Group]) -> Iterator[str]:
    groups = ["".join(digit for digit, _ in group) for group in run]
    for group in groups:
        if len(group) > FEW or (len(group) == FEW and group[:2] not in ("19", "20")):
            yield _bare(group)
    if FEW < sum(map(len, groups)) <= MOST:
        yield _bare("".join(groups))
    for first in range(len(groups)):
        joined = ""
        for group in groups[first : first + GROUPS]:
            joined += group
            if MANY <= len(joined) <= MOST:
                yield _bare(joined)


def _bare(number: str) -> str:
    """Return a number without its first noughts: 0701234567 is also dialled +46 701234567."""
    return number.lstrip("0") or number


def numbered(text: str, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where a known number stands: from, to."""
    lengths = sorted({len(number) for number in known})
    for run in _runs(text) if known else ():
        yield from _within(run, known, lengths)


def _within(
    run: list[Group], known: frozenset[str], lengths: list[int]
) -> Iterator[tuple[int, int]]:
    digits = [one for group in run for one in group]
    joined = "".join(digit for digit, _ in digits)
    begins, ends = set[int](), set[int]()
    at = 0
    for group in run:
        value = "".join(digit for digit, _ in group)
        begins |= {at, at + len(value) - len(_bare(value))}
        at += len(value)
        ends.add(at)
    for first in range(len(joined)):
        for length in lengths:
            last = first + length
            whole = length >= MANY or (first in begins and last in ends)
            if whole and joined[first:last] in known and last <= len(joined):
                yield digits[first][1], digits[last - 1][1] + 1


def _runs(text: str) -> Iterator[list[Group]]:
    """Yield groups of digits that stand close together, with no letter between them."""
    run, gap, lettered = list[Group](), 0, False
    for at, letter in enumerate(text):
        if HIDDEN.match(letter) or unicodedata.category(letter).startswith("M"):
            continue
        digit = _digit(text, at)
        if digit is None:
            gap, lettered = gap + 1, lettered or letter.isalpha()
            continue
        if run and (gap > GAP or lettered):
            yield run
            run = []
        if gap or not run:
            run.append([])
        run[-1].append((digit, at))
        gap, lettered = 0, False
    if run:
        yield run


def _digit(text: str, at: int) -> str | None:
    value = unicodedata.digit(text[at], None)
    if value is None and text[at] in PASSES and 0 < at < len(text) - 1:
        between = (unicodedata.digit(text[at - 1], None), unicodedata.digit(text[at + 1], None))
        return PASSES[text[at]] if None not in between else None
    return None if value is None else str(value)
