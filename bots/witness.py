"""Telling somebody outside what the anchor says, so that it cannot be rewritten unseen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
import structlog

PATIENCE = aiohttp.ClientTimeout(total=10)
log = structlog.get_logger(__name__)


def witness(http: aiohttp.ClientSession, url: str) -> Callable[[bytes], Awaitable[None]]:
    """Return what posts a line of JSON to an address.

    Who cannot be told now is told more an hour later: each line's digest chains all before it.
    """

    async def tell(line: bytes) -> None:
        head = {"Content-Type": "application/json"}
        try:
            async with http.post(url, data=line, headers=head, timeout=PATIENCE) as answer:
                if answer.status >= 300:
                    log.warning("witness_refused", status=answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("witness_away", error=type(error).__name__)

    return tell
