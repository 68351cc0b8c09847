"""What shall be erased and is not yet: written down before anything is done, so that it is done."""

from __future__ import annotations

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import ConversationId, Millis, Record


class Erasure(Record, frozen=True):
    """One order to erase: `op` is its order's operation id, `by` an officer's id.

    `target` is the conversation's id, or that of one message in it. `replayed` says that it was
    done once already, before a backup was put back.
    """

    op: str
    conversation: ConversationId
    target: str
    basis: str
    by: str
    at: Millis
    replayed: bool = False


class Erasing:
    """Keeps the erasures under way; each is kept by its operation id. Raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(self, erasure: Erasure) -> None:
        """Write an erasure down."""
        await self._client.call("HSET", keys.ERASING, erasure.op, msgspec.json.encode(erasure))

    async def list(self) -> tuple[Erasure, ...]:
        """Return all that are not done, the first ordered first."""
        kept = await self._client.call("HVALS", keys.ERASING)
        found = [msgspec.json.decode(one, type=Erasure) for one in kept]
        return tuple(sorted(found, key=lambda one: (one.at, one.op)))

    async def drop(self, erasure: Erasure) -> None:
        """Forget one that is done."""
        await self._client.call("HDEL", keys.ERASING, erasure.op)
