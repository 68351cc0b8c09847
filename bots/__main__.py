"""The bots process: listens to platforms and sends answers."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import aiohttp
import structlog
from prometheus_client import start_http_server

import bots
from bots.contract import Secrets
from config import logs
from config.start import Start, started, told_to_stop
from inbox import CannotStart, Gone, Unfit, opened

log = structlog.stdlib.get_logger("bots")


async def main(start: Start) -> None:
    """Listen and send until told to stop; parts on their way are finished."""
    policies = start.policies
    secrets = Secrets(start.tables.app_secrets, start.tables.account_secrets, start.api_urls)
    async with AsyncExitStack() as house:
        box = await house.enter_async_context(opened(**start.opening))
        http = await house.enter_async_context(aiohttp.ClientSession())
        await house.enter_async_context(bots.running(box, policies, secrets, http, box.now))
        if start.settings.metrics_port is not None:
            start_http_server(start.settings.metrics_port, start.settings.host)
        log.info("listening", count=len(policies.accounts), mode=start.settings.mode)
        await told_to_stop()
        log.info("stopping")


if __name__ == "__main__":
    logs.start()
    try:
        asyncio.run(main(started(os.environ, bots.profiles())))
    except (CannotStart, Gone, Unfit) as error:
        sys.exit(f"Chancery cannot start: {error}")
