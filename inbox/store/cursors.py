"""How far each account has been read."""

from __future__ import annotations

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import AccountId, Millis


class Cursors:
    """Keeps a platform's own cursor for each account, and up to when its messages are complete."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def get(self, account: AccountId) -> str | None:
        """Return the platform's cursor; None before the first read."""
        kept = await self._client.call("HGET", keys.cursor(account), "cursor")
        return kept.decode() if kept is not None else None

    async def set(self, account: AccountId, cursor: str, until: Millis) -> None:
        """Keep a committed batch's cursor; it is complete up to `until` (UTC ms; 0: unknown)."""
        more = ("until", until) if until else ()
        await self._client.call("HSET", keys.cursor(account), "cursor", cursor, *more)

    async def until(self, account: AccountId) -> Millis:
        """Return up to when the account's messages are known to be complete; 0 means unknown."""
        return int(await self._client.call("HGET", keys.cursor(account), "until") or 0)
