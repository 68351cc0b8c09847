"""What became of parts whose outcome is unclear, and answers to be taken back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from bots.budgets import Purse
from bots.contract import Bot, Busy, Clock, Locked, Refused, Unsure
from bots.counters import SENDS
from bots.listening import tell_locked
from bots.needs import Inbox
from bots.outcomes import write_by
from inbox import Done
from inbox.conversations.answering import recipients_of
from inbox.conversations.commands import Report, ReportOutcome
from inbox.conversations.denied import Denied
from inbox.conversations.state import (
    Answer,
    Conversation,
    OutPart,
    find_part,
    may_leave,
    parts_to_retract,
    target_change,
    target_of,
)
from inbox.words import Account, ConversationId, Millis, Part, PartId, Ref

REQUEST_MOST = 30.0
"""Seconds a request lasts at most, whatever a bot does."""
UNSURE_AFTER: Millis = 120_000
"""Milliseconds after which a part that was not found is for a person to look for."""
DUPLICATE_AFTER: Millis = 60_000
"""Milliseconds after which a text that X has already, and that is not found, is another's: X's
timelines lag by half a minute."""
WRITTEN_WITHIN: Millis = 10_000
"""Milliseconds after which a request is not written any more, whatever kept us from it."""
REPEAT_AFTER: Millis = 35_000
"""Milliseconds after which the request of an attempt has ended, so that a repeat meets no twin."""
REPEAT_WITHIN: Millis = 1_800_000
"""Milliseconds in which every platform that takes our key still knows it: Mastodon for an hour."""
LOOK_FIRST: Millis = 5_000
LOOK_MOST: Millis = 30_000
"""How long we wait before we look for an unsure part: longer each time, up to this."""
LOCKED_PAUSE: Millis = 300_000


@dataclass(frozen=True)
class Errand:
    """One part on its way, and the answer and conversation it belongs to."""

    conversation: Conversation
    answer: Answer
    part: Part
    attempt: int


@dataclass(frozen=True)
class Reports:
    """Tells the desk what became of parts."""

    inbox: Inbox
    account: Account

    async def say(
        self,
        errand: Errand,
        outcome: ReportOutcome,
        ref: Ref | None = None,
        until: Millis = 0,
        why: Literal["locked", "unpaid", ""] = "",
    ) -> Done | Denied:
        """Report an outcome of one attempt."""
        ref = ref or Ref("")
        report = Report(
            part=errand.part.id,
            outcome=outcome,
            ref=ref.id,
            url=ref.url,
            thread=ref.thread,
            until=until,
            why=why,
            attempt=errand.attempt,
        )
        return await self.order(errand, report)

    async def order(self, errand: Errand, report: Report) -> Done | Denied:
        """Let a report happen once an attempt and outcome."""
        SENDS.labels(self.account.id, report.outcome).inc()
        op = f"report:{report.part}:{errand.attempt}:{report.outcome}"
        order = self.inbox.desk.order(report, by="postroom", op=op)
        return await self.inbox.desk.do(errand.conversation.id, order)


@dataclass
class Doubts:
    """Looks for unclear parts in our own timeline, and takes back what officers asked for."""

    inbox: Inbox
    account: Account
    bot: Bot
    purse: Purse
    clock: Clock
    reports: Reports
    _looks: dict[PartId, tuple[ConversationId, Millis]] = field(default_factory=dict)
    _duplicates: set[PartId] = field(default_factory=set)

    def remember(self, errand: Errand, *, duplicate: bool = False) -> None:
        """Look for this part soon; X says of a `duplicate` that it has this very text."""
        if duplicate:
            self._duplicates.add(errand.part.id)
        self._looks[errand.part.id] = errand.conversation.id, self.clock() + LOOK_FIRST

    def due(self) -> list[ConversationId]:
        """Return the conversations whose unclear parts are to be looked for now."""
        return [id_ for id_, at in self._looks.values() if at <= self.clock()]

    async def settle(self, conversation: Conversation) -> Millis:
        """Look and take back; return until when to leave this conversation alone (0: do not)."""
        for answer in conversation.answers:
            for out in answer.parts:
                if out.state == "sending":
                    await self._look(conversation, answer, out)
        for part in [one for one, (id_, _) in self._looks.items() if id_ == conversation.id]:
            found = find_part(conversation, part)
            if found is None or found[1].state != "sending":
                del self._looks[part]
        for out in parts_to_retract(conversation):
            until = await self._take_back(conversation, out)
            if until is not None:
                return until
        return 0

    async def _look(self, conversation: Conversation, answer: Answer, out: OutPart) -> None:
        """Look for a part whose outcome is unclear; after two minutes a person must."""
        now = self.clock()
        if now < self._looks.get(out.id, ("", 0))[1]:
            return
        part = Part(
            id=out.id,
            account=conversation.account,
            audience=answer.audience,
            text=out.text,
            re=target_of(answer, out.id),
            recipients=answer.recipients,
            media=out.media,
        )
        errand = Errand(conversation, answer, part, out.attempt)
        duplicate = out.id in self._duplicates
        known, ref = await self.found(part, out.started if not duplicate else answer.at)
        if ref is None and await self._may_repeat(errand, now - out.started):
            ref = await self._repeated(part)
        if ref is not None:
            await self.reports.say(errand, "sent", ref)
        elif duplicate and known and now - out.started >= DUPLICATE_AFTER:
            self._duplicates.discard(out.id)
            report = Report(out.id, "failed", why="duplicate", attempt=out.attempt)
            await self.reports.order(errand, report)
        elif now - out.started >= UNSURE_AFTER:
            await self.reports.say(errand, "unsure")
        else:
            wait = max(LOOK_FIRST, min(LOOK_MOST, now - out.started))
            self._looks[out.id] = conversation.id, min(now + wait, out.started + UNSURE_AFTER)

    async def _may_repeat(self, errand: Errand, since: Millis) -> bool:
        """Say whether the very same call may be made again: the platform knows our key.

        Only while it would leave anyhow: what was stopped, taken over, put back, or is about
        something that has changed, is looked for.
        """
        known = self.bot.profile.repeatable and REPEAT_AFTER <= since < REPEAT_WITHIN
        if not _as_it_was(errand) or errand.answer.epoch != self.inbox.epoch:
            return False  # guard: REPEATED test=tests/bots/test_repeat.py::TestRepeat::test_changed
        return known and self.account.id not in await self.inbox.halted()

    async def _repeated(self, part: Part) -> Ref | None:
        """Send once more under the same key; None where that tells nothing either."""
        try:
            await self.purse.take("dm" if part.audience == "private" else "post")
            write_by.set(asyncio.get_running_loop().time() + WRITTEN_WITHIN / 1000)
            async with asyncio.timeout(REQUEST_MOST):
                return await self.bot.send(part, part.id)
        except Locked as locked:
            await tell_locked(self.inbox, self.account, locked)
        except (Busy, Refused, Unsure, TimeoutError):
            pass
        return None

    async def found(self, part: Part, since: Millis) -> tuple[bool, Ref | None]:
        """Look for a part on the platform; return whether we could look, and where it stands."""
        try:
            async with asyncio.timeout(REQUEST_MOST):
                return True, await self.bot.find_sent(part, since)
        except Locked as locked:
            await tell_locked(self.inbox, self.account, locked)
        except (Busy, Refused, Unsure, TimeoutError):
            pass
        return False, None

    async def _take_back(self, conversation: Conversation, out: OutPart) -> Millis | None:
        """Take one part back; return until when to wait, 0 after a refusal, None when done."""
        answer = next(one for one in conversation.answers if one.part(out.id))
        part = Part(out.id, conversation.account, answer.audience, "")
        # A new asking is a new version, so its report is not taken for the one before.
        errand = Errand(conversation, answer, part, conversation.version)
        try:
            await self.purse.take("delete")
            await self.bot.retract(Ref(out.ref, out.url))
        except Refused:
            kept = Report(out.id, "kept", why="retract_failed", attempt=out.attempt)
            await self.reports.order(errand, kept)
            return 0
        except Busy as busy:
            return busy.until
        except Unsure:
            return self.clock() + LOOK_FIRST
        except Locked as locked:
            await tell_locked(self.inbox, self.account, locked)
            return self.clock() + LOCKED_PAUSE
        await self.reports.order(errand, Report(out.id, "retracted", attempt=out.attempt))
        return None


def _as_it_was(errand: Errand) -> bool:
    """Whether an answer would still leave, to the same readers, about the same message."""
    c, answer = errand.conversation, errand.answer
    if answer.state != "sending" or answer.uncleared or not may_leave(c, answer):
        return False
    same = not target_change(c, answer.re, answer.seen)
    return same and set(recipients_of(c)) == set(answer.recipients)
