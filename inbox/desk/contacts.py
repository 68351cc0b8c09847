"""The door to the directory: contacts, whose a person is, and two that are one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeAlias

from inbox.denied import Denied
from inbox.desk.belonging import Belonging
from inbox.desk.joining import Joining
from inbox.desk.records import PATIENCE, Made, Records
from inbox.desk.trying import reached
from inbox.directory import commands as c
from inbox.directory.decide import decide
from inbox.directory.events import AnyEvent, Entry
from inbox.directory.state import Contact
from inbox.store.client import Client
from inbox.store.directory import Holder, Roll
from inbox.store.log import Touched
from inbox.store.sorts import CONTACT
from inbox.team.policies import Policies
from inbox.team.roles import NEEDS, hindrance
from inbox.words import ContactId, Millis, OfficerId, PersonId

Done: TypeAlias = Made[Contact, AnyEvent]

DEEP = 16
"""Contacts merged into one another that are followed; a longer way is a circle."""


class Contacts:
    """Keeps the directory. Raises Unavailable where the store stays away, Gone on reading.

    The truth is each contact's history. Beside it lie the roll (to search) and whose a person is;
    whoever dies between the two is followed by `mend`, which anybody may call for anything.
    """

    def __init__(
        self,
        client: Client,
        policies: Policies,
        *,
        now: Callable[[], Millis],
        ids: Callable[[], str],
        patience: float = PATIENCE,
    ) -> None:
        self._policies = policies
        self._ids = ids
        self._patience = patience
        self._roll = Roll(client)
        self._records: Records[Contact, c.AnyCommand, AnyEvent] = Records(
            client, CONTACT, self._decided, now=now, ids=ids, patience=patience
        )
        self._belonging = Belonging(client, self._records, now, patience)
        self._joining = Joining(self._records, self._decided, self._filed)

    def _decided(self, contact: Contact, order: c.Order) -> tuple[AnyEvent, ...] | Denied:
        who, _, name = order.by.partition(":")
        officer = self._policies.officer(name) if who == "officer" else None
        return decide(contact, order, officer)

    def order(
        self, command: c.AnyCommand, *, by: str, via: str = "", op: str | None = None
    ) -> c.Order:
        """Write an order: its time is fixed here, and its operation id unless given."""
        return self._records.order(command, by=by, via=via, op=op)

    def new_id(self) -> ContactId:
        """Return an id for a contact that shall be added."""
        return self._ids()

    @property
    def officers(self) -> tuple[OfficerId, ...]:
        """Who works here, and may be named as knowing somebody."""
        return tuple(one.id for one in self._policies.officers.values() if one.active)

    def refused(self, by: OfficerId, act: str) -> Denied | None:
        """Return why an officer may not do this with the directory, or None."""
        why = hindrance(self._policies.officer(by), act, None)
        return Denied(why, {"needs": NEEDS.get(act, "admin")}) if why else None

    async def do(self, id_: ContactId, order: c.Order) -> Done | Denied:
        """Let an order happen once; a refusal names contacts as officers know them."""
        match order.command:
            case c.Attach():
                done = await self._attach(id_, order, order.command)
            case c.Merge(other=other):
                done = await self._joining.merge(id_, order, other)
            case c.Split(other=other):
                done = await self._joining.split(id_, order, other)
            case _:
                done = await self._plain(id_, order)
        return await self._by_name(done) if isinstance(done, Denied) else done

    async def load(self, id_: ContactId) -> Contact | None:
        """Return a contact as it stands: its own record, also where it was merged or erased."""
        return await self._records.load(id_)

    async def standing(self, id_: ContactId) -> Contact | None:
        """Return the contact that stands where this one stood."""
        for _ in range(DEEP):
            contact = await self.load(id_)
            if contact is None or not contact.merged_into:
                return contact if contact and contact.exists else None
            id_ = contact.merged_into
        return None

    async def history(self, id_: ContactId) -> tuple[Entry, ...]:
        """Return every entry of a contact, oldest first."""
        return await self._records.history(id_)

    async def of_person(self, person: PersonId) -> Contact | None:
        """Return the one contact whose person this is, as its own history says."""
        holder = await self._belonging.of(person)
        contact = await self.standing(holder) if holder else None
        return contact if contact and contact.known(person) else None

    async def of_persons(self, persons: Iterable[PersonId]) -> dict[PersonId, Contact]:
        """Return whose each of these persons is, as the roll has it: for what is only shown."""
        known = await self._roll.persons()
        return {person: known[person] for person in persons if person in known}

    async def find(self, text: str, most: int = 20) -> tuple[Contact, ...]:
        """Return the contacts that the words of a text name, the best first."""
        return await self._roll.find(text, most)

    async def everybody(self) -> tuple[Contact, ...]:
        """Return every contact that ever was, merged and erased ones too."""
        return tuple((await self._roll.everybody()).values())

    async def everyone(self) -> tuple[Contact, ...]:
        """Return every contact that stands for itself, by name."""
        return await self._roll.everyone()

    def forget(self) -> None:
        """Remember nobody: what the store says now is the truth."""
        self._roll.forget()

    async def mend(self, id_: ContactId) -> None:
        """Let everything beside a contact's history follow from it, and finish what was begun."""
        contact = await self.load(id_)
        if contact is None:
            return
        await self._filed(contact)
        for known in contact.persons:
            lost = None if known.of else await self._belonging.ours(contact, known.person.id)
            if lost:
                await self._filed(lost)
        for other in contact.merged:
            await self._joining.mend(id_, other)
        if contact.merged_into:
            await self._joining.mend(contact.merged_into, id_)

    async def follow(self, touched: tuple[Touched, ...]) -> None:
        """Mend what the log names."""
        ids = dict.fromkeys(one.id for one in touched if one.kind == "contact")
        await asyncio.gather(*map(self.mend, ids))

    async def rebuild(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Write the roll anew from what contacts are, beside live traffic.

        Whoever changes a contact in between is followed by the clerk, who mends what the log names.
        """
        there: set[ContactId] = set()
        async for ids in self.ids():
            for id_ in ids:
                if contact := await self.load(id_):
                    await self._roll.put(contact, anew=True)
                    await self.mend(id_)
            there.update(ids)
            told(len(there))
        await self._roll.weed(there)

    async def ids(self) -> AsyncGenerator[tuple[ContactId, ...], None]:
        """Yield every contact that ever was; what changes meanwhile may come twice."""
        async for ids in self._records.ids():
            yield ids

    async def _plain(self, id_: ContactId, order: c.Order) -> Done | Denied:
        leaves = isinstance(order.command, c.Erase | c.Detach)
        before = await self.load(id_) if leaves else None
        done = await self._records.do(id_, order)
        if isinstance(done, Denied):
            return done
        for known in before.persons if before else ():
            if done.record.known(known.person.id) is None:
                await self._belonging.left(known.person.id, Holder(id_, 0))
        await self._filed(done.record)
        return done

    async def _attach(self, id_: ContactId, order: c.Order, command: c.Attach) -> Done | Denied:
        """Take the person first: of two who attach them at once one is told of the other."""
        person = command.person.id
        holder = await self._belonging.taken(person, id_)
        if holder.contact != id_:
            standing = await self.standing(holder.contact)
            if not standing or standing.id != id_:
                return await self._known_already(holder.contact)
            return await self._records.do(id_, order)  # theirs already, by a merge
        done = await self._records.do(id_, order)
        if isinstance(done, Denied):
            there = await self.load(id_)
            if not (there and there.known(person)):
                await self._belonging.left(person, holder)
            return done
        lost = await self._belonging.ours(done.record, person)
        await self._filed(lost or done.record)
        if lost:
            return await self._known_already(await self._belonging.of(person) or id_)
        return done

    async def _known_already(self, id_: ContactId) -> Denied:
        standing = await self.standing(id_)
        return Denied("known_already", {"contact": standing.id if standing else id_})

    async def _filed(self, contact: Contact) -> None:
        """Let the roll say what a contact is, before whoever changed it is answered."""
        await reached(lambda: self._roll.put(contact), self._patience)

    async def _by_name(self, denied: Denied) -> Denied:
        """Name the contact of a refusal; `id` leads to it."""
        id_ = str(denied.facts.get("contact", ""))
        contact = await self.load(id_) if id_ else None
        if contact is None:
            return denied
        return Denied(denied.why, denied.facts | {"contact": contact.name, "id": id_})
