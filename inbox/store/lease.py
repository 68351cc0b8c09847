"""Who does a thing that only one may do: held for a while, renewed, and known when lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from inbox.store import keys
from inbox.store.client import Client, Gone

RENEWALS = 3
"""How often a lease is renewed within its time, so that one lost answer does not lose it."""


class Lease:
    """One holding: `lost` is set when it ends unasked; `token` grows with every new holder.

    Whoever writes under a lease gives the token along, and the store refuses an older one.
    """

    def __init__(self, name: str, token: int) -> None:
        self.name = name
        self.token = token
        self.lost = asyncio.Event()


class Leases:
    """Lets one process at a time do what a name stands for. `ids` draws what nobody can guess."""

    def __init__(self, client: Client, ids: Callable[[], str]) -> None:
        self._client = client
        self._ids = ids
        self.held: set[str] = set()
        """What this process does now and nobody else."""

    @asynccontextmanager
    async def hold(self, name: str, seconds: float = 10) -> AsyncIterator[Lease]:
        """Wait until nobody else holds `name`, then hold it and renew it until the block is left.

        Another takes over at most `seconds` after a holder dies. Raises Gone while waiting.
        """
        holder = self._ids()
        asked, fence = await self._take(name, holder, seconds)
        lease = Lease(name, fence)
        renewing = asyncio.create_task(self._renew(lease, holder, seconds, asked + seconds))
        self.held.add(name)
        try:
            yield lease
        finally:
            self.held.discard(name)
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._drop(name, holder)

    async def _take(self, name: str, holder: str, seconds: float) -> tuple[float, int]:
        millis = max(1, int(seconds * 1000))
        while True:
            asked = asyncio.get_running_loop().time()
            fence, wait = await self._client.function(
                "lease_take_1", [keys.lease(name)], holder, millis
            )
            if fence:
                return asked, int(fence)
            await asyncio.sleep(min(int(wait) / 1000, seconds / 10))

    async def _renew(self, lease: Lease, holder: str, seconds: float, end: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await asyncio.sleep(min(seconds / RENEWALS, end - loop.time()))
                asked = loop.time()
                try:
                    async with asyncio.timeout_at(end):
                        kept = await self._client.function(
                            "lease_renew_1", [keys.lease(lease.name)], holder, int(seconds * 1000)
                        )
                except Gone:
                    if loop.time() < end:
                        continue
                    return
                if not kept:
                    return
                end = asked + seconds
        except TimeoutError:
            return
        finally:
            lease.lost.set()

    async def _drop(self, name: str, holder: str) -> None:
        try:
            await self._client.function("lease_drop_1", [keys.lease(name)], holder)
        except Gone:
            return  # it runs out by itself


async def until(work: Coroutine[Any, Any, None], *signs: asyncio.Event) -> None:
    """Do the work until it is done or one of the signs is set, whichever is first."""
    doing = asyncio.create_task(work)
    waiting = [asyncio.create_task(sign.wait()) for sign in signs]
    over = False
    try:
        await asyncio.wait([doing, *waiting], return_when=asyncio.FIRST_COMPLETED)
        over = doing.done()
    finally:
        for task in (doing, *waiting):
            task.cancel()
        result, *_ = await asyncio.gather(doing, *waiting, return_exceptions=True)
    if over and isinstance(result, BaseException):
        raise result
