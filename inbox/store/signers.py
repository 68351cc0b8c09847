"""Whose a signature on an account is, for ever: the public has read it."""

from __future__ import annotations

from collections.abc import Container, Iterable

import msgspec

from inbox.answers.signatures import alike, own_words
from inbox.store import keys
from inbox.store.client import Client
from inbox.words import Account, AccountId, Officer, OfficerId, Record


class Holder(Record, frozen=True, array_like=True):
    """Who signs so, and how it was written when it was first kept."""

    officer: OfficerId
    word: str


class Signers:
    """Keeps each signature for whoever had it first; nothing here is ever taken away."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def of(self, account: AccountId) -> tuple[Holder, ...]:
        """Return every signature that was ever kept on an account."""
        return tuple((await self._kept(account)).values())

    async def forgotten(self, accounts: Iterable[Account], known: Container[OfficerId]) -> set[str]:
        """Return who signed once and is no longer known: nobody says any more who that was."""
        kept = [await self.of(account.id) for account in accounts]
        return {one.officer for holders in kept for one in holders if one.officer not in known}

    async def keep(self, accounts: Iterable[Account], officers: Iterable[Officer]) -> list[str]:
        """Let each signature be theirs who has it first; return, in words, which are taken."""
        everybody = {officer.id: officer for officer in officers}
        faults = list[str]()
        for account in accounts:
            signing = [everybody[id_] for id_ in account.officers if id_ in everybody]
            signing += [one for one in everybody.values() if account.id in one.accounts]
            for officer, first in await self._taken(account, dict.fromkeys(signing)):
                before = everybody.get(first.officer)
                whose = f"{before.name}'s ({before.id})" if before else f"{first.officer}'s"
                faults.append(
                    f"{first.word} on {account.id} is {whose}, for good."
                    f" Give {officer.name} ({officer.id}) another signature in officers.toml."
                )
        return faults

    async def _taken(
        self, account: Account, signing: Iterable[Officer]
    ) -> list[tuple[Officer, Holder]]:
        """Keep what is free; return what is somebody else's."""
        wanted = [(one, own_words(one, account)) for one in signing if one.active]
        wanted = [(one, word) for one, word in wanted if alike(word)]
        if not wanted:
            return []
        kept, key = await self._kept(account.id), keys.signers(account.id)
        for one, word in wanted:
            if alike(word) not in kept:
                told = msgspec.json.encode(Holder(one.id, word))
                await self._client.call("HSETNX", key, alike(word), told)
        kept = await self._kept(account.id)
        held = [(one, kept[alike(word)]) for one, word in wanted]
        return [(one, first) for one, first in held if first.officer != one.id]

    async def _kept(self, account: AccountId) -> dict[str, Holder]:
        told = await self._client.call("HGETALL", keys.signers(account))
        return {
            word.decode(): msgspec.json.decode(holder, type=Holder) for word, holder in told.items()
        }
