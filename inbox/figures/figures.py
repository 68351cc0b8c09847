"""The figures: kept as sums while conversations change, read in a few round trips, rebuilt beside.

What is read does not grow with the conversations: `now` reads counters and the first of short
lines, `between` one set of counters a day and bucket.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from inbox.figures.adding import LONG, bumps, first, lines, row, standing
from inbox.figures.definitions import HOUR, tell
from inbox.figures.words import Burning, By, Row, Share, Standing, Why
from inbox.store.client import Client
from inbox.store.log import Touched
from inbox.store.read import Read
from inbox.store.sums import DAY, Sums
from inbox.words import AccountId, ConversationId, Lane, Millis

AT_ONCE = 100
"""Conversations folded at the same time."""


class Figures:
    """Counts, and tells what was counted. Every call raises Gone.

    Nothing here asks who may know: give it only the accounts for which `may(officer, "statistics",
    account)`. `lanes` tells which are urgent: those with reserved seats.
    """

    def __init__(
        self, client: Client, read: Read, lanes: Sequence[Lane], now: Callable[[], Millis]
    ) -> None:
        self._sums = Sums(client)
        self._read = read
        self._urgent = {lane.name for lane in lanes if lane.reserved}
        self._now = now

    async def count(self, touched: tuple[Touched, ...]) -> None:
        """Count what is new in these conversations' histories."""
        ids = [one.id for one in touched if one.kind == "conv"]
        for start in range(0, len(ids), AT_ONCE):
            await asyncio.gather(*(self._count(id_) for id_ in ids[start : start + AT_ONCE]))

    async def rebuild(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Count everything anew from the histories beside live traffic, then use that.

        `told` hears how many are done. A second rebuild that begins meanwhile is the one that
        counts; this one then ends.
        """
        generation = await self._sums.build()
        done = 0
        async for touched in self._read.everything():
            await asyncio.gather(*(self._count_in(generation, one.id) for one in touched))
            done += len(touched)
            told(done)
        if await self._sums.switch(generation):
            await self._sums.sweep()

    async def now(self, accounts: Iterable[AccountId]) -> Standing:
        """Return how things stand in these accounts."""
        asked = frozenset(accounts)
        at = await self._sums.seen_until(self._now())
        shares: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        holders: Counter[str] = Counter()
        lines = []
        for tag, generation, fields in await self._sums.standing():
            for (figure, account, lane, *officer), many in fields.items():
                if account not in asked:
                    continue
                if figure == "holds":
                    holders[officer[0]] += many
                else:
                    shares[account, lane][figure] += many
                if figure in ("free", "kept"):
                    lines.append((tag, generation, (figure, account, lane)))
        firsts = await self._firsts(lines)
        return standing(at, asked, self._shares(shares, firsts), holders)

    async def burning(self, accounts: Iterable[AccountId], most: int) -> tuple[Burning, ...]:
        """Return at most `most` conversations to see to: lives first, then who waits longest."""
        asked = frozenset(accounts)
        wanted = []
        for tag, generation, fields in await self._sums.standing():
            for figure, account, lane, *_ in fields:
                if account in asked and (why := self._burns(figure, lane)):
                    wanted.append((tag, generation, (figure, account, lane), why))
        found = await asyncio.gather(
            *(self._sums.line(tag, generation, name, most) for tag, generation, name, _ in wanted)
        )
        rows = [
            Burning(id_, name[1], why, since)
            for (_, _, name, why), line in zip(wanted, found, strict=True)
            for id_, since in line
        ]
        order = get_args(Why)
        rows.sort(key=lambda one: (order.index(one.why), one.since, one.id))
        once: dict[ConversationId, Burning] = {}
        for one in rows:
            once.setdefault(one.id, one)
        return tuple(once.values())[:most]

    async def between(
        self, accounts: Iterable[AccountId], since: Millis, until: Millis, by: By, *, lane: str = ""
    ) -> tuple[Row, ...]:
        """Return what happened in these accounts in the hours (UTC) that begin in [since, until).

        A day of any time zone is the hours that begin between its midnights: give these. With a
        `lane`, only what happened in it is told.
        """
        asked = frozenset(accounts)
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        ranges: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        async for day, fields in self._sums.days(since // DAY, (until - 1) // DAY):
            for (hour, short, account, stood, officer, *number), many in fields.items():
                begins = day * DAY + int(hour) * HOUR
                if account not in asked or not since <= begins < until:
                    continue
                if lane not in ("", stood):
                    continue
                keys: dict[By, str] = {
                    "account": account, "lane": stood, "officer": officer, "hour": str(begins)
                }  # fmt: skip
                counts[keys[by]][LONG[short]] += many
                if number:
                    ranges[keys[by], LONG[short]][int(number[0])] += many
        return tuple(row(key, counts[key], ranges) for key in sorted(counts))

    async def _count(self, id_: ConversationId) -> None:
        for generation in await self._sums.generations(id_):
            await self._count_in(generation, id_)

    async def _count_in(self, generation: str, id_: ConversationId) -> None:
        """Repeat until what was counted before is still so when it is written."""
        while True:
            before = await self._sums.counted(generation, id_)
            history = await self._read.history(id_)
            if len(history) <= before:
                return
            told = tell(history, before)
            entries = (before, len(history))
            if await self._sums.add(generation, id_, entries, bumps(told), lines(told)):
                return

    def _burns(self, figure: str, lane: str) -> Why | None:
        if figure in ("free", "kept"):
            return "urgent" if lane in self._urgent else None
        return "unsure" if figure == "unsure" else "failed" if figure == "failed" else None

    async def _firsts(
        self, lines: Sequence[tuple[str, str, tuple[str, ...]]]
    ) -> dict[tuple[str, ...], Millis]:
        found = await asyncio.gather(*(self._sums.line(*line, 1) for line in lines))
        firsts: dict[tuple[str, ...], Millis] = {}
        for (_, _, name), line in zip(lines, found, strict=True):
            for _, since in line:
                firsts[name] = min(firsts.get(name, since), since)
        return firsts

    def _shares(
        self,
        shares: dict[tuple[str, str], Counter[str]],
        firsts: dict[tuple[str, ...], Millis],
    ) -> dict[tuple[str, str], Share]:
        found = {}
        for (account, lane), many in shares.items():
            free, kept = (firsts.get((line, account, lane), 0) for line in ("free", "kept"))
            urgent = lane in self._urgent
            found[account, lane] = Share(
                open=many["open"],
                unclaimed=many["free"],
                oldest=free,
                urgent=many["free"] + many["kept"] if urgent else 0,
                urgent_since=first(free, kept) if urgent else 0,
                unsure=many["unsure"],
                failed=many["failed"],
            )
        return found
