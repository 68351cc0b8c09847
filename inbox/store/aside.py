"""What was set aside because nobody understood it, and which acts were refused."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.store import keys
from inbox.store.client import Client
from inbox.words import AccountId, Millis, OfficerId, Record

REFUSALS_MOST = 100_000
"""So many refusals are remembered; the oldest go."""


class SetAside(Record, frozen=True):
    """Something kept with its raw bytes, and why; `id` names it to an operator."""

    id: str
    account: AccountId
    raw: bytes
    why: str
    at: Millis


class Refusal(Record, frozen=True):
    """What somebody wanted to do and may not."""

    officer: OfficerId
    act: str
    account: AccountId
    why: str
    at: Millis


class Aside:
    """Keeps what is genuine but not understood, until an operator has seen to it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(self, account: AccountId, raw: bytes, why: str) -> str:
        """Keep raw bytes and the reason; returns the id they are taken by."""
        both = [keys.ASIDE, keys.aside_by()]
        kept = await self._client.function("aside_put_1", both, account, raw, why)
        return str(kept.decode())

    async def list(self, most: int) -> tuple[SetAside, ...]:
        """Return the newest, newest first."""
        kept = await self._client.call("XREVRANGE", keys.ASIDE, "+", "-", "COUNT", most)
        return tuple(_set_aside(entry, fields) for entry, fields in kept)

    async def of_follower(self, name: str) -> tuple[str, ...]:
        """Return the ids of what a follower of the news set aside."""
        why = f"follower {name}: ".encode()
        kept = await self._client.call("XRANGE", keys.ASIDE, "-", "+")
        return tuple(e.decode() for e, f in kept if not f[b"account"] and f[b"why"].startswith(why))

    async def take(self, id_: str) -> SetAside | None:
        """Return one to try it again; it stays until `drop`, so that no retry can lose it."""
        kept = await self._client.call("XRANGE", keys.ASIDE, id_, id_)
        return _set_aside(*kept[0]) if kept else None

    async def drop(self, id_: str) -> None:
        """Forget one that was seen to."""
        await self._client.function("aside_drop_1", [keys.ASIDE, keys.aside_by()], id_)

    async def count(self) -> int:
        """Return how many are waiting for an operator."""
        return int(await self._client.call("XLEN", keys.ASIDE))


class Refusals:
    """Remembers what was refused to whom: it is no event, yet somebody should see it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(
        self, officer: OfficerId, act: str, account: AccountId, why: str, at: Millis
    ) -> None:
        """Remember one refusal."""
        fields = ("officer", officer, "act", act, "account", account, "why", why, "at", at)
        await self._client.call("XADD", keys.REFUSALS, "MAXLEN", "~", REFUSALS_MOST, "*", *fields)

    async def list(self, most: int) -> tuple[Refusal, ...]:
        """Return the newest, newest first."""
        kept = await self._client.call("XREVRANGE", keys.REFUSALS, "+", "-", "COUNT", most)
        texts = [{k.decode(): v.decode() for k, v in fields.items()} for _, fields in kept]
        return tuple(
            Refusal(t["officer"], t["act"], t["account"], t["why"], int(t["at"])) for t in texts
        )


def _set_aside(entry: bytes, fields: Mapping[bytes, bytes]) -> SetAside:
    return SetAside(
        id=entry.decode(),
        account=fields[b"account"].decode(),
        raw=fields[b"raw"],
        why=fields[b"why"].decode(),
        at=int(entry.partition(b"-")[0]),
    )
