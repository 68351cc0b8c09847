"""Login links for when Slack is away: each opens once, for ten minutes; only its digest is kept."""

from __future__ import annotations

from hashlib import sha256

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import OfficerId

LASTS = 600
"""Seconds for which a link opens."""


class Logins:
    """Remembers for whom a login link was made, until it is used."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def mint(self, token: str, officer: OfficerId) -> None:
        """Let this token open once for this officer; whoever reads the store cannot use it."""
        await self._client.call("SET", keys.login(_digest(token)), officer, "EX", LASTS)

    async def use(self, token: str) -> OfficerId:
        """Return for whom a token was made, and make it worthless; "" for one that is not good."""
        kept = await self._client.call("GETDEL", keys.login(_digest(token)))
        return kept.decode() if kept else ""


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
