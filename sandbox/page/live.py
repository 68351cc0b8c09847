"""Tells every open page that something changed; the page then fetches the state."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

BREATH_S = 15.0
"""A comment is sent this often, so that a page that went away is noticed."""


class Live:
    """The open event streams."""

    def __init__(self) -> None:
        self._streams: set[asyncio.Queue[bytes | None]] = set()

    def tell(self, event: str, **facts: Any) -> None:
        """Send one event to every page."""
        line = f"event: {event}\ndata: {json.dumps(facts)}\n\n".encode()
        for stream in self._streams:
            stream.put_nowait(line)

    def close(self) -> None:
        """End every stream."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one page's stream open until either side goes."""
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        stream: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams.add(stream)
        try:
            await answer.write(b"event: hello\ndata: {}\n\n")
            while (line := await _next(stream)) is not None:
                await answer.write(line)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(stream)
        return answer


async def _next(stream: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        return await asyncio.wait_for(stream.get(), BREATH_S)
    except TimeoutError:
        return b": still here\n\n"
