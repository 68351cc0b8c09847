"""What someone wants of a contact: one frozen record per command."""

from __future__ import annotations

from typing import TypeAlias

from inbox import history
from inbox.directory.state import ContactKind, EvidenceKind, Known, Way, WayKind
from inbox.words import ContactId, Millis, OfficerId, Person, PersonId, Record


class Command(Record, frozen=True, tag=True, tag_field="c"):
    """What someone wants; the class name is its word on the wire."""


class Add(Command, frozen=True):
    """Let there be a contact."""

    name: str
    kind: ContactKind
    languages: tuple[str, ...] = ()
    time_zone: str = ""


class Rename(Command, frozen=True):
    """Call it otherwise."""

    name: str


class Describe(Command, frozen=True):
    """Say anew what it is, which languages it speaks, and what time it is there."""

    kind: ContactKind
    languages: tuple[str, ...] = ()
    time_zone: str = ""


class AddWay(Command, frozen=True):
    """Note a usual channel, and who in the ministry knows them by it."""

    kind: WayKind
    value: str
    known_by: OfficerId = ""


class RemoveWay(Command, frozen=True):
    """Strike a channel out."""

    kind: WayKind
    value: str


class Attach(Command, frozen=True):
    """Say that a person on a platform is this contact; `why` is for whoever asks later."""

    person: Person
    why: str = ""


class Detach(Command, frozen=True):
    """Say that a person is not this contact after all."""

    person: PersonId
    why: str = ""


class Merge(Command, frozen=True):
    """Let this contact stand for another one too; its persons and ways are copied here."""

    other: ContactId
    persons: tuple[Known, ...] = ()
    ways: tuple[Way, ...] = ()


class Split(Command, frozen=True):
    """Let a merged contact stand for itself again, exactly as it was."""

    other: ContactId


class Yield(Command, frozen=True):
    """Let another contact stand in its place: the other half of `Merge`, given to the merged."""

    to: ContactId


class Regain(Command, frozen=True):
    """Stand for itself again: the other half of `Split`."""

    of: ContactId


class Prove(Command, frozen=True):
    """Note evidence that a person is who they say."""

    person: PersonId
    kind: EvidenceKind
    source: str
    expires: Millis


class Freeze(Command, frozen=True):
    """Trust a person no more until an officer has looked: something about them changed."""

    person: PersonId
    changed: str


class Unfreeze(Command, frozen=True):
    """Trust a person again, as they are `now`."""

    person: PersonId
    reason: str
    now: Person | None = None


class Erase(Command, frozen=True):
    """Make what is known here of a contact unreadable for ever: this one, or one it stood for."""

    target: ContactId
    basis: str


AnyCommand: TypeAlias = (
    Add
    | Rename
    | Describe
    | AddWay
    | RemoveWay
    | Attach
    | Detach
    | Merge
    | Split
    | Yield
    | Regain
    | Prove
    | Freeze
    | Unfreeze
    | Erase
)
Order: TypeAlias = history.Order[AnyCommand]
