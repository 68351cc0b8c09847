"""What an account may still ask of its platform, and pay: what is urgent first, and longest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from bots.contract import Busy
from bots.counters import CALLS
from bots.needs import Inbox
from inbox import Gone
from inbox.words import Account, Millis, Profile

GREETINGS = 0.5
"""The share of a budget that greetings may use."""
ORDINARY = 0.9
"""The share of calls that ordinary answers may use: the rest is kept for life-safety."""
ALL = 1.0
MONEY = {GREETINGS: 0.5, ORDINARY: 1.0}
"""The share of the month's money after which these wait; what is of life-safety never does."""
TOLD_AT = ((1.0, "budget_spent"), (0.8, "budget_low"))
"""The shares of the month's money at which people are told, once a month."""
TOLD_FOR = 32 * 24 * 3600
ASKED_EVERY: Millis = 60_000
"""How long what waits for money is left alone: somebody may raise the budget meanwhile."""


class Purse:
    """The budget of one account: its calls, as its platform grants them, and its money."""

    def __init__(self, inbox: Inbox, account: Account, profile: Profile) -> None:
        self._inbox = inbox
        self._account = account
        self._profile = profile

    async def take(self, call: str, share: float = ALL) -> None:
        """Count one call; raises Busy where none is left in this share."""
        granted = self._profile.budgets.get(call)
        if granted is None:
            return
        wait = await self._inbox.budgets.take(self._account.id, call, granted, share=share)
        CALLS.labels(self._account.id, call, "held" if wait else "made").inc()
        if wait:
            raise Busy(wait)

    async def afford(self, share: float, now: Millis) -> None:
        """Raise Busy where the month's money is spent as far as this share may."""
        budget = self._account.budget.amount
        if not budget or share not in MONEY:
            return
        if await self._inbox.gaps.spent(self._account.id) >= budget * MONEY[share]:
            raise Busy(now + ASKED_EVERY)

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        """Believe the platform's own count, where the store is there to keep it.

        What the platform did is done already: a count that is not kept must not hide it.
        """
        if call in self._profile.budgets:
            with suppress(Gone):
                await self._inbox.budgets.correct(self._account.id, call, remaining, reset)

    async def pay(self, what: str, things: Iterable[str] = ("",)) -> None:
        """Count what the platform charges for; told at four fifths of the budget, and at its end.

        Like `correct`, it hides nothing that was done already.
        """
        cost = self._profile.costs.get(what)
        if cost is None:
            return
        with suppress(Gone):
            spent = await self._inbox.gaps.spend(self._account.id, what, cost, things)
            await self._tell(spent)

    async def _tell(self, spent: float) -> None:
        budget = self._account.budget.amount
        for share, kind in TOLD_AT:
            if budget and spent >= budget * share:
                month = self._inbox.gaps.month
                await self._inbox.notices.put_once(TOLD_FOR, kind, self._account.id, month)
                return
