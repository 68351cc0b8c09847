"""What changes when the server may have forgotten something: a restore, a failover, a lost tail."""

from __future__ import annotations

from collections.abc import Callable

from inbox.store import keys
from inbox.store.client import Client


class Epoch:
    """Keeps the name of the present epoch; an answer made ready in another waits for an officer."""

    def __init__(self, client: Client, ids: Callable[[], str]) -> None:
        self._client = client
        self._ids = ids

    async def get(self) -> str:
        """Return the present epoch, beginning the first where there is none."""
        kept = await self._client.call("GET", keys.EPOCH)
        if kept is None:
            await self._client.call("SET", keys.EPOCH, self._ids(), "NX")
            kept = await self._client.call("GET", keys.EPOCH)
        return str(kept.decode())

    async def renew(self) -> None:
        """Begin another epoch; never on a plain restart."""
        await self._client.call("SET", keys.EPOCH, self._ids())
