"""The one loop that feeds any view: leased, with cursors, and not stopped by one bad item."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from inbox.store.aside import Aside
from inbox.store.client import Client, Gone
from inbox.store.lease import Lease, Leases, until
from inbox.store.log import START, KeptMarks, Log, Marks, Source, Touched

TRIES = 3
"""How often an item that failed is tried by itself before it is set aside."""

T = TypeVar("T", bound=Hashable)
Each: TypeAlias = Callable[[tuple[T, ...]], Awaitable[None]]


class Follower:
    """Follows logs, one process a name: when it dies, another takes over within `seconds`."""

    def __init__(
        self,
        client: Client,
        log: Log,
        leases: Leases,
        aside: Aside,
        seconds: float = 10,
    ) -> None:
        self._client = client
        self._log = log
        self._leases = leases
        self._aside = aside
        self._seconds = seconds
        self._pause = seconds / 50

    async def follow(
        self,
        name: str,
        each: Each[Touched],
        *,
        stop: asyncio.Event,
        marks: Marks | None = None,
    ) -> None:
        """Tell `each` which conversations changed, until `stop` is set.

        Batches name each conversation once, with its newest entry. The cursor is kept after `each`
        returned; a view that keeps it in the same step as what it writes gives its own `marks`. Who
        has missed what was trimmed is told of every conversation anew.
        """
        await self.follow_source(name, self._log, each, stop=stop, marks=marks)

    async def follow_source(
        self,
        name: str,
        source: Source[T],
        each: Each[T],
        *,
        stop: asyncio.Event,
        marks: Marks | None = None,
    ) -> None:
        """Follow any source of news in the same way."""
        kept = marks or KeptMarks(self._client, name)
        run = _Run(name, source, each, kept, self._aside, self._pause)
        while not stop.is_set():
            try:
                await until(self._lead(run), stop)
            except Exception as error:
                if not _away(error):
                    raise
                await asyncio.sleep(self._pause)

    async def _lead(self, run: _Run[T]) -> None:
        async with self._leases.hold(f"follow/{run.name}", self._seconds) as lease:
            while not lease.lost.is_set():
                try:
                    await until(run.work(lease), lease.lost)
                except Exception as error:
                    if not _away(error):
                        raise
                else:
                    return
                # The lease is kept: it could not be given back, and would keep us out ourselves.
                await asyncio.sleep(self._pause)


@dataclass(frozen=True)
class _Run(Generic[T]):
    """One name's loop, from taking the lease to losing it."""

    name: str
    source: Source[T]
    each: Each[T]
    marks: Marks
    aside: Aside
    pause: float

    async def work(self, lease: Lease) -> None:
        """Hand over what is new, and keep the cursors, until a newer holder has written."""
        kept = await self.marks.load()
        cursors = {name: kept.get(name, START) for name in self.source.names}
        if not await self.marks.keep(lease.token, cursors):  # from here on, trimming waits for us
            return
        if await self.source.gap(cursors):
            cursors = await self._anew()
            if not await self.marks.keep(lease.token, cursors):
                return
        async with aclosing(self.source.news(cursors)) as news:
            async for heard in news:
                await self._hand(_newest(h.item for h in heard))
                moved = {h.stream: h.entry for h in heard}
                if not await self.marks.keep(lease.token, moved):
                    return

    async def _anew(self) -> dict[str, str]:
        """Tell everything, and return from where the news goes on: from before the telling."""
        ends = await self.source.ends()
        async with aclosing(self.source.everything()) as batches:
            async for items in batches:
                await self._hand(items)
        return ends

    async def _hand(self, items: tuple[T, ...]) -> None:
        try:
            await self.each(items)
        except Exception as error:  # whatever is wrong with one item must not stop the others
            if _away(error):
                raise
            for item in items:
                await self._hand_alone(item)

    async def _hand_alone(self, item: T) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                return await self.each((item,))
            except Exception as error:  # it is set aside by name
                if _away(error):
                    raise
                if not tries_left:
                    why = f"follower {self.name}: {type(error).__name__}"
                    await self.aside.put("", repr(item).encode(), why)
                    return None
            await asyncio.sleep(self.pause)
        return None


def _away(error: Exception) -> bool:
    """Whether the store could not be reached, as the store or the desk says it: no item's fault."""
    return isinstance(error, Gone) or isinstance(error.__cause__, Gone)


def _newest(items: Iterable[T]) -> tuple[T, ...]:
    """Keep each conversation's last item only; what has no identity is kept as it is."""
    last = {getattr(item, "key", item): item for item in items}
    return tuple(last.values())
