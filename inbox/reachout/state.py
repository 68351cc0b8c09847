"""A reachout as it stands: whom we try to reach, why, until when, and how far up the ladder."""

from __future__ import annotations

from typing import Literal

from inbox.words import (
    AccountId,
    AnswerId,
    ContactId,
    ConversationId,
    MessageId,
    Millis,
    OfficerId,
    PersonId,
    ReachoutId,
    Record,
)

RungKind = Literal["phone", "email", "embassy", "private", "public"]
RungState = Literal["waiting", "open", "attempted", "reached", "failed", "skipped"]
State = Literal["open", "heard", "handed_over", "closed"]
Urgency = Literal["normal", "urgent", "immediate"]
Level = Literal["unproven", "probable", "verified"]
Result = Literal[
    "attempted",
    "sent",
    "found",
    "differs",
    "withdrawn",
    "reached",
    "failed",
    "timeout",
    "skipped",
]
"""`found` and `differs` are of a post made by hand: our own timeline shows it, and what it says."""
Outcome = Literal["reached", "not_reached", "no_longer_needed", "handed_over"]

PLATFORM = ("private", "public")
"""The kinds of rungs that are an answer in a conversation; the others an officer does by hand."""
CURRENT = ("open", "attempted")
"""The states of the one rung whose turn it is."""


WARNED_MOST = 8
"""So many look-alikes are warned of: a swarm of them wakes nobody a hundred times."""


class Try(Record, frozen=True):
    """One line of a rung's log: who did what when, and with what result."""

    at: Millis
    by: str
    result: Result
    why: str = ""
    """A reason's name, such as `timeout` or the platform's own."""
    text: str = ""
    """What the officer wrote down about it: it never leaves the house."""
    by_hand: bool = False
    url: str = ""


class Rung(Record, frozen=True):
    """One step of the ladder; one on a platform is an answer in a conversation.

    `way` is the number, address or embassy as the directory has it, `reach` what the platform said
    beforehand of writing to them privately. `minutes` is how long it may take.
    """

    kind: RungKind
    way: str = ""
    person: PersonId = ""
    handle: str = ""
    account: AccountId = ""
    template: str = ""
    """The approved line that a public rung says, and in which language."""
    language: str = ""
    minutes: int = 30
    reach: Literal["", "yes", "no", "unknown"] = ""
    reason: str = ""
    """Why it cannot be delivered, where it cannot."""
    by_hand: bool = False
    """Whether the platform forbids us the post, so that an officer makes it and pastes its link."""
    rule: str = ""
    """The platform's rule that forbids it."""
    state: RungState = "waiting"
    since: Millis = 0
    """Since when it is its turn, or when it was last tried."""
    attempts: tuple[Try, ...] = ()
    answer: AnswerId = ""
    conversation: ConversationId = ""
    left: bool = False
    """Whether the answer stands on the platform."""

    @property
    def unseen(self) -> str:
        """The address of a post made by hand that nobody has looked up yet, or ""."""
        looked = any(one.result in ("found", "differs") for one in self.attempts)
        by_hand = next((one.url for one in reversed(self.attempts) if one.by_hand), "")
        return "" if looked else by_hand

    @property
    def on_platform(self) -> bool:
        """Whether it is an answer in a conversation."""
        return self.kind in PLATFORM


class Hearing(Record, frozen=True):
    """That a verified person of the contact wrote: who, where, and by which message."""

    person: PersonId
    conversation: ConversationId
    message: MessageId
    at: Millis


class Warned(Record, frozen=True):
    """That somebody wrote who may not be the contact, and why the clock runs on.

    `kind` is `imitated` (the handle is nearly theirs) or the level of a person of theirs who is
    not verified.
    """

    person: PersonId
    conversation: ConversationId
    kind: str
    at: Millis
    differs: str = ""
    like: PersonId = ""


class Reachout(Record, frozen=True):
    """Our attempt to reach a contact; version 0 is one that does not exist.

    `purpose` is internal: it never leaves. Overdue is derived.
    """

    version: int = 0
    head: str = ""
    id: ReachoutId = ""
    contact: ContactId = ""
    purpose: str = ""
    urgency: Urgency = "normal"
    deadline: Millis = 0
    rungs: tuple[Rung, ...] = ()
    by: OfficerId = ""
    opened: Millis = 0
    state: State = "open"
    heard: Hearing | None = None
    imitated: tuple[Warned, ...] = ()
    """Who wrote and was not the contact: eight look-alikes at most, and persons of theirs."""
    to: str = ""
    """To whom, or to which secure channel, it was handed over."""
    outcome: Outcome | None = None
    closed: Millis = 0
    missed: Millis = 0
    """The deadline of which it was told that it passed."""
    ops: tuple[str, ...] = ()

    @property
    def current(self) -> int | None:
        """The number of the rung whose turn it is, counted from 0; None when none is left."""
        return next((n for n, one in enumerate(self.rungs) if one.state in CURRENT), None)

    @property
    def running(self) -> bool:
        """Whether the clock runs: nobody of theirs was heard, and we have not given up."""
        return bool(self.version) and self.state == "open"

    def overdue(self, now: Millis) -> bool:
        """Say whether the deadline passed while the clock ran."""
        return self.running and now >= self.deadline


def times_out_at(reachout: Reachout) -> Millis | None:
    """Return when the present rung has had its time; None where it has no end.

    What waits for a second officer's approval has an end of its own, and the last rung, never
    tried, stays open: the deadline tells of it.
    """
    n = reachout.current
    if n is None or not reachout.running:
        return None
    rung = reachout.rungs[n]
    last = n == len(reachout.rungs) - 1
    pending = rung.on_platform and rung.state == "attempted" and not rung.left
    if pending or (last and rung.state == "open"):
        return None
    return rung.since + rung.minutes * 60_000


def due_at(reachout: Reachout) -> Millis | None:
    """Return when the clerk must look: a rung's time is over, or the deadline passes."""
    if not reachout.running:
        return None
    out = times_out_at(reachout)
    deadline = reachout.deadline if reachout.missed != reachout.deadline else None
    return min((at for at in (out, deadline) if at is not None), default=None)
