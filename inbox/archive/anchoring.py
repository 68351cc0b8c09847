"""Anchoring: each hour how far every conversation is, at each start whether that still holds."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import accumulate
from typing import IO

import structlog

from inbox.archive.anchor import Anchor, Behind, Erased, Head, Lost, encoded
from inbox.archive.known import Known
from inbox.conversations.state import Conversation
from inbox.store.erasing import Erasure
from inbox.store.heads import Heads
from inbox.store.log import Log, place
from inbox.store.read import Read
from inbox.store.sorts import ref, sort_of
from inbox.words import ConversationId, Millis

AT_ONCE = 500
"""Conversations whose heads are read in one round trip."""

SPOOL = 8 << 20
"""Bytes of heads kept in memory; the first anchor of a large house goes through a file."""

Post = Callable[[bytes], Awaitable[None]]
log = structlog.get_logger(__name__)


class Anchoring:
    """Writes the anchor and compares the store with it; without a file it does nothing.

    `post` is told each hour's last line too, somewhere else. Every call raises Gone, and OSError
    where the file cannot be written.
    """

    def __init__(
        self,
        anchor: Anchor | None,
        news: Log,
        read: Read,
        heads: Heads,
        now: Callable[[], Millis],
    ) -> None:
        self.anchor = anchor
        self.post: Post | None = None
        self._log = news
        self._read = read
        self._heads = heads
        self._now = now

    async def take(self) -> int:
        """Anchor what changed since the last time, and return how many conversations did.

        The ends of the log are read first: what comes meanwhile is anchored again next time.
        """
        if self.anchor is None:
            return 0
        since = await asyncio.to_thread(self.anchor.since)
        ends = await self._log.ends()
        count = 0
        with tempfile.SpooledTemporaryFile(SPOOL) as spool:
            async for ids in self._changed(since.ends if since else {}, ends):
                count += await self._write(ids, spool)
            spool.seek(0)
            told = await asyncio.to_thread(self.anchor.close_hour, spool, count, self._now(), ends)
        if self.post is not None:
            await self.post(told)
        return count

    async def _changed(
        self, cursors: dict[str, str], ends: dict[str, str]
    ) -> AsyncIterator[tuple[ConversationId, ...]]:
        """Yield whom the log names since then; everybody where it no longer tells."""
        if not cursors or await self._log.gap(cursors):
            async for ids in self._heads.refs():
                yield ids
            return
        touched = {ref(t.kind, t.id) async for t in self._log.between(cursors, ends)}
        ordered = sorted(touched)
        for first in range(0, len(ordered), AT_ONCE):
            yield tuple(ordered[first : first + AT_ONCE])

    async def _write(self, ids: tuple[ConversationId, ...], spool: IO[bytes]) -> int:
        heads = await self._heads.of(ids)
        spool.writelines(encoded(Head(*head)) for head in heads)
        return len(heads)

    async def leaving(self, conversation: Conversation) -> None:
        """Remember outside the store that a part of this conversation is about to leave.

        A backup that does not know it is then known for what it is, however young.
        """
        if self.anchor is None:
            return
        head = Head(conversation.id, conversation.version, conversation.head)
        try:
            await asyncio.to_thread(
                self.anchor.add, [head]
            )  # guard: leaving-anchored test=tests/promises/test_restore.py::test_nothing_that_had_left_is_sent_again_after_a_restore
        except OSError as error:
            log.error("anchor_not_written", advice=f"CHANCERY_ANCHOR: {error.strerror}")  # noqa: TRY400 - the advice says it all

    async def is_behind(self) -> bool:
        """Say whether the store knows less than the anchor: it was put back, or has lost a tail."""
        since = await asyncio.to_thread(self.anchor.since) if self.anchor else None
        if since is None:
            return False
        ends = await self._log.ends()
        if any(place(ends[name]) < place(at) for name, at in since.ends.items() if name in ends):
            return True
        there = {head.id: head.version for head in await self._heads.of(h.id for h in since.heads)}
        return any(there.get(head.id, 0) < head.n for head in since.heads)

    async def fell_behind(self, epoch: str) -> list[Erasure]:
        """Note in the anchor that a new epoch began, and return what was ever erased."""
        if self.anchor is None:
            return []
        behind = Behind(self._now(), await self._log.ends(), epoch)
        await asyncio.to_thread(self.anchor.add, [behind])
        return await asyncio.to_thread(self.anchor.erasures)

    async def erased(self, erasure: Erasure) -> None:
        """Remember an erasure, so that a backup cannot undo it."""
        if self.anchor is not None:
            await asyncio.to_thread(self.anchor.add, [Erased(erasure)])

    async def give_up(self) -> int:
        """Expect no longer what was anchored and is not there: an operator says why it is not.

        Returns how many anchored heads that concerns.
        """
        if self.anchor is None:
            return 0
        lost: list[Lost] = []
        with Known() as known:
            await asyncio.to_thread(known.read, self.anchor)
            for id_ in known.unseen():
                lost += await self._lost(id_, known.of(id_))
        if lost:
            await asyncio.to_thread(self.anchor.add, lost)
        return len(lost)

    async def _lost(self, id_: ConversationId, anchored: list[tuple[int, str]]) -> list[Lost]:
        heads = list(accumulate(await self._read.lines(id_), sort_of(id_).codec.chain, initial=""))
        at = self._now()
        return [Lost(id_, n, at) for n, head in anchored if n >= len(heads) or heads[n] != head]
