"""The accounts' gaps as gauges, so that an operator's alarms can go by them."""

from __future__ import annotations

from contextlib import suppress

from bots.counters import BUDGET, COMPLETE, HOLES, SPENT, UNDELIVERED, UNREADABLE
from bots.listening import Sleep
from bots.needs import Inbox
from inbox import Gone

EVERY = 15.0
"""Seconds between two looks."""


async def gauging(inbox: Inbox, sleep: Sleep) -> None:
    """Keep the gauges at what is known of the gaps, for ever."""
    while True:
        with suppress(Gone):  # the gauges stay at what was known last
            await gauge(inbox)
        await sleep(EVERY)


async def gauge(inbox: Inbox) -> None:
    """Set the gauges; raises Gone."""
    for gap in await inbox.gaps.list():
        COMPLETE.labels(gap.account).set(gap.complete_until / 1000)
        UNREADABLE.labels(gap.account).set(gap.unreadable)
        UNDELIVERED.labels(gap.account).set(gap.undelivered)
        HOLES.labels(gap.account).set(gap.holes)
        SPENT.labels(gap.account, gap.currency).set(gap.spent)
        BUDGET.labels(gap.account, gap.currency).set(gap.budget)
