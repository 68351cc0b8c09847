"""An order tried until it has happened: a guess, a decision, a commit, and again on the truth."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import structlog
from msgspec.structs import replace

from inbox.conversations.apply import fold
from inbox.conversations.commands import Begin, Order, Receive
from inbox.conversations.decide import decide
from inbox.conversations.denied import Denied
from inbox.conversations.events import SCHEMA, AnyEvent, Entry, SendStarted, Sent
from inbox.conversations.receiving import root_mark
from inbox.conversations.state import Conversation, due_at, find_part, target_of
from inbox.desk.errands import Done, Elsewhere, Errand, Policies, Unavailable
from inbox.store import codec
from inbox.store.client import Client, Gone
from inbox.store.commit import Commit, Verdict, commit, load
from inbox.store.registry import Registry, place_of
from inbox.triage.urgency import place
from inbox.words import AccountId, ConversationId, PersonId, Policy

TRIES = 8
"""Lost races until an order is told that it is crowded."""

REMEMBERED = 10_000
"""Conversations a process remembers, some 2 KB each: the guesses that save a round trip."""

PAUSE = 0.05
"""Seconds between two tries to reach the store, growing to a second."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def reached(ask: Callable[[], Awaitable[T]], patience: float) -> T:
    """Ask the store, the very same again while it is away; raise Unavailable in the end."""
    deadline, pause = time.monotonic() + patience, PAUSE
    while True:
        try:
            return await ask()
        except Gone as gone:
            if time.monotonic() + pause > deadline:
                raise Unavailable(str(gone)) from gone
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 2)


class Trying:
    """Decides on what a conversation may be; the commit checks it, or else tells the truth."""

    def __init__(
        self, client: Client, registry: Registry, policies: Policies, patience: float
    ) -> None:
        self._client = client
        self._registry = registry
        self._policies = policies
        self._patience = patience
        self._remembered: OrderedDict[ConversationId, Conversation] = OrderedDict()
        self.watching: list[Callable[[ConversationId, Done], None]] = []
        self.behind: Callable[[], Awaitable[None]] = _nothing
        self.leaving: Callable[[Conversation], Awaitable[None]] = _nothing
        self.hashed: Callable[[AccountId, str, PersonId], ConversationId] = lambda *_: ""
        """How the desk names the conversation of an account and a person in a thread."""

    def remembered(self, ref: ConversationId) -> Conversation | None:
        """Return what this process last saw of a conversation: a guess."""
        return self._remembered.get(ref)

    def forget(self) -> None:
        """Remember nothing: the store was put back to another time."""
        self._remembered.clear()

    async def do(self, errand: Errand) -> Done | Denied:
        """Let an errand happen once. Raises Unavailable, NewerSchema, Elsewhere."""
        guess, true = await self._guess(errand)
        for _ in range(TRIES):
            guess, events = await self._decided(guess, true, errand)
            if isinstance(events, Denied) or not events:
                return events if isinstance(events, Denied) else Done(guess, ())
            after, verdict = await self._committed(guess, errand, events)
            if verdict.answer == "ok":
                if any(isinstance(event, SendStarted) for event in events):
                    await self.leaving(after)
                return self._told(Done(after, events))
            if verdict.answer == "routed":
                raise Elsewhere(place_of(verdict.truth))
            truth = codec.decode_snapshot(verdict.truth)
            await self._compared(guess, truth)
            guess, true = self._known(errand.ref, truth), True
            if verdict.answer == "already":
                return Done(guess, ())
        return Denied("crowded")

    async def _decided(
        self, guess: Conversation, true: bool, errand: Errand
    ) -> tuple[Conversation, tuple[AnyEvent, ...] | Denied]:
        """Decide on the guess; what would end in nothing is decided on the truth."""
        events = self._weigh(guess, errand)
        if (isinstance(events, Denied) or not events) and not true:
            before, guess, e = guess, await self.fetch(errand.ref), errand
            await self._compared(before, guess)
            events = self._weigh(guess, e)  # guard: truth test=tests/inbox/test_desk.py::test_truth
        return guess, events

    async def _compared(self, before: Conversation, now: Conversation) -> None:
        """Say that the store has forgotten something, where it knows less than it once told us."""
        again = now.version == before.version and now.head != before.head
        if now.version < before.version or again:
            await self.behind()  # guard: process-ahead test=tests/inbox/test_desk.py::test_behind

    async def _guess(self, errand: Errand) -> tuple[Conversation, bool]:
        """Return what the conversation may be, and whether that is the truth of this moment."""
        remembered = self._remembered.get(errand.ref)
        if remembered is not None:
            return remembered, False
        if isinstance(errand.order.command, Receive):
            return Conversation(id=errand.ref), False
        return await self.fetch(errand.ref), True

    def _weigh(self, conversation: Conversation, errand: Errand) -> tuple[AnyEvent, ...] | Denied:
        """Decide, and decide what goes along with it on what then is; a repeat is so already."""
        if errand.order.op in conversation.ops:
            return ()
        policy = self._policy(conversation, errand.order)
        if policy is None:
            return Denied("unknown_conversation")
        events = decide(conversation, errand.order, policy)
        if isinstance(events, Denied) or not events:
            return events
        for command in errand.also:
            then = fold(conversation, self._entry(conversation, errand, events))
            more = decide(then, replace(errand.order, command=command), policy)
            events += () if isinstance(more, Denied) else more
        return events

    def _policy(self, conversation: Conversation, order: Order) -> Policy | None:
        account = conversation.account
        if not account and isinstance(order.command, Receive):
            account = order.command.message.account
        if not account and isinstance(order.command, Begin):
            account = order.command.account
        known = self._policies.account(account)
        return self._policies.of(account, order.by) if known else None

    @staticmethod
    def _entry(before: Conversation, errand: Errand, events: tuple[AnyEvent, ...]) -> Entry:
        order = errand.order
        number = before.version + 1
        return Entry(order.op, SCHEMA, number, order.at, order.by, order.via, errand.salt, events)

    async def _committed(
        self, before: Conversation, errand: Errand, events: tuple[AnyEvent, ...]
    ) -> tuple[Conversation, Verdict]:
        entry = self._entry(before, errand, events)
        line = codec.encode_entry(entry)
        after = replace(fold(before, entry), head=codec.chain(before.head, line))
        policy = self._policies.of(after.account, errand.order.by)
        account = policy.account
        e = errand.ref, events
        await self._route(*e)  # guard: sent-routed test=tests/inbox/test_desk.py::test_sent_routed
        replies = self._await_replies if after.begun else _nothing
        await replies(
            after, events
        )  # guard: begun-alias test=tests/inbox/test_begun.py::test_their_reply_lands_in_the_conversation_that_we_opened
        what = Commit(
            kind="conv",
            id=errand.ref,
            expected=codec.token(before),
            number=entry.n,
            beginning=codec.beginning(entry.op),
            snapshot=codec.encode_snapshot(after),
            line=line,
            at=entry.at,
            due=due_at(after),
            place=place(after, policy),
            channels=tuple({account.slack_channel, account.private_channel} - {""}),
            taken=errand.taken,
            route=errand.message if errand.route else "",
            payload=errand.payload,
            message=errand.message,
        )
        return after, await self.reached(lambda: commit(self._client, what))

    async def _route(self, ref: ConversationId, events: tuple[AnyEvent, ...]) -> None:
        """Let what we sent lead here before anybody knows it as sent: an echo may be quicker."""
        refs = [event.ref for event in events if isinstance(event, Sent) and event.ref]
        if refs:
            await self.reached(lambda: self._registry.put_all(refs, ref))

    async def _await_replies(self, c: Conversation, events: tuple[AnyEvent, ...]) -> None:
        """Let a root of ours be known when it comes back, and what they write below it lead here.

        Before the call only its words are known, after it the platform's own name of the thread.
        """
        for event in events:
            found = find_part(c, event.part) if isinstance(event, SendStarted | Sent) else None
            if found is None or target_of(found[0], found[1].id):
                continue
            if isinstance(event, SendStarted):
                mark = root_mark(c.account, found[1].text)
                await self.reached(partial(self._registry.expect, mark, c.id))
            elif isinstance(event, Sent) and event.ref:
                native = event.ref.partition(":")[2].rpartition("/")[2]
                root = native if event.thread is None else event.thread
                hashed = self.hashed(c.account, root, c.person)
                await self.reached(partial(self._registry.alias, hashed, c.id))

    async def fetch(self, ref: ConversationId) -> Conversation:
        """Return the truth of this moment; a conversation that does not exist has version 0."""
        return self._known(ref, await self.reached(lambda: load(self._client, ref)))

    async def reached(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store, the very same again while it is away; raise Unavailable in the end."""
        return await reached(ask, self._patience)

    def _told(self, done: Done) -> Done:
        self._known(done.conversation.id, done.conversation)
        for callback in self.watching:
            try:
                callback(done.conversation.id, done)
            except Exception:  # a hint must not undo what is committed: the log carries the news
                log.exception("watcher_failed", conversation=done.conversation.id)
        return done

    def _known(self, ref: ConversationId, conversation: Conversation) -> Conversation:
        """Remember what a conversation was last seen to be."""
        if not conversation.version:
            self._remembered.pop(ref, None)
            return replace(conversation, id=ref)
        self._remembered[ref] = conversation
        self._remembered.move_to_end(ref)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return conversation


async def _nothing(*_: object) -> None:
    """Nobody wants to know."""
