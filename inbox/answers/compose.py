"""Composing: an officer's text becomes signed parts that fit, once and for all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial

import regex

from inbox.answers.signatures import signature
from inbox.words import Account, Audience, Officer, Profile, Record

RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "ps", "ckb", "yi", "dv")
"""Languages whose lines run from the right: there a Latin signature stands on its own line."""

WORD = regex.compile(r"\S+\s*")
GRAPHEME = regex.compile(r"\X")
WHOLE = regex.compile(r"https?://[!-~]+|[\w.-]+\.[a-z]{2,}(?:/[!-~]*)?|[@#＠＃][\w@.-]+")
"""What is never cut: links, bare domains, mentions, hashtags, addresses."""
NAMES = regex.compile(r"(?<![\w/=])@[\w.-]*\w(?:@[\w.-]*\w)?")
"""Whom a text names, such as `@carl` or `@carl@social.example`."""
SENTENCE_END = regex.compile(r"[.!?…؟۔。！？][\"'”’)\]]*\s*$|\n\s*$")


class Composed(Record, frozen=True):
    """A text ready to be sealed: what is shown is what leaves."""

    parts: tuple[str, ...]


def names(text: str) -> tuple[str, ...]:
    """Return whom a text names, in lower case, each once."""
    return tuple(dict.fromkeys(found.casefold() for found in NAMES.findall(text)))


def compose(
    text: str,
    account: Account,
    officer: Officer | None,
    profile: Profile,
    audience: Audience,
    language: str,
    to: str = "",
) -> Composed:
    """Return the text as signed parts, numbered only if several, each within the profile's limit.

    A part holds whole words, whole sentences where that costs little, and never half a link,
    mention or letter. What cannot fit at all stays one part too long: `decide` refuses it. Every
    part names whom it is for, by the handle `to`, where the platform tells nobody else.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    name = f"@{to.removeprefix('@')}" if to and profile.adds_mentioned else ""
    text = _unaddressed(text, name)
    if not text:
        return Composed(())
    sign = signature(officer, account)
    gap = "\n" if _from_the_right(text, language) else " "
    tail = gap + sign if sign else ""
    head = name + gap if name else ""
    whole = text + tail if name.casefold() in names(text) else head + text + tail
    if profile.fits(whole, audience):
        return Composed((whole,))
    bodies = _numbered(text, head, tail, profile, audience)
    most = len(bodies)
    if most == 1:  # one link that cannot fit
        return Composed((whole,))
    return Composed(tuple(f"{head}{body} ({n}/{most}){tail}" for n, body in enumerate(bodies, 1)))


def _unaddressed(text: str, name: str) -> str:
    """Return a text without the name it begins with, where every part gets that name."""
    begins = name and text.casefold().startswith(name.casefold())
    rest = text[len(name) :] if begins else text
    return rest.lstrip() if rest[:1].isspace() or not rest else text


def _numbered(text: str, head: str, tail: str, profile: Profile, audience: Audience) -> list[str]:
    """Split with room for the name, the signature and the widest number that will be needed."""
    bodies = list[str]()
    for digits in (1, 2, 3, 4):
        widest = f" ({'9' * digits}/{'9' * digits}){tail}"
        bodies = _split(text, partial(_fits, profile, audience, head, widest))
        if len(bodies) < 10**digits:
            break
    return bodies


def _fits(profile: Profile, audience: Audience, start: str, end: str, body: str) -> bool:
    return profile.fits(start + body + end, audience)


def _from_the_right(text: str, language: str) -> bool:
    if language:
        return language.partition("-")[0] in RIGHT_TO_LEFT
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def _split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Cut a text into bodies that fit, in order, nothing lost but the space at the cuts."""
    bodies, start = [], 0
    ends = [match.end() for match in WORD.finditer(text)]
    while start < len(text):
        furthest = _furthest(text, start, [end for end in ends if end > start], fits)
        cut = (
            _at_a_sentence(text, start, furthest)
            if furthest is not None
            else _inside_a_word(text, start, fits)
        )
        bodies.append(text[start:cut].strip())
        start = cut
    return bodies


def _furthest(text: str, start: int, ends: list[int], fits: Callable[[str], bool]) -> int | None:
    """Return the furthest end whose body fits, by halving: counting a text is dear."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[start : ends[middle]].strip()):
            low = middle + 1
        else:
            high = middle
    return ends[low - 1] if low else None


def _inside_a_word(text: str, start: int, fits: Callable[[str], bool]) -> int:
    """Cut a word that alone does not fit, between letters; a link or mention stays whole."""
    end = next(WORD.finditer(text, start)).end()
    whole = [match.span() for match in WHOLE.finditer(text, start, end)]
    letters = (match.end() for match in GRAPHEME.finditer(text, start, end))
    cuts = [at for at in letters if not any(a < at < b for a, b in whole)]
    return _furthest(text, start, cuts, fits) or cuts[0]


def _at_a_sentence(text: str, start: int, cut: int) -> int:
    """Move a cut back to the last sentence's end, if that keeps half of the part or more."""
    if cut >= len(text):
        return cut
    for match in reversed(list(WORD.finditer(text, start, cut))):
        if match.end() - start < (cut - start) // 2:
            break
        if SENTENCE_END.search(match.group()):
            return match.end()
    return cut
