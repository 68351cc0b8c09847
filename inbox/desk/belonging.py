"""Whose a person is: of two contacts that both would have them, one is told of the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from inbox.desk.records import Records
from inbox.desk.trying import TRIES, reached
from inbox.directory import commands as c
from inbox.directory.events import AnyEvent
from inbox.directory.state import Contact
from inbox.store.client import Client
from inbox.store.directory import Holder, Whose
from inbox.words import ContactId, Millis, PersonId

UNDER_WAY = 60_000
"""Milliseconds for which a person counts as somebody's before that one's history says so."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Belonging:
    """Takes a person for a contact before its history says so, and settles it after."""

    def __init__(
        self,
        client: Client,
        records: Records[Contact, c.AnyCommand, AnyEvent],
        now: Callable[[], Millis],
        patience: float,
    ) -> None:
        self._records = records
        self._whose = Whose(client)
        self._now = now
        self._patience = patience

    async def of(self, person: PersonId) -> ContactId | None:
        """Return the contact that was said to have a person, merged or not."""
        holder = await self._reached(lambda: self._whose.ask(person))
        return holder.contact if holder else None

    async def taken(self, person: PersonId, id_: ContactId) -> Holder:
        """Take a person, also from a contact that has them no more; return whose they are then."""
        holder = await self._holder(person, id_)
        for _ in range(TRIES):
            if holder.contact == id_ or await self._really(holder, person):
                break
            await self.left(person, holder)
            holder = await self._holder(person, id_)
        return holder

    async def left(self, person: PersonId, holder: Holder) -> None:
        """Give a person up, unless somebody has taken them meanwhile."""
        await self._reached(lambda: self._whose.drop(person, holder))

    async def ours(self, contact: Contact, person: PersonId) -> Contact | None:
        """Settle that a person whom this contact's history has is its own, and return None.

        Where another has them they are taken out again, and what the contact then is is returned.
        """
        for _ in range(TRIES):
            if await self._reached(lambda: self._whose.settle(person, contact.id)):
                return None
            holder = await self._holder(person, contact.id)
            if holder.contact != contact.id and await self._really(holder, person):
                break
            await self.left(person, holder)
        log.warning("person_of_two_contacts", contact=contact.id)
        op = f"taken/{person}/{contact.version}"
        order = self._records.order(c.Detach(person), by="clerk", op=op)
        await self._records.do(contact.id, order)
        return await self._records.load(contact.id)

    async def _really(self, holder: Holder, person: PersonId) -> bool:
        """Say whether a person is truly somebody's, or is just becoming so."""
        contact = await self._records.load(holder.contact)
        has = contact is not None and contact.known(person) is not None
        return has or (holder.since > 0 and self._now() - holder.since < UNDER_WAY)

    async def _holder(self, person: PersonId, id_: ContactId) -> Holder:
        return await self._reached(lambda: self._whose.take(person, id_, self._now()))

    async def _reached(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await reached(ask, self._patience)
