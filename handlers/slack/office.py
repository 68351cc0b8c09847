"""What every act in Slack works with: the inbox, the officers' words, and Slack itself."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import structlog

from handlers.say import Book, Say
from handlers.slack.pace import Doubt, Pace, SlackRefused
from handlers.slack.shown import Line, Shown, line_of
from handlers.slack.who import Actor
from inbox import Done, Gone, Inbox, Unavailable
from inbox.conversations.commands import AnyCommand
from inbox.conversations.denied import Denied
from inbox.conversations.reading import Reading
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.team.roles import may
from inbox.words import (
    Account,
    ConversationId,
    Millis,
    Officer,
    OfficerId,
    Person,
    Policy,
    Record,
)

log = structlog.stdlib.get_logger(__name__)

KEPT_BACK = ("not_allowed", "not_your_account")
"""Refusals that are about the officer and not about the moment: they are recorded."""
READY = "public_rung."
"""The section of a phrase file that holds lines for the public."""
PATIENCE = 2.0
"""Seconds after which an officer is told to wait: a trigger lives three (SLACK.md)."""
LINES = 4
"""So many of the last messages go to a card; it shows three and says whether there are more."""


class Office:
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
        self.inbox, self.policies, self.book = inbox, policies, book
        self.pace, self.ids, self.command = pace, ids, command
        self.patience = patience
        self.team, self.bot = "", ""
        self._courtesies: set[asyncio.Task[None]] = set()

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

    def say(self, officer: Officer, account: Account | None = None) -> Say:
        """Speak an officer's language, times in the account's zone where Slack cannot tell."""
        return self.book.say(officer.locale, account.time_zone if account else "UTC")

    def say_in(self, account: Account) -> Say:
        """Speak a channel's language: the account's first."""
        return self.book.say(account.languages[0], account.time_zone)

    def ready_lines(self, shown: Shown) -> dict[str, str]:
        """Return the ready lines for the public in the language they write in: name to text."""
        language = shown.conversation.language or shown.account.languages[0]
        phrases = self.book.languages.get(language, {})
        return {key: text for key, text in phrases.items() if key.startswith(READY)}

    async def do(
        self, who: Actor, ref: ConversationId, command: AnyCommand, op: str = ""
    ) -> Done | Denied:
        """Let an officer's order happen once; what they may not do is refused and recorded."""
        order = self.inbox.desk.order(command, by=who.by, via=who.via, op=op or None)
        done = await self.inbox.desk.do(ref, order)
        if isinstance(done, Denied) and done.why in KEPT_BACK:
            conversation = await self.inbox.read.conversation(ref)
            account = conversation.account if conversation else ""
            await self.refused(who, type(command).__name__, account, done.why)
        return done

    async def refused(self, who: Actor, act: str, account: str, why: str) -> None:
        """Record what an officer was refused."""
        at = self.inbox.now()
        refusals = self.inbox.refusals
        await refusals.put(
            who.officer.id, act, account, why, at
        )  # guard: refusal-recorded test=tests/handlers/slack/test_acts_refused.py::test_a_reader_who_presses_claim_is_refused_and_it_is_recorded

    async def read(
        self, who: Actor, ref: ConversationId, *, recorded: bool = True
    ) -> Shown | Denied:
        """Return a conversation as this officer may see it; a refusal is recorded, if asked."""
        conversation = await self.inbox.read.conversation(ref)
        if conversation is None:
            return Denied("unknown_conversation")
        account = self.policies.account(conversation.account)
        act = "read_private" if conversation.audience == "private" else "read"
        if account is None or not may(who.officer, act, account):
            if recorded:
                await self.refused(who, act, conversation.account, "not_your_account")
            return Denied("not_your_account")
        return await self.shown(conversation)

    async def shown(self, conversation: Conversation, lines: int = LINES) -> Shown:
        """Gather what cards and modals show of a conversation."""
        policy = self.policies.of(conversation.account, "clerk")
        reading = await self.inbox.read.reading(conversation.id)
        others = await self._others(conversation)
        messages = reading.messages
        person = next(
            (m.message.author for m in reversed(messages) if not m.message.ours),
            Person(conversation.person),
        )
        return Shown(
            conversation=conversation,
            account=policy.account,
            platform=policy.profile.title,
            person=person,
            lane=next((lane for lane in policy.lanes if lane.name == conversation.lane), None),
            lines=tuple(
                line_of(m.message, edited=m.edited, deleted=m.deleted) for m in messages[-lines:]
            ),
            earlier=max(0, len(messages) - lines),
            officers=policy.officers,
            others=len(others),
            other_holders=tuple(
                dict.fromkeys(self._name(one.claim.holder) for one in others if one.claim)
            ),
            due=_due(conversation, policy),
            forbidden=_forbidden(conversation, policy, self.inbox.now()),
        )

    async def _others(self, conversation: Conversation) -> list[Conversation]:
        """Return the same person's other open conversations with this account."""
        refs = await self.inbox.read.of(conversation.account, conversation.person)
        found = await self.inbox.read.conversations([r for r in refs if r != conversation.id])
        return [one for one in found if one.state != "closed"]

    def _name(self, officer: OfficerId) -> str:
        known = self.policies.officer(officer)
        return known.name if known else officer

    def our_lines(self, reading: Reading) -> list[Line]:
        """Return our answers and notes in a conversation as lines."""
        answers = [
            Line(part.text, reply.at, self._name(reply.by), "out", url=part.url)
            for reply in reading.answers
            for part in reply.parts
            if part.state != "retracted"
        ]
        notes = [Line(one.text, one.at, self._name(one.by), "note") for one in reading.notes]
        return [*answers, *notes]

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


def _due(conversation: Conversation, policy: Policy) -> Millis:
    """Return when the lane's target passes; 0 where nobody waits."""
    minutes = next((lane.minutes for lane in policy.lanes if lane.name == conversation.lane), 0)
    waits = conversation.waiting_since
    return waits + minutes * 60_000 if waits and minutes else 0


def _forbidden(conversation: Conversation, policy: Policy, now: Millis) -> Denied | None:
    """Say beforehand why we may not answer, so that nobody writes in vain."""
    only_mentions = policy.account.may_reply_to == "mentions"
    if conversation.audience == "public" and only_mentions and not conversation.named:
        return Denied("platform_forbids", {"rule": "mention_needed"})
    if conversation.window_until and conversation.window_until < now:
        return Denied("window_closed", {"since": conversation.window_until})
    return None
