"""Who somebody in Slack is, where officers.toml does not say it: bound by a code used once.

The code is made on the host by who may read its settings; only its digest is kept, for ten minutes.
What the officer may do stands in officers.toml all the same: whoever writes here gives no role.
"""

from __future__ import annotations

from hashlib import sha256

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import OfficerId

LASTS = 600
"""Seconds for which a code may be typed."""


class Seats:
    """Keeps which Slack id, as `team/user`, acts as which officer."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def mint(self, code: str, officer: OfficerId) -> None:
        """Let this code seat somebody as this officer, once."""
        await self._client.call("SET", keys.seat_code(_digest(code)), officer, "EX", LASTS)

    async def use(self, code: str) -> OfficerId:
        """Return for whom a code was made, and make it worthless; "" for one that is not good."""
        key = keys.seat_code(_digest(code))
        kept = await self._client.call("GETDEL", key)
        return kept.decode() if kept else ""

    async def take(self, who: str, officer: OfficerId) -> None:
        """Remember as whom a Slack id acts."""
        await self._client.call("HSET", keys.SEATS, who, officer)

    async def free(self, officer: OfficerId) -> int:
        """Forget every Slack id that acts as this officer, and return how many there were."""
        mine = [who for who, whom in (await self.list()).items() if whom == officer]
        return int(await self._client.call("HDEL", keys.SEATS, *mine)) if mine else 0

    async def list(self) -> dict[str, OfficerId]:
        """Return who acts as whom."""
        kept = await self._client.call("HGETALL", keys.SEATS)
        return {who.decode(): officer.decode() for who, officer in kept.items()}


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
