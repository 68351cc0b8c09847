"""How what is shown of a conversation stands in Slack: its facts and what was said, as blocks."""

from __future__ import annotations

from handlers.say import At, Pieces, Say
from handlers.shown import (
    DOT,
    NAME,
    UNLABELLED,
    Line,
    Shown,
    Told,
    Writing,
    audience_word,
    because,
    body,
    hand,
    header_text,
    lane_word,
    language,
    line_of,
    recognised,
    reserved,
    side,
    warning,
    where,
    whom,
)
from handlers.slack.blocks import Json, link, moment, rich, run, words
from handlers.slack.narrow import PHONE_PX, clipped, width
from inbox.words import Millis, Record

__all__ = [
    "DOT",
    "NAME",
    "UNLABELLED",
    "Line",
    "Shown",
    "Told",
    "Writing",
    "audience_word",
    "because",
    "body",
    "hand",
    "header_text",
    "lane_word",
    "language",
    "line_of",
    "recognised",
    "reserved",
    "warning",
    "where",
    "whom",
]

PHONE_LINE = 46
"""Characters of ordinary text in one line at 375 px, measured in Slack's message font."""


class Post(Record, frozen=True):
    """A message for Slack: `text` for pushes and screen readers, `blocks` for eyes."""

    text: str
    blocks: list[Json]


class Opened(Record, frozen=True):
    """From where and when a modal was opened; `turn` is fresh for each opening and each Next."""

    turn: str
    at: Millis = 0
    channel: str = ""
    ts: str = ""


def facts(shown: Shown, say: Say) -> Json:
    """Return the two lines each card begins with: six facts, and the language where it fits.

    A third warns of whom the person may be taken for, a fourth says which contact they are.
    """
    conversation = shown.conversation
    since = conversation.waiting_since or conversation.last_in or conversation.opened
    holder, tongue = hand(shown, say), language(shown, say)
    age = At(since, "time" if shown.holder else "ago")
    taken = len(DOT.join((shown.who, say("card.sample_age"), holder)))
    second = words(whom(shown, say))
    if tongue and taken + len(DOT) + len(tongue) <= PHONE_LINE:
        second += words(DOT + tongue)
    second += [*words(DOT), moment(age, say)] if since else []
    third = words(warning(shown, say), bold=True)
    fourth = words(recognised(shown, say))
    return rich(_where(shown, say), [*second, *words(DOT + holder)], third, fourth)


def _where(shown: Shown, say: Say) -> list[Json]:
    """Return lane, audience and account in one line of a phone, however long they are.

    What gives way, in this order: the platform's name, the audience's picture, the handle's end.
    """
    lane, audience = lane_word(shown, say), audience_word(shown.conversation.audience, say)
    for picture in (audience, audience.partition(" ")[2]):
        bold = DOT.join(part for part in (lane, picture) if part)
        room = PHONE_PX - width(bold + DOT)
        for account in (f"{shown.platform} → {shown.us}", shown.us):
            if width(account) <= room:
                return [*words(bold, bold=True), *words(DOT + account)]
    bold = DOT.join(part for part in (lane, audience.partition(" ")[2]) if part)
    account = clipped(shown.us, PHONE_PX - width(bold + DOT))
    return [*words(bold, bold=True), *words(DOT + account)]


def quoted(line: Line, say: Say, most: int, *, dated: bool = False) -> Json:
    """Return what somebody wrote as a block of its own; `dated` puts who and when before it."""
    head: list[Json] = []
    if dated:
        head = [*words(f"{side(line, say)} "), moment(At(line.at, "day_time"), say)]
        head += words(DOT + say("card.edited")) if line.edited else []
        head += [*words(DOT), *link(line.url, say("card.original"))] if line.url else []
    elif line.edited:
        head = words(say("card.edited"))
    return rich(head, words(body(line, say, most)), quote=True)


def told(pieces: Pieces, say: Say) -> Json:
    """Return a sentence of ours as a block."""
    return rich(run(pieces, say))
