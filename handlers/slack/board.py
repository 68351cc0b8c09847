"""The board: the log only says what is dirty, and what should be there is drawn.

Level-triggered and bounded: after an hour's outage the present seats are drawn, not every old card.
One process keeps it, under a lease; its seats are kept in the store, so that the next one goes on.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence

import msgspec
import structlog

from handlers.say import Say
from handlers.slack.cards import card, claimed_thread, news_thread, shrunk
from handlers.slack.office import Office
from handlers.slack.pace import Doubt, SlackRefused
from handlers.slack.seats import Waiting, plan
from handlers.slack.shown import Post
from handlers.slack.summary import Summary
from inbox import Done, Gone, Touched, Unavailable
from inbox.conversations.state import Conversation
from inbox.triage.urgency import channel_of, rank_of
from inbox.words import Account, ConversationId, Record

log = structlog.stdlib.get_logger(__name__)

LOOKED_AT = 40
"""How far into a channel's queue the board looks for whom to seat."""
GATHERED_MS = 60_000
"""New messages are told in the thread together, once a minute at most (UX.md, 13)."""
SWEEP = 3600.0
"""Seconds between two looks at everything on show."""


class Card(Record, frozen=True):
    """One conversation's message in Slack: `full` until it shrinks to a line.

    `nonce` is written down before the message is posted and marks it, so that a post that was
    cut is found again; `ts` is empty until then. `told` is the version whose news the thread has
    heard.
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
    told_at: int = 0


class Board:
    """Keeps every channel's cards as they should be."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._channels: dict[str, Channel] = {}
        office.inbox.desk.watch(self._hint)

    async def run(self) -> None:
        """Keep the board for as long as nobody else does; runs until cancelled."""
        inbox = self._office.inbox
        async with inbox.leases.hold("board") as lease, asyncio.TaskGroup() as tasks:
            self._channels = {
                name: Channel(self._office, name, account)
                for account in reversed(self._office.policies.accounts)
                for name in (account.slack_channel, account.private_channel)
                if name
            }
            for channel in self._channels.values():
                tasks.create_task(channel.run())
            tasks.create_task(inbox.follow("board", self._each, stop=lease.lost))

    def look(self, channel: str) -> None:
        """Look at everything in a channel again: something happened to it in Slack."""
        if known := self._channels.get(channel):
            known.sweep()

    def gone(self, channel: str, ts: str) -> None:
        """Forget a message that was deleted in Slack: its conversation gets a new card."""
        if known := self._channels.get(channel):
            known.gone(ts)

    def _hint(self, ref: ConversationId, done: Done) -> None:
        """Draw what an officer just did before everything else."""
        self._mark(done.conversation, first=True)

    async def _each(self, touched: Sequence[Touched]) -> None:
        refs = [one.id for one in touched if one.kind == "conv"]
        for conversation in await self._office.inbox.read.conversations(refs):
            self._mark(conversation, first=False)

    def _mark(self, conversation: Conversation, *, first: bool) -> None:
        account = self._office.policies.account(conversation.account)
        if account and (channel := self._channels.get(channel_of(conversation, account))):
            channel.mark(conversation.id, first=first)


class Channel:
    """One Slack channel's part of the board."""

    def __init__(self, office: Office, name: str, account: Account) -> None:
        self._office, self._name, self._account = office, name, account
        self._cards: dict[ConversationId, Card] = {}
        self._dirty: dict[ConversationId, None] = {}
        self._wake = asyncio.Event()
        self._summary = Summary(office, name)

    async def run(self) -> None:
        """Draw what is dirty, for ever; a failure leaves it dirty."""
        await self._load()
        wait = 1.0
        while True:
            self._wake.clear()
            try:
                await self._draw()
                wait = 1.0
            except (SlackRefused, Doubt, Unavailable, Gone) as error:
                log.warning("board_waits", channel=self._name, error=str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, 60.0)
                continue
            await self._idle()

    def mark(self, ref: ConversationId, *, first: bool) -> None:
        """Say that a conversation may look different now."""
        if first:  # before everything that waits to be drawn
            self._dirty = {ref: None, **self._dirty}
        else:
            self._dirty.setdefault(ref)
        self._wake.set()

    def sweep(self) -> None:
        """Say that everything may look different now."""
        for ref in self._cards:
            self._dirty.setdefault(ref)
        self._wake.set()

    def gone(self, ts: str) -> None:
        """Forget the card at `ts`."""
        self._summary.gone(ts)
        if ref := self.at(ts):
            del self._cards[ref]
            self.mark(ref, first=False)

    def at(self, ts: str) -> ConversationId | None:
        """Return whose card stands at `ts`."""
        return next((ref for ref, kept in self._cards.items() if ts and kept.ts == ts), None)

    async def _load(self) -> None:
        kept = await self._office.inbox.boards.load(self._name)
        self._cards = {
            ref: msgspec.json.decode(value, type=Card)
            for ref, value in kept.items()
            if ref != Summary.FIELD
        }
        self._summary.load(kept.get(Summary.FIELD))
        self.sweep()

    async def _idle(self) -> None:
        """Wait until something is dirty, or it is time to look by ourselves."""
        soon = [card.told_at + GATHERED_MS for card in self._cards.values() if card.told_at]
        now = self._office.inbox.now()
        pending = min((at for at in soon if at > now), default=now + int(SWEEP * 1000))
        wait = min((pending - now) / 1000 + 0.05, self._summary.wait(now), SWEEP)
        try:
            async with asyncio.timeout(max(wait, 0.05)):
                await self._wake.wait()
        except TimeoutError:
            now = self._office.inbox.now()
            for ref, kept in self._cards.items():
                if wait >= SWEEP or (kept.told_at and kept.told_at + GATHERED_MS <= now):
                    self._dirty.setdefault(ref)

    async def _draw(self) -> None:
        while self._dirty:
            ref = next(iter(self._dirty))
            conversation = await self._office.inbox.read.conversation(ref)
            if conversation is not None:
                await self._redraw(conversation)
            self._dirty.pop(ref, None)
        await self._seat()
        await self._summary.draw(self._account)

    async def _redraw(self, conversation: Conversation) -> None:
        kept = self._cards.get(conversation.id)
        stays = conversation.state == "claimed"
        if kept is None:
            if stays:  # claimed from Home or by Next: whoever works on it has a card
                await self._post(conversation, seated=False)
            return
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
        for conversation in await inbox.read.conversations(then.leave):
            await self._shrink(conversation, self._cards[conversation.id])
        for ref in then.come:
            [conversation] = await inbox.read.conversations([ref])
            if conversation.state == "waiting":
                await self._post(conversation, seated=True)
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
        )
        await self._keep(conversation.id, kept)
        if unplaced and (ts := await self._office.pace.find(unplaced, self._name)):
            await self._keep(conversation.id, msgspec.structs.replace(kept, ts=ts))
            self._dirty.setdefault(conversation.id)
            return
        drawn = card(await self._office.shown(conversation), self._say(conversation))
        await self._place(conversation, kept, drawn)

    async def _place(self, conversation: Conversation, kept: Card, drawn: Post) -> None:
        ts = await self._office.pace.post(
            kept.nonce, channel=self._name, text=drawn.text, blocks=drawn.blocks
        )
        placed = msgspec.structs.replace(kept, ts=ts, drawn=_digest(drawn))
        await self._keep(conversation.id, placed)
        if conversation.state == "claimed":
            await self._thread(conversation)

    async def _update(self, conversation: Conversation, kept: Card) -> None:
        drawn = card(await self._office.shown(conversation), self._say(conversation))
        changed = msgspec.structs.replace(
            kept,
            seated=conversation.state == "waiting",
            rank=rank_of(conversation.lane, self._office.policies.lanes),
            since=conversation.waiting_since,
        )
        await self._draw_again(conversation.id, changed, drawn)

    async def _shrink(self, conversation: Conversation, kept: Card) -> None:
        """Draw it as one line; it is never deleted."""
        drawn = shrunk(await self._office.shown(conversation), self._say(conversation))
        line = msgspec.structs.replace(kept, full=False, seated=False)
        await self._draw_again(conversation.id, line, drawn)

    async def _draw_again(self, ref: ConversationId, kept: Card, drawn: Post) -> None:
        if kept.ts and kept.drawn != _digest(drawn):
            try:
                await self._office.pace.update(
                    channel=self._name, ts=kept.ts, text=drawn.text, blocks=drawn.blocks
                )
            except SlackRefused as error:
                if error.error != "message_not_found":
                    raise
                await self._forget(ref)  # wiped in Slack: if it is to be seen, it is posted anew
                return
            kept = msgspec.structs.replace(kept, drawn=_digest(drawn))
        if kept != self._cards.get(ref):
            await self._keep(ref, kept)

    async def _thread(self, conversation: Conversation) -> None:
        """Say under a claimed card that its thread stays inside, and tell its holder the news."""
        kept = self._cards.get(conversation.id)
        claim, now = conversation.claim, self._office.inbox.now()
        if kept is None or claim is None or not kept.ts:
            return
        if not kept.inside:
            await self._reply(kept, "inside", conversation, claimed_thread)
            kept = msgspec.structs.replace(kept, inside=True, told=conversation.version)
        elif conversation.news > kept.told and not kept.told_at:
            kept = msgspec.structs.replace(kept, told_at=now)
        elif conversation.news > kept.told and now - kept.told_at >= GATHERED_MS:
            await self._tell(conversation, kept)
            kept = msgspec.structs.replace(kept, told=conversation.version, told_at=0)
        if kept != self._cards[conversation.id]:
            await self._keep(conversation.id, kept)

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
            nonce, channel=self._name, thread_ts=kept.ts, text=post.text, blocks=post.blocks
        )

    async def _tell(self, conversation: Conversation, kept: Card) -> None:
        """Tell the holder alone what they wrote since."""
        shown = await self._office.shown(conversation)
        claim, policies = conversation.claim, self._office.policies
        holder = policies.officer(claim.holder) if claim else None
        user = next((one.rpartition("/")[2] for one in holder.slack), "") if holder else ""
        lines = tuple(line for line in shown.lines if line.side == "in")[-1:]
        await self._reply(
            kept,
            f"news.{conversation.version}",
            conversation,
            lambda shown, say: news_thread(shown, lines, user, say),
        )

    async def _keep(self, ref: ConversationId, kept: Card) -> None:
        self._cards[ref] = kept
        await self._office.inbox.boards.put(self._name, ref, msgspec.json.encode(kept))

    async def _forget(self, ref: ConversationId) -> None:
        del self._cards[ref]
        await self._office.inbox.boards.drop(self._name, ref)
        self._dirty[ref] = None

    def _say(self, conversation: Conversation) -> Say:
        account = self._office.policies.account(conversation.account)
        return self._office.say_in(account or self._account)


def _digest(post: Post) -> str:
    """Return what tells one drawing from another."""
    return hashlib.sha256(msgspec.json.encode(post)).hexdigest()[:16]
