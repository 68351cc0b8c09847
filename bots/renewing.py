"""Keeps evidence fresh: what a machine can read is read again before it expires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import structlog

from bots.contract import Bot, Busy, Locked, Unsure
from bots.guarded import Blocked
from bots.identity import Changed, Identity
from bots.listening import Sleep
from bots.needs import Inbox
from bots.proofs import Proofs, Unproven
from inbox.directory.commands import Prove
from inbox.directory.evidence import DAY, OF_HANDLE, marked, valid
from inbox.directory.state import Contact, Evidence, Known
from inbox.words import Account, Millis, PersonId

EVERY = 600.0
"""Seconds between two rounds."""
BEFORE: Millis = 5 * DAY
"""So long before it expires, evidence is read again."""
AGAIN: Millis = DAY // 4
"""Who was looked at is left alone for so long, whatever came of it."""
MOST = 20
"""Persons looked up in one round: some platforms take money for each."""
log = structlog.get_logger(__name__)


@dataclass
class Renewer:
    """The one worker that looks a platform's persons of the directory up again."""

    inbox: Inbox
    account: Account
    bot: Bot
    proofs: Proofs
    sleep: Sleep
    _looked: dict[PersonId, Millis] = field(default_factory=dict)

    async def run(self) -> None:
        """Look for ever, as long as this process is the one that does."""
        while True:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001 - the store may be away; a worker never dies
                log.warning("renewing_broke", account=self.account.id, error=type(error).__name__)
            await self.sleep(EVERY)

    async def round(self) -> None:
        """Look at those whose evidence ends soon, and whose mark is not noted yet."""
        now = self.inbox.now()
        self._looked = {one: at for one, at in self._looked.items() if now - at < AGAIN}
        due = list(self._due(await self.inbox.contacts.everyone(), now))
        for contact, known in due[:MOST]:
            self._looked[known.person.id] = now
            try:
                await self._renew(contact, known, now)
            except (Busy, Locked, Unsure) as error:
                log.info("renewing_waits", account=self.account.id, error=type(error).__name__)
                return

    def _due(self, contacts: Iterable[Contact], now: Millis) -> Iterator[tuple[Contact, Known]]:
        for contact in contacts:
            for known in contact.persons:
                ours = known.person.id.startswith(f"{self.account.platform}:")
                looked = known.person.id in self._looked
                if ours and not looked and not known.frozen and _ends_soon(known, now):
                    yield contact, known

    async def _renew(self, contact: Contact, known: Known, now: Millis) -> None:
        identity = Identity(self.inbox, self.account, self.bot)
        found = await identity.check_again(known)
        if isinstance(found, Changed):
            await identity.freeze(contact, known, found)
            return
        fresh = marked(found.person, now)
        if fresh:
            await self._prove(contact, found, fresh)
        for evidence in valid(found.evidence, now):
            if evidence.kind in OF_HANDLE and evidence.expires - now < BEFORE:
                await self._read(identity, contact, found, evidence)

    async def _read(
        self, identity: Identity, contact: Contact, known: Known, evidence: Evidence
    ) -> None:
        try:
            fresh = await self.proofs.read(evidence.kind, evidence.source, known.person)
        except Unproven as unproven:
            if unproven.why != "no_profile":
                await identity.freeze(contact, known, Changed(evidence.kind))
        except Blocked as blocked:  # it may be back before the evidence ends
            log.info("evidence_unread", account=self.account.id, kind=blocked.why)
        else:
            await self._prove(contact, known, fresh)

    async def _prove(self, contact: Contact, known: Known, fresh: Evidence) -> None:
        command = Prove(known.person.id, fresh.kind, fresh.source, fresh.expires)
        contacts = self.inbox.contacts
        await contacts.do(contact.id, contacts.order(command, by="clerk"))


def _ends_soon(known: Known, now: Millis) -> bool:
    counts = valid(known.evidence, now)
    read = [one for one in counts if one.kind in OF_HANDLE or one.kind == "government_mark"]
    unmarked = known.person.mark == "government" and not any(
        one.kind == "government_mark" for one in counts
    )
    return unmarked or any(one.expires - now < BEFORE for one in read)
