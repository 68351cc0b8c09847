"""What X reads out of a text, and how it dresses one for its API.

Handles and links follow twitter-text closely enough for a stand-in: a link is anything
after http:// or https:// up to a space. X's API escapes `&`, `<` and `>` and shows every
link as t.co with its expansion in the entities; indices count code points of that text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
HANDLE = re.compile(r"(?<![A-Za-z0-9_!#$%&*@＠/])[@＠]([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@＠])")
HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w*[^\W\d_]\w*)")
ARABIC = re.compile(r"[\u0600-\u06ff]")
SWEDISH = re.compile(r"[åäöÅÄÖ]|\b(?:och|jag|inte|hej|tack|vad|hur)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A stretch of a text, in code points, and what it says."""

    start: int
    end: int
    says: str


@dataclass(frozen=True)
class Dressed:
    """A text as X's API shows it; each link's span says where it really leads."""

    text: str
    links: tuple[Span, ...]

    @property
    def mentions(self) -> tuple[Span, ...]:
        """The handles named, without their at-sign."""
        return _spans(HANDLE, self.text)

    @property
    def hashtags(self) -> tuple[Span, ...]:
        """The hashtags, without their number sign."""
        return _spans(HASHTAG, self.text)


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(Span(m.start(), m.end(), m.group(1)) for m in pattern.finditer(text))


def handles_in(text: str) -> tuple[str, ...]:
    """Return the handles a text names, in order, outside its links, once each, lower case."""
    bare = LINK.sub(" ", text)
    return tuple(dict.fromkeys(match.group(1).lower() for match in HANDLE.finditer(bare)))


def short_link(url: str) -> str:
    """Return the t.co link of an address: 23 characters, always the same one."""
    return "https://t.co/" + hashlib.sha256(url.encode()).hexdigest()[:10]


def dress(text: str) -> Dressed:
    """Return a text as X's API gives it back: escaped, every link short."""
    parts: list[str] = []
    links: list[Span] = []
    length = at = 0
    for match in LINK.finditer(text):
        before = _escaped(text[at : match.start()])
        short = short_link(match.group())
        start = length + len(before)
        parts += [before, short]
        length = start + len(short)
        links.append(Span(start, length, match.group()))
        at = match.end()
    parts.append(_escaped(text[at:]))
    return Dressed("".join(parts), tuple(links))


def undressed(text: str) -> Dressed:
    """Return a text untouched, its links where they stand."""
    found = tuple(Span(m.start(), m.end(), m.group()) for m in LINK.finditer(text))
    return Dressed(text, found)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def language(text: str) -> str:
    """Guess what X would write in `lang`: Arabic, Swedish, English or undetermined."""
    if ARABIC.search(text):
        return "ar"
    if SWEDISH.search(text):
        return "sv"
    return "en" if re.search(r"[A-Za-z]{2}", HANDLE.sub("", LINK.sub("", text))) else "und"
