"""Where a history's lines lie: the later ones one by one, the older ones shelved in blocks."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1
from itertools import takewhile
from typing import NamedTuple

from inbox.store import codec, keys
from inbox.store.client import Client
from inbox.store.packing import (
    pack_block,
    pack_line,
    pack_snapshot,
    unpack_block,
    unpack_line,
    unpack_snapshot,
)
from inbox.words import ConversationId, Millis

SETTLED = 300_000
"""Milliseconds after which a line may be shelved: a commit is repeated for eight times twenty
seconds at the most, and finds itself only among the lines that lie one by one."""

SHELVED_AT = 32
"""Settled lines from which an open conversation's are shelved; a closed one's always are."""

BLOCK_MOST = 8192
"""Bytes from which a block is full, so that an endless thread's are not packed again for ever."""


class Kept(NamedTuple):
    """What lies in the two places, as it lies there."""

    blocks: list[bytes]
    lines: list[bytes]

    def read(self) -> list[bytes]:
        """Return the lines as they were written, oldest first."""
        older = [line for block in self.blocks for line in unpack_block(block)]
        return older + [unpack_line(line) for line in self.lines]

    def digest(self) -> str:
        """Return what tells whether they still lie there."""
        return sha1(b"\n".join([*self.blocks, *self.lines]), usedforsecurity=False).hexdigest()


class Histories:
    """Reads whole histories, and lays lines elsewhere or otherwise. Every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def lines(self, id_: str, kind: str = "conv") -> list[bytes]:
        """Return a whole history's lines as they were written, oldest first."""
        return (await self._kept(id_, 0, kind)).read()

    async def shelve(self, id_: ConversationId, now: Millis) -> bool:
        """Put settled lines in a block; False when somebody else was quicker."""
        snapshot = await self._client.call("GET", keys.snapshot("conv", id_)) or b""
        last = await self._client.call("LLEN", keys.old("conv", id_)) - 1
        kept = await self._kept(id_, max(0, last))
        lines = [unpack_line(line) for line in kept.lines]
        settled = list(takewhile(lambda line: codec.time_of(line) <= now - SETTLED, lines))
        closed = codec.decode_snapshot(snapshot).closed is not None
        if not settled or (not closed and len(settled) < SHELVED_AT):
            return True
        packed = pack_snapshot(unpack_snapshot(snapshot)) if closed else b""
        moved = Kept(kept.blocks, kept.lines[: len(settled)])
        first = max(0, last)
        if kept.blocks and len(kept.blocks[-1]) >= BLOCK_MOST:
            first, moved = last + 1, moved._replace(blocks=[])
        block = pack_block(moved.read())
        return await self._lay(id_, first, moved, Kept([block], []), (snapshot, packed))

    async def rewrite(self, id_: str, change: Callable[[bytes], bytes], kind: str = "conv") -> None:
        """Let every line be what `change` makes of it, in both places; it keeps its operation.

        Repeats until nobody interferes: lines committed meanwhile are changed as well.
        """
        while True:
            kept = await self._kept(id_, 0, kind)
            blocks = [[change(line) for line in unpack_block(block)] for block in kept.blocks]
            lines = [change(unpack_line(line)) for line in kept.lines]
            if [line for block in blocks for line in block] + lines == kept.read():
                return
            packed = [pack_line(line, codec.beginning_of(line)) for line in lines]
            new = Kept([pack_block(block) for block in blocks], packed)
            await self._lay(id_, 0, kept, new, kind=kind)

    async def _kept(self, id_: str, first: int, kind: str = "conv") -> Kept:
        both = [keys.past(kind, id_), keys.old(kind, id_)]
        blocks, lines = await self._client.function("history_1", both, first)
        return Kept(blocks, lines)

    async def _lay(
        self,
        id_: str,
        first: int,
        read: Kept,
        new: Kept,
        snapshot: tuple[bytes, bytes] = (b"", b""),
        kind: str = "conv",
    ) -> bool:
        return bool(
            await self._client.function(
                "history_lay_1",
                [keys.past(kind, id_), keys.old(kind, id_), keys.snapshot(kind, id_)],
                read.digest(),
                first,
                len(read.lines),
                *snapshot,
                len(new.blocks),
                *new.blocks,
                *new.lines,
            )
        )
