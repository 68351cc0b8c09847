"""What an account may still ask of its platform: urgent things first, greetings to the half."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from bots.contract import Busy
from bots.counters import CALLS
from bots.needs import Budgets
from inbox import Gone
from inbox.words import AccountId, Budget, Millis

GREETINGS = 0.5
"""The share of a budget that greetings may use."""
ORDINARY = 0.9
"""The share that ordinary answers may use: the rest is kept for life-safety."""
ALL = 1.0


class Purse:
    """The budget of one account: its credential, and what its platform grants it."""

    def __init__(
        self, budgets: Budgets, account: AccountId, granted: Mapping[str, tuple[Budget, ...]]
    ) -> None:
        self._budgets = budgets
        self._account = account
        self._granted = granted

    async def take(self, call: str, share: float = ALL) -> None:
        """Count one call; raises Busy where none is left in this share."""
        granted = self._granted.get(call)
        if granted is None:
            return
        wait = await self._budgets.take(self._account, call, granted, share=share)
        CALLS.labels(self._account, call, "held" if wait else "made").inc()
        if wait:
            raise Busy(wait)

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        """Believe the platform's own count, where the store is there to keep it.

        What the platform did is done already: a count that is not kept must not hide it.
        """
        if call in self._granted:
            with suppress(Gone):
                await self._budgets.correct(self._account, call, remaining, reset)
