"""What happened in a reachout: past-tense facts, and the entries of its history."""

from __future__ import annotations

from typing import TypeAlias

from inbox import history
from inbox.reachout.state import Level, Outcome, Rung, Urgency
from inbox.words import (
    AnswerId,
    ContactId,
    ConversationId,
    MessageId,
    Millis,
    PersonId,
    Record,
)

TEXTS = frozenset({"purpose", "reason", "text", "way", "to", "handle", "url", "differs"})
"""The fields that hold what somebody wrote or is called: digested with salt, erasable."""


class Event(Record, frozen=True, tag=True, tag_field="e"):
    """One past-tense fact; the class name is its word on the wire. Fields are only ever added."""


class Opened(Event, frozen=True):
    """We began to reach a contact."""

    contact: ContactId
    purpose: str
    urgency: Urgency
    deadline: Millis
    rungs: tuple[Rung, ...]


class Extended(Event, frozen=True):
    """The deadline moved."""

    deadline: Millis
    reason: str = ""


class Attempted(Event, frozen=True):
    """A rung was tried; on a platform by this answer in this conversation."""

    rung: int
    answer: AnswerId = ""
    conversation: ConversationId = ""
    text: str = ""
    handle: str = ""


class Left(Event, frozen=True):
    """A rung stands on the platform: by its answer, or posted by hand at this address."""

    rung: int
    url: str = ""
    by_hand: bool = False


class Found(Event, frozen=True):
    """A post made by hand was seen among our own; `same` says whether it is the approved line."""

    rung: int
    same: bool


class Withdrawn(Event, frozen=True):
    """A rung's answer never left the house: it is its turn again."""

    rung: int
    answer: AnswerId
    why: str = ""


class Skipped(Event, frozen=True):
    """A rung was left out; the next one is open."""

    rung: int
    reason: str


class Reached(Event, frozen=True):
    """Somebody of the contact was reached on this rung, an officer says."""

    rung: int
    text: str = ""


class RungFailed(Event, frozen=True):
    """A rung came to nothing; the next one is open."""

    rung: int
    why: str
    text: str = ""


class Missed(Event, frozen=True):
    """The deadline passed while the clock ran."""

    deadline: Millis


class Heard(Event, frozen=True):
    """A verified person of the contact wrote: the clock stands."""

    person: PersonId
    conversation: ConversationId
    message: MessageId


class Doubted(Event, frozen=True):
    """A person of the contact wrote who is not verified: the clock runs on."""

    person: PersonId
    conversation: ConversationId
    message: MessageId
    level: Level


class Imitated(Event, frozen=True):
    """Somebody wrote who is nearly called as a person of the contact: the clock runs on."""

    person: PersonId
    conversation: ConversationId
    message: MessageId
    like: PersonId
    differs: str = ""


class HandedOver(Event, frozen=True):
    """The talk goes on elsewhere."""

    to: str


class Closed(Event, frozen=True):
    """It is over, with this outcome."""

    outcome: Outcome
    reason: str = ""


class Erased(Event, frozen=True):
    """Texts were made unreadable for ever, on this legal basis."""

    target: str
    basis: str


AnyEvent: TypeAlias = (
    Opened
    | Extended
    | Attempted
    | Left
    | Found
    | Withdrawn
    | Skipped
    | Reached
    | RungFailed
    | Missed
    | Heard
    | Doubted
    | Imitated
    | HandedOver
    | Closed
    | Erased
)
Entry: TypeAlias = history.Entry[AnyEvent]
