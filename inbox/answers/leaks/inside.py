"""What only the house knows: the names and numbers of notes and purposes, found however hidden."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import regex
import stopwordsiso

from inbox.answers.leaks.letters import HIDDEN, Spot
from inbox.answers.leaks.lists import listed
from inbox.answers.leaks.numbers import numbered, numbers
from inbox.answers.skeletons import prototype
from inbox.words import Record

TOKEN = regex.compile(r"\p{L}[\p{L}\p{M}\p{Default_Ignorable_Code_Point}'’]*", regex.V1)
CODE = regex.compile(r"(?<!\w)\p{Lu}{1,4}[- ]?\d{2,6}(?!\w)")
"""A flight, a file, a car: capitals with digits behind."""
SENTENCE = regex.compile(r"(?:^|[.!?…:;؟۔。\n•–—-])[\s\"“”'(«»•–—-]*$")
"""What stands before a sentence's first word."""
SPACED = {
    True: ("en", "sv", "no", "da", "fi", "de", "fr", "es", "it"),
    False: ("ar", "fa", "ur", "he", "hi"),
}
"""Languages whose common words are nobody's name: of scripts with capitals, and without."""
ALIKE = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ہ": "ه",
        "ھ": "ه", "ە": "ه", "ـ": "", "ٱ": "ا",
    }
)  # fmt: skip
COARSE = {"i": "l", "1": "l", "|": "l", "0": "o", "m": "rn", "w": "vv"}
"""Letters of our own script that pass for each other."""
LETTERS = 4096
"""So many letters are remembered: those of every alphabet in daily use, not all that there are."""
SHORTEST = 3
SURE = 4
"""Letters from which a look-alike needs no odd spelling to be told from another word."""
ANYWHERE = 6
"""Letters from which a name is found inside a longer word too: a hashtag, a handle, a genitive."""
LONGEST = 40
AFTER = ("", "s")
"""What may follow a name in its word: a genitive."""
BEFORE = ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل", "ול", "ה", "ל", "ב", "ו")
"""What Arabic and Hebrew write before a name, in one word with it."""


class Secrets(Record, frozen=True):
    """The names (coarse writing to fine ones) and numbers that must stay in the house."""

    names: dict[str, frozenset[str]]
    numbers: frozenset[str]


class Folded(Record, frozen=True):
    """A text's letters made comparable, each with its place in the text."""

    coarse: str
    at: tuple[int, ...]


def secrets_of(inside: Iterable[str], open_to_all: Iterable[str] = ()) -> Secrets:
    """Return the names and numbers of internal texts that no public text holds."""
    told = [HIDDEN.sub("", one) for one in open_to_all]
    words = ((*TOKEN.findall(one), *CODE.findall(one)) for one in told)
    public = {fine(word) for found in words for word in found}
    shown = {number for one in told for number in numbers(one)}
    names = dict[str, frozenset[str]]()
    hidden = set[str]()
    for one in inside:
        text = HIDDEN.sub("", one)
        hidden |= set(numbers(text)) - shown
        for name in set(_names(text)) - public:
            key = coarse(name)
            names[key] = names.get(key, frozenset()) | {name}
    return Secrets(names, frozenset(hidden))


def secret(text: str, known: Secrets) -> Iterator[Spot]:
    """Yield the names and numbers of the house that stand in a text, however they are written."""
    end, found = 0, {*_named(text, known), *numbered(text, known.numbers)}
    for start, stop in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end:
            yield text[start:stop], start
        end = max(end, stop)


def fine(text: str) -> str:
    """Return a word without case, marks, invisible letters and other scripts' look-alikes."""
    return "".join(_fine(letter) for letter in text)


def coarse(text: str) -> str:
    """Return what is equal for words that could pass for each other."""
    return "".join(map(_coarse, text))


@lru_cache(LETTERS)
def _coarse(letter: str) -> str:
    return "".join(COARSE.get(one, one) for one in _fine(letter))


@lru_cache(LETTERS)
def _fine(letter: str) -> str:
    spread = unicodedata.normalize("NFKD", letter)
    bare = (one for one in spread if not unicodedata.category(one).startswith("M"))
    letters = [*"".join(map(_seen, bare)).casefold().translate(ALIKE)]
    letters = [
        one for one in letters if _shows(one)
    ]  # guard: hidden-by-nothing test=tests/inbox/answers/test_leaks.py::test_a_name_with_invisible_letters_in_it_is_found
    return "".join(letters)


def _shows(letter: str) -> bool:
    """Say whether a letter counts when words are compared."""
    return letter == "|" or (letter.isalnum() and not HIDDEN.match(letter))


def _seen(letter: str) -> str:
    """Return the Latin letter that another script's passes for; Arabic stays what it is."""
    if letter.isascii() or unicodedata.bidirectional(letter) in ("R", "AL", "AN"):
        return letter
    value = unicodedata.digit(letter, None)
    if value is not None:
        return str(value)
    alike = letter
    alike = prototype(
        letter
    )  # guard: hidden-by-likeness test=tests/inbox/answers/test_leaks.py::test_a_name_of_another_script_s_letters_is_found
    return alike if alike.isascii() else letter


@cache
def _common(spaced: bool) -> frozenset[str]:
    words = (word for one in SPACED[spaced] for word in stopwordsiso.stopwords(one))
    return frozenset(fine(word) for word in (*words, *listed("openers"))) | _house()


@cache
def _house() -> frozenset[str]:
    return frozenset(fine(word) for word in listed("house"))


def _names(text: str) -> Iterator[str]:
    """Yield the words of an internal text that name somebody or something."""
    careless = not any(letter.isupper() for letter in text) or text.isupper()
    for match in TOKEN.finditer(text):
        name = fine(match.group())
        if SHORTEST <= len(name) <= LONGEST and _names_somebody(match, name, careless):
            yield name
    codes = map(fine, CODE.findall(text))
    yield from (code for code in codes if len(code) > SURE)


def _names_somebody(match: regex.Match[str], name: str, careless: bool) -> bool:
    """Say whether a word is a name: by its capital, or because it is no common word."""
    letter = match.group()[0]
    if name in _house():
        return False
    if not (letter.isupper() or letter.islower()):  # a script without capitals
        return name not in _common(False)
    if letter.isupper() and not careless:
        first = SENTENCE.search(match.string, max(0, match.start() - 12), match.start())
        stressed = match.group().isupper()  # do NOT tell
        return not (first or stressed) or name not in _common(True)
    return careless and len(name) >= SURE and name not in _common(True)


def _fold(text: str) -> Folded:
    letters, places = list[str](), list[int]()
    for at, letter in enumerate(text):
        for one in _coarse(letter):
            letters.append(one)
            places.append(at)
    return Folded("".join(letters), tuple(places))


def _named(text: str, known: Secrets) -> Iterator[tuple[int, int]]:
    """Look at each place once for each length of name: the more names, the same work."""
    if not known.names:
        return
    folded = _fold(text)
    lengths = sorted({len(name) for name in known.names})
    for first, at in enumerate(folded.at):
        for length in lengths:
            names = known.names.get(folded.coarse[first : first + length])
            if names is not None and first + length <= len(folded.at):
                end = folded.at[first + length - 1] + 1
                if any(_is_meant(text, at, end, name) for name in names):
                    yield at, end


def _is_meant(text: str, start: int, end: int, name: str) -> bool:
    """Say whether what could pass for a name is one, and no piece of other words."""
    span = text[start:end]
    if fine(span) != name and len(name) < SURE and not _odd(span):
        return False
    pieces = [piece for piece in regex.split(r"[\W_]+", HIDDEN.sub("", span)) if piece]
    if len(name) < SURE and len(pieces) > 1 and not any(len(piece) == 1 for piece in pieces):
        return False
    if len(pieces) == 1 and len(name) >= ANYWHERE:
        return True
    before, after = _around(text, start, end)
    return before in BEFORE and after in AFTER


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands in one word with a span, before and after it, folded."""
    left, right = start, end
    while left > 0 and start - left < LONGEST and _joined(text[left - 1], text[left]):
        left -= 1
    while right < len(text) and right - end < LONGEST and _joined(text[right - 1], text[right]):
        right += 1
    return fine(text[left:start]), fine(text[end:right])


def _joined(one: str, other: str) -> bool:
    """Say whether two neighbours belong to one word: fooBar and foo_bar are two."""
    inside = (one.isalpha() or HIDDEN.match(one)) and (
        other.isalpha() or HIDDEN.match(other) or unicodedata.combining(other)
    )
    return bool(inside) and not (one.islower() and other.isupper())


def _odd(span: str) -> bool:
    """Say whether a word is written as nobody writes: letters of two scripts, capitals inside."""
    bare = HIDDEN.sub("", span)
    usual = bare.islower() or bare.isupper() or bare.istitle()
    return bare != span or not bare.isascii() or not bare.isalpha() or not usual
