"""Hostile text made harmless for any place of ours: clipped between graphemes, balanced, isolated.

Sizes are counted in UTF-16 units, of which a text never has fewer than characters, since Slack does
not say which of the two it counts.
"""

from __future__ import annotations

from collections.abc import Callable

import regex

ELLIPSIS = "…"
OPEN_ISOLATE, CLOSE_ISOLATE = "\u2068", "\u2069"
OWN_DIRECTION = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Overrides, embeddings and isolates: they disguise, and may run on beyond the text."""
CONTROLS = regex.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
RIGHT_TO_LEFT = regex.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
INVISIBLE = regex.compile(r"[\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]")
GAPS = regex.compile(r"\s+")
BLANK_LINES = regex.compile(r"\n{3,}")
GRAPHEME = regex.compile(r"\X")
PHONE = regex.compile(r"\+?[0-9][0-9 ()/.-]{5,}[0-9]")


def size(text: str) -> int:
    """Return the text's length in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def clip(text: str, most: int, written: Callable[[str], str] = str) -> str:
    """Return at most `most` units of the text, cut between graphemes.

    `written` says how a grapheme is written there: one that is escaped is never cut in two.
    """
    whole = written(text)
    if size(whole) <= most:
        return whole
    kept: list[str] = []
    room = most - len(ELLIPSIS)
    for match in GRAPHEME.finditer(text):
        grapheme = written(match[0])
        room -= size(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    return ("".join(kept) + ELLIPSIS)[:most] if most > 0 else ""


def isolated(line: str) -> str:
    """Wrap a line that runs from right to left, so that it cannot turn what stands beside it."""
    return f"{OPEN_ISOLATE}{line}{CLOSE_ISOLATE}" if RIGHT_TO_LEFT.search(line) else line


def beside(name: str, phrase: str) -> str:
    """Wrap a name that stands in a right-to-left phrase: its @ would jump to its other end."""
    return f"{OPEN_ISOLATE}{name}{CLOSE_ISOLATE}" if RIGHT_TO_LEFT.search(phrase) else name


def public(text: str, most: int) -> str:
    """Return somebody's text for a block of its own: at most `most` units, its lines isolated."""
    clean = BLANK_LINES.sub("\n\n", OWN_DIRECTION.sub("", CONTROLS.sub("", text))).strip()
    shown = _lines(clip(clean, most))
    return shown if size(shown) <= most else _lines(clip(clean, most // 2 - 2))


def one_line(text: str, most: int) -> str:
    """Return somebody's name or handle as one short line that cannot turn its neighbours."""
    clean = GAPS.sub(" ", INVISIBLE.sub("", CONTROLS.sub(" ", text))).strip()
    return isolated(clip(clean, most - 2))


def masked(handle: str) -> str:
    """Hide the middle of a telephone number; any other handle stays."""
    if not PHONE.fullmatch(handle):
        return handle
    digits = "".join(character for character in handle if character.isdigit() or character == "+")
    return f"{digits[:3]} {digits[3:5]} ••• {digits[-2:]}"


def _lines(text: str) -> str:
    return "\n".join(isolated(line) for line in text.split("\n"))
