"""How far each record is, without reading what is in it: version and head."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable
from typing import NamedTuple

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.sorts import SORTS

BEGINNING = re.compile(rb'^\[(\d+),"([^"]*)",')
"""How a snapshot begins: see `codec.token`."""

LONGEST = 96
"""Bytes in which version and head stand."""

AT_ONCE = 500
"""Conversations a batch."""


class Head(NamedTuple):
    """A record's version, and the head that chains its entries up to there.

    `id` is the one word for it: a conversation's id, or `contact/…`.
    """

    id: str
    version: int
    head: str


class Heads:
    """Reads versions and heads; every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, refs: Iterable[str]) -> list[Head]:
        """Return the heads of those that exist, in one round trip."""
        asked = tuple(refs)
        begun = await asyncio.gather(
            *(
                self._client.call("GETRANGE", keys.snapshot(*keys.of_ref(ref)), 0, LONGEST - 1)
                for ref in asked
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

    async def refs(self) -> AsyncGenerator[tuple[str, ...], None]:
        """Yield every record of every kind by its one word, conversations first."""
        for kind in SORTS:
            async for batch in self.ids(kind):
                yield tuple(keys.ref(kind, id_) for id_ in batch)

    async def histories(self) -> AsyncGenerator[tuple[str, ...], None]:
        """Yield every record that has a history, whether or not it has a snapshot."""
        for pattern in keys.histories_of_any():
            async for batch in self._named(pattern):
                yield batch

    async def _named(self, pattern: str) -> AsyncGenerator[tuple[str, ...], None]:
        batch: list[str] = []
        async for name in self._client.names(pattern):
            batch.append(name.rpartition(":")[2])
            if len(batch) >= AT_ONCE:
                yield tuple(batch)
                batch = []
        if batch:
            yield tuple(batch)
