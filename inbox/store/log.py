"""The news: which conversations changed, bucket by bucket, and what other logs tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Millis, Record

BLOCK = 2000
"""Milliseconds a read waits for news: well below the 5 s after which an answer counts as lost."""

MOST = 500
"""Entries a stream in one read."""

START = "0-0"
"""The cursor of who has read nothing yet."""

T = TypeVar("T")


class Touched(Record, frozen=True):
    """That a conversation (or another kind of record) has a new entry, its n-th."""

    kind: str
    id: str
    n: int

    @property
    def key(self) -> tuple[str, str]:
        """What it is news of."""
        return self.kind, self.id


class Heard(Record, Generic[T], frozen=True):
    """One entry of one stream: `stream` and `entry` are what a cursor is made of."""

    stream: str
    entry: str
    item: T


class Source(Protocol[T]):
    """What can be followed: streams with cursors, and a way to tell everything anew."""

    @property
    def names(self) -> tuple[str, ...]:
        """What cursors call the streams."""
        ...

    def news(self, cursors: Mapping[str, str]) -> AsyncGenerator[tuple[Heard[T], ...], None]:
        """Yield what is new after the cursors, as it comes, for ever."""
        ...

    async def gap(self, cursors: Mapping[str, str]) -> bool:
        """Return whether something after these cursors is gone, or the streams are behind them."""
        ...

    async def ends(self) -> dict[str, str]:
        """Return the last entry of each stream."""
        ...

    def everything(self) -> AsyncGenerator[tuple[T, ...], None]:
        """Yield the present state as if all of it were new."""
        ...


def place(entry: str) -> tuple[int, int]:
    """Return an entry's id as numbers, for only these compare rightly."""
    millis, _, number = entry.partition("-")
    return int(millis), int(number or 0)


class Streams(Generic[T]):
    """Follows several streams of one server, or of a Cluster, in the same way.

    `names` maps what a cursor calls a stream to its key, `cut` to the key that says what was
    trimmed of it.
    """

    def __init__(
        self,
        client: Client,
        names: Mapping[str, str],
        cut: Mapping[str, str],
        decode: Callable[[Mapping[bytes, bytes]], T],
    ) -> None:
        self._client = client
        self._names = names
        self._cut = cut
        self._decode = decode

    async def news(self, cursors: Mapping[str, str]) -> AsyncGenerator[tuple[Heard[T], ...], None]:
        """Yield what is new: one blocking read for all streams, on Cluster one for each.

        Cluster refuses a read over several slots even where one node holds them all.
        """
        at = {name: cursors.get(name, START) for name in self._names}
        groups = [(name,) for name in at] if self._client.cluster else [tuple(at)]
        reading: dict[asyncio.Task[Any], tuple[str, ...]] = {}
        try:
            while True:
                for group in groups:
                    reading[asyncio.create_task(self._read(group, at))] = group
                done, _ = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
                groups = [reading.pop(task) for task in done]
                heard = tuple(h for task in done for h in self._heard(task.result()))
                at.update((h.stream, h.entry) for h in heard)
                if heard:
                    yield heard
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def gap(self, cursors: Mapping[str, str]) -> bool:
        """Return whether a cursor is before what was trimmed, or after a tail that was lost."""
        names = tuple(self._names)
        cuts = await asyncio.gather(*(self._client.call("GET", self._cut[n]) for n in names))
        ends = await self.ends()
        for name, cut in zip(names, cuts, strict=True):
            cursor = place(cursors.get(name, START))
            if cursor < place((cut or b"0-0").decode()) or cursor > place(ends[name]):
                return True
        return False

    async def ends(self) -> dict[str, str]:
        """Return the last entry of each stream, or 0-0."""
        names = tuple(self._names)
        last = await asyncio.gather(
            *(self._client.call("XREVRANGE", self._names[n], "+", "-", "COUNT", 1) for n in names)
        )
        cuts = await asyncio.gather(*(self._client.call("GET", self._cut[n]) for n in names))
        return {
            name: (kept[0][0] if kept else cut or b"0-0").decode()
            for name, kept, cut in zip(names, last, cuts, strict=True)
        }

    async def between(
        self, cursors: Mapping[str, str], ends: Mapping[str, str]
    ) -> AsyncGenerator[T, None]:
        """Yield what came after the cursors, up to and with `ends`, stream by stream."""
        for name, key in self._names.items():
            at, end = cursors.get(name, START), ends[name]
            while place(at) < place(end):
                entries = await self._client.call("XRANGE", key, f"({at}", end, "COUNT", MOST)
                if not entries:
                    break
                for _, fields in entries:
                    yield self._decode(fields)
                at = entries[-1][0].decode()

    async def trim(self, name: str, before: str) -> int:
        """Drop the entries before one, remember that, and return how many went."""
        both = [self._names[name], self._cut[name]]
        return int(await self._client.function("log_trim_1", both, before))

    async def slowest(self, name: str) -> str:
        """Return the earliest cursor that any follower of this stream has kept; 0-0 without any."""
        known = await self._client.call("SMEMBERS", keys.followers())
        followers = [keys.follower(n.decode()) for n in known]
        kept = await asyncio.gather(
            *(self._client.call("HMGET", follower, *self._names) for follower in followers)
        )
        at = self.names.index(name)
        cursors = [(row[at] or START.encode()).decode() for row in kept if any(row)]
        return min(cursors, key=place, default=START)

    @property
    def names(self) -> tuple[str, ...]:
        """What cursors call the streams."""
        return tuple(self._names)

    async def _read(self, group: tuple[str, ...], at: Mapping[str, str]) -> Any:
        streams = [self._names[name] for name in group]
        since = [at[name] for name in group]
        return await self._client.block(
            streams[0], "XREAD", "COUNT", MOST, "BLOCK", BLOCK, "STREAMS", *streams, *since
        )

    def _heard(self, answer: Any) -> Iterator[Heard[T]]:
        by_key = {key.encode(): name for name, key in self._names.items()}
        pairs = answer.items() if isinstance(answer, dict) else answer or ()
        for key, entries in pairs:
            for entry, fields in entries:
                yield Heard(by_key[key], entry.decode(), self._decode(fields))


class Log(Streams[Touched]):
    """The sixteen buckets' news of conversations; `everything` names all that there are."""

    def __init__(
        self, client: Client, everything: Callable[[], AsyncGenerator[tuple[Touched, ...], None]]
    ) -> None:
        tags = keys.tags()
        super().__init__(
            client,
            {tag: keys.log(tag) for tag in tags},
            {tag: keys.trimmed(tag) for tag in tags},
            _touched,
        )
        self.everything = everything


class Marks(Protocol):
    """Where a follower keeps its cursors: beside what it writes, or in a record of their own."""

    async def load(self) -> dict[str, str]:
        """Return the cursors: stream to the last entry handled."""
        ...

    async def keep(self, token: int, moved: Mapping[str, str]) -> bool:
        """Keep cursors under a lease's token; False when a newer holder has written meanwhile."""
        ...


class KeptMarks:
    """Keeps one follower's cursors in Redis, where trimming looks for the slowest."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    async def load(self) -> dict[str, str]:
        """Return the cursors, and let trimming know that this follower exists."""
        await self._client.call("SADD", keys.followers(), self._name)
        kept = await self._client.call("HGETALL", keys.follower(self._name))
        return {k.decode(): v.decode() for k, v in kept.items() if k != b"fence"}

    async def keep(self, token: int, moved: Mapping[str, str]) -> bool:
        """Keep the cursors unless a newer holder of the lease has."""
        pairs = [word for pair in moved.items() for word in pair]
        key = keys.follower(self._name)
        return bool(await self._client.function("marks_keep_1", [key], token, *pairs))


def entry_at(at: Millis) -> str:
    """Return the first entry id of a moment."""
    return f"{max(0, at)}-0"


def _touched(fields: Mapping[bytes, bytes]) -> Touched:
    return Touched(fields[b"k"].decode(), fields[b"i"].decode(), int(fields[b"n"]))
