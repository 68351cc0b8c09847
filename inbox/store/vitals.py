"""How the store and what follows it are doing: read when somebody asks, kept nowhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.lease import Leases
from inbox.store.log import START, place
from inbox.store.queue import RANK
from inbox.store.scores import scored
from inbox.words import Millis, Record


class InLine(Record, frozen=True):
    """How many wait in one lane of one Slack channel, and since when the first does."""

    channel: str
    rank: int
    count: int
    since: Millis


class Vitals(Record, frozen=True):
    """One look at everything: `lags` in milliseconds by follower, `ping` in seconds."""

    at: Millis
    ping: float
    lines: tuple[InLine, ...]
    lags: Mapping[str, Millis]
    late: int
    latest: Millis
    """Timers whose time has come, and for how long (ms) the first of them has waited."""
    aside: int
    leases: tuple[str, ...]
    """What this process alone does now."""


class Look:
    """Looks at the store, the logs' followers, the timers and the queues."""

    def __init__(self, client: Client, leases: Leases) -> None:
        self._client = client
        self._leases = leases

    async def now(self, at: Millis, channels: Iterable[str]) -> Vitals:
        """Return what is so at this moment (server's time, UTC ms); raises Gone."""
        started = time.perf_counter()
        await self._client.everywhere("PING")
        ping = time.perf_counter() - started
        lines = await asyncio.gather(*(self._line(channel) for channel in sorted(set(channels))))
        late, first = await self._late(at)
        return Vitals(
            at=at,
            ping=ping,
            lines=tuple(line for one in lines for line in one),
            lags=await self._lags(at),
            late=late,
            latest=at - first if late else 0,
            aside=int(await self._client.call("XLEN", keys.ASIDE)),
            leases=tuple(sorted(self._leases.held)),
        )

    async def _line(self, channel: str) -> list[InLine]:
        shares = await asyncio.gather(
            *(self._share(keys.queue(tag, channel)) for tag in keys.tags())
        )
        lanes: dict[int, list[tuple[int, Millis]]] = {}
        for rank, count, since in (lane for share in shares for lane in share):
            lanes.setdefault(rank, []).append((count, since))
        return [
            InLine(channel, rank, sum(n for n, _ in those), min(since for _, since in those))
            for rank, those in sorted(lanes.items())
        ]

    async def _share(self, key: str) -> list[tuple[int, int, Millis]]:
        """Return rank, count and since when, lane by lane: a long queue is not read."""
        found = []
        start = 0
        while True:
            first = await self._client.call(
                "ZRANGEBYSCORE", key, start, "+inf", "WITHSCORES", "LIMIT", 0, 1
            )
            for _, score in scored(first):
                rank, since = divmod(score, RANK)
                start = (rank + 1) * RANK
                count = await self._client.call("ZCOUNT", key, rank * RANK, f"({start}")
                found.append((rank, int(count), since))
            if not first:
                return found

    async def _late(self, at: Millis) -> tuple[int, Millis]:
        """Return how many timers should have rung, and when the first of them should have."""
        tags = keys.tags()
        counts = await asyncio.gather(
            *(self._client.call("ZCOUNT", keys.due(tag), "-inf", at) for tag in tags)
        )
        firsts = await asyncio.gather(
            *(self._client.call("ZRANGE", keys.due(tag), 0, 0, "WITHSCORES") for tag in tags)
        )
        dues = [score for share in firsts for _, score in scored(share)]
        return sum(map(int, counts)), min(dues, default=at)

    async def _lags(self, at: Millis) -> dict[str, Millis]:
        names = [n.decode() for n in await self._client.call("SMEMBERS", keys.followers())]
        lags = await asyncio.gather(*(self._lag(name, at) for name in names))
        return dict(sorted(zip(names, lags, strict=True)))

    async def _lag(self, name: str, at: Millis) -> Millis:
        """Return for how long the oldest news that this follower has not handled has waited."""
        kept = await self._client.call("HGETALL", keys.follower(name))
        cursors = {key.decode(): cursor.decode() for key, cursor in kept.items()}
        tags = keys.tags()
        streams = {t: keys.log(t) for t in tags} if cursors.keys() & set(tags) else {}
        if not streams:
            streams = {keys.NOTICES: keys.NOTICES}
        unread = await asyncio.gather(
            *(
                self._client.call("XRANGE", stream, f"({cursors.get(n, START)}", "+", "COUNT", 1)
                for n, stream in streams.items()
            )
        )
        since = [place(entries[0][0].decode())[0] for entries in unread if entries]
        return max(0, at - min(since)) if since else 0
