"""Erasures that were begun and not done: somebody died on the way, or a backup was put back."""

from __future__ import annotations

import asyncio

import structlog

from inbox import Inbox
from inbox.desk import Unavailable
from inbox.store.client import Gone
from inbox.store.lease import until

EVERY = 30.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


async def finish_erasures(inbox: Inbox, stop: asyncio.Event) -> None:
    """Carry out what is written down and not done, one process at a time, until `stop` is set."""
    while not stop.is_set():
        try:
            await until(_lead(inbox), stop)
        except (Gone, Unavailable):
            await asyncio.sleep(1)


async def _lead(inbox: Inbox) -> None:
    async with inbox.leases.hold("erasing") as lease:
        await until(_finish_for_ever(inbox), lease.lost)


async def _finish_for_ever(inbox: Inbox) -> None:
    while True:
        count = await inbox.archive.eraser.finish(inbox.now())
        if count:
            log.info("erased", count=count)
        await asyncio.sleep(EVERY)
