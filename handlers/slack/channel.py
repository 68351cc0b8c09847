"""One Slack channel's part of the board: its cards, their threads, and where they stand."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
import structlog
from msgspec.structs import replace

from handlers.say import Say
from handlers.slack.cards import card, claimed_thread, news_thread, shrunk
from handlers.slack.guarding import Fault, Guard
from handlers.slack.office import SUMMARY, Office, board_of
from handlers.slack.pace import Doubt, SlackRefused
from handlers.slack.seats import Waiting, plan
from handlers.slack.shown import Line, Post, line_of
from handlers.slack.silence import users_of
from handlers.slack.summary import Summary
from inbox import Gone, Unavailable
from inbox.conversations.state import Conversation
from inbox.triage.urgency import rank_of
from inbox.words import Account, ConversationId, Millis, Record

log = structlog.stdlib.get_logger(__name__)

GONE_CARD = frozenset({"message_not_found", "thread_not_found"})
"""Slack's words for: this card is no longer there, though its channel is."""
LOOKED_AT = 40
"""How far into a channel's queue the board looks for whom to seat."""
GATHERED_MS = 60_000
"""New messages are told in the thread together, once a minute at most (UX.md, 13)."""
SWEEP_MS = 3_600_000
"""Between two looks at everything on show, whether or not somebody told us of a change."""
LINES_KEPT_MS = 30 * 86_400_000
"""For so long it is remembered which line was whose, for notes typed beneath it."""
BEFORE = 4
"""So many former places of a card are remembered."""
TRIES = 4
"""So often a card is posted before it is drawn anew: who waits may be another by then."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
"""Seconds between two tries of a channel that Slack or the store refused."""


class Card(Record, frozen=True):
    """One conversation's message in Slack: `full` until it shrinks to a line.

    `nonce` is written down before the message is posted and marks it, so that a post that was
    cut is found again; `ts` is empty until then. `told` is the version whose news the thread has
    heard, `told_at` when newer ones began to be gathered. `before` holds where it stood before it
    was raised, `left` says when it became a line. `erased` is the version up to which what was erased
    by law is gone from its thread.
    """

    nonce: str
    ts: str = ""
    full: bool = True
    seated: bool = True
    rank: int = 0
    since: int = 0
    drawn: str = ""
    inside: bool = False
    told: int = 0
    told_at: Millis = 0
    before: tuple[str, ...] = ()
    left: Millis = 0
    erased: int = 0


class Channel:
    """One Slack channel's part of the board."""

    def __init__(
        self, office: Office, guard: Guard, name: str, account: Account, *, private: bool
    ) -> None:
        self._office, self._guard, self._name, self._account = office, guard, name, account
        self._private = private
        self._place = ""
        self._fault: Fault = ""
        self._unsure = True
        self._cards: dict[ConversationId, Card] = {}
        self._dirty: dict[ConversationId, None] = {}
        self._coming: frozenset[ConversationId] = frozenset()
        self._wiped: set[str] = set()
        self._sweep_at: Millis = 0
        self._wake = asyncio.Event()
        self._waiting = False
        self._summary = Summary(office)

    async def run(self) -> None:
        """Draw what is dirty, for ever; a failure leaves it dirty."""
        pause = FIRST_PAUSE
        while True:
            self._wake.clear()
            try:
                await self._once()
                pause = FIRST_PAUSE
            except (SlackRefused, Doubt, Unavailable, Gone) as error:
                log.warning("board_waits", channel=self._name, error=str(error))
                self._unsure |= isinstance(error, SlackRefused) and error.gone
                slack = isinstance(error, (SlackRefused, Doubt))
                await (self._office.pace.sleep(pause) if slack else asyncio.sleep(pause))
                pause = min(pause * 2, LAST_PAUSE)
                continue
            await self._idle()

    async def _once(self) -> None:
        if self._unsure:
            await self._settle()
        for ts in list(self._wiped):
            await self._wipe(ts)
        if self._place:
            await self._draw()

    # where the cards stand

    async def _settle(self) -> None:
        """Find out where the cards may stand now; who must see to a fault is told of it once."""
        fault = await self._guard.fault(self._name, private=self._private)
        allowed = self._place_for(fault)
        if fault and fault != self._fault:
            await self._alarm(fault)
        self._fault = fault
        if allowed != self._place:
            await self._leave()
            self._place = allowed
            await self._load()
        self._unsure = False
        self.sweep()

    def _place_for(self, fault: Fault) -> str:
        """Return where cards may stand: what is private never stands in another channel."""
        place = self._name
        if fault:
            place = (
                "" if self._private else self._account.fallback_channel
            )  # guard: private-channel test=tests/handlers/slack/test_board_guard.py::test_private_messages_are_not_shown_in_a_channel_with_a_guest
        return place

    async def _alarm(self, fault: Fault) -> None:
        kind = f"private_{fault}" if self._private else "channel_gone"
        facts = {"account": self._account.id, "channel": self._name, "at": self._office.inbox.now()}
        await self._office.inbox.notices.put(kind, facts)

    async def _leave(self) -> None:
        """Draw all cards of the place that is left as lines, where that is still possible."""
        if not self._place:
            return
        full = [ref for ref, kept in self._cards.items() if kept.full and kept.ts]
        for conversation in await self._office.inbox.read.conversations(full):
            try:
                kept = self._cards[conversation.id]
                await self._shrink(conversation, kept)
                if self._private:
                    await self._office.pace.unsay(f"{kept.nonce}.news.", self._place, kept.ts)
            except SlackRefused as error:
                if error.gone:
                    return
                raise

    async def _load(self) -> None:
        self._cards = {}
        if not self._place:
            return
        kept = await self._office.inbox.boards.load(self._board)
        self._cards = {
            ref: msgspec.json.decode(value, type=Card)
            for ref, value in kept.items()
            if ref != SUMMARY
        }
        self._summary.load(kept.get(SUMMARY), self._name, self._place)

    @property
    def _board(self) -> str:
        return board_of(self._name, self._place)

    # what is told from outside

    def look(self) -> None:
        """Ask Slack what the channel is now, and look at everything in it."""
        self._unsure = True
        self._wake.set()

    def again(self) -> None:
        """Draw every card on show anew; only what differs is sent."""
        for ref in [ref for ref, kept in self._cards.items() if kept.full]:
            self._dirty.setdefault(ref)
        self._wake.set()

    @property
    def remembered(self) -> int:
        """Return how many conversations this channel keeps in mind, drawn or to be drawn."""
        return len(self._cards.keys() | self._dirty.keys())

    @property
    def still(self) -> bool:
        """Whether everything that was told of is drawn."""
        drawn = not self._dirty or not self._place
        return self._waiting and drawn and not self._wake.is_set()

    def wake(self) -> None:
        """Look at the clock again."""
        self._wake.set()

    def mark(self, conversation: Conversation, *, first: bool) -> None:
        """Say that a conversation may look different now.

        One that has no card and is nobody's waits in the queue, where seats look for it: an hour's
        outage is not remembered card by card.
        """
        ref = conversation.id
        ours = ref in self._cards or ref in self._coming or conversation.state == "claimed"
        self._wake.set()
        if not ours:
            return  # guard: outage-bounded test=tests/handlers/slack/test_bad_day.py::test_after_an_hours_outage_the_present_seats_are_drawn_and_not_every_old_card
        if first:  # before everything that waits to be drawn
            self._dirty = {ref: None, **self._dirty}
        else:
            self._dirty.setdefault(ref)

    def sweep(self) -> None:
        """Say that everything on show may look different now; lines are told of by the log."""
        self._sweep_at = self._office.inbox.now() + SWEEP_MS
        for ref, kept in self._cards.items():
            if kept.full or not kept.ts:
                self._dirty.setdefault(ref)
        self._wake.set()

    def gone(self, ts: str) -> None:
        """Forget the message at `ts`: somebody deleted it."""
        self._wiped.add(ts)
        self._wake.set()

    async def _wipe(self, ts: str) -> None:
        await self._summary.gone(ts)
        for ref, kept in list(self._cards.items()):
            if kept.ts == ts:
                await self._forget(ref)
        self._wiped.discard(ts)

    async def _idle(self) -> None:
        """Wait until something is dirty, or it is time to look by ourselves."""
        now = self._office.inbox.now()
        gathered = [c.told_at + GATHERED_MS for c in self._cards.values() if c.told_at]
        due = min([self._sweep_at, *gathered, *self._summary.due()])
        self._waiting = True
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.05, (due - now) / 1000)):
                await self._wake.wait()
        self._waiting = False
        now = self._office.inbox.now()
        for ref, kept in self._cards.items():
            if kept.told_at and kept.told_at + GATHERED_MS <= now:
                self._dirty.setdefault(ref)
        if self._sweep_at <= now:
            await self._tidy(now)

    async def _tidy(self, now: Millis) -> None:
        """Once an hour: draw everything anew, so that what was wiped shows; forget old lines."""
        self._summary.doubt()  # guard: summary-wiped test=tests/handlers/slack/test_bad_day.py::test_what_retention_wipes_is_posted_anew_within_the_hour
        for ref, kept in list(self._cards.items()):
            if kept.full:
                self._cards[ref] = replace(kept, drawn="")
            elif kept.left and kept.left + LINES_KEPT_MS < now and kept.ts:
                del self._cards[ref]
                await self._office.inbox.boards.drop(self._board, ref)
        self.look()

    # drawing

    async def _draw(self) -> None:
        while self._dirty:
            ref = next(iter(self._dirty))
            # Before it is drawn: what changes meanwhile makes it dirty anew.
            del self._dirty[ref]
            try:
                conversation = await self._office.inbox.read.conversation(ref)
                if conversation is not None:
                    await self._careful(conversation, self._redraw(conversation))
            except BaseException:
                self._dirty.setdefault(ref)
                raise
        await self._seat()
        await self._summary.draw(self._account)

    async def _careful(self, conversation: Conversation, drawing: Awaitable[None]) -> None:
        """Let one card that cannot be drawn stop no other; it is tried again when it changes."""
        try:
            await drawing
        except SlackRefused as error:
            if error.gone:
                raise
            log.error("card_refused", conversation=conversation.id, error=error.error)  # noqa: TRY400 - the refusal says it all

    async def _redraw(self, conversation: Conversation) -> None:
        kept = self._cards.get(conversation.id)
        stays = conversation.state == "claimed"
        if kept is None:
            if stays:  # claimed from Home or by Next: whoever works on it has a card
                await self._post(conversation, seated=False)
            return
        if conversation.erased > kept.erased:
            kept = await self._unsay(
                conversation, kept
            )  # guard: unsaid test=tests/handlers/slack/test_erased.py::test_an_erased_conversation_is_gone_from_card_and_thread
        if conversation.state in ("closed", "snoozed"):
            await self._shrink(conversation, kept)
        elif not kept.full or not kept.ts:
            if stays or not kept.ts:
                await self._post(conversation, seated=not stays)
        elif conversation.state == "waiting" and not conversation.waiting_since:
            await self._shrink(conversation, kept)
        else:
            await self._update(conversation, kept)
        await self._thread(conversation)

    async def _seat(self) -> None:
        """Give free seats to the most urgent, and take one for somebody more urgent still."""
        inbox = self._office.inbox
        shown = [Waiting(ref, c.rank, c.since) for ref, c in self._cards.items() if self._seated(c)]
        queue = await inbox.queue.first([self._name], LOOKED_AT)
        waiting = [Waiting(one.id, one.rank, one.since) for one in queue]
        then = plan(shown, waiting, self._reserved())
        self._coming = frozenset(then.come)
        for conversation in await inbox.read.conversations(then.leave):
            kept = self._cards[conversation.id]
            await self._careful(conversation, self._shrink(conversation, kept))
        for ref in then.come:
            found = await inbox.read.conversation(ref)
            if found is not None and found.state == "waiting":
                await self._careful(found, self._post(found, seated=True))
            if self._dirty:  # officers' own acts are not kept waiting behind the queue
                return

    def _seated(self, kept: Card) -> bool:
        return kept.full and kept.seated

    def _reserved(self) -> frozenset[int]:
        return frozenset(lane.rank for lane in self._office.policies.lanes if lane.reserved)

    async def _post(self, conversation: Conversation, *, seated: bool) -> None:
        """Post a card: the intent first, then the message, then where it stands.

        An intent without a place is one whose process died: it may stand in Slack already.
        """
        before = self._cards.get(conversation.id)
        unplaced = before.nonce if before and not before.ts else ""
        kept = Card(
            nonce=unplaced or self._office.ids(),
            seated=seated,
            rank=rank_of(conversation.lane, self._office.policies.lanes),
            since=conversation.waiting_since,
            told=conversation.version,
            before=_places(before),
        )
        await self._keep(
            conversation.id, kept
        )  # guard: intent-first test=tests/handlers/slack/test_board_restart.py::test_a_card_posted_by_a_process_that_died_is_found_by_its_nonce
        if unplaced and (ts := await self._office.pace.find(unplaced, self._place)):
            await self._keep(conversation.id, replace(kept, ts=ts))
            await self._update(conversation, self._cards[conversation.id])
        else:
            await self._place_new(conversation, kept)
        await self._thread(conversation)

    async def _place_new(self, conversation: Conversation, kept: Card) -> None:
        drawn = card(await self._office.shown(conversation), self._say(conversation))
        ts = await self._office.pace.post(
            kept.nonce, TRIES, channel=self._place, text=drawn.text, blocks=drawn.blocks
        )
        await self._keep(conversation.id, replace(kept, ts=ts, drawn=_digest(drawn)))

    async def _update(self, conversation: Conversation, kept: Card) -> None:
        drawn = card(await self._office.shown(conversation), self._say(conversation))
        changed = replace(
            kept,
            seated=conversation.state == "waiting",
            rank=rank_of(conversation.lane, self._office.policies.lanes),
            since=conversation.waiting_since,
        )
        await self._draw_again(conversation.id, changed, drawn)

    async def _shrink(self, conversation: Conversation, kept: Card) -> None:
        """Draw it as one line; it is never deleted."""
        drawn = shrunk(await self._office.shown(conversation), self._say(conversation))
        left = kept.left or self._office.inbox.now()
        line = replace(kept, full=False, seated=False, told_at=0, left=left)
        await self._draw_again(conversation.id, line, drawn)

    async def _draw_again(self, ref: ConversationId, kept: Card, drawn: Post) -> None:
        if kept.ts and kept.drawn != _digest(drawn):
            try:
                await self._office.pace.update(
                    channel=self._place, ts=kept.ts, text=drawn.text, blocks=drawn.blocks
                )
            except SlackRefused as error:
                if error.error not in GONE_CARD:
                    raise
                await self._forget(ref)  # wiped in Slack: if it is to be seen, it is posted anew
                return
            kept = replace(kept, drawn=_digest(drawn))
        if kept != self._cards.get(ref):
            await self._keep(ref, kept)

    async def _unsay(self, conversation: Conversation, kept: Card) -> Card:
        """Take back what we said beneath a card, here and where it stood before: it was erased."""
        pace = self._office.pace
        for ts in _places(kept):
            for said in await pace.said_beneath(ts, self._place):
                await pace.again("chat.delete", channel=self._place, ts=said)
        drawn = shrunk(await self._office.shown(conversation), self._say(conversation))
        for ts in kept.before:
            with suppress(SlackRefused):  # gone by itself: so much the better
                await pace.update(channel=self._place, ts=ts, text=drawn.text, blocks=drawn.blocks)
        done = replace(kept, erased=conversation.erased, told_at=0, told=conversation.version)
        await self._keep(conversation.id, done)
        return done

    async def _thread(self, conversation: Conversation) -> None:
        """Say under a claimed card that its thread stays inside, and tell its holder the news."""
        kept = self._cards.get(conversation.id)
        claim, now = conversation.claim, self._office.inbox.now()
        if kept is None or claim is None or not kept.ts:
            return
        if not kept.inside:
            await self._reply(kept, "inside", conversation, claimed_thread)
            kept = replace(kept, inside=True, told=conversation.version)
        elif conversation.news <= kept.told:
            kept = replace(kept, told_at=0)
        elif not kept.told_at:
            kept = replace(kept, told_at=now)
        elif now - kept.told_at >= GATHERED_MS:
            if not await self._told(conversation, kept):
                return
            kept = replace(kept, told=conversation.version, told_at=0)
        if kept != self._cards[conversation.id]:
            await self._keep(conversation.id, kept)

    async def _told(self, conversation: Conversation, kept: Card) -> bool:
        """Tell its holder the news; False where the card is gone, and is posted anew instead."""
        try:
            await self._tell(conversation, kept)
        except SlackRefused as error:
            if error.error in GONE_CARD:
                await self._forget(
                    conversation.id
                )  # guard: wiped-thread test=tests/handlers/slack/test_bad_day.py::test_news_under_a_card_that_was_wiped_come_under_a_new_card
                return False
            if error.gone:
                raise
            log.error("news_refused", conversation=conversation.id, error=error.error)  # noqa: TRY400 - the refusal says it all
        return True

    async def _reply(
        self,
        kept: Card,
        what: str,
        conversation: Conversation,
        drawn: Callable[..., Post],
    ) -> None:
        post = drawn(await self._office.shown(conversation), self._say(conversation))
        nonce = f"{kept.nonce}.{what}"
        await self._office.pace.post(
            nonce, channel=self._place, thread_ts=kept.ts, text=post.text, blocks=post.blocks
        )

    async def _tell(self, conversation: Conversation, kept: Card) -> None:
        """Tell the holder alone what they wrote since."""
        claim, policies = conversation.claim, self._office.policies
        holder = policies.officer(claim.holder) if claim else None
        user = next(iter(users_of(self._office, holder)), "") if holder else ""
        lines = await self._since(conversation, kept.told)
        say = self._say(conversation)
        where = {"channel": self._place, "thread_ts": kept.ts}
        where = await self._alone(
            conversation, user, where
        )  # guard: holder-alone test=tests/promises/test_friendliness.py::test_in_a_whole_shift_each_push_names_one_person_who_must_act
        named = user if "thread_ts" in where else ""
        post = news_thread(await self._office.shown(conversation), lines, named, say)
        nonce = f"{kept.nonce}.news.{conversation.version}"
        await self._office.pace.post(nonce, text=post.text, blocks=post.blocks, **where)

    async def _alone(
        self, conversation: Conversation, user: str, thread: dict[str, str]
    ) -> dict[str, str]:
        """Return where the holder alone hears of it: directly, where others follow the thread.

        Slack notifies of a reply all who wrote or were named in the thread before: former holders,
        and whoever left a note there.
        """
        claim = conversation.claim
        notes = (await self._office.inbox.read.reading(conversation.id)).notes
        others = any(claim and note.by != claim.holder for note in notes)
        if not user or not (others or conversation.fence > 1):
            return thread
        try:
            told = await self._office.pace.again("conversations.open", users=user)
        except SlackRefused:
            return thread  # rather one push too many than none
        return {"channel": str(told["channel"]["id"])}

    async def _since(self, conversation: Conversation, told: int) -> tuple[Line, ...]:
        """Return what they wrote or edited since that version: at most the last eight."""
        fresh = {message for message, version in conversation.changed.items() if version > told}
        reading = await self._office.inbox.read.reading(conversation.id)
        return tuple(
            line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
            for m in reading.messages
            if m.message.id in fresh and not m.message.ours
        )

    async def _keep(self, ref: ConversationId, kept: Card) -> None:
        self._cards[ref] = kept
        await self._office.inbox.boards.put(self._board, ref, msgspec.json.encode(kept))

    async def _forget(self, ref: ConversationId) -> None:
        self._cards.pop(ref, None)
        await self._office.inbox.boards.drop(self._board, ref)
        self._dirty[ref] = None

    def _say(self, conversation: Conversation) -> Say:
        account = self._office.policies.account(conversation.account)
        return self._office.say_in(account or self._account)


def _places(before: Card | None) -> tuple[str, ...]:
    """Return where a card stood until now, the latest first."""
    if before is None:
        return ()
    return ((before.ts,) if before.ts else ()) + before.before[:BEFORE]


def _digest(post: Post) -> str:
    """Return what tells one drawing from another."""
    return hashlib.sha256(msgspec.json.encode(post)).hexdigest()[:16]
