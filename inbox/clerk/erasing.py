"""Erasures that were begun and not done: somebody died on the way, or a backup was put back."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from inbox import Inbox
from inbox.clerk.leading import lead

EVERY = 30.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


async def finish_erasures(inbox: Inbox, stop: asyncio.Event) -> None:
    """Carry out what is written down and not done, one process at a time, until `stop` is set."""
    await lead(inbox, "erasing", partial(_finish_for_ever, inbox), stop)


async def _finish_for_ever(inbox: Inbox) -> None:
    while True:
        count = await inbox.archive.eraser.finish(inbox.now())
        if count:
            log.info("erased", count=count)
        await asyncio.sleep(EVERY)
