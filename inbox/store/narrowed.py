"""What an account's own server says of its limits, learned by the bots, known to all processes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import AccountId, Audience


class Narrowed:
    """Keeps the limits that servers named."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def set(self, account: AccountId, limits: Mapping[Audience, int]) -> None:
        """Remember what an account's server named."""
        await self._client.call("HSET", keys.PROFILES, account, msgspec.json.encode(dict(limits)))

    async def list(self) -> dict[AccountId, dict[Audience, int]]:
        """Return what each account's server named."""
        kept = await self._client.call("HGETALL", keys.PROFILES)
        return {
            account.decode(): msgspec.json.decode(limits, type=dict[Audience, int])
            for account, limits in kept.items()
        }
