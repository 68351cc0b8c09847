"""Who is on duty, and until when."""

from __future__ import annotations

from collections.abc import Callable

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Millis, OfficerId


class Duty:
    """Keeps who takes what comes; a duty ends by itself."""

    def __init__(self, client: Client, now: Callable[[], Millis]) -> None:
        self._client = client
        self._now = now

    async def on(self, officer: OfficerId, until: Millis) -> None:
        """Put an officer on duty until a time (UTC ms)."""
        await self._client.call("HSET", keys.DUTY, officer, until)

    async def off(self, officer: OfficerId) -> None:
        """Take an officer off duty."""
        await self._client.call("HDEL", keys.DUTY, officer)

    async def list(self) -> dict[OfficerId, Millis]:
        """Return who is on duty now, and until when each is."""
        kept, now = await self._client.call("HGETALL", keys.DUTY), self._now()
        return {officer.decode(): int(until) for officer, until in kept.items() if int(until) > now}
