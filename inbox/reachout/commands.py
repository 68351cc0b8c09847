"""What someone wants of a reachout: one frozen record per command."""

from __future__ import annotations

from typing import Literal, TypeAlias

from inbox import history, words
from inbox.reachout.state import Level, Outcome, Rung, Urgency
from inbox.words import AnswerId, ContactId, ConversationId, MessageId, Millis, PersonId


class Command(words.Record, frozen=True, tag=True, tag_field="c"):
    """What someone wants; the class name is its word on the wire."""


# The officers'
class Open(Command, frozen=True):
    """Begin to reach a contact; the rungs are tried in this order."""

    contact: ContactId
    purpose: str
    urgency: Urgency
    deadline: Millis
    rungs: tuple[Rung, ...]


class Extend(Command, frozen=True):
    """Move the deadline."""

    deadline: Millis
    reason: str = ""


class Attempt(Command, frozen=True):
    """Say that this rung is being tried, now.

    On a platform `answer` and `conversation` are those it will be; `level` and `reach` are what
    the directory and the platform say of the person at this moment. Where the platform forbids us
    the post, `by_hand` is the link of the one that an officer made.
    """

    rung: int
    answer: AnswerId = ""
    conversation: ConversationId = ""
    by_hand: str = ""
    level: Level = "unproven"
    reach: Literal["", "yes", "no", "unknown"] = ""
    reason: str = ""
    handle: str = ""
    """What the directory calls the person at this moment."""
    text: str = ""
    """What the officer notes about it: it never leaves the house."""


class Skip(Command, frozen=True):
    """Leave a rung out, and say why."""

    rung: int
    reason: str


class Record(Command, frozen=True):
    """Say what became of a rung that an officer tried by hand."""

    rung: int
    result: Literal["reached", "failed"]
    text: str = ""
    """What happened, in a few words: it never leaves the house."""


class HandOver(Command, frozen=True):
    """Say to whom, or to which secure channel, the talk goes on."""

    to: str


class Close(Command, frozen=True):
    """Say how it ended."""

    outcome: Outcome
    reason: str = ""


# The clerk's
class TimeOut(Command, frozen=True):
    """Say that a rung has had its time."""

    rung: int


class Miss(Command, frozen=True):
    """Say that the deadline has passed."""


class Hear(Command, frozen=True):
    """Say that this person wrote: of the contact with a `level`, or nearly called as one of it.

    `differs` says what differs from the person that they are `like`.
    """

    person: PersonId
    conversation: ConversationId
    message: MessageId
    level: Level = "unproven"
    like: PersonId = ""
    differs: str = ""


class Settle(Command, frozen=True):
    """Say what became of a rung's answer: it stands, it never left the house, or it failed."""

    rung: int
    answer: AnswerId
    outcome: Literal["sent", "withdrawn", "failed"]
    why: str = ""
    url: str = ""


class Find(Command, frozen=True):
    """Say that the post made by hand at this address is ours, and whether it says the line."""

    rung: int
    url: str
    same: bool


# The admin's
class Erase(Command, frozen=True):
    """Make the texts of this reachout unreadable for ever."""

    target: str
    basis: str


AnyCommand: TypeAlias = (
    Open
    | Extend
    | Attempt
    | Skip
    | Record
    | HandOver
    | Close
    | TimeOut
    | Miss
    | Hear
    | Settle
    | Find
    | Erase
)
Order: TypeAlias = history.Order[AnyCommand]
