"""What each figure means: one fold from a conversation's history to what it adds to the sums.

A **turn** is one time that they need us: it begins with their first message, or when what was
closed is opened again, and ends when it is closed. In a turn the clock starts when they wrote their
first message (never after we took it in; a turn that we opened again by ourselves: then), and

- `to_claim` ends with the turn's first `Claimed`, however it came about (claimed, taken over,
  assigned). A turn that begins held (closing keeps the claim) needs no claim and measures none.
- `to_answer` ends with the first part of a human answer that stands on the platform: sent by us,
  posted by hand, or a post of ours that we did not send (then at the time it was written, for no
  officer). A greeting or a moderation never stops the clock, nor does a rung: it seeks somebody,
  and answers nobody. A message of theirs that comes after
  the answer, in the same turn, starts no clock.
- `to_close` ends with `Closed`.

What is measured or counted stands in the hour (UTC) of the entry that made it so, and is never
counted again: an entry adds, nothing is taken away later, and erasing texts changes no figure.

- `received`: messages of theirs; an edit is none, nor is an earlier version that comes late. One
  that they had taken back before we saw it counts here, but starts no clock.
- `opened`: conversations in which they wrote for the first time.
- `claimed`: every `Claimed`, for its holder: a take-over counts once more, for who took over.
- `answered`: turns that got their first human answer; as many as `to_answer` measured.
- `sent`: human answers with a part that stands, each once; `greeted`: greetings likewise. Rungs
  are counted in neither: what came of them stands in their reachout. A conversation that we opened
  is none here until somebody writes in it.
- `closed`: every `Closed`: for who closed it, or whose answer closed it by leaving.
- `unsure`, `failed`: parts of which the platform's outcome was not known, or was a refusal.

An answer is its author's, one posted by hand is whose hand it was. The lane is the one in which the
conversation stood once the entry was made: a later change of lane moves what stands (`Standing`),
never what was counted. Officers who left keep their figures under their id, which is never reused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from inbox.conversations import events as e
from inbox.conversations.apply import fold
from inbox.conversations.state import Answer, Conversation
from inbox.figures.words import Count, Length
from inbox.words import AccountId, AnswerId, MessageId, Millis, OfficerId, Record

HOUR: Millis = 3_600_000


class Counted(Record, frozen=True):
    """One thing that happened: it adds one to a count, or one measured length of time.

    `hour` is the UTC ms of the hour's beginning.
    """

    figure: Count | Length
    hour: Millis
    account: AccountId
    lane: str
    officer: OfficerId = ""
    length: Millis = 0


class Stands(Record, frozen=True):
    """How one conversation stands, for whoever adds up; all empty for one that is not open.

    `free` and `kept` are since when somebody waits: in the queue, or held or snoozed (UTC ms, 0:
    nobody). `unsure` and `failed` are since when an answer is stuck so.
    """

    account: AccountId = ""
    lane: str = ""
    open: bool = False
    holder: OfficerId = ""
    free: Millis = 0
    kept: Millis = 0
    unsure: Millis = 0
    failed: Millis = 0


class Told(Record, frozen=True):
    """What a history says beyond its first entries: what happened, and how it stood and stands."""

    counted: tuple[Counted, ...]
    before: Stands
    after: Stands


def tell(history: Iterable[e.Entry], since: int = 0) -> Told:
    """Fold a whole history and say what its entries after number `since` add."""
    folding, counted, before = _Folding(), [], Stands()
    for entry in history:
        new = folding.take(entry)
        if entry.n <= since:
            before = stands(folding.conversation)
        else:
            counted += new
    return Told(tuple(counted), before, stands(folding.conversation))


def stands(c: Conversation) -> Stands:
    """Say how a conversation stands; closing keeps a claim, but nobody holds what is closed."""
    if c.closed or not c.count:
        return Stands()
    free = c.state == "waiting"
    return Stands(
        account=c.account,
        lane=c.lane,
        open=True,
        holder=c.claim.holder if c.claim else "",
        free=c.waiting_since if free else 0,
        kept=0 if free else c.waiting_since,
        unsure=_stuck(c, "unsure"),
        failed=0 if _stuck(c, "unsure") else _stuck(c, "failed"),
    )


def _stuck(c: Conversation, state: str) -> Millis:
    return min(
        (a.at for a in c.answers if a.state == "stuck" and state in {p.state for p in a.parts}),
        default=0,
    )


class _Turn(Record, frozen=True):
    """One time that they need us; `asked` is when its clock started, 0 while it has not."""

    asked: Millis = 0
    claimed: bool = False
    answered: bool = False


class _Folding:
    """A history as far as it was read."""

    def __init__(self) -> None:
        self.conversation = Conversation()
        self._turn = _Turn()
        self._opened = False
        self._earlier: set[MessageId] = set()
        self._stood: set[AnswerId] = set()
        self._echoed: list[Millis] = []
        self._entry = _NOTHING
        self._after = Conversation()
        self._new: list[Counted] = []

    def take(self, entry: e.Entry) -> list[Counted]:
        """Read one entry more, and return what it counts."""
        self._entry, self._new = entry, []
        self._after = fold(self.conversation, entry)
        for event in entry.events:
            rule = RULES.get(type(event))
            if rule is not None:
                rule(self, event)
        self.conversation = self._after
        return self._new

    def received(self, event: e.Received) -> None:
        """Start the clock, unless they had taken it back or it is no new message."""
        message = event.message
        if message.id in self._earlier:
            return
        self._earlier.update(message.chain)
        self._count("received")
        if not self._opened:
            self._count("opened")
        self._opened = True
        if message.id in self.conversation.gone:
            return
        self._ask(message.written)

    def edited(self, event: e.Edited) -> None:
        """Remember an earlier version: should it come late, it is no message more."""
        if event.new_id != event.message:
            self._earlier.add(event.message)

    def reopened(self, event: e.Reopened) -> None:
        """Begin a new turn: with the message that caused it, else now."""
        self._turn = replace(self._turn, claimed=self.conversation.claim is not None)
        if not self._turn.asked:
            self._ask(self._entry.at)

    def claimed(self, event: e.Claimed) -> None:
        """Count a claim; the first in a turn stops a clock."""
        self._count("claimed", event.holder)
        if self._turn.asked and not self._turn.claimed:
            self._measure("to_claim", self._entry.at - self._turn.asked, event.holder)
        self._turn = replace(self._turn, claimed=True)

    def sent(self, event: e.Sent) -> None:
        """Note a part that stands: an answer counts with the first of its parts."""
        answer = self._answer(event.part)
        if answer is None or answer.id in self._stood:
            return
        self._stood.add(answer.id)
        if answer.kind == "greeting":
            self._count("greeted")
        if answer.kind != "human":
            return
        by = self._officer() if event.by_hand else answer.author
        self._count("sent", by)
        self._answered(self._entry.at, by)

    def echoed(self, event: e.Echoed) -> None:
        """Take a post of ours that we did not send for an answer, in whatever order it came."""
        self._echoed.append(min(event.message.written, self._entry.at))
        self._answered_by_hand()

    def closed(self, event: e.Closed) -> None:
        """End the turn."""
        by = self._officer() or next(
            (a.author for one in self._entry.events if (a := self._answer_sent(one))), ""
        )
        self._count("closed", by)
        if self._turn.asked:
            self._measure("to_close", self._entry.at - self._turn.asked, by)
        self._turn, self._echoed = _Turn(), []

    def unsure(self, event: e.SendUnsure) -> None:
        """Count a part of which nobody knows whether it left."""
        self._count("unsure", self._author(event.part))

    def failed(self, event: e.SendFailed) -> None:
        """Count a part that the platform refused."""
        self._count("failed", self._author(event.part))

    def _ask(self, written: Millis) -> None:
        asked = min(written, self._entry.at)
        before = self._turn.asked or asked
        self._turn = replace(self._turn, asked=min(before, asked))
        self._answered_by_hand()

    def _answered(self, at: Millis, by: OfficerId) -> None:
        if self._turn.asked and not self._turn.answered:
            self._count("answered", by)
            self._measure("to_answer", at - self._turn.asked, by)
            self._turn = replace(self._turn, answered=True)

    def _answered_by_hand(self) -> None:
        after = [at for at in self._echoed if at >= self._turn.asked]
        if after:
            self._answered(min(after), "")

    def _answer(self, part: str) -> Answer | None:
        return self._after.answer(part.rpartition(".")[0])

    def _answer_sent(self, event: e.AnyEvent) -> Answer | None:
        return self._answer(event.part) if isinstance(event, e.Sent) else None

    def _author(self, part: str) -> OfficerId:
        answer = self._answer(part)
        return answer.author if answer else ""

    def _officer(self) -> OfficerId:
        who, _, name = self._entry.by.partition(":")
        return name if who == "officer" else ""

    def _count(self, figure: Count, officer: OfficerId = "") -> None:
        self._new.append(self._counted(figure, officer))

    def _measure(self, figure: Length, length: Millis, officer: OfficerId) -> None:
        self._new.append(replace(self._counted(figure, officer), length=max(0, length)))

    def _counted(self, figure: Count | Length, officer: OfficerId) -> Counted:
        hour = self._entry.at // HOUR * HOUR
        return Counted(figure, hour, self._after.account, self._after.lane, officer)


_NOTHING = e.Entry("", 1, 0, 0, "", "", "", ())

RULES: dict[type[e.Event], Callable[[_Folding, Any], None]] = {
    e.Received: _Folding.received,
    e.Edited: _Folding.edited,
    e.Reopened: _Folding.reopened,
    e.Claimed: _Folding.claimed,
    e.Sent: _Folding.sent,
    e.Echoed: _Folding.echoed,
    e.Closed: _Folding.closed,
    e.SendUnsure: _Folding.unsure,
    e.SendFailed: _Folding.failed,
}
