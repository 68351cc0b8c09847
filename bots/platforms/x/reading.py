"""X's read endpoints for one account, page by page, with the fields an inbox needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from bots.contract import Locked
from bots.platforms.x.calls import Calls
from bots.platforms.x.limits import LOOKUP, PAGE
from bots.platforms.x.payloads import Json

USER_FIELDS = ["created_at", "name", "profile_image_url", "username", "verified_type"]
POSTS: dict[str, Any] = {
    "tweet_fields": [
        *("attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids"),
        *("entities", "in_reply_to_user_id", "lang", "note_tweet", "referenced_tweets", "text"),
    ],
    "user_fields": USER_FIELDS,
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "expansions": [
        *("author_id", "attachments.media_keys", "entities.mentions.username"),
        *("referenced_tweets.id", "referenced_tweets.id.author_id"),
    ],
}
DMS: dict[str, Any] = {
    "dm_event_fields": [
        *("attachments", "created_at", "dm_conversation_id", "entities", "event_type"),
        *("id", "sender_id", "text"),
    ],
    "event_types": "MessageCreate",
    "user_fields": USER_FIELDS,
    "expansions": ["sender_id"],
}


class Reader:
    """Reads for one account; every listing comes newest first, as X gives it."""

    def __init__(self, calls: Calls, native_id: str) -> None:
        self._calls = calls
        self._native_id = native_id

    async def mentions(self, since: str, token: str = "") -> AsyncIterator[Json]:
        """Yield the pages of posts after `since` that name or answer us."""
        more = _on(token)
        async for page in self._pages("mentions", "get_users_mentions", since, **more):
            yield page

    async def timeline(self, since: str, token: str = "") -> AsyncIterator[Json]:
        """Yield the pages of our own posts after `since`, reposts left out."""
        more = {"exclude": "retweets", **_on(token)}
        async for page in self._pages("timeline", "get_users_tweets", since, **more):
            yield page

    async def dms(self, since: str, token: str = "") -> AsyncIterator[Json]:
        """Yield the pages of direct messages after `since`, which X itself cannot sort out."""
        more: dict[str, Any] = _on(token)
        while True:
            page = await self._calls.read(
                "dm_events", "get_direct_message_events", max_results=PAGE, **DMS, **more
            )
            found = page.get("data", ())
            fresh = [one for one in found if int(one["id"]) > int(since)]
            yield {**page, "data": fresh}
            token = page.get("meta", {}).get("next_token")
            if not token or len(fresh) < len(found):
                return
            more = {"pagination_token": token}

    async def posts(self, ids: Iterable[str]) -> AsyncIterator[Json]:
        """Yield the answers to look-ups of these posts, a hundred each; the gone are missing."""
        wanted = list(ids)
        for start in range(0, len(wanted), LOOKUP):
            yield await self._calls.read(
                "posts", "get_tweets", wanted[start : start + LOOKUP], **POSTS
            )

    async def user(self, user_id: str) -> Json | None:
        """Return a person as X shows them to us, or None where there is none."""
        fields = [*USER_FIELDS, "receives_your_dm"]
        body = await self._calls.read("users", "get_user", id=user_id, user_fields=fields)
        found: Json | None = body.get("data")
        return found

    async def _pages(
        self, budget: str, endpoint: str, since: str, **more: Any
    ) -> AsyncIterator[Json]:
        while True:
            page = await self._calls.read(
                *(budget, endpoint, self._native_id),
                **{"since_id": since, "max_results": PAGE, **POSTS, **more},
            )
            _ours_is_there(page)  # guard: GONE test=tests/bots/test_x_bad_day.py::test_gone
            yield page
            token = page.get("meta", {}).get("next_token")
            if not token:
                return
            more = {**more, "pagination_token": token}


def _on(token: str) -> dict[str, Any]:
    return {"pagination_token": token} if token else {}


def _ours_is_there(page: Json) -> None:
    """Raise Locked where X says with 200 that the account itself is suspended or gone.

    An empty page would be called complete: so X answers listings of a user that it does not show.
    """
    errors = page.get("errors", ())
    if "data" not in page and any(one.get("resource_type") == "user" for one in errors):
        raise Locked
