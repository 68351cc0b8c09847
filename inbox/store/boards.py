"""What stands on a Slack channel's board: fields whose meaning is the drawer's business."""

from __future__ import annotations

from inbox.store import keys
from inbox.store.client import Client


class Boards:
    """Keeps one hash a channel."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def load(self, channel: str) -> dict[str, bytes]:
        """Return every field of the channel's board."""
        kept = await self._client.call("HGETALL", keys.board(channel))
        return {field.decode(): value for field, value in kept.items()}

    async def put(self, channel: str, field: str, value: bytes) -> None:
        """Keep one field."""
        await self._client.call("HSET", keys.board(channel), field, value)

    async def drop(self, channel: str, field: str) -> None:
        """Forget one field."""
        await self._client.call("HDEL", keys.board(channel), field)
