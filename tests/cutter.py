"""A wire between a client and its server that can be cut after the server has answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cutter:
    """Passes everything on; what holds `word` is done by the server, and its answer never arrives.

    `cuts` says how many such answers are still to be lost, `heard` keeps every request that held
    the word.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self.word = b"\0never\0"
        self.cuts = 0
        self.lost = 0
        self.heard: list[bytes] = []
        self.port = 0

    def arm(self, word: bytes, cuts: int) -> None:
        """Lose the next answers to requests that hold `word`."""
        self.word, self.cuts = word, cuts

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        back, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            while await self._one_round(reader, writer, back, forth):
                pass
        finally:
            writer.close()
            forth.close()
            for end in (writer, forth):
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _one_round(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        forth: asyncio.StreamWriter,
    ) -> bool:
        request = await reader.read(1 << 20)
        if not request:
            return False
        forth.write(request)
        answer = await back.read(1 << 20)
        if self.word in request:
            self.heard.append(request)
            if self.cuts:
                self.cuts -= 1
                self.lost += 1
                return False
        writer.write(answer)
        return bool(answer)


@asynccontextmanager
async def cutting(port: int) -> AsyncIterator[Cutter]:
    """Put a cutter before a server: connect to its `port`."""
    cutter = Cutter(port)
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(cutter.pass_on(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    cutter.port = server.sockets[0].getsockname()[1]
    try:
        yield cutter
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
