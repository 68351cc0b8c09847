"""Every hour at least: how far each conversation is, remembered outside the store."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from inbox import Inbox
from inbox.clerk.leading import lead

EVERY = 3000.0
"""Seconds between two anchors: below the hour for which the log tells what changed."""

PAUSE = 60.0
"""Seconds until a file that could not be written is tried again."""

log = structlog.get_logger(__name__)


async def anchor(inbox: Inbox, stop: asyncio.Event) -> None:
    """Anchor now and then, one process at a time, until `stop` is set."""
    await lead(inbox, "anchor", partial(_anchor_for_ever, inbox), stop)


async def _anchor_for_ever(inbox: Inbox) -> None:
    anchoring = inbox.archive.anchoring
    while True:
        wait = EVERY
        try:
            if await anchoring.is_behind():
                await inbox.fell_behind()
            count = await anchoring.take()
        except OSError as error:
            log.error("anchor_not_written", advice=f"CHANCERY_ANCHOR: {error.strerror}")  # noqa: TRY400 - the advice says it all
            wait = PAUSE
        else:
            log.info("anchored", count=count)
        await asyncio.sleep(wait)
