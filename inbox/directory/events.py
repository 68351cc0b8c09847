"""What happened to a contact: past-tense facts, and the entries of its history."""

from __future__ import annotations

from typing import TypeAlias

from inbox import history
from inbox.directory.state import ContactKind, Evidence, Known, Way
from inbox.words import ContactId, Person, PersonId, Record

TEXTS = frozenset(
    {"name", "value", "why", "reason", "source", "changed", "handle", "url", "avatar", "frozen"}
)
"""The fields that say something of a person: digested with salt, erasable."""


class Event(Record, frozen=True, tag=True, tag_field="e"):
    """One past-tense fact; the class name is its word on the wire. Fields are only ever added."""


class Added(Event, frozen=True):
    """There is a contact."""

    name: str
    kind: ContactKind
    languages: tuple[str, ...] = ()
    time_zone: str = ""


class Renamed(Event, frozen=True):
    """It is called otherwise."""

    name: str


class Described(Event, frozen=True):
    """It was said anew what it is."""

    kind: ContactKind
    languages: tuple[str, ...] = ()
    time_zone: str = ""


class WayAdded(Event, frozen=True):
    """A usual channel was noted."""

    way: Way


class WayRemoved(Event, frozen=True):
    """A channel was struck out."""

    way: Way


class Attached(Event, frozen=True):
    """A person on a platform is this contact."""

    person: Person
    why: str = ""


class Detached(Event, frozen=True):
    """A person is not this contact after all."""

    person: PersonId
    why: str = ""


class Merged(Event, frozen=True):
    """It stands for another contact too, with these persons and ways of that one."""

    other: ContactId
    persons: tuple[Known, ...] = ()
    ways: tuple[Way, ...] = ()


class Split(Event, frozen=True):
    """It stands for the other contact no more."""

    other: ContactId


class Yielded(Event, frozen=True):
    """Another contact stands in its place."""

    to: ContactId


class Regained(Event, frozen=True):
    """It stands for itself again."""

    of: ContactId


class Proved(Event, frozen=True):
    """There is evidence that a person is who they say."""

    person: PersonId
    evidence: Evidence


class Frozen(Event, frozen=True):
    """A person is trusted no more until an officer has looked."""

    person: PersonId
    changed: str


class Unfrozen(Event, frozen=True):
    """A person is trusted again, as they are now."""

    person: PersonId
    reason: str
    now: Person | None = None


class Erased(Event, frozen=True):
    """What was known of it is unreadable for ever, on this legal basis."""

    target: ContactId
    basis: str


AnyEvent: TypeAlias = (
    Added
    | Renamed
    | Described
    | WayAdded
    | WayRemoved
    | Attached
    | Detached
    | Merged
    | Split
    | Yielded
    | Regained
    | Proved
    | Frozen
    | Unfrozen
    | Erased
)
Entry: TypeAlias = history.Entry[AnyEvent]
