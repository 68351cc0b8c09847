"""The real inbox around one platform: an officer who answers, workers that have just started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.again import Again
from bots.budgets import Purse
from bots.contract import Batch, Bot, Door, Inbound, Platform, Wiring
from bots.doors import routes
from bots.listening import Listener
from bots.postroom import Sender
from inbox import Done, Inbox, opened
from inbox.conversations.commands import Answer, AnyCommand, Claim
from inbox.conversations.denied import Denied
from inbox.conversations.events import AnyEvent
from inbox.conversations.reading import Reading, Said
from inbox.conversations.state import Conversation, OutPart
from inbox.team.policies import Policies
from inbox.words import AccountId, ConversationId, Lane, Media, MessageId, Officer
from tests.bots.conformance.stage import Pushed, Stage, Who
from tests.seals import Heard, histories, unsealed
from tests.servers import Server

LANES = (
    Lane("life-safety", 0, 10, reserved=True, words={"en": ("trapped",)}),
    Lane("other", 6, 600),
)
OFFICERS = (
    Officer(id="aj", initials="AJ", name="Anna Jansson"),
    Officer(id="eb", initials="EB", name="Eva Berg"),
)
E = TypeVar("E", bound=AnyEvent)


async def no_sleep(seconds: float) -> None:
    """Wait for nothing: the tests move the clock themselves."""


class Breaking:
    """The real inbox, whose desk breaks on everything."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.desk = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        raise ZeroDivisionError


@dataclass
class House:
    """The real inbox on a real server, and what a stage's platform needs around it."""

    platform: Platform
    stage: Stage
    server: Server
    data: Path
    http: aiohttp.ClientSession
    policies: Policies
    stack: AsyncExitStack
    inbox: Inbox = field(init=False)
    by_hand: set[MessageId] = field(default_factory=set)
    """What our account wrote past Chancery: nobody sealed it."""

    async def forget(self) -> None:
        """Open the inbox on an emptied server: nothing was ever taken in."""
        await self.stack.aclose()
        with self.server.asked() as redis:
            redis.flushall()
        numbers = count()
        self.inbox = await self.stack.enter_async_context(
            opened(
                self.server.url,
                data=self.data,
                secret=b"s" * 32,
                policies=self.policies,
                clock=self.stage.clock,
                ids=lambda: f"{next(numbers):016d}",
                mode="sandbox",
            )
        )

    def breaking(self) -> Breaking:
        """Return the inbox as it is before a fix: its desk breaks on everything."""
        return Breaking(self.inbox)

    # Whom we start

    def bot(self) -> Bot:
        """Connect a fresh bot, as a process that has just started would."""
        account, secrets = self.stage.account, self.stage.secrets
        wiring = Wiring(
            http=self.http,
            clock=self.stage.clock,
            spending=Purse(self.inbox, account, self.platform.PROFILE),
            ours={account.native_id: account.id},
            api_url=secrets.api_urls[account.platform],
        )
        return self.platform.connect(account, secrets.of(account), wiring)

    def door(self) -> Door:
        """Make the door of our app."""
        account = self.stage.account
        apps = self.stage.secrets.apps
        found = self.platform.door(apps[account.app], {account.native_id: account.id})
        assert found, "its Profile says that it pushes"
        return found

    def listener(self, bot: Bot | None = None, inbox: object = None) -> Listener:
        """Make who reads for the account; a staged inbox behaves like the real one."""
        used: Inbox = inbox or self.inbox  # type: ignore[assignment]  # a staged one behaves alike
        return Listener(used, self.stage.account, bot or self.bot(), self.inbox.now, no_sleep)

    def sender(self, bot: Bot | None = None) -> Sender:
        """Make a worker that has just started."""
        account = self.stage.account
        purse = Purse(self.inbox, account, self.platform.PROFILE)
        used = bot or self.bot()
        return Sender(self.inbox, account, used, purse, self.inbox.now, LANES, no_sleep)

    def again(self) -> Again:
        """Make who tries again what was set aside."""
        return Again(self.inbox, self.policies, self.stage.secrets)

    async def push(self, pushed: Pushed, inbox: object = None) -> int:
        """Knock at the real door with a delivery; return the status."""
        used: Inbox = inbox or self.inbox  # type: ignore[assignment]  # a staged one behaves alike
        app = web.Application()
        app.add_routes(routes(used, self.policies, self.stage.secrets))
        path = f"/hooks/{self.stage.account.platform}/{self.stage.account.app}"
        async with (
            TestClient[web.Request, web.Application](TestServer(app)) as client,
            client.post(path, data=pushed.body, headers=dict(pushed.headers)) as response,
        ):
            return response.status

    # What happens

    async def read(self, rounds: int = 1) -> None:
        """Let a listener that has just started read on."""
        for _ in range(rounds):
            await self.listener().round()

    async def batches(self, cursor: str | None = None) -> list[Batch]:
        """Read one round to its end, without taking anything in."""
        return [batch async for batch in self.bot().listen(cursor)]

    async def asked(
        self, text: str = "Where do I turn?", who: Who = "citizen", *, private: bool = False
    ) -> ConversationId:
        """Let somebody ask, and take it in."""
        written = await self.stage.say(who, text, private=private)
        await self.read()
        return await self.where(written.id)

    async def does(self, ref: ConversationId, command: AnyCommand) -> Done | Denied:
        """Let officer aj do something."""
        order = self.inbox.desk.order(command, by="officer:aj")
        answer = await self.inbox.desk.do(ref, order)
        await self.inbox.pictures.mend("out", [ref])
        return answer

    async def answers(
        self,
        ref: ConversationId,
        text: str = "To us.",
        answer: str = "a1",
        media: tuple[Media, ...] = (),
    ) -> Done | Denied:
        """Let aj answer in the conversation's own audience, and the hold pass."""
        assert not isinstance(await self.does(ref, Claim()), Denied)
        now = await self.conversation(ref)
        assert now.claim
        command = Answer(
            answer=answer,
            text=text,
            audience=now.audience,
            re=now.last_message,
            media=media,
            fence=now.claim.fence,
            seen=now.version,
        )
        said = await self.does(ref, command)
        self.stage.clock.forward(11)
        return said

    async def answered(self, text: str = "To us.", *, private: bool = False) -> ConversationId:
        """Let the citizen ask and aj answer, so that it may leave."""
        ref = await self.asked(private=private)
        assert not isinstance(await self.answers(ref, text), Denied)
        return ref

    async def sends(self, sender: Sender | None = None, rounds: int = 1, every: float = 0) -> None:
        """Let a worker make some rounds, the clock going on after each."""
        sender = sender or self.sender()
        for _ in range(rounds):
            await sender.round()
            async for touched in self.inbox.read.everything():
                await self.inbox.pictures.out(touched)
            self.stage.clock.forward(every)

    async def sends_all(self, sender: Sender | None = None) -> None:
        """Let a worker send until nothing is left that may leave."""
        sender = sender or self.sender()
        for _ in range(60):
            moved = await sender.round()
            async for touched in self.inbox.read.everything():
                await self.inbox.pictures.out(touched)
            if not moved:
                return
        raise AssertionError("it sends for ever")

    # What is so

    async def where(self, message: MessageId) -> ConversationId:
        """Return where a message that was taken in belongs."""
        found = await self.inbox.read.where(message)
        assert found, f"{message} was not taken in"
        return found

    async def conversation(self, ref: ConversationId) -> Conversation:
        """Return a conversation that exists."""
        found = await self.inbox.read.conversation(ref)
        assert found
        return found

    async def part(self, ref: ConversationId, n: int = 1, answer: str = "a1") -> OutPart:
        """Return a part of an answer as it stands."""
        found = (await self.conversation(ref)).answer(answer)
        assert found
        return found.parts[n - 1]

    async def reading(self, message: MessageId) -> Reading:
        """Return the conversation of a message as people read it."""
        return await self.inbox.read.reading(await self.where(message))

    async def said(self, message: MessageId) -> Said:
        """Return one message as people read it."""
        [found] = [
            one for one in (await self.reading(message)).messages if one.message.id == message
        ]
        return found

    async def everything(self) -> dict[ConversationId, Reading]:
        """Return all that was taken in, as people read it."""
        return {ref: await self.inbox.read.reading(ref) for ref in await self.refs()}

    async def refs(self) -> list[ConversationId]:
        """Return every conversation."""
        return sorted([one.id async for batch in self.inbox.read.everything() for one in batch])

    async def events(self, ref: ConversationId, kind: type[E]) -> list[E]:
        """Return a conversation's events of one kind, in order."""
        entries = await self.inbox.read.history(ref)
        return [one for entry in entries for one in entry.events if isinstance(one, kind)]

    async def heard(self) -> list[Heard]:
        """Return what the platform heard from Chancery and still shows."""
        return [
            one for one in await self.stage.heard() if not one.gone and one.id not in self.by_hand
        ]

    async def told(self) -> list[str]:
        """Return the kinds of what people were told by itself."""
        return [one.kind async for batch in self.inbox.notices.everything() for one in batch]

    async def is_as_sealed(self) -> None:
        """Demand that the platform received what was sealed, byte for byte, once, and no more."""
        account = self.stage.account
        heard = [one for one in await self.stage.heard() if one.id not in self.by_hand]
        kept = [one async for one in histories(self.inbox, account.id)]
        left = unsealed(account.id, self.stage.person("us"), heard, kept)
        assert not left, f"the platform received what nobody sealed: {left}"


@asynccontextmanager
async def housed(
    platform: Platform, stage: Stage, server: Server, data: Path, http: aiohttp.ClientSession
) -> AsyncIterator[House]:
    """Give a house on an empty server; what was received is compared with the seals at its end."""
    account = stage.account
    policies = Policies([account], OFFICERS, LANES, (), {account.platform: platform.PROFILE})
    async with AsyncExitStack() as stack:
        house = House(platform, stage, server, data, http, policies, stack)
        await house.forget()
        yield house
        await house.is_as_sealed()
