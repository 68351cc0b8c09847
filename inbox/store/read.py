"""Reads conversations, their histories, and who has which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from typing import Any

from inbox.conversations.events import Entry
from inbox.conversations.reading import Reading, reading
from inbox.conversations.state import Conversation
from inbox.store import codec, keys
from inbox.store.client import Client
from inbox.store.heads import Heads
from inbox.store.histories import Histories
from inbox.store.log import Touched
from inbox.store.registry import Registry
from inbox.store.sorts import SORTS
from inbox.words import AccountId, ConversationId, MessageId, OfficerId, PersonId

TOLD_AT_ONCE = 200
"""Conversations a batch when all of them are told."""


class Read:
    """Reads what is committed; nothing here ever waits or writes. Every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._histories = Histories(client)

    async def conversation(self, id_: ConversationId) -> Conversation | None:
        """Return a conversation as it stands."""
        kept = await self._client.call("GET", keys.snapshot("conv", id_))
        return codec.decode_snapshot(kept) if kept else None

    async def conversations(self, ids: Iterable[ConversationId]) -> list[Conversation]:
        """Return those that exist, in the order asked, in one round trip."""
        found = await asyncio.gather(*(self.conversation(id_) for id_ in ids))
        return [conversation for conversation in found if conversation]

    async def history(self, id_: ConversationId) -> tuple[Entry, ...]:
        """Return every entry of a conversation, oldest first."""
        return tuple(codec.decode_entry(line) for line in await self.lines(id_))

    async def lines(self, ref: str) -> list[bytes]:
        """Return a whole history's lines as they were written, oldest first.

        `ref` is a conversation's id, or `contact/…`.
        """
        kind, id_ = keys.of_ref(ref)
        return await self._histories.lines(id_, kind)

    async def record(self, ref: str) -> Any:
        """Return a record of any kind as it stands; version 0 where there is none."""
        kind, id_ = keys.of_ref(ref)
        kept = await self._client.call("GET", keys.snapshot(kind, id_))
        sort = SORTS[kind]
        return sort.named(sort.codec.decode_snapshot(kept), id_)

    async def reading(self, id_: ConversationId) -> Reading:
        """Return what was said and noted, edits and deletions applied."""
        return reading(await self.history(id_))

    async def where(self, message: MessageId) -> ConversationId | None:
        """Return the conversation to which a message, or a part we sent, belongs."""
        return (await Registry(self._client).ask(message)).conversation or None

    async def of(self, account: AccountId, person: PersonId) -> tuple[ConversationId, ...]:
        """Return the conversations an account has with a person, the first opened first."""
        kept = await self._client.call("ZRANGE", keys.of(account, person), 0, -1)
        return tuple(id_.decode() for id_ in kept)

    async def held(self, officer: OfficerId) -> tuple[ConversationId, ...]:
        """Return what an officer holds."""
        shares = await asyncio.gather(
            *(self._client.call("HGETALL", keys.held(tag)) for tag in keys.tags())
        )
        mine = officer.encode()
        return tuple(
            sorted(id_.decode() for share in shares for id_, by in share.items() if by == mine)
        )

    async def everything(self) -> AsyncGenerator[tuple[Touched, ...], None]:
        """Yield every conversation there is with its version, as if all of them were news."""
        batch: set[ConversationId] = set()
        async for name in self._client.names(keys.snapshot_of_any("conv")):
            batch.add(name.rpartition(":")[2])
            if len(batch) >= TOLD_AT_ONCE:
                yield await self._told(batch)
                batch = set()
        if batch:
            yield await self._told(batch)

    async def of_all_kinds(self) -> AsyncGenerator[tuple[Touched, ...], None]:
        """Yield every record there is, conversations first, as if all of them were news."""
        async for touched in self.everything():
            yield touched
        heads = Heads(self._client)
        for kind in SORTS:
            if kind != "conv":
                async for ids in heads.ids(kind):
                    yield tuple(Touched(kind, id_, 0) for id_ in ids)

    async def _told(self, ids: Iterable[ConversationId]) -> tuple[Touched, ...]:
        return tuple(Touched("conv", c.id, c.version) for c in await self.conversations(ids))
