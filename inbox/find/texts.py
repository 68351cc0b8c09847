"""What of a history can be found: words in, words out, nothing that was taken back or erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from inbox.conversations.events import (
    Answered,
    AnyEvent,
    Deleted,
    Discarded,
    Echoed,
    Edited,
    Entry,
    Erased,
    Noted,
    Received,
)
from inbox.words import Message, Millis


class Text(NamedTuple):
    """One findable text, and when it was written."""

    at: Millis
    text: str


def findable(history: Iterable[Entry]) -> dict[str, Text]:
    """Return a conversation's texts by what wrote them: a message, an answer or a note.

    An entry without salt was erased: digests stand where its texts were.
    """
    found: dict[str, Text] = {}
    first: dict[str, str] = {}
    gone: set[str] = set()
    for entry in history:
        for event in entry.events:
            _take(found, first, gone, event, entry)
            if isinstance(event, Erased) and event.whole:
                found.clear()
    return {id_: text for id_, text in found.items() if id_ not in gone and text.text}


def _take(
    found: dict[str, Text], first: dict[str, str], gone: set[str], event: AnyEvent, entry: Entry
) -> None:
    match event:
        case Received(message=message) | Echoed(message=message):
            first.update(dict.fromkeys((message.id, *message.chain), message.id))
            found[message.id] = Text(message.written, _said(message) if entry.salt else "")
        case Edited():
            id_ = first.get(event.message, event.message)
            first[event.new_id] = id_
            text = event.text if entry.salt else ""
            found[id_] = Text(found[id_].at if id_ in found else event.written, text)
        case Deleted():
            gone.add(first.get(event.message, event.message))
        case Answered():
            found[event.answer] = Text(entry.at, event.text if entry.salt else "")
        case Noted():
            found[event.note] = Text(entry.at, event.text if entry.salt else "")
        case Discarded():
            found.pop(event.answer, None)
        case Erased():
            gone.add(first.get(event.target, event.target))
        case _:
            pass


def _said(message: Message) -> str:
    author = message.author
    alts = (media.alt for media in message.media)
    return " ".join((message.text, author.handle, author.name, *alts))
