"""What is answered to plain words: rows, help, and sentences with a way on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.forms import VERBS
from handlers.say import Fact, Refusal, Say
from handlers.slack import ids
from handlers.slack.blocks import (
    ALL_TEXT,
    MESSAGE_TEXT,
    Json,
    actions,
    button,
    heading,
    rich,
    sentence,
    weight,
    words,
)
from handlers.slack.dialogs import row_of
from handlers.slack.ids import Press
from handlers.slack.safe import clip, one_line
from handlers.slack.shown import DOT, Post, Shown, told

MOST_ROWS = 10
"""Rows of one message; with its three blocks each a row more would be too many for Slack."""
ROOM = ALL_TEXT - 500


def rows_post(key: str, rows: Sequence[Shown], hidden: int, say: Say) -> Post:
    """Answer with conversations; `hidden` of them are private and may not be shown here."""
    head = say(key, count=len(rows) + hidden)
    blocks: list[Json] = [rich(words(head, bold=True))]
    room = ROOM
    for n, shown in enumerate(rows):
        acts = (ids.CLEAR,) if key == "clearance.mine" else (ids.ANSWER, ids.READ_ALL)
        row = row_of(shown, say, *acts)
        room -= weight(row)
        if n == MOST_ROWS or room < 0:
            blocks.append(sentence(say, "home.more", count=len(rows) - n))
            break
        blocks += row
    if hidden:
        blocks.append(sentence(say, "spoken.elsewhere", count=hidden))
    return Post(clip(head, MESSAGE_TEXT, escaped=True), [*blocks, *_ways(say)])


def help_post(command: str, say: Say) -> Post:
    """Say which words are understood, in the reader's own language."""
    blocks = [heading(say("help.first"))]
    for verb in VERBS:
        line = words(say(f"verb.{verb}"), bold=True)
        blocks.append(rich([*line, *words(DOT + say(f"help.{verb}"))]))
    blocks.append(sentence(say, "thread.use_command", command=command))
    text = say("thread.use_command", command=one_line(command, 40))
    return Post(clip(text, MESSAGE_TEXT, escaped=True), [*blocks, *_ways(say)])


def told_post(say: Say, key: str, **facts: Fact) -> Post:
    """Say one phrase, with a way on."""
    pieces = say.pieces(key, **facts)
    text = clip(say.plain(pieces), MESSAGE_TEXT, escaped=True)
    return Post(text, [told(pieces, say), *_ways(say)])


def refused_post(why: Refusal, say: Say) -> Post:
    """Say why it did not happen, with a way on."""
    pieces = say.because(why)
    text = clip(say.plain(pieces), MESSAGE_TEXT, escaped=True)
    return Post(text, [told(pieces, say), *_ways(say)])


def _ways(say: Say) -> list[Json]:
    here = Press()
    return actions(
        *(button(way, say(f"button.{way}"), here) for way in (ids.NEXT, ids.MINE, ids.FIND))
    )
