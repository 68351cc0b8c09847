"""What each platform says of our credentials, for `python -m config check`."""

from __future__ import annotations

from collections.abc import Iterable

import aiohttp

from bots.contract import Clock, Secrets, Wiring
from bots.platforms import PLATFORMS
from inbox.team.policies import Policies
from inbox.words import Finding, Millis


class Free:
    """Counts nothing: a check is a call or two, and may run where the store does not."""

    async def take(self, call: str) -> None:
        """Let it pass."""

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        """Keep nothing."""

    async def pay(self, what: str, things: Iterable[str] = ("",)) -> None:
        """Charge nothing."""


async def checked(
    policies: Policies, secrets: Secrets, http: aiohttp.ClientSession, clock: Clock
) -> tuple[Finding, ...]:
    """Ask each account's platform what its credentials are and may do."""
    found: list[Finding] = []
    for account in policies.accounts:
        wiring = Wiring(http, clock, Free(), {}, secrets.api_urls.get(account.platform))
        bot = PLATFORMS[account.platform].connect(account, secrets.of(account), wiring)
        found += [
            Finding(one.ok, f"{account.id}: {one.what}", one.advice) for one in await bot.check()
        ]
    return tuple(found)
