"""The clerk's process, and what an operator does to the inbox from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import AsyncExitStack
from typing import get_args

import structlog

import bots
import inbox.clerk
from config import health, logs
from config.start import Start, clock, started, stop_asked
from inbox import CannotStart, Gone, Inbox, Unfit, opened
from inbox.store.pictures import View

log = structlog.stdlib.get_logger("inbox")


def say(line: str) -> None:
    """Tell whoever reads the terminal."""
    sys.stdout.write(line + "\n")


async def serve(start: Start) -> None:
    """Keep time and the views until told to stop."""
    stop = stop_asked()
    async with AsyncExitStack() as house:
        box = await house.enter_async_context(opened(**start.opening))
        await house.enter_async_context(health.serving(start.settings, box, start.policies))
        await house.enter_async_context(
            inbox.clerk.running(box, start.policies, clock, start.tables.phrases)
        )
        log.info("listening", mode=start.settings.mode)
        await stop.wait()
        log.info("stopping")


async def rebuild(box: Inbox) -> None:
    """Build every view anew, beside live traffic."""
    for view in (*get_args(View), "find"):
        say(f"rebuilding {view}")
        await box.rebuild(view)
    say("done")


async def restored(box: Inbox) -> None:
    """Begin a new epoch after a backup was put back."""
    await box.restored()
    say("Every answer that has not left now waits for an officer.")


COMMANDS = {"rebuild": rebuild, "restored": restored}


async def once(start: Start, command: str) -> None:
    """Do one thing and end."""
    async with opened(**start.opening) as box:
        await COMMANDS[command](box)


def main() -> None:
    """Read the command line: nothing means to serve as the clerk."""
    parser = argparse.ArgumentParser(prog="python -m inbox", description=__doc__)
    parser.add_argument("command", nargs="?", choices=sorted(COMMANDS), help="absent: serve")
    command = parser.parse_args().command
    logs.start()
    start = started(os.environ, bots.profiles())
    try:
        asyncio.run(once(start, command) if command else serve(start))
    except (CannotStart, Gone, Unfit) as error:
        sys.exit(f"Chancery cannot start: {error}")


if __name__ == "__main__":
    main()
