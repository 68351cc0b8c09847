"""A served world, and a real tweepy client whose host is rewritten, nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tweepy.asynchronous import AsyncClient
from yarl import URL

from sandbox.x.limits import Meter
from sandbox.x.records import App, Tokens
from sandbox.x.server import METER
from sandbox.x.server import app as x_app
from sandbox.x.world import World
from tests.sandbox.x.description import Description, Heard

START = 1_793_000_000_000
"""The first moment of the tests' clock, UTC milliseconds, in October 2026."""
SECRET = "consumer-secret"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = START

    def __call__(self) -> int:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@dataclass
class Rewriting:
    """A session for tweepy that sends its calls to the stand-in and keeps the answers."""

    session: aiohttp.ClientSession
    host: URL
    heard: list[Heard] = field(default_factory=list)
    last_headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, url: Any, **more: Any) -> _Kept:
        self.last_headers = dict(more["headers"])
        target = URL(url).with_scheme("http").with_host(str(self.host.host))
        return _Kept(self, method, target.with_port(self.host.port), more)


class _Kept:
    def __init__(self, owner: Rewriting, method: str, url: URL, more: dict[str, Any]) -> None:
        self.owner, self.method, self.url = owner, method, url
        self.context = owner.session.request(method, url, **more)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        response = await self.context.__aenter__()
        raw = await response.read()
        body = json.loads(raw) if "json" in response.content_type else raw
        self.owner.heard.append(
            Heard(
                self.method,
                self.url.path,
                response.status,
                response.content_type,
                body,
                {name.lower(): value for name, value in response.headers.items()},
            )
        )
        return response

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.context.__aexit__(kind, error, trace)


@dataclass
class Scene:
    """A world with a ministry, a citizen, an app, and tweepy speaking for the ministry."""

    world: World
    clock: Clock
    app: App
    tokens: Tokens
    host: URL
    wire: Rewriting
    meter: Meter
    x: Any

    def client(self, tokens: Tokens, **wrong: str) -> Any:
        """Make a real tweepy client for these credentials."""
        names = {
            "consumer_key": self.app.consumer_key,
            "consumer_secret": self.app.consumer_secret,
            "access_token": tokens.token,
            "access_token_secret": tokens.secret,
        }
        client = AsyncClient(**(names | wrong))
        client.session = self.wire
        return client


def peopled(clock: Clock) -> tuple[World, App, Tokens]:
    """Make a world with @MinistryX, @citizen, @other and one enterprise app."""
    world = World(clock)
    world.join("MinistryX", "The Ministry", mark="government", description="Official.")
    world.join("citizen", "A Citizen")
    world.join("other", "Somebody Else")
    app = world.register("app", "consumer-key", SECRET, tier="enterprise")
    return world, app, world.grant(app, "MinistryX")


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = Clock()
    world, app, tokens = peopled(clock)
    served = x_app(world)
    runner = web.AppRunner(served)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with aiohttp.ClientSession() as session:
        wire = Rewriting(session, host)
        made = Scene(world, clock, app, tokens, host, wire, served[METER], None)
        made.x = made.client(tokens)
        yield made
    await runner.cleanup()
    if (described := Description.found()) is not None:
        for answer in wire.heard:
            described.check(answer)


@pytest.fixture(scope="session")
def description() -> Description:
    """X's own OpenAPI description, or a skip where it is not at hand."""
    found = Description.found()
    if found is None:
        pytest.skip("X's OpenAPI description is not in the shared data folder")
    return found
