"""What an erasure reaches: which entries of a history it must leave without a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from inbox.conversations import events as e
from inbox.words import MessageId, Millis


def reached(entries: Sequence[e.Entry], erased: e.Erased, n: int) -> frozenset[int]:
    """Return the numbers of the entries that this event, in entry `n`, reaches.

    A whole conversation is erased up to that entry; a message with every edit of it, early or late.
    """
    if erased.whole:
        return frozenset(entry.n for entry in entries if entry.n <= n)
    ids = versions(entries, erased.target)
    return frozenset(entry.n for entry in entries if any(ids & _named(ev) for ev in entry.events))


def reached_by_all(entries: Sequence[e.Entry]) -> frozenset[int]:
    """Return the numbers of all entries that any erasure of this history reaches."""
    found: frozenset[int] = frozenset()
    for entry in entries:
        for event in entry.events:
            if isinstance(event, e.Erased):
                found |= reached(entries, event, entry.n)
    return found


def versions(entries: Iterable[e.Entry], message: MessageId) -> frozenset[MessageId]:
    """Return every id that a message had, through all its edits."""
    links = [_named(event) for entry in entries for event in entry.events]
    ids, before = {message}, 0
    while before != len(ids):
        before = len(ids)
        ids.update(*(link for link in links if link & ids))
    return frozenset(ids)


def holds(entries: Iterable[e.Entry], message: MessageId) -> bool:
    """Say whether a message of this id was ever taken in here."""
    return any(message in _named(event) for entry in entries for event in entry.events)


def taken(entries: Iterable[e.Entry]) -> Iterator[tuple[MessageId, Millis]]:
    """Yield the ids under which payloads of these entries may be kept, and since when."""
    for entry in entries:
        for event in entry.events:
            for id_ in sorted(_named(event)):
                yield id_, entry.at


def _named(event: e.AnyEvent) -> frozenset[MessageId]:
    """Return the messages whose text an event carries."""
    match event:
        case e.Received(message=message) | e.Echoed(message=message):
            return frozenset((message.id, *message.chain))
        case e.Edited():
            return frozenset((event.message, event.new_id))
        case _:
            return frozenset()
