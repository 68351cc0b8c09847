"""What each entry point begins with: settings, tables and policies, or every fault at once."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from config.settings import Misconfigured, Settings, config_folder, load
from config.tables import Tables, read
from inbox import CannotStart
from inbox.team.policies import Policies
from inbox.words import Profile

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True)
class Start:
    """One process's settings, tables and policies."""

    settings: Settings
    tables: Tables
    policies: Policies

    @property
    def api_urls(self) -> dict[str, str]:
        """Return the platforms' foreign hosts; in the sandbox only."""
        return {"x": self.settings.x_api_url} if self.settings.x_api_url else {}

    @property
    def opening(self) -> dict[str, Any]:
        """Return what `inbox.opened` is given."""
        settings = self.settings
        return {
            "url": settings.redis_url,
            "data": settings.data,
            "secret": settings.secret,
            "policies": self.policies,
            "clock": clock,
            "ids": ids,
            "mode": settings.mode,
        }


def started(environ: Mapping[str, str], profiles: Mapping[str, Profile]) -> Start:
    """Read everything; a fault ends the process with all of them named."""
    faults: list[str] = []
    settings = tables = None
    try:
        settings = load(environ)
    except Misconfigured as error:
        faults += error.faults
    try:
        folder = config_folder(environ)
        tables = read(folder, environ) if folder else None
        faults += _unspoken(tables, profiles) if tables else ()
    except Misconfigured as error:
        faults += error.faults
    if settings is None or tables is None or faults:
        named = "\n".join(f"  - {fault}" for fault in faults)
        sys.exit(f"Chancery cannot start:\n{named}")
    policies = Policies(tables.accounts, tables.officers, tables.lanes, tables.tags, profiles)
    return Start(settings, tables, policies)


def _unspoken(tables: Tables, profiles: Mapping[str, Profile]) -> list[str]:
    """Name the accounts of platforms that no bot speaks."""
    known = ", ".join(sorted(profiles))
    return [
        f"accounts.toml: {account.id}: no bot speaks {account.platform}, only {known}."
        for account in tables.accounts
        if account.platform not in profiles
    ]


def clock() -> int:
    """Return the local time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def ids() -> str:
    """Return sixteen characters that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def stop_asked() -> asyncio.Event:
    """Return what SIGINT or SIGTERM sets, so that what was begun can be finished.

    Asked before anything is opened: who is told to stop while starting leaves nothing behind.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


async def told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    await stop_asked().wait()


@contextmanager
def listening_on(host: str, port: int) -> Iterator[None]:
    """Listen in this block; raises CannotStart where the address is not to be had."""
    try:
        yield
    except OSError as taken:
        why = os.strerror(taken.errno) if taken.errno else str(taken)
        raise CannotStart(f"it cannot listen on {host}, port {port}: {why}.") from taken
