"""Erasing a contact by law: its own history, what others copied of it, and how we sought it."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from inbox.archive.quieting import Quieting, Reachouts
from inbox.archive.scope import reached_elsewhere
from inbox.denied import Denied
from inbox.directory.commands import AnyCommand, Erase
from inbox.directory.events import Yielded
from inbox.store.erasing import Erasure
from inbox.store.histories import Histories
from inbox.store.sorts import CONTACT, REACHOUT, of_ref
from inbox.words import ContactId


class Contacts(Protocol):
    """The door through which contacts change."""

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Any:
        """Write an order."""
        ...

    async def do(self, id_: ContactId, order: Any) -> object:
        """Let an order happen once."""
        ...


class Forgetting:
    """Every step may be repeated. Raises Gone, Unavailable."""

    def __init__(self, contacts: Contacts, reachouts: Reachouts, histories: Histories) -> None:
        self._contacts = contacts
        self._quieting = Quieting(reachouts, histories)
        self._histories = histories

    async def committed(self, erasure: Erasure) -> Denied | None:
        """See that its history says it, once, and that of each contact that stood for it."""
        kind, id_ = of_ref(erasure.conversation)
        if kind == REACHOUT.kind:
            return await self._quieting.committed(id_, erasure)
        denied = await self._quieting.committed_of(id_, erasure)
        denied = denied or await self._say(id_, id_, erasure)
        if denied is None:
            async for holder, target in self._copies(id_):
                await self._say(holder, target, erasure)
        return denied

    async def rewrite(self, erasure: Erasure) -> None:
        """Take texts and salts out of all these histories: the chains stand."""
        kind, id_ = of_ref(erasure.conversation)
        if kind == REACHOUT.kind:
            await self._quieting.rewrite(id_)
            return
        await self._quieting.rewrite_of(id_)
        await self._blank(id_)
        async for holder, _ in self._copies(id_):
            await self._blank(
                holder
            )  # guard: copies-erased test=tests/inbox/archive/test_contacts.py::test_what_another_contact_copied_is_erased_too_and_its_own_stays

    async def _copies(self, id_: ContactId) -> AsyncIterator[tuple[ContactId, ContactId]]:
        """Yield who ever stood for whom, from this contact on."""
        seen, asked = {id_}, [id_]
        while asked:
            target = asked.pop()
            for entry in await self._entries(target):
                for event in entry.events:
                    if isinstance(event, Yielded) and event.to not in seen:
                        seen.add(event.to)
                        asked.append(event.to)
                        yield event.to, target

    async def _say(self, id_: ContactId, target: ContactId, erasure: Erasure) -> Denied | None:
        op = erasure.op if id_ == target else f"{erasure.op}/{id_}"
        if any(entry.op == op for entry in await self._entries(id_)):
            return None
        by = "clerk" if erasure.replayed else f"officer:{erasure.by}"
        order = self._contacts.order(Erase(target, erasure.basis), by=by, via="cli", op=op)
        done = await self._contacts.do(id_, order)
        return done if isinstance(done, Denied) else None

    async def _entries(self, id_: ContactId) -> list[Any]:
        lines = await self._histories.lines(id_, CONTACT.kind)
        return [CONTACT.codec.decode_entry(line) for line in lines]

    async def _blank(self, id_: ContactId) -> None:
        numbers = reached_elsewhere(id_, await self._entries(id_))

        def change(line: bytes) -> bytes:
            n = CONTACT.codec.decode_entry(line).n
            return CONTACT.codec.erase(line) if n in numbers else line

        await self._histories.rewrite(id_, change, CONTACT.kind)
