"""Accounts from which nothing may leave, and things that may happen only once."""

from __future__ import annotations

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import AccountId


class Halts:
    """Keeps which accounts are halted."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def halted(self) -> frozenset[AccountId]:
        """Return the accounts from which nothing may leave."""
        return frozenset(a.decode() for a in await self._client.call("SMEMBERS", keys.HALTED))

    async def halt(self, account: AccountId) -> None:
        """Let nothing more leave from this account."""
        await self._client.call("SADD", keys.HALTED, account)

    async def unhalt(self, account: AccountId) -> None:
        """Let answers leave again."""
        await self._client.call("SREM", keys.HALTED, account)


async def seen_once(client: Client, key: str, seconds: int) -> bool:
    """Return True the first time in `seconds` that anybody asks this, and False to all others."""
    return bool(await client.call("SET", keys.once(key), b"1", "NX", "EX", seconds))
