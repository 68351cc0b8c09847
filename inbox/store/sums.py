"""Counters a bucket, added to once for each entry of a history, however often it is told.

They lie in generations, so that a new one can be filled beside live traffic. Beside the counters
stands, for each conversation, the number of its last entry counted: both are written in one step,
which is why a follower that is killed between two steps, or told twice, counts nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from zlib import crc32

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.log import START, place
from inbox.store.scores import scored
from inbox.words import ConversationId, Millis, Record

FIRST = "1"
"""The generation that is live until another has been built."""
PARTS = 512
"""Into how many hashes a bucket's record of what was counted is cut, so that each stays small."""
DAY: Millis = 86_400_000
FOLLOWER = "sums"


class Bump(Record, frozen=True):
    """Add `by` to the field of a day's counters (`day`: days since 1970), or of those that stand.

    A field is a tuple of words; a counter that comes to 0 is no longer there.
    """

    field: tuple[str, ...]
    by: int
    day: int = -1


class Line(Record, frozen=True):
    """Since when (UTC ms) a conversation stands in a line; 0: it stands there no more."""

    name: tuple[str, ...]
    since: Millis = 0


class Sums:
    """Adds to the counters and reads them. Every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def generations(self, id_: ConversationId) -> tuple[str, ...]:
        """Return the generations to be kept: the live one, and one that is being built."""
        live, following = await self._client.call(
            "HMGET", _generations(keys.tag(id_)), "live", "next"
        )
        known = ((live or FIRST.encode()).decode(), following.decode() if following else "")
        return tuple(one for one in known if one)

    async def counted(self, generation: str, id_: ConversationId) -> int:
        """Return the number of a conversation's last entry that was counted."""
        return int(await self._client.call("HGET", _counted(generation, id_), id_) or 0)

    async def add(
        self,
        generation: str,
        id_: ConversationId,
        entries: tuple[int, int],
        bumps: Iterable[Bump],
        lines: Iterable[Line],
    ) -> bool:
        """Count a conversation's entries after the first number up to the second, in one step.

        False where others were counted meanwhile: look again. What is no longer kept is left alone.
        """
        names = [_generations(keys.tag(id_)), _counted(generation, id_)]
        args: list[str | int] = []
        for bump in bumps:
            key = _counters(generation, keys.tag(id_), bump.day)
            args += [_number(names, key), _field(bump.field), bump.by]
        many = len(args) // 3
        for line in lines:
            key = _line(generation, keys.tag(id_), line.name)
            args += [_number(names, key), line.since or ""]
        told = (generation, id_, *entries, many, *args)
        return bool(await self._client.function("sums_1", names, *told))

    async def standing(self) -> list[tuple[str, str, dict[tuple[str, ...], int]]]:
        """Return what stands: tag, live generation and counters of each bucket."""
        live = await self._live()
        found = await asyncio.gather(
            *(self._client.call("HGETALL", _counters(live[t], t, -1)) for t in live)
        )
        return [(t, live[t], _fields(kept)) for t, kept in zip(live, found, strict=True)]

    async def line(
        self, tag: str, generation: str, name: tuple[str, ...], most: int
    ) -> list[tuple[ConversationId, Millis]]:
        """Return the first of a bucket's line, and since when."""
        key = _line(generation, tag, name)
        return list(scored(await self._client.call("ZRANGE", key, 0, most - 1, "WITHSCORES")))

    async def days(
        self, first: int, last: int
    ) -> AsyncIterator[tuple[int, dict[tuple[str, ...], int]]]:
        """Yield each bucket's counters of these days, a day (since 1970) at a time."""
        live = await self._live()
        for day in range(first, last + 1):
            found = await asyncio.gather(
                *(self._client.call("HGETALL", _counters(live[t], t, day)) for t in live)
            )
            for kept in found:
                yield day, _fields(kept)

    async def seen_until(self, now: Millis) -> Millis:
        """Return until when everything that happened is counted: now, where nothing is missing."""
        kept = await self._client.call("HGETALL", keys.follower(FOLLOWER))
        cursors = {name.decode(): cursor.decode() for name, cursor in kept.items()}
        tags = keys.tags()
        unread = await asyncio.gather(
            *(
                self._client.call(
                    "XRANGE", keys.log(t), f"({cursors.get(t, START)}", "+", "COUNT", 1
                )
                for t in tags
            )
        )
        first = [place(entries[0][0].decode())[0] for entries in unread if entries]
        return min(now, *(at - 1 for at in first)) if first else now

    async def build(self) -> str:
        """Announce a new generation in every bucket, and return its name."""
        kept = await asyncio.gather(
            *(self._client.call("HMGET", _generations(t), "live", "next") for t in keys.tags())
        )
        newest = max(int(one or FIRST) for both in kept for one in both)
        for tag in keys.tags():
            await self._client.call("HSET", _generations(tag), "next", newest + 1)
        return str(newest + 1)

    async def switch(self, generation: str) -> bool:
        """Let a generation be the live one; False where a newer one is being built."""
        switched = await asyncio.gather(
            *(
                self._client.function("sums_switch_1", [_generations(t)], generation)
                for t in keys.tags()
            )
        )
        return all(switched)

    async def sweep(self) -> None:
        """Drop every counter of a generation that is no longer kept."""
        async for key in self._client.names(keys.sums("{*}", "*")):
            tag, _, rest = key.removeprefix("sums:").partition(":")
            generation = rest.partition(":")[0]
            if generation.isdigit():
                live, following = await self._client.call(
                    "HMGET", _generations(tag), "live", "next"
                )
                if generation.encode() not in (live or FIRST.encode(), following):
                    await self._client.call("UNLINK", key)

    async def _live(self) -> dict[str, str]:
        tags = keys.tags()
        kept = await asyncio.gather(
            *(self._client.call("HGET", _generations(t), "live") for t in tags)
        )
        return {t: (one or FIRST.encode()).decode() for t, one in zip(tags, kept, strict=True)}


def _generations(tag: str) -> str:
    return keys.sums(tag, "kept")


def _counted(generation: str, id_: ConversationId) -> str:
    return keys.sums(keys.tag(id_), f"{generation}:upto:{crc32(id_.encode()) // 16 % PARTS}")


def _counters(generation: str, tag: str, day: int) -> str:
    return keys.sums(tag, f"{generation}:now" if day < 0 else f"{generation}:day:{day}")


def _line(generation: str, tag: str, name: tuple[str, ...]) -> str:
    return keys.sums(tag, ":".join((generation, "line", *name)))


def _number(names: list[str], key: str) -> int:
    """Return the number of a key among the names, counted from 1 as Lua does; a new one joins."""
    if key not in names:
        names.append(key)
    return names.index(key) + 1


def _field(words: tuple[str, ...]) -> str:
    return "\t".join(words)


def _fields(kept: Mapping[bytes, bytes]) -> dict[tuple[str, ...], int]:
    return {tuple(field.decode().split("\t")): int(value) for field, value in kept.items()}
