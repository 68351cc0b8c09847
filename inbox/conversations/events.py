"""What happened in a conversation: past-tense facts, and the entries of its history."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inbox.conversations.state import AnswerKind, Outcome
from inbox.words import (
    AccountId,
    AnswerId,
    Audience,
    ConversationId,
    Media,
    Message,
    MessageId,
    Millis,
    OfficerId,
    PartId,
    PersonId,
    ReachoutId,
    Record,
    Verdict,
)

SCHEMA = 1
"""The version of the entries written here; a process refuses to commit to a newer one."""


Void = Literal["expired", "edited", "deleted", "unknown", "members", "seal_differs", "other_epoch"]
"""Why a clearance counts no more: its time, or what changed since it was asked for."""


class Event(Record, frozen=True, tag=True, tag_field="e"):
    """One past-tense fact; the class name is its word on the wire. Fields are only ever added."""


class Received(Event, frozen=True):
    """They wrote (or we did elsewhere: `Echoed`)."""

    message: Message
    lane: str = ""
    word: str = ""
    language: str = ""
    window_until: Millis = 0


class Begun(Event, frozen=True):
    """We opened it ourselves: nobody has written in it yet."""

    account: AccountId
    person: PersonId
    thread: str
    audience: Audience
    handle: str = ""
    language: str = ""
    reachout: ReachoutId = ""


class Echoed(Event, frozen=True):
    """A post of ours that we did not send was seen."""

    message: Message


class Edited(Event, frozen=True):
    """A message was changed by its author."""

    message: MessageId
    new_id: MessageId
    text: str
    media: tuple[Media, ...] = ()
    written: Millis = 0


class Deleted(Event, frozen=True):
    """A message was taken back by its author."""

    message: MessageId
    at: Millis = 0


class MembersChanged(Event, frozen=True):
    """A private group is no longer who it was."""

    joined: tuple[PersonId, ...] = ()
    left: tuple[PersonId, ...] = ()


class Claimed(Event, frozen=True):
    """An officer holds it now."""

    holder: OfficerId
    fence: int
    before: OfficerId = ""
    how: Literal["claim", "take_over", "assign"] = "claim"
    reason: str = ""


class Released(Event, frozen=True):
    """Nobody holds it any more."""

    holder: OfficerId
    fence: int
    reason: str = ""


class Noted(Event, frozen=True):
    """An internal remark was kept."""

    note: str
    text: str


class Tagged(Event, frozen=True):
    """A label was put on."""

    tag: str


class Untagged(Event, frozen=True):
    """A label was taken off."""

    tag: str


class LaneSet(Event, frozen=True):
    """It is served in another order now."""

    lane: str
    before: str = ""
    reason: str = ""


class LanguageSet(Event, frozen=True):
    """It is known in which language they write."""

    language: str


class Snoozed(Event, frozen=True):
    """It was put aside until a time."""

    until: Millis
    timer: int


class Woken(Event, frozen=True):
    """It is back from its snooze."""

    cause: str = ""


class Closed(Event, frozen=True):
    """It is done with."""

    outcome: Outcome
    timer: int = 0
    """The number of the timer that lapses a claim still held; 0 when none is."""


class Reopened(Event, frozen=True):
    """It is not done with after all."""

    cause: str = ""


class Drafted(Event, frozen=True):
    """A text was handed over."""

    answer: AnswerId
    text: str
    audience: Audience = "public"
    re: MessageId = ""
    media: tuple[Media, ...] = ()
    to: OfficerId = ""


class Discarded(Event, frozen=True):
    """An answer was given up."""

    answer: AnswerId
    reason: str = ""


class Answered(Event, frozen=True):
    """A text was made ready to leave, composed once into `parts`."""

    answer: AnswerId
    text: str
    parts: tuple[str, ...]
    audience: Audience = "public"
    re: MessageId = ""
    media: tuple[Media, ...] = ()
    recipients: tuple[PersonId, ...] = ()
    seal: str = ""
    fence: int = 0
    kind: AnswerKind = "human"
    leaves_at: Millis = 0
    epoch: str = ""
    language: str = ""
    close: bool = False
    """Whether the conversation is closed once all of it has left."""
    source: str = ""
    """Whence its figures are; never leaves the house."""
    template: str = ""
    """The approved line that it is, where it is one."""
    reachout: ReachoutId = ""
    """The reachout whose rung it is, and which of its rungs."""
    rung: int = 0
    leaks: tuple[str, ...] = ()
    """What kinds of leak its writer was told of and let through."""


class ClearanceAsked(Event, frozen=True):
    """An answer waits for somebody else's word."""

    answer: AnswerId
    seal: str
    needs: int
    until: Millis
    timer: int
    from_: tuple[OfficerId, ...] = msgspec.field(default=(), name="from")
    writers: tuple[OfficerId, ...] = ()


class Cleared(Event, frozen=True):
    """An approver let exactly this leave; with none `left` it is ready at once."""

    answer: AnswerId
    seal: str
    left: int = 0


class TurnedDown(Event, frozen=True):
    """An approver let it not leave: it is a draft again."""

    answer: AnswerId
    seal: str
    reason: str = ""


class ClearanceReturned(Event, frozen=True):
    """An approver gave it back to its author with this text: it is a draft again."""

    answer: AnswerId
    seal: str
    text: str
    reason: str = ""


class Overridden(Event, frozen=True):
    """A supervisor let exactly this leave without those who were asked."""

    answer: AnswerId
    seal: str
    reason: str = ""


class ClearanceExpired(Event, frozen=True):
    """A clearance counts no more, asked for or given: the answer is a draft again."""

    answer: AnswerId
    why: Void = "expired"


class SendStarted(Event, frozen=True):
    """A part is about to be sent: on disk before the call."""

    part: PartId
    attempt: int


class Sent(Event, frozen=True):
    """A part stands on the platform."""

    part: PartId
    ref: MessageId
    url: str = ""
    by_hand: bool = False
    thread: str | None = None
    """What the platform calls the thread it stands in, where that was said."""


class Arrived(Event, frozen=True):
    """A part reached its reader."""

    part: PartId


class SendFailed(Event, frozen=True):
    """The platform refused a part."""

    part: PartId
    why: str


class SendUnsure(Event, frozen=True):
    """Nobody knows whether a part left; a person will look."""

    part: PartId


class Postponed(Event, frozen=True):
    """A part waits because the platform asked, or (`why`) lets the account no longer in."""

    part: PartId
    until: Millis
    why: str = ""


class Requeued(Event, frozen=True):
    """A person decided that a part shall be sent again, in the present epoch."""

    part: PartId
    epoch: str = ""


class Recalled(Event, frozen=True):
    """An answer was stopped within its hold."""

    answer: AnswerId


class RetractAsked(Event, frozen=True):
    """An answer shall be taken back."""

    answer: AnswerId
    reason: str = ""


class Retracted(Event, frozen=True):
    """A part was taken back."""

    part: PartId


class RetractFailed(Event, frozen=True):
    """A part could not be taken back."""

    part: PartId
    why: str = ""


class Moderated(Event, frozen=True):
    """A comment was judged."""

    message: MessageId
    verdict: Verdict


class Linked(Event, frozen=True):
    """It belongs together with another conversation."""

    to: ConversationId
    why: str = ""


class Erased(Event, frozen=True):
    """Texts were made unreadable for ever, on this legal basis."""

    target: str
    """A message of it, or the conversation itself."""
    basis: str

    @property
    def whole(self) -> bool:
        """Whether all of the conversation so far is meant: only a message's id has a platform."""
        return ":" not in self.target


AnyEvent: TypeAlias = (
    Received
    | Begun
    | Echoed
    | Edited
    | Deleted
    | MembersChanged
    | Claimed
    | Released
    | Noted
    | Tagged
    | Untagged
    | LaneSet
    | LanguageSet
    | Snoozed
    | Woken
    | Closed
    | Reopened
    | Drafted
    | Discarded
    | Answered
    | ClearanceAsked
    | Cleared
    | TurnedDown
    | ClearanceReturned
    | Overridden
    | ClearanceExpired
    | SendStarted
    | Sent
    | Arrived
    | SendFailed
    | SendUnsure
    | Postponed
    | Requeued
    | Recalled
    | RetractAsked
    | Retracted
    | RetractFailed
    | Moderated
    | Linked
    | Erased
)


class Entry(Record, frozen=True, array_like=True):
    """One line of a history: one commit. `op` comes first, so that the commit can compare it.

    `v` is the schema, `n` the entry's number (the version it makes); `salt` keys the digests of its
    texts, so that text and salt can be erased together while the chain of heads stands.
    """

    op: str
    v: int
    n: int
    at: Millis
    by: str
    via: str
    salt: str
    events: tuple[AnyEvent, ...]


TEXTS = frozenset(
    {"text", "reason", "source", "parts", "alt", "name", "handle", "url", "avatar", "word"}
)
"""The fields that hold what somebody wrote or is called: digested with salt, erasable."""
