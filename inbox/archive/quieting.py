"""Erasing a reachout by law: by itself, or because the contact it sought is erased."""

from __future__ import annotations

from typing import Any, Protocol

from inbox.archive.scope import reached_whole
from inbox.denied import Denied
from inbox.reachout.commands import AnyCommand, Erase
from inbox.reachout.state import Reachout
from inbox.store.erasing import Erasure
from inbox.store.histories import Histories
from inbox.store.sorts import REACHOUT
from inbox.words import ContactId, ReachoutId


class Reachouts(Protocol):
    """The door through which reachouts change."""

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Any:
        """Write an order."""
        ...

    async def do(self, id_: ReachoutId, order: Any) -> object:
        """Let an order happen once."""
        ...

    async def of_contact(self, id_: ContactId) -> tuple[Reachout, ...]:
        """Return every reachout to a contact."""
        ...


class Quieting:
    """Every step may be repeated. Raises Gone, Unavailable."""

    def __init__(self, reachouts: Reachouts, histories: Histories) -> None:
        self._reachouts = reachouts
        self._histories = histories

    async def committed(self, id_: ReachoutId, erasure: Erasure) -> Denied | None:
        """See that its history says it, once."""
        op = f"{erasure.op}/{id_}"
        if any(entry.op == op for entry in await self._entries(id_)):
            return None
        by = "clerk" if erasure.replayed else f"officer:{erasure.by}"
        order = self._reachouts.order(Erase(id_, erasure.basis), by=by, via="cli", op=op)
        done = await self._reachouts.do(id_, order)
        return done if isinstance(done, Denied) else None

    async def committed_of(self, contact: ContactId, erasure: Erasure) -> Denied | None:
        """See that each history of reaching this contact says it."""
        for one in await self._reachouts.of_contact(contact):
            denied = await self.committed(one.id, erasure)
            if denied is not None:
                return denied
        return None

    async def rewrite_of(self, contact: ContactId) -> None:
        """Take texts and salts out of all of them."""
        for one in await self._reachouts.of_contact(contact):
            await self.rewrite(one.id)

    async def rewrite(self, id_: ReachoutId) -> None:
        """Take texts and salts out of a history: the chain stands."""
        numbers = reached_whole(await self._entries(id_))

        def change(line: bytes) -> bytes:
            n = REACHOUT.codec.decode_entry(line).n
            return REACHOUT.codec.erase(line) if n in numbers else line

        await self._histories.rewrite(id_, change, REACHOUT.kind)

    async def _entries(self, id_: ReachoutId) -> list[Any]:
        lines = await self._histories.lines(id_, REACHOUT.kind)
        return [REACHOUT.codec.decode_entry(line) for line in lines]
