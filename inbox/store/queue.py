"""Who waits in each Slack channel, in the order in which people are served."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.scores import scored
from inbox.words import ConversationId, Millis, Record

RANK = 10**13
"""A place is lane rank times this, plus since when they wait (UTC ms, below this until 2286)."""


class Waiting(Record, frozen=True):
    """One place in a queue."""

    id: ConversationId
    rank: int
    since: Millis
    channel: str

    @property
    def place(self) -> tuple[int, Millis, ConversationId]:
        """By lane, then by how long they wait."""
        return self.rank, self.since, self.id


class Queue:
    """Reads the places that commits wrote: sixteen short lists, merged, in one round trip."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def first(self, channels: Sequence[str], most: int) -> tuple[Waiting, ...]:
        """Return the first `most` of these channels together."""
        if most <= 0:
            return ()
        shares = await asyncio.gather(
            *(self._share(channel, tag, most) for channel in set(channels) for tag in keys.tags())
        )
        return tuple(sorted((w for share in shares for w in share), key=lambda w: w.place)[:most])

    async def count(self, channel: str) -> int:
        """Return how many wait in a channel."""
        return sum(await self._each("ZCARD", channel))

    async def ranks(self, channel: str) -> dict[int, int]:
        """Return how many wait in each lane, by its rank; where nobody waits, no number."""
        counts: Counter[int] = Counter()
        for rank, many, _ in await self._lanes(channel):
            counts[rank] += many
        return dict(counts)

    async def oldest(self, channel: str) -> Millis | None:
        """Return since when the one waits who has waited longest, whatever the lane."""
        return min((since for _, _, since in await self._lanes(channel)), default=None)

    async def _lanes(self, channel: str) -> list[tuple[int, int, Millis]]:
        """Return each bucket's lanes: rank, how many wait there, since when the first of them."""
        names = [keys.queue(tag, channel) for tag in keys.tags()]
        shares = await asyncio.gather(
            *(self._client.function("queue_lanes_1", [name], RANK) for name in names)
        )
        return [(rank, many, int(since)) for share in shares for rank, many, since in share]

    async def _share(self, channel: str, tag: str, most: int) -> tuple[Waiting, ...]:
        key = keys.queue(tag, channel)
        kept = await self._client.call("ZRANGE", key, 0, most - 1, "WITHSCORES")
        return tuple(
            Waiting(id_, score // RANK, score % RANK, channel) for id_, score in scored(kept)
        )

    async def _each(self, command: str, channel: str, *more: str | int) -> list[Any]:
        tags = keys.tags()
        return await asyncio.gather(
            *(self._client.call(command, keys.queue(tag, channel), *more) for tag in tags)
        )
