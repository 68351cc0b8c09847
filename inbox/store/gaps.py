"""What an account does not know or has not delivered, and what it costs: told, never smoothed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from inbox.conversations.state import Answer, Conversation
from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Account, AccountId, MessageId, Millis, Record

LATE: Millis = 5 * 60_000
"""How long after its time an answer on its way counts as undelivered."""
UNREAD_FOR: Millis = 7 * 24 * 3_600_000
"""How long a message that only the platform's own app can show is counted."""
HOLE_FOR: Millis = 30 * 24 * 3_600_000
"""How long a hole that nobody can fill is told of."""
MICROS = 1_000_000
"""A currency's millionths: sums are kept whole."""
PUSHED_EVERY: Millis = 10_000
"""How often at most it is written down that pushes come."""
MISSED = 3
"""So many messages that only a poll brought, and no push since: pushes are lost."""
PAID_FOR = 48 * 3600
"""Seconds for which a day's charges are remembered."""


class Gap(Record, frozen=True):
    """How honest one account's inbox is: complete until when, and what it lacks.

    `reason` says why it is not complete up to now: "" (it is), never, busy, partly, locked,
    unavailable, broke, or webhook (pushes are lost, polling fills); `since` is when that began.
    `hole_from` to `hole_until` is the latest stretch that the platform lists no longer. All times
    are UTC ms, 0 meaning none or unknown; sums are in `currency`, a `budget` of 0 is no bound.
    """

    account: AccountId
    complete_until: Millis = 0
    reason: str = ""
    since: Millis = 0
    unreadable: int = 0
    """What is set aside, and what only the platform's own app can show (of the last week)."""
    aside: int = 0
    """Those of the unreadable that wait for an operator."""
    undelivered: int = 0
    """Conversations whose answer failed, is unsure, or is on its way long after its time."""
    spent: float = 0.0
    budget: float = 0.0
    currency: str = ""
    hole_from: Millis = 0
    hole_until: Millis = 0
    holes: int = 0


class Tables(Protocol):
    """The accounts, and the currency that a platform charges in."""

    @property
    def accounts(self) -> Sequence[Account]:
        """All of them."""
        ...


class Gaps:
    """Keeps and tells each account's gaps. Every call raises Gone."""

    def __init__(self, client: Client, tables: Tables, now: Callable[[], Millis]) -> None:
        self._client = client
        self._tables = tables
        self._now = now
        self._pushed = dict[AccountId, Millis]()

    async def list(self) -> tuple[Gap, ...]:
        """Return every account's gap, in the order of the tables."""
        return tuple(await asyncio.gather(*(self._of(one) for one in self._tables.accounts)))

    async def read(self, account: AccountId, reason: str) -> None:
        """Remember how a round of reading ended: why it is not complete, "" where it is."""
        kept = await self._client.call("HGET", keys.gap(account), "reason")
        if kept is None or kept.decode() != reason:
            told = ("reason", reason, "since", self._now())
            await self._client.call("HSET", keys.gap(account), *told)

    async def pushed(self, account: AccountId) -> None:
        """Remember that pushes come for an account."""
        now = self._now()
        if now - self._pushed.get(account, 0) >= PUSHED_EVERY:
            await self._client.call("HSET", keys.gap(account), "pushed", now, "missed", 0)
            self._pushed[account] = now

    async def missed(self, account: AccountId) -> bool:
        """Remember a message that a push should have brought; True once pushes count as lost."""
        self._pushed.pop(account, None)
        many = await self._client.call("HINCRBY", keys.gap(account), "missed", 1)
        return int(many) >= MISSED

    async def hole(self, account: AccountId, start: Millis, end: Millis) -> None:
        """Remember a stretch of time that the platform lists no longer."""
        key, oldest = keys.holes(account), self._now() - HOLE_FOR
        await self._client.call("ZADD", key, end, f"{start}-{end}")
        await self._client.call("ZREMRANGEBYSCORE", key, "-inf", oldest)

    async def unread(self, account: AccountId, message: MessageId, written: Millis) -> None:
        """Remember a message that we cannot read, once however often it comes."""
        key, oldest = keys.unread(account), self._now() - UNREAD_FOR
        await self._client.call("ZADD", key, written, message)
        await self._client.call("ZREMRANGEBYSCORE", key, "-inf", oldest)

    async def spend(
        self, account: AccountId, what: str, cost: float, things: Iterable[str] = ("",)
    ) -> float:
        """Count what was charged; a thing with a name is charged once a day (UTC).

        Returns what this month has cost so far.
        """
        named = list(things)
        many = await self._charged(account, what, named) if any(named) else len(named)
        if not many:
            return await self.spent(account)
        key = keys.spent(account, self.month)
        await self._client.call("HINCRBY", key, what, many)
        micros = round(cost * MICROS) * many
        return int(await self._client.call("HINCRBY", key, "micros", micros)) / MICROS

    @property
    def month(self) -> str:
        """The month (UTC) that spending is counted in: `202611`."""
        return f"{self._day():%Y%m}"

    async def spent(self, account: AccountId) -> float:
        """Return what this month (UTC) has cost so far."""
        key = keys.spent(account, self.month)
        return int(await self._client.call("HGET", key, "micros") or 0) / MICROS

    async def overspent(self) -> frozenset[AccountId]:
        """Return the accounts whose month's money is spent."""
        bounded = [one for one in self._tables.accounts if one.budget.amount]
        spent = await asyncio.gather(*(self.spent(one.id) for one in bounded))
        pairs = zip(bounded, spent, strict=True)
        return frozenset(one.id for one, sum_ in pairs if sum_ >= one.budget.amount)

    async def _charged(self, account: AccountId, what: str, things: Sequence[str]) -> int:
        """Return how many of these were not charged today yet."""
        key = keys.paid(account, f"{self._day():%Y%m%d}")
        new = int(await self._client.call("SADD", key, *(f"{what}/{one}" for one in things)))
        if new:
            await self._client.call("EXPIRE", key, PAID_FOR)
        return new

    def _day(self) -> datetime:
        return datetime.fromtimestamp(self._now() / 1000, UTC)

    async def _of(self, account: Account) -> Gap:
        kept, until, hole, holes, aside, unread, undelivered, spent = await asyncio.gather(
            self._client.call("HMGET", keys.gap(account.id), "reason", "since", "pushed", "missed"),
            self._client.call("HGET", keys.cursor(account.id), "until"),
            self._client.call("ZREVRANGE", keys.holes(account.id), 0, 0),
            self._client.call("ZCARD", keys.holes(account.id)),
            self._client.call("HGET", keys.aside_by(), account.id),
            self._client.call("ZCOUNT", keys.unread(account.id), self._now() - UNREAD_FOR, "+inf"),
            self._undelivered(account.id),
            self.spent(account.id),
        )
        reason, since = _why(*kept)
        start, _, end = hole[0].decode().partition("-") if hole else ("0", "", "0")
        return Gap(
            account=account.id,
            complete_until=int(until or 0),
            reason=reason,
            since=since,
            unreadable=int(aside or 0) + int(unread),
            aside=int(aside or 0),
            undelivered=undelivered,
            spent=spent,
            budget=account.budget.amount,
            currency=account.budget.currency,
            hole_from=int(start),
            hole_until=int(end),
            holes=int(holes),
        )

    async def _undelivered(self, account: AccountId) -> int:
        shares = await asyncio.gather(
            *(
                self._client.call("ZCOUNT", keys.stuck(tag, account), "-inf", self._now())
                for tag in keys.tags()
            )
        )
        return sum(map(int, shares))


def _why(
    reason: bytes | None, since: bytes | None, pushed: bytes | None, missed: bytes | None
) -> tuple[str, Millis]:
    """Return why an account is not complete up to now, and since when."""
    if not reason and int(missed or 0) >= MISSED:
        return "webhook", int(pushed or 0)
    return "never" if reason is None else reason.decode(), int(since or 0)


def undelivered_at(conversation: Conversation) -> Millis | None:
    """Return from when on an answer of this conversation counts as undelivered; None: none can."""
    times = [time for answer in conversation.answers if (time := _late(answer)) is not None]
    return min(times, default=None)


def _late(answer: Answer) -> Millis | None:
    if answer.state == "stuck":
        return answer.leaves_at
    return answer.leaves_at + LATE if answer.state in ("ready", "sending") else None
