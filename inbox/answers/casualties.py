"""Figures of casualties: a public number of the dead or hurt needs a source. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

SENTENCE = re.compile(r"[.!?؟。]+(?:\s|$)|\n")
WORD = re.compile(r"[^\W_]+")
NEAR = 6
"""A number counts with a word so many words away at most."""
LEADING = ("ال", "و", "ب", "ل")
"""What Arabic writes together with the word behind it."""


def figure(text: str, words: Iterable[str], numbers: Iterable[str] = ()) -> str:
    """Return the word that stands with a number in one sentence, such as "killed"; "" for none.

    A number is written in digits of any script, or is one of `numbers` ("dozens").
    """
    counted = {tuple(_words(one)) for one in numbers}
    for sentence in SENTENCE.split(text):
        said = _words(sentence)
        places = [at for at, word in enumerate(said) if _counts(word, counted)]
        for spelt in words:
            phrase = tuple(_words(spelt))
            if any(
                _stands(said, at, phrase) and any(abs(at - one) <= NEAR for one in places)
                for at in range(len(said))
            ):
                return spelt
    return ""


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf") and c != "ـ")
    return WORD.findall(bare)


def _counts(word: str, numbers: set[tuple[str, ...]]) -> bool:
    return any(letter.isdigit() for letter in word) or any(
        _is(word, one[0]) for one in numbers if len(one) == 1
    )


def _stands(said: Sequence[str], at: int, phrase: tuple[str, ...]) -> bool:
    if not phrase or len(said) < at + len(phrase):
        return False
    return _is(said[at], phrase[0]) and tuple(said[at + 1 : at + len(phrase)]) == phrase[1:]


def _is(word: str, spelt: str) -> bool:
    return word == spelt or any(word == f"{letters}{spelt}" for letters in LEADING)
