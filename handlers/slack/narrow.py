"""What fits in one line of a card on a phone: measured widths, and what gives way first. Pure."""

from __future__ import annotations

import regex

from handlers.safe import one_line, size

PHONE_PX = 310
"""Room for a line of a message at 375 px, beside the margin and the picture of who wrote it."""
MARKS = regex.compile(r"[\u2066-\u2069\p{M}\ufe0f]")
"""What takes no room of its own: isolates, accents, vowel signs."""
NARROW, ARABIC, SMALL, LARGE, WIDE, PICTURE = 4.4, 7.4, 8.4, 10.4, 14.0, 18.6
"""Pixels of a sign at 15 px in Noto Sans, the widest of the page's fonts; bold ones as bold."""


def width(text: str) -> float:
    """Return how many pixels a text takes at most: an estimate on the wide side."""
    return sum(_width(sign) for sign in MARKS.sub("", text))


def clipped(text: str, room: float) -> str:
    """Return as much of a text as there is room for, cut between graphemes, isolates closed."""
    cuts = (one_line(text, units) for units in range(size(text), 1, -1))
    return next((cut for cut in cuts if width(cut) <= room), "…")


def _width(sign: str) -> float:
    if sign in " ·.,:;'’|iIljt-":
        return NARROW
    if sign >= "\U0001f000":
        return PICTURE
    if sign in "@mwMW→…%":
        return WIDE
    if "\u0600" <= sign <= "\u06ff":
        return ARABIC
    return LARGE if sign.isupper() and sign not in "EFLST" else SMALL
