"""What each entry point begins with: settings, tables and policies, or every fault at once."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.settings import Misconfigured, Settings, load
from config.tables import Tables, read
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
    try:
        settings = load(environ)
        tables = read(settings.config, environ)
    except Misconfigured as error:
        faults = "\n".join(f"  - {fault}" for fault in error.faults)
        sys.exit(f"Chancery cannot start:\n{faults}")
    policies = Policies(tables.accounts, tables.officers, tables.lanes, tables.tags, profiles)
    return Start(settings, tables, policies)


def clock() -> int:
    """Return the local time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def ids() -> str:
    """Return sixteen characters that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


async def told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM, so that what was begun can be finished."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
