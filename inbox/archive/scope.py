"""What an erasure reaches: which entries of a history it must leave without a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from inbox.conversations import events as e
from inbox.directory import events as d
from inbox.reachout import events as r
from inbox.words import ContactId, MessageId, Millis, PersonId


def reached(entries: Sequence[e.Entry], erased: e.Erased, n: int) -> frozenset[int]:
    """Return the numbers of the entries that this event, in entry `n`, reaches.

    A whole conversation is erased up to that entry; a message with every edit of it, early or late.
    """
    if erased.whole:
        return frozenset(entry.n for entry in entries if entry.n <= n)
    ids = versions(entries, erased.target)
    return frozenset(entry.n for entry in entries if any(ids & _named(ev) for ev in entry.events))


def reached_in(kind: str, id_: str, entries: Sequence[Any]) -> frozenset[int]:
    """Return the numbers of all entries that the erasures of any kind of history reach."""
    if kind == "reach":
        return reached_whole(entries)
    return reached_by_all(entries) if kind == "conv" else reached_elsewhere(id_, entries)


def reached_whole(entries: Sequence[Any]) -> frozenset[int]:
    """Return what erasures reach where they always mean all up to there."""
    last = max((e.n for e in entries if any(isinstance(v, r.Erased) for v in e.events)), default=0)
    return frozenset(entry.n for entry in entries if entry.n <= last)


def reached_elsewhere(id_: str, entries: Sequence[Any]) -> frozenset[int]:
    """Return what erasures reach in the history of a contact.

    Its own erasure reaches all up to there; another contact's what this one took over from it, as
    long as it stood for it.
    """
    found: set[int] = set()
    for entry in entries:
        for event in entry.events:
            if isinstance(event, d.Erased):
                before = [one for one in entries if one.n <= entry.n]
                whole = event.target == id_
                found |= {one.n for one in before} if whole else _copied(before, event.target)
    return frozenset(found)


def _copied(entries: Iterable[d.Entry], other: ContactId) -> set[int]:
    """Return the entries that say something of another contact, each time until it was split."""
    found: set[int] = set()
    during: set[int] = set()
    persons: set[PersonId] = set()
    for entry in entries:
        for event in entry.events:
            if isinstance(event, d.Merged) and event.other == other:
                persons = {known.person.id for known in event.persons}
                during = {entry.n}
            elif isinstance(event, d.Split) and event.other == other:
                found |= during
                during, persons = set(), set()
            elif getattr(event, "person", None) in persons:
                during.add(entry.n)
    return found


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
