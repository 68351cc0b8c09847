"""Payloads as they came: compressed, apart from the histories, gone with their day."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from functools import cache

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import ConversationId, MessageId, Millis

KEPT_DAYS = 30
"""A payload is for finding out what a platform really sent: a month is enough, law or no law."""

SECONDS = KEPT_DAYS * 86_400


def pack(payload: bytes) -> bytes:
    """Compress a payload quickly: it is done between a message and its acknowledgement.

    Level 1, a window of 4 KB: the usual window takes 200 us to set up, the work itself 15 [m].
    """
    if not payload:
        return b""
    work = zlib.compressobj(1, zlib.DEFLATED, 12, 5)
    return work.compress(payload) + work.flush()


def key(conversation: ConversationId, at: Millis) -> str:
    """Name the hash of one bucket's payloads of the (UTC) day of `at`."""
    return keys.raw(keys.tag(conversation), _day(at // 86_400_000))


@cache
def _day(number: int) -> str:
    """Write the so many-th day since 1970 as `20261123`."""
    return f"{datetime.fromtimestamp(number * 86_400, UTC):%Y%m%d}"


async def load(
    client: Client, conversation: ConversationId, message: MessageId, at: Millis
) -> bytes | None:
    """Give the payload of a message taken in at `at`, or None when its time is over."""
    packed = await client.call("HGET", key(conversation, at), message)
    return zlib.decompress(packed) if packed else None
