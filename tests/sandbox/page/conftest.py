"""The page over real stand-ins, served on loopback, with a product that may be anything."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox import cast
from sandbox.page.server import Stage
from sandbox.page.server import app as page
from sandbox.platforms import networks
from sandbox.platforms.x import OnX
from sandbox.product import Product
from sandbox.scenes.scene import Play, read
from sandbox.slack.server import app as slack_app
from sandbox.slack.world import Workspace
from sandbox.x.world import World

CONFIG = Path(__file__).parents[3] / "config" / "demo"


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port; yields its address."""
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Visit:
    """An open page: its stage, and a visitor's browser."""

    stage: Stage
    address: str
    browser: aiohttp.ClientSession
    slack: str

    @property
    def world(self) -> World:
        """The X on stage."""
        on_x = self.stage.networks["x"]
        assert isinstance(on_x, OnX)
        return on_x.world

    async def state(self, user: str = "U0ANNA") -> dict[str, Any]:
        """Fetch what the page shows to a member."""
        async with self.browser.get(f"{self.address}/state", params={"user": user}) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def does(self, path: str, **asked: Any) -> tuple[int, dict[str, Any]]:
        """Do something; returns the status and the answer."""
        async with self.browser.post(self.address + path, json=asked) as answer:
            return answer.status, await answer.json()

    async def channel(self, channel: str, user: str = "U0ANNA") -> dict[str, Any]:
        """Fetch one channel as a member sees it."""
        state = await self.state(user)
        found: dict[str, Any] = next(c for c in state["slack"]["channels"] if c["id"] == channel)
        return found


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    players = cast.read(CONFIG)
    every = networks(lambda: int(time.time() * 1000))
    workspace = Workspace(time.time)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(served(slack_app(workspace)))
        for network in every.values():
            network.enrol(players, "http://127.0.0.1:9/hooks")
            await stack.enter_async_context(network.working())
        cast.on_slack(players, workspace)
        product = Product("http://127.0.0.1:9", {}, tmp_path / "log", lambda: None)
        stage = Stage(players, every, workspace, Play(read(), every), product)
        stack.callback(stage.listen())
        address = await stack.enter_async_context(served(page(stage)))
        browser = await stack.enter_async_context(aiohttp.ClientSession())
        yield Visit(stage, address, browser, slack)


PROGRAM = """
import os, sys
from aiohttp import web
async def ready(request):
    return web.Response(status=200)
app = web.Application()
app.router.add_get("/readyz", ready)
print("up as", os.environ.get("CHANCERY_MODE"), flush=True)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None)
"""


@pytest.fixture
def small_product(tmp_path: Path) -> tuple[str, ...]:
    """Give the command line of a program that only says it is ready."""
    program = tmp_path / "small.py"
    program.write_text(PROGRAM)
    return (sys.executable, str(program))
