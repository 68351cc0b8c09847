"""A workspace on a free port, and a real Bolt app that talks to it over HTTP or Socket Mode."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.facts import EVENTS
from sandbox.slack.server import app as slack_server
from sandbox.slack.world import Workspace


@dataclass
class Clock:
    """A clock that moves only when told; it starts at the real time."""

    at: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds


async def serve(application: web.Application) -> tuple[web.AppRunner, str]:
    """Serve an application on a free port; give what ends it, and where it is."""
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workspace(clock: Clock) -> AsyncIterator[Workspace]:
    """Give a workspace with three officers, a public, a private and an archived channel."""
    made = Workspace(clock)
    made.scopes |= {"channels:join", "im:write", "reactions:read", "team:read", "usergroups:read"}
    made.subscriptions = set(EVENTS)
    made.pacing = False
    made.user("U1", "anna", real_name="Anna Jansson")
    made.user("U2", "erik", real_name="Erik Berg", dnd=True)
    made.user("U3", "guest", real_name="A Guest", guest=True)
    made.channel("C1", "inbox", members=("U1", "U2"))
    made.channel("G1", "crisis", private=True, members=("U1",))
    made.channel("G2", "secret", private=True, members=("U2",), with_bot=False)
    made.channel("C2", "elsewhere", members=("U1",), with_bot=False)
    runner, address = await serve(slack_server(made))
    made.address = address
    yield made
    await runner.cleanup()


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    """Give a real client with the bot's token, that never tries again by itself."""
    return AsyncWebClient(
        workspace.bot_token, base_url=f"{workspace.address}/api/", retry_handlers=[]
    )


@pytest.fixture
def bolt(workspace: Workspace, client: AsyncWebClient) -> AsyncApp:
    """Give a real Bolt app; it acknowledges only when its listener is done."""
    return AsyncApp(
        client=client, signing_secret=workspace.signing_secret, process_before_response=True
    )


@pytest.fixture
async def by_http(workspace: Workspace, bolt: AsyncApp) -> AsyncIterator[AsyncApp]:
    """Put the Bolt app behind aiohttp, with the workspace pointing at it."""

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", events)
    runner, address = await serve(application)
    workspace.deliveries.request_url = f"{address}/slack/events"
    yield bolt
    await runner.cleanup()


@pytest.fixture
async def by_socket(workspace: Workspace, bolt: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Put the Bolt app on one Socket Mode connection."""
    handler = AsyncSocketModeHandler(bolt, workspace.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt is untyped here
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call] # Bolt is untyped here


@pytest.fixture(params=["by_http", "by_socket"])
def app(request: pytest.FixtureRequest, bolt: AsyncApp) -> AsyncApp:
    """Give the Bolt app, once over HTTP and once over Socket Mode."""
    request.getfixturevalue(request.param)
    return bolt


async def until(true: Callable[[], object]) -> None:
    """Wait until something holds; pytest's timeout is the end of patience."""
    while not true():
        await asyncio.sleep(0.01)
