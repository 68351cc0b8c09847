"""Who somebody is, read again just before an answer leaves: a handle may have changed hands."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from bots.contract import Bot, Refused
from bots.needs import Inbox
from inbox.conversations.state import Answer, Conversation
from inbox.directory.commands import Freeze
from inbox.directory.evidence import OF_HANDLE, changed, level, unmarked, valid
from inbox.directory.state import Contact, Evidence, Known
from inbox.words import Account, OfficerId, Person, Record

Reader = Callable[[Evidence, Person], Awaitable[bool | None]]
"""Reads what a piece of evidence was read from: whether it still says so; None where nobody knows."""
NOTICE = "identity_changed"
"""The notice that tells whoever wrote to them, and the channel."""
log = structlog.get_logger(__name__)


class Changed(Record, frozen=True):
    """What is no longer as it was proven, by our words: `handle`, `name`, `mark`, `gone`."""

    what: str


@dataclass(frozen=True)
class Identity:
    """Looks at a contact's person again through the account's own bot."""

    inbox: Inbox
    account: Account
    bot: Bot
    reader: Reader | None = None

    async def hindrance(self, conversation: Conversation, answer: Answer) -> str:
        """Return why an answer to a contact's person may not leave now, "" where it may.

        What changed freezes the entry and is told to the answer's author. Raises what the bot
        raises where the platform cannot be asked: then nothing leaves either.
        """
        contact, known = await self._known(conversation)
        rung = answer.kind == "rung"
        if contact is None or known is None:
            return "detached" if rung else ""
        if not (rung or known.evidence or known.frozen):
            return ""  # nobody relies on who they are
        if known.frozen:
            return known.frozen
        found = await self.check_again(known)
        if isinstance(found, Changed):
            await self.freeze(contact, known, found, answer.author)
            return found.what
        sure = level(known, self.inbox.now()) == "verified"
        return "" if sure or not rung else "expired"

    async def check_again(self, known: Known) -> Known | Changed:
        """Return the known with the person as the platform shows them now, or what changed."""
        try:
            now = await self.bot.person(known.person.id)
        except Refused:
            return Changed("gone")
        evidence = valid(known.evidence, self.inbox.now())
        what = changed(known.person, now) or unmarked(evidence, now)
        if what:
            return Changed(what)
        counts = [one for one in evidence if one.kind in OF_HANDLE]
        read = await asyncio.gather(*(self._withdrawn(one, now) for one in counts))
        gone = [one.kind for one, withdrawn in zip(counts, read, strict=True) if withdrawn]
        return Changed(", ".join(dict.fromkeys(gone))) if gone else replace(known, person=now)

    async def _withdrawn(self, evidence: Evidence, person: Person) -> bool:
        """Whether its source was read, and says it no longer; a site that is away says nothing."""
        return self.reader is not None and await self.reader(evidence, person) is False

    async def _known(self, conversation: Conversation) -> tuple[Contact | None, Known | None]:
        person = conversation.person
        contact = await self.inbox.contacts.of_person(person) if person else None
        return contact, contact.known(person) if contact else None

    async def freeze(
        self, contact: Contact, known: Known, found: Changed, officer: OfficerId = ""
    ) -> None:
        """Trust a person no more, and tell it: to the officer it concerns, or to all."""
        order = self.inbox.contacts.order(Freeze(known.person.id, found.what), by="clerk")
        await self.inbox.contacts.do(contact.id, order)
        log.warning("identity_changed", account=self.account.id, kind=found.what)
        facts = {
            "account": self.account.id,
            "officer": officer,
            "contact": contact.id,
            "name": contact.name,
            "changed": found.what,
        }
        await self.inbox.notices.put(NOTICE, facts)
