"""What can be seen from here: the data folder, the public address, the language model."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import aiohttp

from config.settings import Settings
from inbox.words import Finding

GB = 1 << 30
LITTLE, TOO_LITTLE = GB, GB // 10
"""Bytes of free disk below which an operator is warned, and below which nothing should start."""
WAIT = aiohttp.ClientTimeout(total=10)
DETECTOR = "py3langid"


def level(finding: Finding) -> str:
    """Return ok, warning or fault: advice beside what is well is a warning."""
    if not finding.ok:
        return "fault"
    return "warning" if finding.advice else "ok"


def line(where: str, finding: Finding) -> str:
    """Return one finding as one line of the terminal."""
    does = f" → {finding.advice}" if finding.advice else ""
    return f"{level(finding):<8} {where}: {finding.what}{does}"


def folder(data: Path, free: Callable[[Path], int] | None = None) -> tuple[Finding, ...]:
    """Say whether the data folder is ours alone, writable, and has room."""
    if not data.is_dir():
        return (Finding(True, f"{data} is not there yet: the first start makes it."),)
    found = []
    if not os.access(data, os.W_OK | os.X_OK):
        found.append(Finding(False, f"{data} is not writable for us.", "chown it to this account."))
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        found.append(Finding(False, f"{data} can be read by others.", f"chmod 700 {data}"))
    left = free(data) if free else shutil.disk_usage(data).free
    what = f"{data} has {left / GB:.1f} GB free."
    advice = "Make room." if left < LITTLE else ""
    return (*found, Finding(left >= TOO_LITTLE, what, advice))


async def address(settings: Settings, http: aiohttp.ClientSession) -> tuple[Finding, ...]:
    """Say whether Slack and platforms can reach us where we say that we are."""
    url = settings.public_url
    if not url:
        needed = not settings.slack.app_token and settings.mode == "real"
        advice = "Set it: without Socket Mode Slack calls it." if needed else "Webhooks need it."
        return (Finding(not needed, "PUBLIC_URL is not set.", advice),)
    if settings.mode == "real" and not url.startswith("https://"):
        return (Finding(False, "PUBLIC_URL is no https:// address.", "Nobody calls any other."),)
    try:
        async with http.get(f"{url.rstrip('/')}/healthz", timeout=WAIT) as answer:
            if answer.status == 200 and await answer.json() == {"alive": True}:
                return (Finding(True, "PUBLIC_URL leads to us."),)
            why = f"answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        why = f"is out of reach from here ({type(error).__name__})"
    advice = "Fine before the first start; else see DNS, the load balancer and its certificate."
    return (Finding(True, f"PUBLIC_URL {why}.", advice),)


def language(found: Callable[[str], object] = find_spec) -> tuple[Finding, ...]:
    """Say whether the clerk can tell languages apart."""
    if found(DETECTOR) is None:
        what = f"{DETECTOR} is not installed: every message counts as the account's language."
        return (Finding(True, what, "pip install --require-hashes -r requirements.txt"),)
    return (Finding(True, "The language model is there."),)


async def machine(settings: Settings, http: aiohttp.ClientSession) -> tuple[Finding, ...]:
    """Say all of it."""
    on_disk = await asyncio.to_thread(folder, settings.data)
    return (*on_disk, *await address(settings, http), *language())
