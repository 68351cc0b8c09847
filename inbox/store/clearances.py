"""What waits for clearance, and who was asked by which message: a restart repeats nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.scores import scored
from inbox.triage.alerting import How, Outcome
from inbox.triage.asking import Asked, Posted
from inbox.words import ConversationId, Millis, OfficerId

KEPT = 30 * 86_400
"""Seconds for which it is remembered who was asked."""


class Clearances:
    """Keeps each question under the number of its timer: asked anew, it is another question."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def waiting(self) -> tuple[ConversationId, ...]:
        """Return every conversation with an answer that waits for clearance."""
        calls = (self._client.call("ZRANGE", keys.uncleared(tag), 0, -1) for tag in keys.tags())
        return tuple(id_.decode() for share in await asyncio.gather(*calls) for id_ in share)

    async def due(self, now: Millis, most: int) -> tuple[ConversationId, ...]:
        """Return at most `most` of them whose look is due, the longest due first."""
        limits = ("-inf", now, "WITHSCORES", "LIMIT", 0, most)
        shares = await asyncio.gather(
            *(
                self._client.call("ZRANGEBYSCORE", keys.uncleared(tag), *limits)
                for tag in keys.tags()
            )
        )
        found = sorted((at, id_) for share in shares for id_, at in scored(share))
        return tuple(id_ for _, id_ in found[:most])

    async def later(self, id_: ConversationId, at: Millis) -> None:
        """Look at it again then; one that no longer waits stays so."""
        await self._client.call("ZADD", keys.uncleared(keys.tag(id_)), "XX", at, id_)

    async def read(self, id_: ConversationId, timer: int, now: Millis) -> Asked:
        """Return what was done since it began to wait; with the first look it begins."""
        key = keys.asking(id_)
        await self._client.call("HSETNX", key, f"{timer}/began/", now)
        await self._client.call("EXPIRE", key, KEPT)
        return _asked(await self._client.call("HGETALL", key), timer)

    async def asked(self, id_: ConversationId, timer: int, officer: OfficerId, at: Millis) -> None:
        """Note that somebody is being asked."""
        await self._client.call("HSET", keys.asking(id_), f"{timer}/asked/{officer}", at)

    async def ended(
        self, id_: ConversationId, timer: int, officer: OfficerId, outcome: Outcome
    ) -> None:
        """Note what became of it, and let it be looked at now: the next may be due at once."""
        value = f"{outcome.how} {outcome.at}"
        await self._client.call("HSET", keys.asking(id_), f"{timer}/ended/{officer}", value)
        await self.later(id_, outcome.at)

    async def posted(
        self, id_: ConversationId, timer: int, officer: OfficerId, where: Posted
    ) -> None:
        """Note by which message somebody was asked, so that it can tell what became of it."""
        value = msgspec.json.encode(where)
        await self._client.call("HSET", keys.asking(id_), f"{timer}/post/{officer}", value)

    async def posts(self, id_: ConversationId) -> dict[tuple[int, OfficerId], Posted]:
        """Return the messages that still tell of it: timer and officer to where."""
        kept = await self._client.call("HGETALL", keys.asking(id_))
        fields = {tuple(name.decode().split("/", 2)): value for name, value in kept.items()}
        return {
            (int(timer), officer): msgspec.json.decode(value, type=Posted)
            for (timer, what, officer), value in fields.items()
            if what == "post"
        }

    async def known(self, id_: ConversationId) -> tuple[int, ...]:
        """Return the numbers of the questions that were asked of it and are not done with."""
        names = await self._client.call("HKEYS", keys.asking(id_))
        return tuple(sorted({int(name.decode().partition("/")[0]) for name in names}))

    async def forget(self, id_: ConversationId, timer: int) -> None:
        """Remember nothing more of one question: all who were asked know how it ended."""
        key = keys.asking(id_)
        names = [name.decode() for name in await self._client.call("HKEYS", key)]
        own = [name for name in names if name.startswith(f"{timer}/")]
        if own:
            await self._client.call("HDEL", key, *own)


def _asked(kept: Mapping[bytes, bytes], timer: int) -> Asked:
    began: Millis = 0
    asked: dict[OfficerId, Millis] = {}
    outcomes: dict[OfficerId, Outcome] = {}
    for field, value in kept.items():
        of, what, officer = field.decode().split("/", 2)
        if of != str(timer):
            continue
        if what == "began":
            began = int(value)
        elif what == "asked":
            asked[officer] = int(value)
        elif what == "ended":
            how, _, at = value.decode().partition(" ")
            known: How = "told" if how == "told" else "silent" if how == "silent" else "refused"
            outcomes[officer] = Outcome(known, int(at))
    return Asked(began, asked, outcomes)
