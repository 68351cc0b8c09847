"""What the directory keeps beside its contacts' histories: the roll, and whose a person is."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from inbox.directory.search import Names
from inbox.directory.state import Contact
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.sorts import CONTACT
from inbox.words import ContactId, Millis, PersonId

CLEARED = b"*"
"""Among what changed: the whole roll was forgotten."""


class Holder(NamedTuple):
    """Whose a person is; `since` is when that was begun, and 0 once the contact says so itself."""

    contact: ContactId
    since: Millis

    @property
    def wire(self) -> str:
        """How it lies there."""
        return f"{self.contact} {self.since}"


class Roll:
    """All contacts as they stand, in one place to be searched. Raises Gone.

    A process reads the whole roll once, and then only what has changed since.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._at = 0
        self._there: dict[ContactId, Contact] = {}
        self._persons: dict[PersonId, Contact] = {}
        self._names = Names()
        self._everyone: tuple[Contact, ...] | None = None

    async def put(self, contact: Contact, *, anew: bool = False) -> None:
        """Let the roll say what a contact is, unless it says something newer and is believed."""
        names = [keys.roll(), keys.roll_moved(), keys.roll_changed()]
        snapshot = CONTACT.codec.encode_snapshot(contact)
        await self._client.function(
            "roll_put_1", names, contact.id, snapshot, "anew" if anew else ""
        )

    async def everybody(self) -> dict[ContactId, Contact]:
        """Return every contact by id, merged and erased ones too."""
        moved = int(await self._client.call("GET", keys.roll_moved()) or 0)
        if moved != self._at:
            await self._catch_up(moved)
        return self._there

    async def everyone(self) -> tuple[Contact, ...]:
        """Return every contact that stands for itself, by name: the same until one changes."""
        there = await self.everybody()
        if self._everyone is None:
            standing = (one for one in there.values() if one.exists and not one.merged_into)
            self._everyone = tuple(sorted(standing, key=lambda one: (one.name, one.id)))
        return self._everyone

    def forget(self) -> None:
        """Read the whole roll next time: the store was put back to another time."""
        self._at = 0

    async def persons(self) -> dict[PersonId, Contact]:
        """Return whose each known person is, by the contacts that stand for themselves."""
        await self.everybody()
        return self._persons

    async def find(self, text: str, most: int) -> tuple[Contact, ...]:
        """Return the contacts that the words of a text name, the best first."""
        return self._names.find(await self.everybody(), text, most)

    async def weed(self, there: Collection[ContactId]) -> None:
        """Take out who is no contact at all."""
        kept = {id_.decode() for id_ in await self._client.call("HKEYS", keys.roll())}
        if gone := sorted(kept.difference(there)):
            names = [keys.roll(), keys.roll_moved(), keys.roll_changed()]
            await self._client.function("roll_drop_1", names, *gone)

    async def _catch_up(self, moved: int) -> None:
        since = (f"({self._at}", "+inf")
        changed = await self._client.call("ZRANGEBYSCORE", keys.roll_changed(), *since)
        if not self._at or moved < self._at or CLEARED in changed:
            kept = await self._client.call("HGETALL", keys.roll())
            self._there, self._persons = {}, {}  # nobody waits between here and the last of them
        else:
            values = await self._client.call("HMGET", keys.roll(), *changed) if changed else []
            kept = dict(zip(changed, values, strict=True))
        for id_, raw in kept.items():
            self._learn(CONTACT.named(CONTACT.codec.decode_snapshot(raw), id_.decode()))
        self._at, self._everyone = moved, None

    def _learn(self, contact: Contact) -> None:
        before = self._there.get(contact.id)
        for known in before.persons if before else ():
            if self._persons.get(known.person.id) is before:
                del self._persons[known.person.id]
        self._there[contact.id] = contact
        if contact.exists and not contact.merged_into:
            self._persons |= {known.person.id: contact for known in contact.persons}


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
