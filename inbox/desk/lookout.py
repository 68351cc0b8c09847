"""Whom a writer may be taken for: the persons of the directory and our own accounts, at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeAlias

from inbox.directory.evidence import level
from inbox.directory.lookalikes import Likeness, Lookalikes, Named
from inbox.directory.state import Contact
from inbox.words import Account, Millis, Person

Everyone: TypeAlias = Callable[[], Awaitable[Iterable[Contact]]]
AGAIN: Millis = 60_000
"""So long the same contacts are known as before: then somebody's evidence may have ended."""
OURS = "ours"
"""What stands for the contact of our own accounts: they are no look-alikes of one another."""


class Lookout:
    """Knows at any moment whom somebody looks like; `refresh` learns of changed contacts."""

    def __init__(
        self,
        accounts: Callable[[], Iterable[Account]],
        everyone: Everyone,
        now: Callable[[], Millis],
    ) -> None:
        self._accounts, self._everyone, self._now = accounts, everyone, now
        self._contacts: Iterable[Contact] | None = None
        self._again: Millis = 0
        self._seen: tuple[Named, ...] = ()
        self._ours: set[tuple[str, str]] = set()
        self._known = Lookalikes()
        self.heard: Callable[[], None] = lambda: None
        """Called when other people are known than before: what is shown of writers may be other."""

    def near(self, person: Person) -> Likeness | None:
        """Return whom a person may be taken for, of those known when we last looked."""
        platform, _, native = person.id.partition(":")
        if (platform, native.rpartition("/")[2]) in self._ours:  # some ids name an instance too
            return None
        return self._known.near(person)

    async def refresh(self) -> None:
        """Look who is known now; the index is built anew, and beside the loop, if any changed."""
        contacts, now = await self._everyone(), self._now()
        if contacts is self._contacts and now < self._again:
            return
        self._contacts, self._again = contacts, now + AGAIN
        named = (*ours(self._accounts()), *_named(contacts, now))
        self._ours = {(one.platform, one.native_id) for one in self._accounts()}
        if named != self._seen:
            self._known = await asyncio.to_thread(Lookalikes, named)
            self._seen = named
            self.heard()


def ours(accounts: Iterable[Account]) -> Iterator[Named]:
    """Yield our own accounts, which strangers may imitate too."""
    for account in accounts:
        person = Person(f"{account.platform}:{account.native_id}", account.handle, account.title)
        yield Named(person, OURS, account.title, proven=True)


def _named(contacts: Iterable[Contact], now: Millis) -> Iterator[Named]:
    """Yield the persons of contacts; only who is verified is beyond doubt themselves."""
    for contact in contacts:
        for known in contact.persons if contact.exists else ():
            sure = level(known, now) == "verified"
            yield Named(known.person, contact.id, contact.name, proven=sure)
