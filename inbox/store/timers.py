"""Which conversations (or other records) have a timer that has run out."""

from __future__ import annotations

import asyncio

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.commit import Kind
from inbox.store.scores import scored
from inbox.words import Millis


class Timers:
    """Reads the timers that commits wrote, bucket by bucket."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def due(self, now: Millis, most: int, kind: Kind = "conv") -> tuple[str, ...]:
        """Return at most `most` records of a kind whose time has come, the longest due first."""
        limits = ("-inf", now, "WITHSCORES", "LIMIT", 0, most)
        shares = await asyncio.gather(
            *(self._client.call("ZRANGEBYSCORE", keys.due(tag), *limits) for tag in keys.tags())
        )
        rung = sorted((at, member) for share in shares for member, at in scored(share))
        kinds = [member.partition("/") for _, member in rung]
        return tuple(id_ for which, _, id_ in kinds if which == kind)[:most]
