"""Takes texts out of what lies around the histories, and out of the server's own files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from redis.exceptions import ResponseError

from inbox.store import keys, raw
from inbox.store.client import Client
from inbox.words import ConversationId, MessageId, Millis

LOOK = 0.05
"""Seconds between two looks at a server that writes its files anew."""

SLOWEST = 3600.0
"""Seconds after which a server that still writes its files is no longer waited for."""

BUSY = "in progress"
"""In the answer of a server that is writing its files already: ours must begin after that."""

STREAMS = (keys.ASIDE, keys.NOTICES)
"""Where something may lie that somebody outside wrote, and that belongs to no conversation."""


class NotWritten(Exception):
    """The server did not write its files anew; the message says why, for an operator."""


class Scrub:
    """Every call may be repeated. Raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def payloads(
        self, id_: ConversationId, taken: Iterable[tuple[MessageId, Millis]]
    ) -> None:
        """Forget the payloads of messages taken in at these times, and edits kept for them."""
        for message, at in taken:
            await self._client.call("HDEL", raw.key(id_, at), message)
            await self._client.call("DEL", keys.pending(message))

    async def drafts(self, id_: ConversationId, gone: Callable[[bytes], bool]) -> int:
        """Forget the officers' unfinished texts for a conversation of which this is true."""
        count = 0
        async for name in self._client.names(keys.drafts_of(id_)):
            if gone(await self._client.call("GET", name) or b""):
                count += int(await self._client.call("DEL", name))
        return count

    async def aside(self, gone: Callable[[bytes], bool]) -> int:
        """Forget what was set aside, or waits to be told, of which this is true."""
        count = 0
        for stream in STREAMS:
            at = "-"
            while entries := await self._client.call("XRANGE", stream, at, "+", "COUNT", 100):
                for entry, fields in entries:
                    if any(gone(value) for value in fields.values()):
                        count += int(await self._client.call("XDEL", stream, entry))
                at = f"({entries[-1][0].decode()}"
        return count

    async def files(self) -> None:
        """Let every server write its files anew, and wait until what they held before is gone.

        Raises NotWritten where a server will not.
        """
        for facts in await self._client.everywhere("INFO", "persistence"):
            if str(facts.get("aof_enabled")) == "1":
                break
        else:
            return
        try:
            await self._begin()
            async with asyncio.timeout(SLOWEST):
                await self._until_written()
            await self._client.everywhere("SLOWLOG", "RESET")  # it quotes what took long
        except TimeoutError as late:
            raise NotWritten("the server still writes its append-only file") from late
        except ResponseError as refusal:
            raise NotWritten(f"the server refuses: {refusal}") from refusal

    async def _begin(self) -> None:
        while True:
            try:
                await self._client.everywhere("BGREWRITEAOF")
            except ResponseError as refusal:
                if BUSY not in str(refusal):
                    raise
                await asyncio.sleep(LOOK)
            else:
                return

    async def _until_written(self) -> None:
        while True:
            told = await self._client.everywhere("INFO", "persistence")
            if all(map(_written, told)):
                return
            await asyncio.sleep(LOOK)


def _written(facts: Mapping[str, object]) -> bool:
    """Say whether a server is done; raises NotWritten where it failed."""
    if any(
        str(facts.get(f"aof_rewrite_{what}", 0)) != "0" for what in ("in_progress", "scheduled")
    ):
        return False
    if facts.get("aof_last_bgrewrite_status", "ok") != "ok":
        raise NotWritten("the server could not write its append-only file: is its disk full?")
    return True
