"""What each entry point begins with: settings, tables and policies, or every fault at once."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.settings import Misconfigured, Settings, config_folder, load
from config.tables import Tables, read
from inbox import CannotStart
from inbox.answers.lines import faults as too_long
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
            "anchor": settings.anchor,
        }


def started(environ: Mapping[str, str], profiles: Mapping[str, Profile]) -> Start:
    """Read everything; a fault ends the process with all of them named."""
    faults: list[str] = []
    settings = tables = None
    try:
        settings = load(environ, profiles)
    except Misconfigured as error:
        faults += error.faults
    try:
        folder = config_folder(environ)
        tables = read(folder, environ) if folder else None
        faults += _contradicted(tables, profiles) if tables else ()
    except Misconfigured as error:
        faults += error.faults
    if settings is None or tables is None or faults:
        named = "\n".join(f"  - {fault}" for fault in faults)
        sys.exit(f"Chancery cannot start:\n{named}")
    policies = Policies(
        tables.accounts,
        tables.officers,
        tables.lanes,
        tables.tags,
        profiles,
        tables.casualties,
    )
    policies.lines = tables.lines
    return Start(settings, tables, policies)


def _contradicted(tables: Tables, profiles: Mapping[str, Profile]) -> list[str]:
    """Name what the platforms cannot work with: one that no bot speaks, credentials not named."""
    known = ", ".join(sorted(profiles))
    faults: list[str] = []
    for kind, rows in (("app", tables.apps), ("account", tables.accounts)):
        for row in rows:
            profile = profiles.get(row.platform)
            if profile is None:
                faults.append(
                    f"accounts.toml: {row.id}: no bot speaks {row.platform}, only {known}."
                )
                continue
            needed = profile.app_secrets if kind == "app" else profile.account_secrets
            named = tables.app_secrets if kind == "app" else tables.account_secrets
            missing = [name for name in needed if name not in named.get(row.id, {})]
            faults += [f"accounts.toml: {row.id}: its secrets name no {name}." for name in missing]
    faults += _misplaced(tables, profiles)
    faults += [
        f"accounts.toml: {account.id}: budget_month is in {account.budget.currency}, "
        f"{account.platform} charges {profiles[account.platform].currency}."
        for account in tables.accounts
        if account.platform in profiles
        and account.budget.amount
        and account.budget.currency != profiles[account.platform].currency
    ]
    faults += [
        f"phrases/{language}.toml: [reach_line] {template} {fault}."
        for template, languages in tables.lines.items()
        for language, sentence in languages.items()
        for fault in too_long(sentence, profiles.values())
    ]
    return faults


def _misplaced(tables: Tables, profiles: Mapping[str, Profile]) -> list[str]:
    """Name the accounts that lack an instance, or have one on a platform that is only one place."""
    faults: list[str] = []
    for account in tables.accounts:
        profile = profiles.get(account.platform)
        if profile and profile.instances and not account.instance:
            faults.append(f"accounts.toml: {account.id}: instance is missing: where does it live?")
        if profile and account.instance and not profile.instances:
            faults.append(f"accounts.toml: {account.id}: {profile.title} has no instances.")
    return faults


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


def bound(host: str, port: int, name: str = "PORT") -> socket.socket:
    """Return a socket of this address that does not listen yet, so that nobody is kept waiting.

    Raises CannotStart where the address is not to be had.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as taken:
        found.close()
        raise CannotStart(f"HOST {host}, {name} {port}: {taken.strerror}.") from taken
    return found
