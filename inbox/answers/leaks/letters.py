"""Letters that a reader does not see, and letters that are not what they look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import regex

from inbox.answers.skeletons import prototype

Spot: TypeAlias = tuple[str, int]
"""What was found, as it may be shown, and where it begins."""

HIDDEN = regex.compile(
    r"[[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Co}\u2800\uFFF9-\uFFFB]--[\t\n\r]]+", regex.V1
)
"""Zero width, bidi controls, tags, variation selectors, fillers, control characters."""

PICTURE = r"\p{Extended_Pictographic}[\uFE0E\uFE0F]?\p{Emoji_Modifier}?"
VIRAMA = r"[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA\u1039]"
REGIONS = ("gbeng", "gbsct", "gbwls")
"""The only flags that are spelt with tags."""
FLAGS = "|".join("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in REGIONS)
SENSIBLE = regex.compile(
    rf"{PICTURE}(?:\u200D{PICTURE})+"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|[\p{Emoji}--[0-9#*]][\uFE0E\uFE0F]\p{Emoji_Modifier}?"
    rf"|\U0001F3F4(?:{FLAGS})\U000E007F"
    r"|(?<=\p{Arabic})\u200C(?=\p{Arabic})"
    r"|(?<=\u0647)\u200D(?!\p{L})"
    rf"|(?<={VIRAMA})[\u200C\u200D]|(?<=\p{{L}})\u200D(?={VIRAMA})"
    r"|\p{Han}[\uFE00-\uFE02\U000E0100-\U000E01EF]",
    regex.V1,
)
"""Where such a letter has its sense: emoji, Persian, Indic letters, Han, three flags."""
DIRECTION = regex.compile(r"(?<!\p{L})[\u200E\u200F\u061C]|[\u200E\u200F\u061C](?!\p{L})")
"""Marks beside punctuation, which Arabic and Hebrew keyboards type."""
RIGHT_TO_LEFT = regex.compile(r"[\p{Arabic}\p{Hebrew}]")

WORD = regex.compile(r"[\p{L}\p{M}\p{Default_Ignorable_Code_Point}]+", regex.V1)
LATIN = regex.compile(r"\p{Latin}")
MIMIC = regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}]")
"""Scripts whose letters pass for Latin ones."""
STYLED = regex.compile(
    r"[\U0001D400-\U0001D7FF\u2460-\u24FF\U0001F110-\U0001F12F\U0001F150-\U0001F169]+"
)
"""Letters of mathematics and in circles: they read as words and are found by no search."""
WIDE = regex.compile(r"[\uFF21-\uFF3A\uFF41-\uFF5A]+")
EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
LONE_WORD = 3
"""Letters from which a word of another script that looks Latin is told among Latin ones."""


def invisible(text: str) -> Iterator[Spot]:
    """Yield what a reader cannot see, where it has no sense."""
    sensible = bytearray(len(text))
    patterns = [SENSIBLE, DIRECTION] if RIGHT_TO_LEFT.search(text) else [SENSIBLE]
    for pattern in patterns:
        for match in pattern.finditer(text):
            sensible[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    for match in HIDDEN.finditer(text):
        hidden = [at for at in range(match.start(), match.end()) if not sensible[at]]
        if hidden:
            yield _named(text[at] for at in hidden), hidden[0]


def _named(letters: Iterator[str]) -> str:
    names = dict.fromkeys(f"U+{ord(letter):04X}" for letter in letters)
    shown = list(names)[:3]
    return " ".join(shown) + (" …" if len(names) > len(shown) else "")


def homoglyph(text: str) -> Iterator[Spot]:
    """Yield words of letters that only look like those of the words around them."""
    if not EAST.search(text):
        yield from ((match.group(), match.start()) for match in WIDE.finditer(text))
    yield from ((match.group(), match.start()) for match in STYLED.finditer(text))
    words = [(match.group(), match.start()) for match in WORD.finditer(text)]
    foreign = {at for word, at in words if MIMIC.search(word) and not LATIN.search(word)}
    genuine = any(not _passes(word) for word, at in words if at in foreign)
    latin = any(LATIN.search(word) for word, _ in words)
    for word, at in words:
        mixed = LATIN.search(word) and any(map(_mimics, MIMIC.findall(word)))
        lone = at in foreign and not genuine and latin and len(word) >= LONE_WORD
        if mixed or lone:
            yield HIDDEN.sub("", word), at


def _mimics(letter: str) -> bool:
    """Say whether a letter of another script passes for one of ours."""
    return prototype(letter).isascii()


def _passes(word: str) -> bool:
    return all(map(_mimics, MIMIC.findall(word)))
