"""How many calls a credential has left on a platform, counted for all processes together."""

from __future__ import annotations

from collections.abc import Callable

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Budget, Millis


class Budgets:
    """Counts calls in windows that start with a call; the platform's headers correct them."""

    def __init__(self, client: Client, now: Callable[[], Millis]) -> None:
        self._client = client
        self._now = now

    async def take(
        self, credential: str, call: str, budgets: tuple[Budget, ...], *, share: float = 1.0
    ) -> Millis:
        """Take one call from every budget; 0 when granted, else the time to wait until (UTC ms).

        `share` is the part of a window this caller may fill: what must not wait takes 1.0, the rest
        less, greetings a half; so that something is always left for the urgent.
        """
        limits = [number for budget in budgets for number in (budget.most, budget.per)]
        key = keys.budget(credential, call)
        return int(await self._client.function("budget_take_1", [key], self._now(), share, *limits))

    async def correct(self, credential: str, call: str, remaining: int, reset: Millis) -> None:
        """Believe what the platform says is left until `reset` (UTC ms)."""
        key = keys.budget(credential, call)
        await self._client.function(
            "budget_correct_1", [key], self._now(), max(0, remaining), reset
        )
