"""What acts by itself tells the people: a log that the boards read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import msgspec

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.log import Streams
from inbox.words import AccountId, Record


class Notice(Record, frozen=True):
    """One thing worth telling; `facts` are what its sentence needs, as JSON."""

    kind: str
    json: str

    @property
    def facts(self) -> dict[str, Any]:
        """What its sentence needs, by name."""
        return msgspec.json.decode(self.json, type=dict[str, Any])


class Notices(Streams[Notice]):
    """Keeps notices until they were told: follow them with `Follower.follow_source`."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            client,
            {keys.NOTICES: keys.NOTICES},
            {keys.NOTICES: keys.trimmed(f"{{{keys.NOTICES}}}")},
            _read,
        )

    async def put(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Tell something, once."""
        told = msgspec.json.encode(dict(facts))
        await self._client.call("XADD", keys.NOTICES, "*", "kind", kind, "facts", told)

    async def put_once(
        self, seconds: int, kind: str, account: AccountId, about: str = "", **more: Any
    ) -> bool:
        """Tell something of an account, and in that step that it is told for so many seconds.

        `about` parts what is told each for itself. Returns whether it was told now.
        """
        key = f"{kind}/{account}/{about}"
        return await self.put_facts_once(seconds, kind, key, {"account": account, **more})

    async def put_facts_once(
        self, seconds: int, kind: str, key: str, facts: Mapping[str, Any]
    ) -> bool:
        """Tell something that no account is, once by its key in so many seconds."""
        both, told = [keys.told(key), keys.NOTICES], msgspec.json.encode(dict(facts))
        return bool(await self._client.function("notice_once_1", both, seconds, kind, told))

    async def everything(self) -> AsyncGenerator[tuple[Notice, ...], None]:
        """Yield what is kept still: what was trimmed is too old to be told."""
        kept = await self._client.call("XRANGE", keys.NOTICES, "-", "+")
        if kept:
            yield tuple(_read(fields) for _, fields in kept)


def _read(fields: Mapping[bytes, bytes]) -> Notice:
    return Notice(fields[b"kind"].decode(), fields[b"facts"].decode())
