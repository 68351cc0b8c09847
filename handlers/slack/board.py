"""The board: the log only says what is dirty, and what should be there is drawn.

Level-triggered and bounded: after an hour's outage the present seats are drawn, not every old card.
One process keeps it, under a lease; its seats are kept in the store, so that the next one goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from handlers.slack.alarms import CHANGED, Alarms
from handlers.slack.channel import Channel
from handlers.slack.guarding import Guard
from handlers.slack.office import Office
from inbox import Done, Gone, Touched, Unavailable
from inbox.conversations.events import Received
from inbox.conversations.state import Conversation
from inbox.triage.urgency import channel_of
from inbox.words import ConversationId

log = structlog.stdlib.get_logger(__name__)

PAUSE = 1.0
"""Seconds between two tries to become the board's keeper while the store is away."""
TOLD_EVERY = 3600
"""Seconds in which it is told once that an account has no channel for private messages."""


class Board:
    """Keeps every channel's cards as they should be."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._channels: dict[str, Channel] = {}
        self._alarms = Alarms(office, self._changed)
        office.inbox.desk.watch(self._hint)
        office.inbox.lookout.heard = self.again

    async def run(self) -> None:
        """Keep the board whenever nobody else does; runs until cancelled."""
        while True:
            try:
                async with self._office.inbox.leases.hold("board") as lease:
                    await self._keep(lease.lost)
            except* (Gone, Unavailable) as away:
                log.warning("board_without_store", error=str(away.exceptions[0]))
                await asyncio.sleep(PAUSE)
            finally:
                self._channels = {}

    async def _keep(self, lost: asyncio.Event) -> None:
        """Draw until the lease is lost: then somebody else draws."""
        accounts, guard = self._office.policies.accounts, Guard(self._office)
        private = {one.private_channel for one in accounts}
        self._channels = {
            name: Channel(self._office, guard, name, account, private=name in private)
            for account in reversed(accounts)
            for name in (account.slack_channel, account.private_channel)
            if name
        }
        async with asyncio.TaskGroup() as tasks:
            loops = [channel.run() for channel in self._channels.values()]
            loops.append(self._office.inbox.follow("board", self._each, stop=lost))
            loops.append(self._alarms.run(lost))
            work = [tasks.create_task(loop) for loop in loops]
            await lost.wait()
            for task in work:
                task.cancel()

    @property
    def still(self) -> bool:
        """Whether this process keeps the board, and everything it was told of is drawn."""
        return bool(self._channels) and all(one.still for one in self._channels.values())

    @property
    def remembered(self) -> int:
        """Return how many conversations this process keeps in mind."""
        return sum(channel.remembered for channel in self._channels.values())

    def wake(self) -> None:
        """Look at the clock again: what waited for a time may be due."""
        for channel in self._channels.values():
            channel.wake()

    def again(self) -> None:
        """Draw all cards on show anew: whom their writers may be taken for may be other."""
        for channel in self._channels.values():
            channel.again()

    async def heard(self, channel: str, ts: str = "") -> None:
        """Look at a channel again, or at its message at `ts`: something happened to it in Slack.

        Slack may have told a process that does not keep the board: the keeper is told in turn.
        """
        if channel in self._channels:
            await self._changed(channel, ts)
        else:
            await self._office.inbox.notices.put(CHANGED, {"channel": channel, "ts": ts})

    async def _changed(self, name: str, ts: str) -> None:
        """Pass on what happened; a fallback channel concerns all whose cards may stand in it."""
        accounts = self._office.policies.accounts
        names = [name, *(a.slack_channel for a in accounts if a.fallback_channel == name)]
        for channel in (self._channels[one] for one in names if one in self._channels):
            if ts:
                channel.gone(ts)
            else:
                channel.look()

    def _hint(self, ref: ConversationId, done: Done) -> None:
        """Draw what an officer just did before everything else; what came in waits its turn."""
        theirs = any(isinstance(event, Received) for event in done.events)
        self._mark(done.conversation, first=not theirs)

    async def _each(self, touched: Sequence[Touched]) -> None:
        refs = [one.id for one in touched if one.kind == "conv"]
        contacts = dict.fromkeys(one.id for one in touched if one.kind == "contact")
        for found in await asyncio.gather(*map(self._office.written_by, contacts)):
            refs += found
        for conversation in await self._office.inbox.read.conversations(refs):
            self._mark(conversation, first=False)
            await self._nowhere(conversation)

    def _mark(self, conversation: Conversation, *, first: bool) -> None:
        account = self._office.policies.account(conversation.account)
        if account and (channel := self._channels.get(channel_of(conversation, account))):
            channel.mark(conversation, first=first)

    async def _nowhere(self, conversation: Conversation) -> None:
        """Tell that a private message waits which no channel may show."""
        inbox, account = self._office.inbox, self._office.policies.account(conversation.account)
        if account is None or channel_of(conversation, account) or conversation.state != "waiting":
            return
        await inbox.notices.put_once(TOLD_EVERY, "private_nowhere", account.id)
