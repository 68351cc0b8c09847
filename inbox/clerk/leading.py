"""What the clerks do for ever, of which one at a time does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from inbox import Inbox
from inbox.desk import Unavailable
from inbox.store.client import Gone
from inbox.store.lease import until

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

PAUSE = 1.0
"""Seconds until a store that was away is asked again."""


async def lead(inbox: Inbox, lease: str, work: Work, stop: asyncio.Event) -> None:
    """Do a work that never ends, one process at a time, until `stop` is set."""
    while not stop.is_set():
        try:
            await until(_alone(inbox, lease, work), stop)
        except (Gone, Unavailable):
            await asyncio.sleep(PAUSE)


async def _alone(inbox: Inbox, lease: str, work: Work) -> None:
    async with inbox.leases.hold(lease) as held:
        await until(work(), held.lost)
