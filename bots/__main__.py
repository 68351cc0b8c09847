"""The bots process: listens to platforms and sends answers; or tries again what was set aside."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import structlog

import bots
from bots.again import Again
from bots.contract import Secrets
from config import health, logs
from config.start import Start, started, stop_asked
from inbox import CannotStart, Gone, Inbox, Unavailable, Unfit, opened

log = structlog.stdlib.get_logger("bots")

SHOWN = 100
"""So many of what is set aside are listed."""


def say(line: str) -> None:
    """Tell whoever reads the terminal."""
    sys.stdout.write(line + "\n")


def secrets_of(start: Start) -> Secrets:
    """Return the credentials the tables name."""
    return Secrets(start.tables.app_secrets, start.tables.account_secrets, start.settings.api_urls)


async def serve(start: Start) -> None:
    """Listen and send until told to stop; parts on their way are finished."""
    stop, policies = stop_asked(), start.policies
    async with AsyncExitStack() as house:
        box = await house.enter_async_context(opened(**start.opening))
        await house.enter_async_context(health.serving(start.settings, box, start.policies))
        http = await house.enter_async_context(start.settings.outbound.session(bots.Punctual))
        outbound, sandbox = start.settings.outbound, start.settings.mode == "sandbox"
        proofs = bots.proving(outbound.proxy, outbound.tls, box.now, sandbox=sandbox)
        await house.enter_async_context(
            bots.running(box, policies, secrets_of(start), http, box.now, proofs)
        )
        log.info("listening", count=len(policies.accounts), mode=start.settings.mode)
        await stop.wait()
        log.info("stopping")


async def aside(start: Start, ids: list[str]) -> None:
    """List what was set aside and why, the newest first; with ids, show their raw bytes."""
    async with opened(**start.opening) as box:
        if ids:
            await show(box, ids)
            return
        for one in await box.aside.list(SHOWN):
            at = datetime.fromtimestamp(one.at / 1000, UTC)
            source = one.account or "(view)"
            say(f"{one.id}  {at:%Y-%m-%d %H:%M}Z  {source}  {len(one.raw)} bytes  {one.why}")
        say(f"{await box.aside.count()} set aside")


async def show(box: Inbox, ids: list[str]) -> None:
    """Show each one's raw bytes as text; what is no UTF-8 is escaped."""
    for id_ in ids:
        kept = await box.aside.take(id_)
        say(kept.raw.decode(errors="backslashreplace") if kept else f"{id_}: nothing of this id")


async def retry(start: Start, ids: list[str]) -> None:
    """Try again these, or all, the oldest first."""
    async with opened(**start.opening) as box:
        again = Again(box, start.policies, secrets_of(start))
        every = await box.aside.list(await box.aside.count() or 1)
        for id_ in ids or [one.id for one in reversed(every)]:
            why = await again.retry(id_)
            say(f"{id_}  stays: {why}" if why else f"{id_}  taken in")
        say(f"{await box.aside.count()} set aside")


COMMANDS = {"aside": aside, "retry": retry}


def id_listed(word: str) -> str:
    """Read an id; raises ValueError where no list can have shown it."""
    if not re.fullmatch(r"\d+-\d+", word):
        raise ValueError(word)
    return word


def main() -> None:
    """Read the command line: nothing means to serve."""
    parser = argparse.ArgumentParser(prog="python -m bots", description=__doc__)
    parser.add_argument("command", nargs="?", choices=sorted(COMMANDS), help="absent: serve")
    listed = "as `aside` lists them; absent: all"
    parser.add_argument("ids", nargs="*", type=id_listed, metavar="ID", help=listed)
    said = parser.parse_args()
    logs.start()
    start = started(os.environ, bots.profiles())
    try:
        asyncio.run(COMMANDS[said.command](start, said.ids) if said.command else serve(start))
    except (CannotStart, Gone, Unavailable, Unfit) as error:
        sys.exit(f"Chancery cannot start: {error}")


if __name__ == "__main__":
    main()
