"""The one door through which anything changes a conversation."""

from __future__ import annotations

import time
from base64 import b32encode
from collections.abc import Awaitable, Callable
from hashlib import blake2b

import msgspec

from inbox.conversations.commands import AnyCommand, Begin, Order
from inbox.conversations.denied import Denied
from inbox.conversations.outgoing import part_id
from inbox.conversations.state import Conversation
from inbox.desk.errands import Done, Errand, Policies, Unavailable
from inbox.desk.intake import UNSEEN_WAIT, Inbound, Intake
from inbox.desk.trying import Trying
from inbox.store.client import Client
from inbox.store.registry import Registry
from inbox.words import AccountId, ConversationId, Millis, PersonId

__all__ = ["Desk", "Done", "Inbound", "Policies", "Unavailable"]

PATIENCE = 20.0
"""Seconds in which the store may come back (a restart takes one, a failover four)."""


class Desk:
    """Decides on a guess of the conversation; the commit checks it, or else tells the truth.

    `now` gives server time in UTC ms, `ids` 16 unguessable characters, `secret` keys the
    conversations' ids.
    """

    def __init__(
        self,
        client: Client,
        policies: Policies,
        *,
        secret: bytes,
        now: Callable[[], Millis],
        ids: Callable[[], str],
        patience: float = PATIENCE,
        unseen_wait: float = UNSEEN_WAIT,
    ) -> None:
        registry = Registry(client)
        self._registry = registry
        self._trying = Trying(client, registry, policies, patience)
        self._intake = Intake(
            self._trying,
            registry,
            policies,
            order=lambda command, by, op: self.order(command, by=by, op=op),
            hashed=lambda message: self.id_of(message.account, message.thread, message.person),
            salt=ids,
            unseen_wait=unseen_wait,
        )
        self._trying.hashed = self.id_of
        self._key = blake2b(secret, digest_size=32).digest()
        self._now = now
        self._ids = ids
        self._patience = patience

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Order:
        """Write an order: its time is fixed here, and its operation id unless given."""
        return Order(op=op or self._ids(), at=self._now(), by=by, command=command, via=via)

    def id_of(self, account: AccountId, thread: str, person: PersonId) -> ConversationId:
        """Return the id of the conversation between an account and a person in a thread."""
        name = msgspec.json.encode([account, thread, person])
        digest = blake2b(name, digest_size=10, key=self._key).digest()
        return b32encode(digest).decode().lower()

    def watch(self, callback: Callable[[ConversationId, Done], None]) -> None:
        """Tell `callback` of each commit of this process, at once: a hint, the log is the news."""
        self._trying.watching.append(callback)

    def warn(
        self,
        *,
        behind: Callable[[], Awaitable[None]],
        leaving: Callable[[Conversation], Awaitable[None]],
    ) -> None:
        """Call `behind` when the store knows less than it did, `leaving` before a part leaves."""
        self._trying.behind, self._trying.leaving = behind, leaving

    def forget(self) -> None:
        """Remember no conversation: what the store says now is the truth."""
        self._trying.forget()

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        """Let an order happen once; repeated with the same `op` it answers that it is so already.

        Raises Unavailable when the store stays away, NewerSchema when a newer release has been.
        """
        return await self._trying.do(Errand(ref, order, self._ids()))

    async def begin(self, begin: Begin, *, by: str, via: str = "") -> Done | Denied:
        """Open a conversation with a person ourselves; its thread is its first answer's first part.

        What they write below it on the platform leads here once that part is sent.
        """
        ref = self.id_of(begin.account, part_id(begin.answer, 1), begin.person)
        return await self.do(ref, self.order(begin, by=by, via=via, op=f"begin/{begin.answer}"))

    async def alias(
        self, account: AccountId, thread: str, person: PersonId, ref: ConversationId
    ) -> ConversationId:
        """Let what this person writes in this thread belong to a conversation that we opened."""
        hashed = self.id_of(account, thread, person)
        return await self._trying.reached(lambda: self._registry.alias(hashed, ref))

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        """Take in what a platform says, once, however often and in whatever shape it comes.

        Repeats until it wins; raises Unavailable when it may not be acknowledged yet.
        """
        deadline = time.monotonic() + self._patience
        while True:
            result = await self._intake.take(account, command, raw)
            if not (isinstance(result, Denied) and result.why == "crowded"):
                return result
            if time.monotonic() > deadline:
                raise Unavailable("crowded")
