"""How words are made comparable: the same for what is indexed and for what is asked."""

from __future__ import annotations

import re
import unicodedata

ALIKE = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه",
        "ـ": None, "ٱ": "ا", "\N{ZERO WIDTH NON-JOINER}": None, "\N{ZERO WIDTH JOINER}": None,
    }
)  # fmt: skip
"""Letters that stay letters when their marks are taken off, and Arabic ones written in two ways."""

WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Take off case, accents, Arabic vowels and the forms of digits.

    A Swede knows å from a, but who searches from abroad has only an a: each finds the other.
    """
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in split if not unicodedata.category(c).startswith("M"))
    return "".join(_digit(c) for c in bare.translate(ALIKE))


def words(text: str) -> list[str]:
    """Return the folded words of a text."""
    return WORD.findall(fold(text).replace("_", " "))


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
