"""Questions to a platform, asked here and answered by whoever speaks to it, in another process."""

from __future__ import annotations

import asyncio
import time

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import AccountId, Audience, PersonId, Reach

PATIENCE = 2.0
"""Seconds somebody waits for an answer; then it is unknown, which stops nobody."""
LOOK = 0.05
"""Seconds between two looks for an answer."""
KEPT = 60
"""Seconds an answer counts."""

_reach = msgspec.json.Decoder(Reach)


class Asks:
    """Carries questions and answers between processes; every call raises Gone."""

    def __init__(self, client: Client, patience: float = PATIENCE) -> None:
        self._client = client
        self._patience = patience

    async def ask(self, account: AccountId, person: PersonId, audience: Audience) -> Reach:
        """Return whether a person can be written to; unknown where nobody answers in time."""
        key = keys.answered(account, person, audience)
        deadline = time.monotonic() + self._patience
        kept = await self._client.call("GET", key)
        if not kept:
            await self._client.call("SADD", keys.asked(account), f"{audience} {person}")
        while not kept and time.monotonic() < deadline:
            await asyncio.sleep(LOOK)
            kept = await self._client.call("GET", key)
        return _reach.decode(kept) if kept else Reach("unknown")

    async def open(self, account: AccountId) -> tuple[tuple[PersonId, Audience], ...]:
        """Return what is asked of this account's platform and not answered yet."""
        kept = await self._client.call("SMEMBERS", keys.asked(account))
        pairs = (one.decode().partition(" ") for one in sorted(kept))
        return tuple(
            (person, "private" if audience == "private" else "public")
            for audience, _, person in pairs
        )

    async def answer(
        self, account: AccountId, person: PersonId, audience: Audience, reach: Reach
    ) -> None:
        """Keep an answer for a minute, and take the question away."""
        key = keys.answered(account, person, audience)
        await self._client.call("SET", key, msgspec.json.encode(reach), "EX", KEPT)
        await self._client.call("SREM", keys.asked(account), f"{audience} {person}")
