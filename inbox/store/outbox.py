"""Which conversations of an account have a part to send or to take back, and when."""

from __future__ import annotations

import asyncio

from inbox.conversations.state import Answer, Conversation, part_to_send
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.scores import scored
from inbox.words import AccountId, ConversationId, Millis

UNSURE_AFTER = 120_000
"""Milliseconds after which the outcome of a part that was being sent must be asked for."""


class Outbox:
    """Reads the picture "out": conversations by the time at which something is to be done."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def due(self, account: AccountId, now: Millis, most: int) -> tuple[ConversationId, ...]:
        """Return at most `most` conversations whose time has come, the longest due first."""
        limits = ("-inf", now, "WITHSCORES", "LIMIT", 0, most)
        shares = await asyncio.gather(
            *(
                self._client.call("ZRANGEBYSCORE", keys.out(tag, account), *limits)
                for tag in keys.tags()
            )
        )
        kept = sorted((at, id_) for share in shares for id_, at in scored(share))
        return tuple(id_ for _, id_ in kept[:most])

    async def next(self, account: AccountId) -> Millis | None:
        """Return when something is to be done next; None when nothing is on its way."""
        shares = await asyncio.gather(
            *(
                self._client.call("ZRANGE", keys.out(tag, account), 0, 0, "WITHSCORES")
                for tag in keys.tags()
            )
        )
        return min((at for share in shares for _, at in scored(share)), default=None)


def leaves_at(conversation: Conversation) -> Millis | None:
    """Return when the postroom must look at a conversation; None when nothing is on its way.

    A part may leave when its answer's hold is over; a part being sent is asked about 120 s after it
    started; an answer to be taken back is looked at at once.
    """
    times = [time for answer in conversation.answers if (time := _looked_at(answer)) is not None]
    if sending := part_to_send(conversation):
        times.append(sending[2])
    return min(times, default=None)


def _looked_at(answer: Answer) -> Millis | None:
    if answer.state == "retracting":
        return max([answer.at, *(part.until for part in answer.parts)])
    started = [part.started for part in answer.parts if part.state == "sending"]
    return min(started) + UNSURE_AFTER if started else None
