"""Sends what is ready, one part at a time: written down before the call, never repeated blindly."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from bots.budgets import ALL, GREETINGS, ORDINARY, Purse
from bots.contract import Bot, Busy, Clock, Locked, Refused, Unsure
from bots.counters import SENDS
from bots.doubts import LOCKED_PAUSE, REQUEST_MOST, WRITTEN_WITHIN, Doubts, Errand, Reports
from bots.identity import Identity, Reader
from bots.listening import Sleep, tell_locked
from bots.needs import Inbox
from bots.outcomes import backoff, write_by
from inbox import Done
from inbox.conversations.commands import Report, StartSend
from inbox.conversations.denied import Denied
from inbox.conversations.events import SendStarted
from inbox.conversations.state import Conversation, part_to_send
from inbox.words import Account, ConversationId, Lane, Millis, Part

WRITE_WITHIN: Millis = 5_000
"""Milliseconds from ordering `StartSend` to calling; with the bot's 5 to connect, under ten."""
DENIED_PAUSE: Millis = 30_000
"""How long a part that may not leave now is left alone, unless its conversation changes."""
POLL = 0.5
"""Seconds between two looks into the outbox."""
MOST = 200
"""Conversations looked at in one round."""

STOP_MOST = 8.0
"""Seconds that a sender told to stop waits for its call; platforms kill a process after fifteen."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class NotOurs(Exception):
    """This attempt may not be made: not now, or not by us."""


@dataclass
class Sender:
    """The one worker that sends for an account.

    Urgent lanes go first. `lanes` are the house's, the first one life-safety.
    """

    inbox: Inbox
    account: Account
    bot: Bot
    purse: Purse
    clock: Clock
    lanes: tuple[Lane, ...] = ()
    sleep: Sleep = asyncio.sleep
    reader: Reader | None = None
    """Reads the pages that evidence was read from."""
    _later: dict[ConversationId, tuple[int, Millis]] = field(default_factory=dict)
    _paused: dict[str, Millis] = field(default_factory=dict)
    """Until when a call is left alone, because the platform said so of an earlier one."""

    def __post_init__(self) -> None:
        self._reports = Reports(self.inbox, self.account)
        self._identity = Identity(self.inbox, self.account, self.bot, self.reader)
        self._doubts = Doubts(
            self.inbox, self.account, self.bot, self.purse, self.clock, self._reports
        )

    async def run(self) -> None:
        """Send for ever, as long as this process is the one that does."""
        failures = 0
        while True:
            try:
                moved = await self.round()
                failures = 0
                await self.sleep(0 if moved else POLL)
            except Exception as error:  # noqa: BLE001 - the store may be away; a worker never dies
                failures += 1
                log.warning("sending_broke", account=self.account.id, error=type(error).__name__)
                await self.sleep(backoff(failures, most=30))

    async def round(self) -> bool:
        """Look for what is unsure, take back, and send one part; return whether one was tried."""
        due = await self.inbox.outbox.due(self.account.id, self.clock(), MOST)
        self._later = {id_: kept for id_, kept in self._later.items() if id_ in due}
        conversations = [
            found
            for id_ in dict.fromkeys((*self._doubts.due(), *due))
            if (found := await self.inbox.read.conversation(id_)) and not self._rests(found)
        ]
        for conversation in conversations:
            until = await self._doubts.settle(conversation)
            if until:
                self._rest(conversation, until)
        ready = sorted(self._ready(conversations), key=self._urgency)
        ready = list(
            filter(self._asks, ready)
        )  # guard: STORM test=tests/bots/test_busy.py::test_storm
        return await self._send(ready[0]) if ready else False

    def _asks(self, errand: Errand) -> bool:
        return self.clock() >= self._paused.get(call_of(errand.part), 0)

    def _pause(self, calls: Iterable[str], until: Millis) -> Millis:
        """Leave these calls alone until a time, and return it."""
        self._paused |= dict.fromkeys(calls, until)
        return until

    def _rests(self, conversation: Conversation) -> bool:
        version, until = self._later.get(conversation.id, (-1, 0))
        return version == conversation.version and self.clock() < until

    def _rest(self, conversation: Conversation, until: Millis) -> None:
        self._later[conversation.id] = conversation.version, until

    def _ready(self, conversations: Iterable[Conversation]) -> Iterable[Errand]:
        for conversation in conversations:
            found = part_to_send(conversation)
            if found is None or found[2] > self.clock():
                continue
            answer, part, _ = found
            known = answer.part(part.id)
            yield Errand(conversation, answer, part, (known.attempt if known else 0) + 1)

    def _rank(self, conversation: Conversation) -> int:
        ranks = (lane.rank for lane in self.lanes if lane.name == conversation.lane)
        return next(ranks, len(self.lanes))

    def _urgency(self, errand: Errand) -> tuple[int, bool, Millis]:
        answer = errand.answer
        return self._rank(errand.conversation), answer.kind == "greeting", answer.leaves_at

    def _share(self, errand: Errand) -> float:
        if errand.answer.kind == "greeting":
            return GREETINGS
        return ALL if self._rank(errand.conversation) == 0 else ORDINARY

    # Sending

    async def _send(self, errand: Errand) -> bool:
        try:
            share, now = self._share(errand), self.clock()
            await self.purse.afford(
                share, now
            )  # guard: AFFORD test=tests/bots/test_money.py::test_waits
            await self.purse.take(call_of(errand.part), share)
        except Busy as busy:
            self._rest(errand.conversation, busy.until)
            return False
        return await undisturbed(self._carry_out(errand))

    async def _carry_out(self, errand: Errand) -> bool:
        """Write down that the part leaves, let it leave, and report what became of it."""
        changed = await self._changed(errand)
        if changed is None:
            return False
        try:
            asked = self.clock()
            await self._start(
                errand, changed
            )  # guard: START test=tests/bots/test_postroom.py::test_order
        except NotOurs:
            return False
        spent = self.clock() - asked
        if spent > WRITE_WITHIN:
            await self._reports.say(errand, "postponed", until=self.clock())
            return True  # guard: FROZEN test=tests/bots/test_x_bad_day.py::test_stopped
        write_by.set(asyncio.get_running_loop().time() + (WRITTEN_WITHIN - spent) / 1000)
        if await self._tried(errand) is None:
            self._doubts.remember(errand)
            SENDS.labels(self.account.id, "unclear").inc()
        return True

    async def _changed(self, errand: Errand) -> str | None:
        """Read again who they are: what changed, "" where nothing did, None where nobody can say."""
        try:
            async with asyncio.timeout(REQUEST_MOST):
                return await self._identity.hindrance(errand.conversation, errand.answer)
        except Busy as busy:
            self._rest(errand.conversation, busy.until)
        except (Locked, Unsure, TimeoutError) as error:
            log.warning("identity_unread", account=self.account.id, error=type(error).__name__)
            self._rest(errand.conversation, self.clock() + DENIED_PAUSE)
        return None

    async def _start(self, errand: Errand, changed: str) -> None:
        """Commit `StartSend`; raises NotOurs where this attempt is not ours to make."""
        command = StartSend(
            part=errand.part.id,
            halted=self.account.id in await self.inbox.halted(),
            epoch=self.inbox.epoch,
            seal=errand.answer.seal,  # guard: sealed-start test=tests/bots/test_clearance.py::test_a_text_changed_while_the_sender_held_the_older_one_does_not_let_that_leave
            changed=changed,  # guard: identity-again test=tests/bots/test_rungs.py::test_a_cleared_line_to_a_handle_that_changed_hands_since_reaches_nobody
        )
        op = f"start:{errand.part.id}:{errand.attempt}"
        if changed:  # begins no attempt: the next one has its own name still
            op += f":{errand.conversation.version}"
        order = self.inbox.desk.order(command, by="postroom", op=op)
        answer = await self.inbox.desk.do(errand.conversation.id, order)
        self._allowed(answer, errand)  # guard: ONCE test=tests/bots/test_postroom.py::test_rival

    def _allowed(self, answer: Done | Denied, errand: Errand) -> None:
        """Raise NotOurs unless this very order began the attempt: a repeat began nothing."""
        if isinstance(answer, Denied):
            SENDS.labels(self.account.id, answer.why).inc()
            self._rest(errand.conversation, self.clock() + DENIED_PAUSE)
            raise NotOurs
        if SendStarted(errand.part.id, errand.attempt) not in answer.events:
            raise NotOurs

    async def _tried(self, errand: Errand) -> Done | Denied | None:
        """Make the call once; None where nobody knows what became of it."""
        try:
            async with asyncio.timeout(REQUEST_MOST):
                ref = await self.bot.send(errand.part, errand.part.id)
        except Busy as busy:
            # The next ones wait as well: asking for each would be a storm.
            soonest = self.clock() + round(backoff(errand.attempt, most=60) * 1000)
            until = self._pause((call_of(errand.part),), max(busy.until, soonest))
            return await self._reports.say(errand, "postponed", until=until)
        except Locked as locked:
            await tell_locked(self.inbox, self.account, locked)
            until = self._pause(("post", "dm"), self.clock() + LOCKED_PAUSE)
            return await self._reports.say(errand, "postponed", until=until, why=locked.why)
        except Refused as refused:
            return await self._refused(errand, refused)
        except (Unsure, TimeoutError):
            return None
        except Exception as error:  # noqa: BLE001 - a bot that breaks may have written its request: nobody knows
            log.error("bot_broke", account=self.account.id, error=type(error).__name__)  # noqa: TRY400 - its text may quote the answer
            return None
        return await self._reports.say(errand, "sent", ref)

    async def _refused(self, errand: Errand, refused: Refused) -> Done | Denied | None:
        """Report a refusal; a duplicate may be this very part, sent by an attempt cut short."""
        if refused.why == "duplicate":
            _, ref = await self._doubts.found(errand.part, errand.answer.at)
            if ref is not None:
                return await self._reports.say(errand, "sent", ref)
            self._doubts.remember(errand, duplicate=True)
            return None  # guard: LAGS test=tests/bots/test_postroom.py::test_lags
        report = Report(errand.part.id, "failed", why=refused.why, attempt=errand.attempt)
        return await self._reports.order(errand, report)


def call_of(part: Part) -> str:
    """Name the call that sends a part, as budgets know it."""
    return "dm" if part.audience == "private" else "post"


async def undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Do the work to its end even when asked to stop meanwhile: a call cut short is unclear.

    A platform that hangs is not waited for: the start is on disk, and the next sender looks.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=STOP_MOST)
        raise
