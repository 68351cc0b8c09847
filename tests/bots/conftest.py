"""A served world of X with two of our accounts, and bots that speak to it through tweepy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import pytest
from aiohttp import web

from bots.contract import Batch, Bot, Busy, News, Odd, Wiring
from bots.platforms import x
from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive
from inbox.words import Account, Message, Millis, Part
from sandbox.x.limits import Meter
from sandbox.x.records import App, Tokens
from sandbox.x.server import METER
from sandbox.x.server import app as x_app
from sandbox.x.world import World

START: Millis = 1_793_000_000_000
"""The first moment of the tests' clock, in October 2026."""
SECRET = "consumer-secret"

C = TypeVar("C", Receive, MarkEdited, MarkDeleted)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = START

    def __call__(self) -> int:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


class Purse:
    """A budget that a test empties; it remembers what was taken and corrected."""

    def __init__(self) -> None:
        self.empty: dict[str, Millis] = {}
        self.taken: list[str] = []
        self.corrected: dict[str, tuple[int, Millis]] = {}

    async def take(self, call: str) -> None:
        if call in self.empty:
            raise Busy(self.empty[call])
        self.taken.append(call)

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        self.corrected[call] = remaining, reset


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
        )
        for handle, slug in slugs.items()
    }
    served = x_app(world)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
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
