"""Who was called to which unclaimed conversation: a restart neither forgets nor repeats it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.scores import scored
from inbox.triage.alerting import Alerted, How, Outcome
from inbox.words import ConversationId, Millis, OfficerId

KEPT = 30 * 86_400
"""Seconds for which it is remembered who was called."""

BEGAN, NOBODY = "began", "nobody"


class Alerts:
    """Keeps when each watched conversation is looked at next, and what was done for it.

    Each claim begins a new count: fields carry the conversation's fence.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def due(self, now: Millis, most: int) -> tuple[ConversationId, ...]:
        """Return at most `most` watched conversations whose look is due, the longest due first."""
        limits = ("-inf", now, "WITHSCORES", "LIMIT", 0, most)
        shares = await asyncio.gather(
            *(self._client.call("ZRANGEBYSCORE", keys.watch(tag), *limits) for tag in keys.tags())
        )
        found = sorted((at, id_) for share in shares for id_, at in scored(share))
        return tuple(id_ for _, id_ in found[:most])

    async def later(self, id_: ConversationId, at: Millis) -> None:
        """Look at it again then; one that is no longer watched stays so."""
        await self._client.call("ZADD", keys.watch(keys.tag(id_)), "XX", at, id_)

    async def forget(self, id_: ConversationId) -> None:
        """Remember of a conversation nothing more: it waits no longer."""
        await self._client.call("DEL", keys.alert(id_))

    async def read(self, id_: ConversationId, fence: int, now: Millis) -> Alerted:
        """Return what was done since it began to wait; with the first look it begins."""
        key = keys.alert(id_)
        await self._client.call("HSETNX", key, f"{fence}/{BEGAN}", now)
        await self._client.call("EXPIRE", key, KEPT)
        return _alerted(await self._client.call("HGETALL", key), fence)

    async def asked(self, id_: ConversationId, fence: int, officer: OfficerId, at: Millis) -> None:
        """Note that somebody is being called."""
        await self._client.call("HSET", keys.alert(id_), f"{fence}/asked/{officer}", at)

    async def ended(
        self, id_: ConversationId, fence: int, officer: OfficerId, outcome: Outcome
    ) -> None:
        """Note what became of it, and let it be looked at now: the next may be due at once."""
        value = f"{outcome.how} {outcome.at}"
        await self._client.call("HSET", keys.alert(id_), f"{fence}/ended/{officer}", value)
        if outcome.how != "told":  # who was not called keeps no other call waiting
            await self._client.call("HDEL", keys.ALERTED, officer)
        await self.later(id_, outcome.at)

    async def nobody(self, id_: ConversationId, fence: int, at: Millis) -> None:
        """Note that it was told that nobody is left to call."""
        await self._client.call("HSET", keys.alert(id_), f"{fence}/{NOBODY}", at)

    async def last(self) -> dict[OfficerId, Millis]:
        """Return when each officer was last called, whatever for."""
        kept = await self._client.call("HGETALL", keys.ALERTED)
        return {officer.decode(): int(at) for officer, at in kept.items()}

    async def called(self, officer: OfficerId, at: Millis) -> None:
        """Note when an officer was last called."""
        await self._client.call("HSET", keys.ALERTED, officer, at)


def _alerted(kept: Mapping[bytes, bytes], fence: int) -> Alerted:
    began = nobody = 0
    asked: dict[OfficerId, Millis] = {}
    outcomes: dict[OfficerId, Outcome] = {}
    for field, value in kept.items():
        of, what, officer = (*field.decode().split("/", 2), "")[:3]
        if of != str(fence):
            continue
        if what == "asked":
            asked[officer] = int(value)
        elif what == "ended":
            outcomes[officer] = _outcome(value)
        else:
            began, nobody = (int(value), nobody) if what == BEGAN else (began, int(value))
    return Alerted(began, asked, outcomes, nobody)


def _outcome(value: bytes) -> Outcome:
    how, _, at = value.decode().partition(" ")
    known: How = "told" if how == "told" else "silent" if how == "silent" else "refused"
    return Outcome(known, int(at))
