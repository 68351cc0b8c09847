"""What someone wants of a conversation: one frozen record per command."""

from __future__ import annotations

from typing import Literal, TypeAlias

from inbox.answers.leaks import Leak
from inbox.conversations.state import Outcome
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
    RefusedWhy,
    Verdict,
)

ReportOutcome = Literal["sent", "arrived", "failed", "unsure", "postponed", "retracted", "kept"]


class Command(Record, frozen=True, tag=True, tag_field="c"):
    """What someone wants; the class name is its word on the wire."""


# The platform's
class Receive(Command, frozen=True):
    """Take this message in, once. `lane`, `word` and `language` are what triage says of it."""

    message: Message
    lane: str = ""
    word: str = ""
    language: str = ""


class MarkEdited(Command, frozen=True):
    """The author changed a message; on platforms where an edit is a new id, `new_id` is it."""

    message: MessageId
    new_id: MessageId
    text: str
    media: tuple[Media, ...] = ()
    written: Millis = 0


class MarkDeleted(Command, frozen=True):
    """The author took a message back."""

    message: MessageId
    at: Millis = 0


class SetMembers(Command, frozen=True):
    """Who is in a private group now."""

    persons: tuple[PersonId, ...]


# The officers'
class Begin(Command, frozen=True):
    """Open a conversation with a person ourselves, to be begun by this answer.

    `handle` is what the directory calls them; `reachout` is for whose sake, if for any.
    """

    account: AccountId
    person: PersonId
    audience: Audience
    answer: AnswerId
    handle: str = ""
    language: str = ""
    reachout: ReachoutId = ""


class Claim(Command, frozen=True):
    """Hold this conversation exclusively."""


class TakeOver(Command, frozen=True):
    """Claim it from whoever holds it."""

    reason: str = ""


class Assign(Command, frozen=True):
    """Give the claim to another officer."""

    to: OfficerId
    reason: str = ""


class Release(Command, frozen=True):
    """Give the claim back."""

    reason: str = ""


class AddNote(Command, frozen=True):
    """Keep an internal remark that never leaves the house."""

    note: str
    text: str


class Tag(Command, frozen=True):
    """Put a label on it."""

    tag: str


class Untag(Command, frozen=True):
    """Take a label off."""

    tag: str


class SetLane(Command, frozen=True):
    """Say in which order it is served; `reason` starting with "rule:" is the clerk's."""

    lane: str
    reason: str = ""


class Snooze(Command, frozen=True):
    """Put it aside until a time."""

    until: Millis


class Wake(Command, frozen=True):
    """Bring it back; a clerk names the timer that rang."""

    cause: str = ""
    timer: int = 0


class Close(Command, frozen=True):
    """Say that it is done with."""

    outcome: Outcome


class Reopen(Command, frozen=True):
    """Say that it is not done with."""

    reason: str = ""


class Draft(Command, frozen=True):
    """Hand a text over to somebody."""

    answer: AnswerId
    text: str
    audience: Audience = "public"
    re: MessageId = ""
    media: tuple[Media, ...] = ()
    to: OfficerId = ""


class Discard(Command, frozen=True):
    """Give up an answer of which nothing is being sent; what has left stays (a thread stops)."""

    answer: AnswerId
    reason: str = ""


class Answer(Command, frozen=True):
    """Let this text leave.

    `fence` is the claim it is written under, `seen` the version its writer saw; `confirmed` is what
    they typed where policy asks for it, or "newer" to send in spite of newer messages; `close` asks
    to close the conversation once all of it has left. `leaks` is what was found in the text by
    somebody who knows the notes; what the text alone shows is found again when it is decided.
    """

    answer: AnswerId
    text: str
    audience: Audience = "public"
    re: MessageId = ""
    media: tuple[Media, ...] = ()
    fence: int = 0
    seen: int = 0
    source: str = ""
    confirmed: str = ""
    close: bool = False
    reachout: ReachoutId = ""
    """The reachout whose rung it is, if it is one: it answers nobody."""
    rung: int = 0
    leaks: tuple[Leak, ...] = ()

    @property
    def whole(self) -> str:
        """All that a reader is told: the text, and what stands for its pictures."""
        return "\n".join((self.text, *(one.alt for one in self.media if one.alt)))


class SayLine(Command, frozen=True):
    """Let an approved line leave in public: the core writes it, and there is no text to give."""

    answer: AnswerId
    template: str
    language: str
    fence: int = 0
    seen: int = 0
    confirmed: str = ""
    reachout: ReachoutId = ""
    rung: int = 0


class Recall(Command, frozen=True):
    """Stop an answer within its hold, or withdraw it from clearance: it is a draft again."""

    answer: AnswerId


class Resume(Command, frozen=True):
    """Send a stuck answer's remaining parts."""

    answer: AnswerId


class Retract(Command, frozen=True):
    """Take a sent answer back from the platform."""

    answer: AnswerId
    reason: str = ""


class Resolve(Command, frozen=True):
    """Say what became of an unsure part: it is there (`ref`), or it is not (None)."""

    part: PartId
    ref: MessageId | None = None


class PostByHand(Command, frozen=True):
    """Say that the part was posted by hand at this address."""

    part: PartId
    url: str


class Moderate(Command, frozen=True):
    """Say what becomes of a comment where the platform lets us."""

    message: MessageId
    verdict: Verdict


# The approvers'
class Clear(Command, frozen=True):
    """Say that exactly this may leave; `confirmed` is what they typed where policy asks for it."""

    answer: AnswerId
    seal: str
    confirmed: str = ""


class TurnDown(Command, frozen=True):
    """Say that this may not leave, and why."""

    answer: AnswerId
    seal: str
    reason: str = ""


class Return(Command, frozen=True):
    """Give it back to its author with this text in place of theirs."""

    answer: AnswerId
    seal: str
    text: str
    reason: str = ""


class Override(Command, frozen=True):
    """Let exactly this leave without those who were asked, and say why: a supervisor's."""

    answer: AnswerId
    seal: str
    reason: str
    confirmed: str = ""


# The clerk's
class Greet(Command, frozen=True):
    """Send the automatic first reply of a private conversation."""

    answer: AnswerId
    text: str
    language: str = ""


class SetLanguage(Command, frozen=True):
    """Say in which language they write, where no platform said so."""

    language: str


class Link(Command, frozen=True):
    """Say that two conversations belong together."""

    to: ConversationId
    why: str


class Lapse(Command, frozen=True):
    """Release a claim that outlived its conversation's closing, or what we wrote there first."""

    timer: int = 0


class Expire(Command, frozen=True):
    """End a clearance whose time is over."""

    answer: AnswerId
    timer: int


# The postroom's
class StartSend(Command, frozen=True):
    """Write down that this part is about to be sent, before it is.

    `seal` is of the answer whose part the sender holds in its hand. `changed` says what is other
    about the person than when they were proven.
    """

    part: PartId
    recipients: tuple[PersonId, ...] = ()
    halted: bool = False
    epoch: str = ""
    seal: str = ""
    changed: str = ""


class Report(Command, frozen=True):
    """Say what became of a part: `ref` and `url` when sent, `why` when failed, `until` when late.

    `attempt` is the attempt that reports; 0 is an echo or a receipt, which knows no attempt.
    """

    part: PartId
    outcome: ReportOutcome
    ref: MessageId = ""
    url: str = ""
    why: RefusedWhy | Literal["locked", "unpaid", "retract_failed", ""] = ""
    until: Millis = 0
    attempt: int = 0
    by_hand: bool = False
    thread: str | None = None
    """What the platform calls the thread that a sent part stands in, where it says so."""


# The admin's
class Erase(Command, frozen=True):
    """Make the texts of this conversation (or one message of it) unreadable for ever."""

    target: str
    basis: str


AnyCommand: TypeAlias = (
    Receive
    | MarkEdited
    | MarkDeleted
    | SetMembers
    | Begin
    | Claim
    | TakeOver
    | Assign
    | Release
    | AddNote
    | Tag
    | Untag
    | SetLane
    | Snooze
    | Wake
    | Close
    | Reopen
    | Draft
    | Discard
    | Answer
    | SayLine
    | Recall
    | Resume
    | Retract
    | Resolve
    | PostByHand
    | Moderate
    | Clear
    | TurnDown
    | Return
    | Override
    | Greet
    | SetLanguage
    | Link
    | Lapse
    | Expire
    | StartSend
    | Report
    | Erase
)


class Order(Record, frozen=True):
    """A command with its circumstances.

    `op` makes it happen once. `by` is `officer:aj`, `platform:x`, `clerk`, `greeter` or `postroom`;
    `via` is Slack's `team/user`, `web` or `cli`. `at` is fixed before the desk's first try.
    """

    op: str
    at: Millis
    by: str
    command: AnyCommand
    via: str = ""
