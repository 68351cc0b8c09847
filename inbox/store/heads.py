"""How far each conversation is, without reading what is in it: version and head."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable
from typing import NamedTuple

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import ConversationId

BEGINNING = re.compile(rb'^\[(\d+),"([^"]*)",')
"""How a snapshot begins: see `codec.token`."""

LONGEST = 96
"""Bytes in which version and head stand."""

AT_ONCE = 500
"""Conversations a batch."""


class Head(NamedTuple):
    """A conversation's version, and the head that chains its entries up to there."""

    id: ConversationId
    version: int
    head: str


class Heads:
    """Reads versions and heads; every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, ids: Iterable[ConversationId]) -> list[Head]:
        """Return the heads of those that exist, in one round trip."""
        asked = tuple(ids)
        begun = await asyncio.gather(
            *(
                self._client.call("GETRANGE", keys.snapshot("conv", id_), 0, LONGEST - 1)
                for id_ in asked
            )
        )
        found = zip(asked, (BEGINNING.match(one) for one in begun), strict=True)
        return [Head(id_, int(m[1]), m[2].decode()) for id_, m in found if m]

    async def count(self) -> int:
        """Return how many conversations there are."""
        return sum([len(batch) async for batch in self._named(keys.snapshot_of_any("conv"))])

    async def ids(self, kind: str = "conv") -> AsyncGenerator[tuple[str, ...], None]:
        """Yield every record of a kind; what changes meanwhile may come twice."""
        async for batch in self._named(keys.snapshot_of_any(kind)):
            yield batch

    async def histories(self) -> AsyncGenerator[tuple[ConversationId, ...], None]:
        """Yield every conversation that has a history, whether or not it has a snapshot."""
        for pattern in keys.histories_of_any():
            async for batch in self._named(pattern):
                yield tuple(id_ for id_ in batch if "/" not in id_)

    async def _named(self, pattern: str) -> AsyncGenerator[tuple[ConversationId, ...], None]:
        batch: list[ConversationId] = []
        async for name in self._client.names(pattern):
            batch.append(name.rpartition(":")[2])
            if len(batch) >= AT_ONCE:
                yield tuple(batch)
                batch = []
        if batch:
            yield tuple(batch)
