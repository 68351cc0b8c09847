"""Old lines go into blocks: settled ones of what is closed, and of what grows long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from inbox import Inbox
from inbox.store.histories import SETTLED
from inbox.store.log import Heard, Log, Touched, place
from inbox.words import Millis


class Settled:
    """The news of conversations, told once it has settled; otherwise the log itself."""

    def __init__(self, log: Log, now: Callable[[], Millis], wait: Millis = SETTLED) -> None:
        self._log = log
        self._now = now
        self._wait = wait
        self.names, self.gap, self.ends, self.everything = (
            *(log.names, log.gap, log.ends),
            log.everything,
        )

    async def news(
        self, cursors: Mapping[str, str]
    ) -> AsyncGenerator[tuple[Heard[Touched], ...], None]:
        """Yield what is new after the cursors, when the last of a batch is old enough."""
        async with aclosing(self._log.news(cursors)) as news:
            async for heard in news:
                told = max(place(one.entry)[0] for one in heard)
                await asyncio.sleep(max(0, told + self._wait - self._now()) / 1000)
                yield heard


async def shelve(inbox: Inbox, stop: asyncio.Event) -> None:
    """Shelve what has settled, until `stop` is set; killed in between, it begins there again."""

    async def each(touched: tuple[Touched, ...]) -> None:
        for one in touched:
            while one.kind == "conv" and not await inbox.histories.shelve(one.id, inbox.now()):
                pass

    await inbox.follow_source("shelf", Settled(inbox.log, inbox.now), each, stop=stop)
