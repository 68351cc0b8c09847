"""Reads each account's platform again and again: one task an account, one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog

from bots.contract import Batch, Bot, Busy, Clock, Locked, News, Odd
from bots.counters import READS
from bots.intake import take
from bots.needs import Inbox
from bots.outcomes import backoff
from inbox import Gone, Unavailable
from inbox.words import Account, Audience, Millis

Sleep: TypeAlias = Callable[[float], Awaitable[None]]

LOCKED_PAUSE = 300.0
"""Seconds between two tries with credentials that no longer work."""
TOLD_EVERY = 3600
"""Seconds in which a locked account is told of once."""
PUSH_WITHIN: Millis = 20_000
"""What a platform has not pushed by then, it has lost."""
ODD_MOST = 100
"""So many oddities are known again while a process lives."""
SHORTEST = 0.05
"""Seconds between two rounds at least, whatever a platform says."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Listener:
    """Reads one account: what a round brings is committed before its cursor is kept."""

    inbox: Inbox
    account: Account
    bot: Bot
    clock: Clock
    sleep: Sleep = asyncio.sleep
    _said: dict[Audience, int] = field(default_factory=dict, init=False)
    """The limits that the account's own server named when it was last asked."""
    _odd: dict[bytes, None] = field(default_factory=dict, init=False)
    """What was set aside of late, the latest last."""

    async def run(self) -> None:
        """Listen for ever, as long as this process is the one that does."""
        failures = 0
        while True:
            wait, failures = await self.step(failures)
            await self.sleep(max(SHORTEST, wait))

    async def step(self, failures: int) -> tuple[float, int]:
        """Read one round; return the seconds to wait, and how many rounds failed in a row."""
        wait, failures, reason = await self._tried(failures)
        with suppress(Gone):  # what could not be read is told, once there is somewhere to tell it
            await self.inbox.gaps.read(self.account.id, reason)
        return wait, failures

    async def _tried(self, failures: int) -> tuple[float, int, str]:
        try:
            whole = await self.round()
        except Busy as busy:
            said = (busy.until - self.clock()) / 1000
            wait = max(said, backoff(failures + 1, most=60))
            return self._counted("busy", wait, failures + 1)
        except Locked as locked:
            await tell_locked(self.inbox, self.account, locked)
            return self._counted(locked.why, LOCKED_PAUSE, failures + 1)
        except (Unavailable, Gone):
            return self._counted("unavailable", backoff(failures + 1, most=30), failures + 1)
        except Exception as error:  # noqa: BLE001 - a listener never dies; what failed is counted and tried again
            log.error("reading_broke", account=self.account.id, error=type(error).__name__)  # noqa: TRY400 - its text may quote a message
            return self._counted("broke", backoff(failures + 1), failures + 1)
        wait, failures, _ = self._counted("ok", self.bot.profile.poll_every, 0)
        return wait, failures, "" if whole else "partly"

    async def round(self) -> bool:
        """Read on from the cursor until caught up; return whether that is complete."""
        cursor, whole = await self.inbox.cursors.get(self.account.id), False
        asked = self.clock()
        unpushed = (asked - self.bot.profile.poll_every * 3000, asked - PUSH_WITHIN)
        async for batch in self.bot.listen(cursor):
            for one in batch.news:
                if not self._known(one):
                    await take(self.inbox, self.account, one, unpushed=unpushed)
                    self._remember(
                        one
                    )  # guard: ODD_ONCE test=tests/bots/test_x.py::TestX::test_strange
            await self._tell(batch)  # guard: HOLE test=tests/bots/test_x_bad_day.py::test_hole
            whole = bool(batch.until)
            # After the commits, never before: what is read again is known, what is skipped is lost.
            await self._keep(batch)  # guard: CURSOR test=tests/bots/test_listening.py::test_cursor
            await self._narrow()
        return whole

    async def _narrow(self) -> None:
        """Tell all processes of the limits of the account's own server, when it names others."""
        profile = self.bot.profile
        if profile.instances and self._said != profile.limits:
            await self.inbox.narrow(self.account.id, profile.limits)
            self._said.update(profile.limits)

    def _known(self, one: News | Odd) -> bool:
        """Whether this very oddity was set aside before: what has no id comes again each round."""
        return isinstance(one, Odd) and one.raw in self._odd

    def _remember(self, one: News | Odd) -> None:
        if isinstance(one, Odd):
            self._odd[one.raw] = None
            for old in list(self._odd)[:-ODD_MOST]:
                del self._odd[old]

    async def _tell(self, batch: Batch) -> None:
        """Remember what cannot be read any more, before the cursor moves over it."""
        if batch.hole:
            await self.inbox.gaps.hole(self.account.id, *batch.hole)

    async def _keep(self, batch: Batch) -> None:
        await self.inbox.cursors.set(self.account.id, batch.cursor, batch.until)

    def _counted(self, outcome: str, wait: float, failures: int) -> tuple[float, int, str]:
        READS.labels(self.account.id, outcome).inc()
        return wait, failures, outcome


async def tell_locked(inbox: Inbox, account: Account, locked: Locked) -> None:
    """Tell the people, once an hour, that a platform lets an account no longer in, and why."""
    await inbox.notices.put_once(TOLD_EVERY, f"account_{locked.why}", account.id)


async def leased(
    inbox: Inbox, name: str, work: Callable[[], Coroutine[Any, Any, None]], sleep: Sleep
) -> None:
    """Do the work whenever this process holds the lease, and stop it when the lease is lost."""
    failures = 0
    while True:
        try:
            async with inbox.leases.hold(name) as lease:
                failures = 0
                await _until_lost(work(), lease.lost)
        except Exception as error:  # noqa: BLE001 - the store may be away: wait for it, for ever
            failures += 1
            log.warning("lease_failed", lease=name, error=type(error).__name__)
        await sleep(backoff(failures, most=30) if failures else SHORTEST)


async def _until_lost(work: Coroutine[Any, Any, None], lost: asyncio.Event) -> None:
    doing, losing = asyncio.create_task(work), asyncio.create_task(lost.wait())
    ends = list[asyncio.Task[Any]]([doing])
    ends.append(losing)  # guard: LEASE test=tests/bots/test_listening.py::test_lost
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        over = doing.done()
        doing.cancel()
        losing.cancel()
        await asyncio.gather(doing, losing, return_exceptions=True)
    if over:
        doing.result()
