"""A conversation as the desk keeps it: bounded, without the texts that people wrote."""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.words import (
    AccountId,
    AnswerId,
    Audience,
    ConversationId,
    Media,
    MessageId,
    Millis,
    OfficerId,
    Part,
    PartId,
    PersonId,
    Record,
)

Outcome = Literal["answered", "no_answer_needed", "handed_over", "moderated", "spam"]
State = Literal["waiting", "claimed", "snoozed", "closed"]
PartState = Literal["ready", "sending", "sent", "arrived", "failed", "unsure", "retracted"]
AnswerState = Literal[
    "draft", "ready", "sending", "sent", "stuck", "retracting", "retracted", "discarded"
]
AnswerKind = Literal["human", "greeting", "moderation"]


class Claim(Record, frozen=True):
    """An officer's exclusive hold; the fence grows with every new claim."""

    holder: OfficerId
    fence: int
    since: Millis


class Wake(Record, frozen=True):
    """A snooze: when it ends, and the number that its timer must name."""

    at: Millis
    timer: int


class Closing(Record, frozen=True):
    """That a conversation was closed: when, and by whom."""

    at: Millis
    by: str


class OutPart(Record, frozen=True):
    """One part of an answer on its way out; `text` is dropped once it is sent."""

    id: PartId
    text: str = ""
    state: PartState = "ready"
    ref: MessageId = ""
    url: str = ""
    attempt: int = 0
    started: Millis = 0
    until: Millis = 0
    """Not before: what a busy platform asked for."""
    why: str = ""
    media: tuple[Media, ...] = ()


class Answer(Record, frozen=True):
    """A text proposed or made ready to leave, and how far its parts have come."""

    id: AnswerId
    author: OfficerId
    text: str = ""
    audience: Audience = "public"
    re: MessageId = ""
    state: AnswerState = "draft"
    kind: AnswerKind = "human"
    parts: tuple[OutPart, ...] = ()
    recipients: tuple[PersonId, ...] = ()
    seal: str = ""
    fence: int = 0
    leaves_at: Millis = 0
    at: Millis = 0
    epoch: str = ""
    to: OfficerId = ""
    """To whom a draft was handed over."""
    media: tuple[Media, ...] = ()


class Conversation(Record, frozen=True):
    """The messages between one account and one person in one thread, and all we did about them.

    `version` counts the history's entries and `head` chains them; both stand before the object on
    the wire, so that the commit can compare them as text.
    """

    version: int = 0
    head: str = ""
    id: ConversationId = ""
    account: AccountId = ""
    thread: str = ""
    person: PersonId = ""
    audience: Audience = "public"
    lane: str = "other"
    lane_word: str = ""
    """The word that put it in its lane; "" when an officer or nobody did."""
    tags: tuple[str, ...] = ()
    claim: Claim | None = None
    fence: int = 0
    claimant: OfficerId = ""
    """The latest claimant, kept after a release."""
    wake: Wake | None = None
    closed: Closing | None = None
    outcome: Outcome | None = None
    opened: Millis = 0
    waiting_since: Millis = 0
    """Since when somebody waits for us; 0 when nobody does."""
    last_in: Millis = 0
    last_out: Millis = 0
    window_until: Millis = 0
    """Until when the platform lets us answer; 0 means for ever."""
    last_message: MessageId = ""
    named: bool = False
    """Whether any message of theirs named us."""
    answers: tuple[Answer, ...] = ()
    """The open one and the last five."""
    answered: bool = False
    """Whether a human answer ever left."""
    greeted: bool = False
    linked: tuple[ConversationId, ...] = ()
    ops: tuple[str, ...] = ()
    changed: dict[MessageId, int] = msgspec.field(default_factory=dict)
    """Message -> the version at which it last came or changed: the last eight."""
    gone: tuple[MessageId, ...] = ()
    """Messages deleted by their author: the last eight."""
    news: int = 0
    """The version at which they last wrote or edited."""
    members: tuple[PersonId, ...] = ()
    language: str = ""
    timer: int = 0
    """The last timer number given out."""
    count: int = 0
    """How many messages of theirs were taken in."""

    @property
    def state(self) -> State:
        """The first that fits: closed, snoozed, claimed, waiting."""
        if self.closed:
            return "closed"
        if self.wake:
            return "snoozed"
        return "claimed" if self.claim else "waiting"

    @property
    def open_answer(self) -> Answer | None:
        """The answer that is neither done nor given up, if there is one."""
        done = ("sent", "retracted", "discarded")
        return next((a for a in self.answers if a.state not in done), None)

    def answer(self, answer: AnswerId) -> Answer | None:
        """Return one of the answers still remembered."""
        return next((a for a in self.answers if a.id == answer), None)


def part_to_send(conversation: Conversation) -> tuple[Answer, Part, Millis] | None:
    """Return the next part that may leave, and not before when; None when nothing is on its way.

    Part n+1 is offered only after part n is sent, and replies to it.
    """
    answer = conversation.open_answer
    if answer is None or answer.state not in ("ready", "sending"):
        return None
    before = answer.re
    for part in answer.parts:
        if part.state in ("sent", "arrived"):
            before = part.ref
            continue
        if part.state != "ready":
            return None
        outgoing = Part(
            id=part.id,
            account=conversation.account,
            audience=answer.audience,
            text=part.text,
            re=before,
            recipients=answer.recipients,
            media=part.media,
        )
        return answer, outgoing, max(answer.leaves_at, part.until)
    return None
