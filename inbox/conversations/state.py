"""A conversation as the desk keeps it: bounded, without the texts that people wrote."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

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
    ReachoutId,
    Record,
)

Outcome = Literal["answered", "no_answer_needed", "handed_over", "moderated", "spam"]
State = Literal["waiting", "claimed", "snoozed", "closed"]
PartState = Literal["ready", "sending", "sent", "arrived", "failed", "unsure", "retracted"]
AnswerState = Literal[
    "draft", "asked", "ready", "sending", "sent", "stuck", "retracting", "retracted", "discarded"
]
AnswerKind = Literal["human", "greeting", "moderation", "rung"]

MOVING = ("asked", "ready", "sending", "stuck")
"""The states of an answer that was let go and has neither arrived nor been given up."""
THERE = ("sent", "arrived")
"""The states of a part that stands on the platform."""
LAPSES_AFTER = 12 * 3_600_000
"""Milliseconds for which a claim outlives its conversation's closing."""


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
    timer: int = 0
    """The number that a `Lapse` must name; 0 when no claim was held."""


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


class Clearing(Record, frozen=True):
    """What clearance an answer was asked for, and who has given it."""

    needs: int
    until: Millis
    timer: int
    """The number that an `Expire` must name."""
    from_: tuple[OfficerId, ...] = msgspec.field(default=(), name="from")
    """Who may give it; empty: every approver of the account."""
    writers: tuple[OfficerId, ...] = ()
    """Who wrote it beside its author: a text of theirs that was handed over."""
    cleared: tuple[OfficerId, ...] = ()
    overridden: OfficerId = ""

    @property
    def left(self) -> int:
        """How many are still needed."""
        return 0 if self.overridden else max(0, self.needs - len(self.cleared))


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
    close: bool = False
    """Whether its author asked to close the conversation once it has left."""
    reachout: ReachoutId = ""
    rung: int = 0
    seen: int = 0
    """The version at which somebody last let it leave: what changed later was not seen."""
    clearing: Clearing | None = None
    """The clearance it was asked for; None where none is needed."""

    @property
    def uncleared(self) -> int:
        """How many must still clear it before anything of it may leave."""
        return self.clearing.left if self.clearing else 0

    @property
    def untried(self) -> bool:
        """Whether no part of it was ever on its way to the platform."""
        return all(part.attempt == 0 and part.state == "ready" for part in self.parts)

    def part(self, part: PartId) -> OutPart | None:
        """Return one of its parts."""
        return next((p for p in self.parts if p.id == part), None)


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
    lane_set: bool = False
    """Whether an officer chose the lane: then no message changes it."""
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
    edited: dict[MessageId, Millis] = msgspec.field(default_factory=dict)
    """Message -> when its latest known edit was written: the last eight."""
    newer: dict[MessageId, MessageId] = msgspec.field(default_factory=dict)
    """An edited message's earlier id -> its newest id: the last eight."""
    news: int = 0
    """The version at which they last wrote or edited."""
    members: tuple[PersonId, ...] = ()
    language: str = ""
    timer: int = 0
    """The last timer number given out."""
    count: int = 0
    """How many messages of theirs were taken in."""
    silenced: tuple[MessageId, ...] = ()
    """Messages erased by law, the last eight: what their authors make of them is not taken in."""
    begun: bool = False
    """Whether we opened it ourselves."""
    reachout: ReachoutId = ""
    """For which reachout we opened it."""
    handle: str = ""
    """What they are called: by the directory when we opened it, then by what they write."""
    erased: int = 0
    """The version at which texts were last erased by law."""

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
        """The answer on its way or stuck, else the latest draft, if there is one."""
        moving = (a for a in self.answers if a.state in MOVING)
        drafts = (a for a in reversed(self.answers) if a.state == "draft")
        return next(moving, None) or next(drafts, None)

    def answer(self, answer: AnswerId) -> Answer | None:
        """Return one of the answers still remembered."""
        return next((a for a in self.answers if a.id == answer), None)


def may_leave(conversation: Conversation, answer: Answer) -> bool:
    """Say whether nobody else has claimed since; a greeting yields to any human."""
    if answer.kind == "greeting":
        return conversation.fence == answer.fence and not has_human_answer(conversation)
    return conversation.fence == answer.fence or conversation.claimant == answer.author


def has_human_answer(conversation: Conversation) -> bool:
    """Say whether a human answer has left or is on its way."""
    return conversation.answered or any(
        a.kind == "human" and a.state in (*MOVING, "sent") for a in conversation.answers
    )


def part_to_send(conversation: Conversation) -> tuple[Answer, Part, Millis] | None:
    """Return the next part that may leave, and not before when; None when nothing is on its way.

    Part n+1 is offered only after part n is sent, and replies to it.
    """
    answer = conversation.open_answer
    if answer is None or answer.state not in ("ready", "sending"):
        return None
    if answer.uncleared:
        return None  # guard: offered-cleared test=tests/inbox/conversations/test_clearing.py::test_what_is_not_cleared_does_not_leave_whoever_offers_it
    if not may_leave(conversation, answer):
        return None
    part = next((p for p in answer.parts if p.state not in THERE), None)
    if part is None or part.state != "ready":
        return None
    outgoing = Part(
        id=part.id,
        account=conversation.account,
        audience=answer.audience,
        text=part.text,
        re=target_of(answer, part.id),
        recipients=answer.recipients,
        media=part.media,
    )
    return answer, outgoing, max(answer.leaves_at, part.until)


def target_of(answer: Answer, part: PartId) -> MessageId:
    """Return what a part replies to: the part before it, or what the whole answer replies to."""
    before = answer.re
    for one in answer.parts:
        if one.id == part:
            break
        before = one.ref or before
    return before


def parts_to_retract(conversation: Conversation) -> tuple[OutPart, ...]:
    """Return the sent parts that an officer asked to take back, the last one first."""
    return tuple(
        part
        for answer in conversation.answers
        if answer.state == "retracting"
        for part in reversed(answer.parts)
        if part.state in THERE
    )


def find_part(conversation: Conversation, part: PartId) -> tuple[Answer, OutPart] | None:
    """Return a part and its answer, if they are still remembered."""
    for answer in conversation.answers:
        if (found := answer.part(part)) is not None:
            return answer, found
    return None


def target_change(c: Conversation, target: MessageId, seen: int) -> str:
    """Return how the message answered has changed since that version, or ""."""
    if not target:
        return ""
    if target in c.gone:
        return "deleted"
    if target not in c.changed:
        return "unknown"
    touched = target in c.edited and c.changed[target] > seen
    return "edited" if touched else ""


def due_at(conversation: Conversation) -> Millis | None:
    """Return when the clerk must look.

    A snooze ends, a claim outlives its closing by 12 h, or a clearance is too old.
    """
    times = list[Millis]()
    if conversation.wake:
        times.append(conversation.wake.at)
    elif conversation.closed and conversation.closed.timer and conversation.claim:
        times.append(conversation.closed.at + LAPSES_AFTER)
    answer = under_clearance(conversation)
    if answer and answer.clearing:
        times.append(answer.clearing.until)
    return min(times, default=None)


def under_clearance(conversation: Conversation) -> Answer | None:
    """Return the answer that waits for clearance, or has it and has not begun to leave."""
    for answer in conversation.answers:
        if answer.clearing and answer.state in ("asked", "ready") and answer.untried:
            return answer
    return None
