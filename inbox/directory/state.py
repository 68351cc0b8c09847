"""An entry of the directory as it stands: a contact, its usual channels, and its persons."""

from __future__ import annotations

from typing import Literal

from inbox.words import ContactId, Millis, OfficerId, Person, PersonId, Record

EvidenceKind = Literal["government_mark", "rel_me", "domain", "linked_from", "called_back"]
WayKind = Literal["phone", "email", "embassy", "note"]
ContactKind = Literal["counterpart", "office", "mission", "journalist", "citizen"]


class Evidence(Record, frozen=True):
    """Why we believe that a person is who they say: from where, and until when it counts."""

    kind: EvidenceKind
    source: str
    expires: Millis
    at: Millis
    by: str


class Known(Record, frozen=True):
    """A person of a contact, as they were when an officer attached them.

    `frozen` says what changed about them since, and "" where nothing did. `of` is the merged
    contact they came with.
    """

    person: Person
    why: str
    since: Millis
    evidence: tuple[Evidence, ...] = ()
    frozen: str = ""
    of: ContactId = ""


class Way(Record, frozen=True):
    """A usual channel, and who in the ministry knows them by it."""

    kind: WayKind
    value: str
    known_by: OfficerId = ""
    of: ContactId = ""
    """The merged contact it came with."""


class Contact(Record, frozen=True):
    """Whom the ministry knows; version 0 is one that does not exist.

    `merged_into` is the contact in whose place it stands no more, `merged` are those that it
    stands for.
    """

    version: int = 0
    head: str = ""
    id: ContactId = ""
    name: str = ""
    kind: ContactKind = "counterpart"
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    ways: tuple[Way, ...] = ()
    persons: tuple[Known, ...] = ()
    merged_into: ContactId = ""
    merged: tuple[ContactId, ...] = ()
    added: Millis = 0
    erased: bool = False
    ops: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether it was ever added, and is not erased."""
        return bool(self.added) and not self.erased

    @property
    def known_by(self) -> tuple[OfficerId, ...]:
        """Who in the ministry knows them, each once."""
        return tuple(dict.fromkeys(way.known_by for way in self.ways if way.known_by))

    def known(self, person: PersonId) -> Known | None:
        """Return one of its persons."""
        return next((one for one in self.persons if one.person.id == person), None)
