"""What a contact becomes when something has happened; total, and pure."""

# ruff: noqa: ARG001, ARG005 - all changes stand in one table, so all take the same arguments.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec.structs import replace

from inbox.directory import events as e
from inbox.directory.evidence import still
from inbox.directory.state import Contact, Known
from inbox.history import keep
from inbox.words import Millis

Change: TypeAlias = Callable[[Contact, Any, Millis], Contact]


def apply(contact: Contact, event: e.AnyEvent, at: Millis) -> Contact:
    """Return what the contact becomes; `at` is when the event's entry was made."""
    return CHANGES[type(event)](contact, event, at)


def fold(contact: Contact, entry: e.Entry) -> Contact:
    """Return what the contact becomes after one line of its history."""
    for event in entry.events:
        contact = apply(contact, event, entry.at)
    return replace(contact, version=entry.n, ops=keep(contact.ops, entry.op))


def _added(c: Contact, event: e.Added, at: Millis) -> Contact:
    return replace(
        c,
        name=event.name,
        kind=event.kind,
        languages=event.languages,
        time_zone=event.time_zone,
        added=at,
    )


def _described(c: Contact, event: e.Described, at: Millis) -> Contact:
    zone = event.time_zone
    return replace(c, kind=event.kind, languages=event.languages, time_zone=zone)


def _way_removed(c: Contact, event: e.WayRemoved, at: Millis) -> Contact:
    gone = (event.way.kind, event.way.value)
    return replace(c, ways=tuple(one for one in c.ways if (one.kind, one.value) != gone))


def _attached(c: Contact, event: e.Attached, at: Millis) -> Contact:
    known = Known(event.person, event.why, at)
    others = (one for one in c.persons if one.person.id != event.person.id)
    return replace(c, persons=(*others, known))


def _detached(c: Contact, event: e.Detached, at: Millis) -> Contact:
    return replace(c, persons=tuple(one for one in c.persons if one.person.id != event.person))


def _merged(c: Contact, event: e.Merged, at: Millis) -> Contact:
    return replace(
        c,
        merged=(*c.merged, event.other),
        persons=c.persons + event.persons,
        ways=c.ways + event.ways,
    )


def _split(c: Contact, event: e.Split, at: Millis) -> Contact:
    return replace(
        c,
        merged=tuple(one for one in c.merged if one != event.other),
        persons=tuple(one for one in c.persons if one.of != event.other),
        ways=tuple(one for one in c.ways if one.of != event.other),
    )


def _with(c: Contact, person: str, change: Callable[[Known], Known]) -> Contact:
    changed = (change(one) if one.person.id == person else one for one in c.persons)
    return replace(c, persons=tuple(changed))


def _proved(c: Contact, event: e.Proved, at: Millis) -> Contact:
    new = event.evidence

    def prove(known: Known) -> Known:
        others = (o for o in known.evidence if (o.kind, o.source) != (new.kind, new.source))
        return replace(known, evidence=(*others, new))

    return _with(c, event.person, prove)


def _frozen(c: Contact, event: e.Frozen, at: Millis) -> Contact:
    return _with(c, event.person, lambda known: replace(known, frozen=event.changed))


def _unfrozen(c: Contact, event: e.Unfrozen, at: Millis) -> Contact:
    def trust(known: Known) -> Known:
        now = event.now or known.person
        counts = still(known.evidence, known.person, now)
        return replace(known, frozen="", person=now, evidence=counts)

    return _with(c, event.person, trust)


def _erased(c: Contact, event: e.Erased, at: Millis) -> Contact:
    if event.target != c.id:
        return c  # what it had of another contact went with the split
    return Contact(
        id=c.id,
        kind=c.kind,
        merged_into=c.merged_into,
        added=c.added,
        erased=True,
        ops=c.ops,
        version=c.version,
        head=c.head,
    )


CHANGES: dict[type[e.Event], Change] = {
    e.Added: _added,
    e.Renamed: lambda c, event, at: replace(c, name=event.name),
    e.Described: _described,
    e.WayAdded: lambda c, event, at: replace(c, ways=(*c.ways, event.way)),
    e.WayRemoved: _way_removed,
    e.Attached: _attached,
    e.Detached: _detached,
    e.Merged: _merged,
    e.Split: _split,
    e.Yielded: lambda c, event, at: replace(c, merged_into=event.to),
    e.Regained: lambda c, event, at: replace(c, merged_into=""),
    e.Proved: _proved,
    e.Frozen: _frozen,
    e.Unfrozen: _unfrozen,
    e.Erased: _erased,
}
