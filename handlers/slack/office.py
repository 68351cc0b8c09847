"""What every act in Slack works with: what officers act with anywhere, and Slack itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import structlog

from bots.proofs import Proofs
from handlers.acting import Acting
from handlers.say import Book, Say
from handlers.slack.pace import Doubt, Pace, SlackRefused
from inbox import Gone, Inbox, Unavailable
from inbox.team.policies import Policies
from inbox.words import Account, ConversationId, Record

log = structlog.stdlib.get_logger(__name__)

PATIENCE = 2.0
"""Seconds after which an officer is told to wait: a trigger lives three (SLACK.md)."""


class Office(Acting):
    """The room officers act in; it decides nothing by itself."""

    def __init__(
        self,
        inbox: Inbox,
        policies: Policies,
        book: Book,
        pace: Pace,
        ids: Callable[[], str],
        command: str = "/inbox",
        *,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(inbox, policies, book, ids)
        self.pace, self.command = pace, command
        self.patience = patience
        self.proofs: Proofs | None = None
        """Reads pages that prove who somebody is; None where nothing is read."""
        self.team, self.bot = "", ""
        self._courtesies: set[asyncio.Task[None]] = set()
        self._direct: dict[str, str] = {}

    def introduce(self, team: str, bot: str) -> None:
        """Remember which workspace we are in, and as whom."""
        self.team, self.bot = team, bot

    def afterwards(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do what the officer need not wait for; nothing that matters depends on it."""
        task = asyncio.create_task(_courtesy(work))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def drained(self, seconds: float) -> None:
        """Let what was begun finish, for so long; then end it."""
        if self._courtesies:
            await asyncio.wait(self._courtesies, timeout=seconds)
        for task in list(self._courtesies):
            task.cancel()
        await asyncio.gather(*self._courtesies, return_exceptions=True)

    def say_in(self, account: Account) -> Say:
        """Speak a channel's language: the account's first."""
        return self.book.say(account.languages[0], account.time_zone)

    async def direct(self, user: str) -> str:
        """Return the direct messages with somebody: opened, so that a cut post can be found."""
        if user not in self._direct:
            told = await self.pace.again("conversations.open", users=user)
            self._direct[user] = str(told["channel"]["id"])
        return self._direct[user]

    async def card_at(self, channel: str, ts: str) -> ConversationId:
        """Return whose card a message is, or ""."""
        boards = [channel] + [
            board_of(account.slack_channel, channel)
            for account in self.policies.accounts
            if account.fallback_channel == channel
        ]
        for board in dict.fromkeys(boards):
            for ref, value in (await self.inbox.boards.load(board)).items():
                if ref != SUMMARY and ts in msgspec.json.decode(value, type=Places).all:
                    return ref
        return ""


SUMMARY = "summary"
"""The field of a board that is not a conversation's."""


class Places(Record, frozen=True):
    """Where a conversation's card stands in its channel, and where it stood before."""

    ts: str = ""
    before: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return every place."""
        return (self.ts, *self.before)


def board_of(channel: str, place: str) -> str:
    """Name the board of a channel whose cards stand in this place: itself, or its fallback."""
    return channel if channel == place else f"{channel}>{place}"


async def _courtesy(work: Coroutine[Any, Any, Any]) -> None:
    try:
        await work
    except (SlackRefused, Doubt, Unavailable, Gone) as error:
        log.warning("courtesy_failed", error=type(error).__name__)
