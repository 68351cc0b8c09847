"""What the clerk says by itself: the language they write in, and one automatic reply."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from inbox import Inbox, Touched
from inbox.conversations.commands import Greet, SetLanguage
from inbox.conversations.denied import Denied
from inbox.conversations.reading import Reading
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.triage.greeter import Phrases, automatic, greeting, may_greet
from inbox.triage.language import language_of


class Greeter:
    """Follows the news: a conversation whose language nobody said, or that may be greeted.

    `detect` gives a text's language or ""; it is slow and heavy, so it is asked in a thread.
    """

    def __init__(
        self,
        inbox: Inbox,
        policies: Policies,
        phrases: Phrases,
        detect: Callable[[str], str] = language_of,
    ) -> None:
        self._inbox, self._policies = inbox, policies
        self._phrases, self._detect = phrases, detect
        self._ours = frozenset(f"{one.platform}:{one.native_id}" for one in policies.accounts)

    async def keep(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set."""
        await self._inbox.follow("greeting", self.each, stop=stop)

    async def each(self, touched: Sequence[Touched]) -> None:
        """Look at what changed; told again, it has nothing more to say."""
        refs = [one.id for one in touched if one.kind == "conv"]
        for conversation in await self._inbox.read.conversations(refs):
            await self._look(conversation)

    async def _look(self, c: Conversation) -> None:
        account = self._policies.account(c.account)
        if account is None or not c.count:
            return
        unknown = not c.language and not c.closed
        greets = may_greet(c, account, self._ours, self._inbox.now())
        if not unknown and not greets:
            return
        reading = await self._inbox.read.reading(c.id)
        if unknown:
            c = await self._learned(c, reading)
        if greets and not automatic(_texts(reading), self._phrases):
            await self._greet(c)

    async def _learned(self, c: Conversation, reading: Reading) -> Conversation:
        """Note the language of what they wrote so far, where that can be told."""
        language = await asyncio.to_thread(self._detect, "\n".join(_texts(reading)))
        if not language:
            return c
        order = self._inbox.desk.order(
            SetLanguage(language), by="clerk", op=f"language/{c.id}/{c.news}"
        )
        done = await self._inbox.desk.do(c.id, order)
        return c if isinstance(done, Denied) else done.conversation

    async def _greet(self, c: Conversation) -> None:
        """Let the automatic reply leave, unless a human was quicker or they had one today."""
        account = self._policies.of(c.account, "greeter").account
        said = greeting(c, account, self._phrases, self._inbox.now())
        greeted = self._inbox.greeted
        if said is None:
            return
        first = await greeted.first(c.person, c.id)
        hindered = (
            not first,  # guard: greeted-today test=tests/inbox/clerk/test_greeting.py::test_a_person_who_writes_to_two_of_our_accounts_is_greeted_once_a_day
        )
        if any(hindered):
            return
        command = Greet(f"greeting-{c.id}", said.text, said.language)
        # The operation is the conversation's: repeated after a kill, it is so already.
        order = self._inbox.desk.order(command, by="greeter", op=f"greet/{c.id}")
        done = await self._inbox.desk.do(c.id, order)
        if isinstance(done, Denied) and done.why != "greeted":
            await greeted.forget(c.person)


def _texts(reading: Reading) -> list[str]:
    """Return what they wrote, the oldest first; nothing that was ours or is gone."""
    return [one.message.text for one in reading.messages if not (one.message.ours or one.deleted)]
