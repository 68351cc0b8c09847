"""Which lane a text belongs in: whole words, in any language, in time linear in the text."""

from __future__ import annotations

import unicodedata

import regex

from inbox.words import Lane

MARKS = regex.compile(
    r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u2060\ufeff]"
)
"""Arabic vowel signs, the stretching line, and invisible letters: they change no word."""
LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"}
)
"""Letters that Arabic and Persian keyboards write in several ways."""
ASCII = str.maketrans({chr(n): chr(n).lower() if chr(n).isalnum() else " " for n in range(128)})
"""What becomes of plain letters: a text that holds nothing else is done in a tenth of the time."""
TOKEN = regex.compile(r"[^\W_]+")
KEPT = 4
"""How many compiled tables are remembered: one per configuration, and a test or two."""

Phrases = dict[str, list[tuple[tuple[str, ...], Lane, str]]]
_compiled: dict[int, tuple[tuple[Lane, ...], Phrases]] = {}


def folded(text: str) -> list[str]:
    """Return a text's words as they are compared: small letters, no Arabic vowels, å ä ö kept."""
    if text.isascii():
        return text.translate(ASCII).split()
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return TOKEN.findall(MARKS.sub("", plain).translate(LETTERS))


def sort(text: str, lanes: tuple[Lane, ...]) -> tuple[str, str]:
    """Return the most urgent lane whose word stands in the text, and that word.

    Without a word it is the last lane (the one of the highest rank), and "".
    """
    phrases, words = _table(lanes), folded(text)
    found: tuple[int, int, str, str] | None = None
    for at, word in enumerate(words if not phrases.keys().isdisjoint(words) else ()):
        for phrase, lane, spelt in phrases.get(word, ()):
            here = (lane.rank, at, lane.name, spelt)
            if (found is None or here[:2] < found[:2]) and _stands(words, at, phrase):
                found = here
    if found is not None:
        return found[2], found[3]
    last = max(lanes, key=lambda lane: lane.rank, default=None)
    return (last.name if last else "other"), ""


def _stands(words: list[str], at: int, phrase: tuple[str, ...]) -> bool:
    return tuple(words[at : at + len(phrase)]) == phrase


def _table(lanes: tuple[Lane, ...]) -> Phrases:
    """Return the lanes' phrases by their first word; remembered, since lanes seldom change."""
    known = _compiled.get(id(lanes))
    if known is not None and known[0] is lanes:
        return known[1]
    table: Phrases = {}
    for lane in lanes:
        for spelt in (word for words in lane.words.values() for word in words):
            phrase = tuple(folded(spelt))
            if phrase:
                table.setdefault(phrase[0], []).append((phrase, lane, spelt))
    if len(_compiled) >= KEPT:
        _compiled.clear()
    _compiled[id(lanes)] = (lanes, table)
    return table
