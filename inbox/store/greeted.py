"""Who was lately replied to automatically: nobody is twice, in whatever conversation."""

from __future__ import annotations

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import ConversationId, PersonId

DAY = 86_400
"""Seconds in which a person gets one automatic reply at most."""


class Greeted:
    """Remembers, for a day, in which conversation a person was greeted."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def first(self, person: PersonId, ref: ConversationId) -> bool:
        """Whether this is the day's first conversation to greet them, asked however often.

        It is written down before the greeting: a clerk that dies between asks again and may go on.
        """
        key = keys.greeted(person)
        if await self._client.call("SET", key, ref, "NX", "EX", DAY):
            return True
        kept = await self._client.call("GET", key)
        return bool(kept) and kept.decode() == ref

    async def forget(self, person: PersonId) -> None:
        """Forget it: they were not greeted after all."""
        await self._client.call("DEL", keys.greeted(person))
