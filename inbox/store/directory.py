"""What the directory keeps beside its contacts' histories: the roll, and whose a person is."""

from __future__ import annotations

from typing import NamedTuple

from inbox.directory.state import Contact
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.sorts import CONTACT
from inbox.words import ContactId, Millis, PersonId


class Holder(NamedTuple):
    """Whose a person is; `since` is when that was begun, and 0 once the contact says so itself."""

    contact: ContactId
    since: Millis

    @property
    def wire(self) -> str:
        """How it lies there."""
        return f"{self.contact} {self.since}"


class Roll:
    """All contacts as they stand, in one place to be searched. Raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._at = -1
        self._contacts: tuple[Contact, ...] = ()
        self._persons: dict[PersonId, Contact] = {}

    async def put(self, contact: Contact) -> None:
        """Let the roll say what a contact is, unless it says something newer."""
        names = [keys.roll(), keys.roll_moved()]
        snapshot = CONTACT.codec.encode_snapshot(contact)
        await self._client.function("roll_put_1", names, contact.id, snapshot)

    async def everyone(self) -> tuple[Contact, ...]:
        """Return every contact, merged and erased ones too; read anew only where it has moved."""
        moved = int(await self._client.call("GET", keys.roll_moved()) or 0)
        if moved != self._at:
            kept = await self._client.call("HGETALL", keys.roll())
            read = CONTACT.codec.decode_snapshot
            named = (CONTACT.named(read(raw), id_.decode()) for id_, raw in kept.items())
            self._contacts = tuple(sorted(named, key=lambda one: (one.name, one.id)))
            self._persons = {
                known.person.id: one
                for one in self._contacts
                if one.exists and not one.merged_into
                for known in one.persons
            }
            self._at = moved
        return self._contacts

    async def persons(self) -> dict[PersonId, Contact]:
        """Return whose each known person is, by the contacts that stand for themselves."""
        await self.everyone()
        return self._persons

    async def clear(self) -> None:
        """Forget the roll: it is written anew from what contacts are."""
        await self._client.call("DEL", keys.roll())
        await self._client.call("INCR", keys.roll_moved())


class Whose:
    """Whose a person is: one contact's at the most. Raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, person: PersonId) -> Holder | None:
        """Return whose a person is."""
        kept = await self._client.call("HGET", keys.whose(), person)
        return _holder(kept) if kept else None

    async def take(self, person: PersonId, contact: ContactId, now: Millis) -> Holder:
        """Take a person for a contact, and return whose they are then."""
        kept = await self._client.function("whose_take_1", [keys.whose()], person, contact, now)
        return _holder(kept)

    async def settle(self, person: PersonId, contact: ContactId) -> bool:
        """Say that the contact's history has them now; False where they became another's."""
        return bool(await self._client.function("whose_settle_1", [keys.whose()], person, contact))

    async def drop(self, person: PersonId, holder: Holder) -> None:
        """Give a person up, unless somebody has taken them meanwhile."""
        await self._client.function("whose_drop_1", [keys.whose()], person, holder.wire)


def _holder(kept: bytes) -> Holder:
    contact, _, since = kept.decode().partition(" ")
    return Holder(contact, int(since))
