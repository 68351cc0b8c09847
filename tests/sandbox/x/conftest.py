"""A served world, and a real tweepy client whose host is rewritten, nothing else."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tweepy.asynchronous import AsyncClient
from yarl import URL

from sandbox.x.records import App, Tokens
from sandbox.x.server import app as x_app
from sandbox.x.world import World

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
class Heard:
    """One answer as it came over the wire."""

    method: str
    path: str
    status: int
    kind: str
    body: Any
    headers: dict[str, str]


@dataclass
class Rewriting:
    """A session for tweepy that sends its calls to the stand-in and keeps the answers."""

    session: aiohttp.ClientSession
    host: URL
    heard: list[Heard] = field(default_factory=list)

    def request(self, method: str, url: Any, **more: Any) -> _Kept:
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

    async def __aexit__(self, *error: Any) -> None:
        await self.context.__aexit__(*error)


@dataclass
class Scene:
    """A world with a ministry, a citizen, an app, and tweepy speaking for the ministry."""

    world: World
    clock: Clock
    app: App
    tokens: Tokens
    host: URL
    wire: Rewriting
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
    runner = web.AppRunner(x_app(world))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = URL(f"http://127.0.0.1:{runner.addresses[0][1]}")
    async with aiohttp.ClientSession() as session:
        wire = Rewriting(session, host)
        made = Scene(world, clock, app, tokens, host, wire, None)
        made.x = made.client(tokens)
        yield made
    await runner.cleanup()


def _description() -> Path:
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("CHANCERY_SHARED_DATA", root / ".." / "shared" / "data"))
    return folder / "x-openapi.json.gz"


@pytest.fixture(scope="session")
def description() -> dict[str, Any]:
    """X's own OpenAPI description, or a skip where it is not at hand."""
    path = _description()
    if not path.exists():
        pytest.skip(f"X's OpenAPI description is not at {path.name} in the shared data folder")
    read: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return read
