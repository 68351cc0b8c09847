"""What an officer is writing: kept while they write, never part of a history."""

from __future__ import annotations

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Audience, ConversationId, Millis, OfficerId, Record

KEPT = 30 * 86_400
"""Seconds for which an unfinished text is kept."""

GIVEN_UP = 3600
"""Seconds for which a given-up text cannot come back by an autosave that was on its way."""


class Draft(Record, frozen=True):
    """An unfinished text, and when its writer last changed it (UTC ms)."""

    text: str
    at: Millis
    audience: Audience = "public"


class Drafts:
    """Keeps each officer's unfinished text for each conversation: the latest written wins."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def save(
        self,
        conversation: ConversationId,
        officer: OfficerId,
        text: str,
        at: Millis,
        audience: Audience,
    ) -> bool:
        """Keep a text for 30 days; False, and nothing changes, when a newer one is kept already."""
        draft = msgspec.json.encode(Draft(text, at, audience))
        return await self._put(conversation, officer, at, draft, KEPT)

    async def load(self, conversation: ConversationId, officer: OfficerId) -> Draft | None:
        """Return what the officer was writing."""
        kept = await self._client.call("GET", keys.draft(conversation, officer))
        draft = kept.partition(b" ")[2] if kept else b""
        return msgspec.json.decode(draft, type=Draft) if draft else None

    async def drop(
        self, conversation: ConversationId, officer: OfficerId, at: Millis | None = None
    ) -> None:
        """Give the text up; with `at`, not a newer one, and an older one cannot come back."""
        if at is None:
            await self._client.call("DEL", keys.draft(conversation, officer))
        else:
            await self._put(conversation, officer, at, b"", GIVEN_UP)

    async def _put(
        self,
        conversation: ConversationId,
        officer: OfficerId,
        at: Millis,
        draft: bytes,
        seconds: int,
    ) -> bool:
        key = keys.draft(conversation, officer)
        return bool(await self._client.function("draft_save_1", [key], at, draft, seconds))
