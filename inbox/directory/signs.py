"""What a text looks like: signs that the eye takes for one another become one."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

from inbox.answers.skeletons import prototype

INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")
"""Signs that a screen does not draw: zero-width ones, direction marks, soft hyphens, fillers."""
BETWEEN = regex.compile(r"[\s\p{P}\p{S}\p{Z}\p{Cc}]+")
"""What stands between letters and is overlooked: `_`, `-`, dots, blanks, and any picture."""
REVERSED = regex.compile("\u202e([^\u202c]*)\u202c?")
"""What a right-to-left override shows the other way round."""
CONTRACTED = (("rn", "m"), ("vv", "w"), ("cl", "d"))
"""Two letters that stand so close that they are read as one."""
PLAIN = str.maketrans(
    {
        **{chr(n): chr(n).lower() for n in range(128)},
        **dict.fromkeys((chr(n) for n in range(128) if BETWEEN.match(chr(n))), None),
        **dict(zip("I1|!0345$78@", "lllloeasstba", strict=True)),
    }
)
"""The plain letters as they are read: small, a capital I as l, digits as the letters they ape."""
ATTACHED = (1, *range(10, 36))
"""Combining classes, besides those from 200, whose marks are overlooked: strokes, vowel signs."""
LATIN_I = str.maketrans("i", "l")
SCRIPTS = ("cyrillic", "greek", "armenian", "cherokee", "arabic", "hebrew", "fullwidth")
"""Alphabets that have a name of their own in the phrases; the others are foreign."""


def skeleton(text: str) -> str:
    """Return what a hurried reader sees; two texts with one skeleton are taken for one another.

    After UTS 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection), and further: case,
    accents, separators and the digits of the schoolyard go too, i is l, and rn is m.
    """
    seen = _folded(text)
    for pair, one in CONTRACTED:
        seen = seen.replace(pair, one)
    return seen.translate(LATIN_I)


def plain(text: str) -> str:
    """Return the same without drawing two letters together: in this form one edit stays one."""
    return _folded(text).translate(LATIN_I)


def invisible(text: str) -> bool:
    """Whether nothing of it is drawn by itself: signs of no width, and marks on other letters."""
    return not any(unicodedata.category(c)[0] != "M" for c in INVISIBLE.sub("", text))


def _folded(text: str) -> str:
    if text.isascii():
        return text.translate(PLAIN)
    shown = REVERSED.sub(lambda found: found[1][::-1], text)
    split = unicodedata.normalize("NFD", INVISIBLE.sub("", shown))
    return "".join(map(_letter, split))


@lru_cache(4096)
def _letter(sign: str) -> str:
    """Return the plain letters that a sign of any script looks like; itself where it is alone."""
    small = unicodedata.normalize("NFKD", prototype(sign).replace("rn", "m")).casefold()
    bare = (c for c in unicodedata.normalize("NFKD", small) if not _overlooked(c))
    again = "".join(c if c.isascii() else prototype(c) for c in bare)
    kept = INVISIBLE.sub("", BETWEEN.sub("", "".join(c for c in again if not _overlooked(c))))
    return kept.translate(PLAIN)


def _overlooked(sign: str) -> bool:
    """Whether it is a mark that hurried eyes miss; the vowel signs of India are letters."""
    height = unicodedata.combining(sign)
    return height >= 200 or height in ATTACHED


def kind(sign: str) -> str:
    """Return which word tells a sign best: small, capital, digit, or its alphabet's name."""
    if sign.isascii():
        if sign.isdigit():
            return "digit"
        return "capital" if sign.isupper() else "letter" if sign.islower() else "sign"
    script = unicodedata.name(sign, "").partition(" ")[0].lower()
    return script if script in SCRIPTS else "letter" if script == "latin" else "foreign"
