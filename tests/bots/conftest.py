"""A served world of X with two of our accounts, and bots that speak to it through tweepy."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
from aiohttp import web

from bots.budgets import Purse as RealPurse
from bots.contract import Batch, Bot, Busy, News, Odd, Wiring
from bots.listening import Listener
from bots.outcomes import Punctual
from bots.platforms import x
from bots.postroom import Sender
from inbox import Inbox, opened
from inbox.conversations.commands import Answer, AnyCommand, Claim, MarkDeleted, MarkEdited, Receive
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation, OutPart
from inbox.team.policies import Policies
from inbox.words import Account, ConversationId, Lane, Message, Millis, Officer, Part
from sandbox.x.limits import Meter
from sandbox.x.records import App, Tokens
from sandbox.x.server import METER
from sandbox.x.server import app as x_app
from sandbox.x.world import World
from tests.bots.conformance.stage import START, Clock
from tests.seals import heard_on_x, histories, unsealed
from tests.servers import Server, single_servers

__all__ = ["START", "single_servers"]

SECRET = "consumer-secret"

C = TypeVar("C", Receive, MarkEdited, MarkDeleted)


class Purse:
    """A budget that a test empties; it remembers what was taken and corrected."""

    def __init__(self) -> None:
        self.empty: dict[str, Millis] = {}
        self.taken: list[str] = []
        self.corrected: dict[str, tuple[int, Millis]] = {}
        self.paid: list[tuple[str, str]] = []

    async def take(self, call: str) -> None:
        if call in self.empty:
            raise Busy(self.empty[call])
        self.taken.append(call)

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        self.corrected[call] = remaining, reset

    async def pay(self, what: str, things: Iterable[str] = ("",)) -> None:
        self.paid += [(what, thing) for thing in things]


@dataclass
class Scene:
    """The world, who is ours in it, and what a bot needs."""

    world: World
    clock: Clock
    app: App
    ours: dict[str, str]
    accounts: dict[str, Account]
    tokens: dict[str, Tokens]
    http: aiohttp.ClientSession
    url: str
    meter: Meter
    purse: Purse = field(default_factory=Purse)

    def bot(self, handle: str = "MinistryX") -> Bot:
        """Connect a fresh bot, as a process that has just started would."""
        wiring = Wiring(self.http, self.clock, self.purse, self.ours, self.url)
        tokens = self.tokens[handle]
        secrets = {
            "consumer_key": self.app.consumer_key,
            "consumer_secret": self.app.consumer_secret,
            "token": tokens.token,
            "token_secret": tokens.secret,
        }
        return x.connect(self.accounts[handle], secrets, wiring)

    def part(self, text: str, re: str = "", **more: object) -> Part:
        """Make a part of an answer of the ministry's."""
        fields = {"audience": "public", "recipients": ()} | more
        re = f"x:{re}" if re else ""
        return Part(id="answer.1", account="x/ministry", text=text, re=re, **fields)  # type: ignore[arg-type]  # the test names the fields

    @property
    def me(self) -> str:
        """The ministry's native id."""
        return self.world.user("MinistryX").id


async def read(bot: Bot, cursor: str | None = None) -> list[Batch]:
    """Read one round to its end."""
    return [batch async for batch in bot.listen(cursor)]


def news_of(batches: list[Batch]) -> list[News]:
    """Return the news of these batches; what is odd is a failure."""
    found = [one for batch in batches for one in batch.news]
    assert not [one for one in found if isinstance(one, Odd)]
    return [one for one in found if isinstance(one, News)]


def commands(batches: list[Batch], kind: type[C]) -> list[C]:
    """Return the commands of one kind, in order."""
    return [one.command for one in news_of(batches) if isinstance(one.command, kind)]


def messages(batches: list[Batch]) -> list[Message]:
    """Return the messages received, in order."""
    return [one.message for one in commands(batches, Receive)]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = Clock()
    world = World(clock)
    world.join("MinistryX", "The Ministry", mark="government")
    world.join("EmbassyX", "An Embassy", mark="government")
    world.join("citizen", "A Citizen")
    world.join("other", "Somebody Else", mark="blue")
    app = world.register("x-main", "consumer-key", SECRET, tier="enterprise")
    slugs = {"MinistryX": "x/ministry", "EmbassyX": "x/embassy"}
    accounts = {
        handle: Account(
            id=slug,
            app="x-main",
            native_id=world.user(handle).id,
            title=handle,
            handle=handle,
            slack_channel="C1",
            private_channel="C2",
            officers=("aj", "eb"),
        )
        for handle, slug in slugs.items()
    }
    served = x_app(world)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(request_class=Punctual) as http:
        yield Scene(
            world=world,
            clock=clock,
            app=app,
            ours={account.native_id: account.id for account in accounts.values()},
            accounts=accounts,
            tokens={handle: world.grant(app, handle) for handle in accounts},
            http=http,
            url=f"http://127.0.0.1:{runner.addresses[0][1]}",
            meter=served[METER],
        )
    await runner.cleanup()


LANES = (
    Lane("life-safety", 0, 10, reserved=True, words={"en": ("trapped",)}),
    Lane("other", 6, 600),
)


async def no_sleep(seconds: float) -> None:
    """Wait for nothing: the tests move the clock themselves."""


@dataclass
class House:
    """The real inbox, and officer aj who answers in it."""

    scene: Scene
    inbox: Inbox
    policies: Policies

    def listener(self, bot: Bot | None = None, inbox: object = None) -> Listener:
        """Make the one who reads for the ministry."""
        account = self.scene.accounts["MinistryX"]
        used: Inbox = inbox or self.inbox  # type: ignore[assignment]  # a staged one behaves alike
        return Listener(used, account, bot or self.scene.bot(), self.inbox.now, no_sleep)

    def sender(self, bot: Bot | None = None, inbox: object = None) -> Sender:
        """Make a worker that has just started."""
        account = self.scene.accounts["MinistryX"]
        used: Inbox = inbox or self.inbox  # type: ignore[assignment]  # a staged one behaves alike
        purse = RealPurse(used, account, x.PROFILE)
        bot = bot or self.scene.bot()
        return Sender(used, account, bot, purse, self.inbox.now, LANES, no_sleep)

    async def asked(self, text: str = "@MinistryX where do I turn?") -> ConversationId:
        """Let the citizen ask in public, and take it in."""
        post = self.scene.world.post("citizen", text)
        await self.listener().round()
        found = await self.inbox.read.where(f"x:{post.id}")
        assert found
        return found

    async def does(self, ref: ConversationId, command: AnyCommand) -> None:
        """Let officer aj do something that is not denied."""
        order = self.inbox.desk.order(command, by="officer:aj")
        assert not isinstance(await self.inbox.desk.do(ref, order), Denied)
        await self.inbox.pictures.mend("out", [ref])

    async def answered(
        self, text: str = "To us.", ref: ConversationId = "", answer: str = "a1"
    ) -> ConversationId:
        """Let aj answer, and the hold pass."""
        ref = ref or await self.asked()
        await self.does(ref, Claim())
        now = await self.conversation(ref)
        assert now.claim
        command = Answer(
            answer=answer, text=text, re=now.last_message, fence=now.claim.fence, seen=now.version
        )
        await self.does(ref, command)
        self.scene.clock.forward(11)
        return ref

    async def sent(self, sender: Sender) -> bool:
        """Let a worker make one round, and draw its outbox."""
        moved = await sender.round()
        async for touched in self.inbox.read.everything():
            await self.inbox.pictures.out(touched)
        return moved

    async def conversation(self, ref: ConversationId) -> Conversation:
        """Return a conversation that exists."""
        found = await self.inbox.read.conversation(ref)
        assert found
        return found

    async def part(self, ref: ConversationId, answer: str = "a1", n: int = 1) -> OutPart:
        """Return a part of an answer as it stands."""
        found = (await self.conversation(ref)).answer(answer)
        assert found
        return found.parts[n - 1]

    def heard(self) -> list[str]:
        """Return what X heard from the ministry."""
        return [post.text for post in self.scene.world.posts_by("MinistryX")]


@pytest.fixture
async def house(
    scene: Scene,
    single_servers: list[Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    async def unmeasured(inbox: Inbox) -> None:
        """Keep the test's own time: the server has another."""

    monkeypatch.setattr(Inbox, "measure", unmeasured)
    with single_servers[0].asked() as redis:
        redis.flushall()
    policies = Policies(
        list(scene.accounts.values()),
        [
            Officer(id="aj", initials="AJ", name="Anna Jansson"),
            Officer(id="eb", initials="EB", name="Eva Berg", roles=("approver",)),
        ],
        LANES,
        (),
        {"x": x.PROFILE},
    )
    numbers = itertools.count()
    async with opened(
        single_servers[0].url,
        data=tmp_path,
        secret=b"s" * 32,
        policies=policies,
        clock=scene.clock,
        ids=lambda: f"{next(numbers):016d}",
        mode="sandbox",
    ) as inbox:
        yield House(scene, inbox, policies)
        for handle, account in scene.accounts.items():
            heard = heard_on_x(scene.world, handle)
            kept = [one async for one in histories(inbox, account.id)]
            unsealed(account.id, f"x:{account.native_id}", heard, kept)
