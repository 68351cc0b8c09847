"""Tidying up: logs are cut below the slowest follower; payloads go by themselves with their day."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from inbox import Inbox
from inbox.clerk.leading import lead
from inbox.store.log import Streams, entry_at, place
from inbox.words import Millis

EVERY = 60.0
"""Seconds between two rounds."""

KEPT = 3_600_000
"""Milliseconds for which news is kept although everybody has it, for whoever looks for a fault."""

KEPT_MOST = 7 * 86_400_000
"""Milliseconds after which news goes although a follower has not seen it: it is told all anew."""


async def tidy(inbox: Inbox, stop: asyncio.Event) -> None:
    """Tidy up now and then, one process at a time, until `stop` is set."""
    await lead(inbox, "upkeep", partial(_tidy_for_ever, inbox), stop)


async def trim(log: Streams[Any], now: Millis) -> int:
    """Cut each stream below its slowest follower, and return how many entries went."""
    cut = 0
    for name in log.names:
        seen = min(await log.slowest(name), entry_at(now - KEPT), key=place)
        cut += await log.trim(name, max(seen, entry_at(now - KEPT_MOST), key=place))
    return cut


async def _tidy_for_ever(inbox: Inbox) -> None:
    while True:
        for log in (inbox.log, inbox.notices):
            await trim(log, inbox.now())
        await asyncio.sleep(EVERY)
