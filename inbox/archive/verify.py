"""Whether the past is what it was: every chain, and every conversation that was ever anchored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from inbox.archive.anchor import Anchor
from inbox.archive.checking import Fault, faults
from inbox.archive.known import Known
from inbox.store.heads import Heads
from inbox.store.read import Read
from inbox.store.sorts import of_ref
from inbox.words import ConversationId

AT_ONCE = 32
"""Histories read at the same time."""

TRIES = 3
"""How often a conversation that looks wrong is read again: it may have moved on meanwhile."""

PAUSE = 0.2
"""Seconds before it is read again."""

Told = Callable[[int, int], None]


class Verify:
    """Reads beside live traffic: what moves on meanwhile is no fault. Raises Gone."""

    def __init__(self, read: Read, heads: Heads, anchor: Anchor | None) -> None:
        self._read = read
        self._heads = heads
        self._anchor = anchor

    async def faults(self, told: Told) -> AsyncIterator[Fault]:
        """Yield every fault; `told` hears how many conversations and entries were looked at."""
        with Known() as known:
            if self._anchor is not None:
                await asyncio.to_thread(known.read, self._anchor)
            if not known.whole:
                yield Fault("", "anchor")
            looked, entries = 0, 0
            async for ids in self._everything(known):
                for first in range(0, len(ids), AT_ONCE):
                    some = ids[first : first + AT_ONCE]
                    checked = await asyncio.gather(*(self._one(id_, known) for id_ in some))
                    looked += len(some)
                    entries += sum(count for count, _ in checked)
                    told(looked, entries)
                    for _, found in checked:
                        for fault in found:
                            yield fault

    async def _everything(self, known: Known) -> AsyncIterator[list[ConversationId]]:
        """Yield all there is, each once, and then what is there no more but was anchored."""
        async for batch in self._heads.histories():
            yield known.fresh(batch)
        async for batch in self._heads.refs():
            yield known.fresh(batch)
        missing = list(known.unseen())
        if missing:
            yield missing

    async def _one(self, id_: ConversationId, known: Known) -> tuple[int, Sequence[Fault]]:
        for tries_left in reversed(range(TRIES)):
            kept = await self._read.record(id_)
            lines = await self._read.lines(id_)
            found = tuple(faults(kept, lines, known.of(id_), of_ref(id_)[0]))
            if not found or not tries_left:
                return len(lines), found
            await asyncio.sleep(PAUSE)
        raise AssertionError
