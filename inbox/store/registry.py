"""Which conversation a message belongs to: set if absent, and final."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import ConversationId, MessageId

DELETED = "deleted"
"""The mark of a message whose author took it back, perhaps before we saw it."""

EDITED = "edited"
"""The mark of a message that was edited, perhaps before we saw it."""

PENDING_SECONDS = 7 * 86_400
"""How long an edit waits for its message: as far back as any poll or look-up reaches."""


EXPECTED_SECONDS = 86_400
"""Seconds for which a root of ours is waited for: its listener may be away for hours."""


class Place(NamedTuple):
    """Where a message belongs ("" when nobody knows yet), and what is marked of it."""

    conversation: ConversationId
    mark: str


def place_of(kept: bytes) -> Place:
    """Read what the registry holds of a message."""
    conversation, _, mark = kept.decode().partition(" ")
    return Place(conversation, mark)


class Registry:
    """Routes every id of a message, and every part we sent; being in it is not being taken in."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.one_slot = not client.cluster
        """Whether a message's route can be written in the very step of a commit."""

    async def ask(self, message: MessageId) -> Place:
        """Look a message up."""
        value = await self._client.call("HGET", keys.registry(message), message)
        return place_of(value or b" ")

    async def put(self, message: MessageId, conversation: ConversationId) -> Place:
        """Say where a message belongs; the first answer stands, and is returned."""
        return await self._do(message, conversation, "")

    async def put_all(self, messages: Iterable[MessageId], conversation: ConversationId) -> None:
        """Say where several belong, at once."""
        await asyncio.gather(*(self.put(message, conversation) for message in messages))

    async def put_chain(self, chain: tuple[MessageId, ...], conversation: ConversationId) -> Place:
        """Route every id of an edit chain to where its first id belongs; marks of any id count."""
        first = await self.put(chain[0], conversation)
        if len(chain) == 1:
            return first
        others = await asyncio.gather(*(self.put(m, first.conversation) for m in chain[1:]))
        marks = {place.mark for place in (first, *others)}
        return Place(first.conversation, min(marks - {""}, default=""))

    async def mark_deleted(self, message: MessageId) -> Place:
        """Leave a tombstone, and say where the message belongs if that is known."""
        return await self._do(message, "", DELETED)

    async def mark_edited(self, message: MessageId, new_id: MessageId, edit: bytes) -> Place:
        """Keep an edit for a message that may not be here yet, and say where that belongs."""
        key = keys.pending(message)
        await self._client.call("HSET", key, new_id, edit)
        await self._client.call("EXPIRE", key, PENDING_SECONDS)
        return await self._do(message, "", EDITED)

    async def edits(self, message: MessageId) -> tuple[bytes, ...]:
        """Give the edits that were kept for a message."""
        return tuple(await self._client.call("HVALS", keys.pending(message)))

    async def alias(self, hashed: ConversationId, conversation: ConversationId) -> ConversationId:
        """Send what would be `hashed` to a conversation that we opened; the first answer stands."""
        return (await self.put(_alias(hashed), conversation)).conversation

    async def meant(self, hashed: ConversationId) -> ConversationId:
        """Give the conversation that we opened in this place, or else `hashed` itself."""
        return (await self.ask(_alias(hashed))).conversation or hashed

    async def expect(self, mark: str, conversation: ConversationId) -> None:
        """Remember for a day where a root of ours belongs that is about to be sent."""
        await self._client.call("SET", keys.expected(mark), conversation, "EX", EXPECTED_SECONDS)

    async def expected(self, mark: str) -> ConversationId:
        """Give the conversation in which a root of ours with these words was sent, or ""."""
        return (await self._client.call("GET", keys.expected(mark)) or b"").decode()

    async def _do(self, message: MessageId, conversation: ConversationId, mark: str) -> Place:
        answer = await self._client.function(
            "registry_1", [keys.registry(message)], message, conversation, mark
        )
        return Place(answer[0].decode(), answer[1].decode())


def _alias(hashed: ConversationId) -> str:
    return f"alias:{hashed}"
