"""The Procfile's three processes, two of each, behind a load balancer, as a ministry runs them."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import aiohttp

import bots
from config.start import started
from inbox import Inbox, opened
from sandbox import cast
from sandbox.product import inherited, stop_server
from sandbox.slack.records import Message
from sandbox.slack.server import app as slack_app
from sandbox.slack.world import Workspace
from sandbox.x.activity import SIGNATURE_HEADER, Activity, signed
from sandbox.x.push import Push
from sandbox.x.server import app as x_app
from sandbox.x.world import World
from tests.promises.ministry import MINISTRY, ROOT, become, served, tables
from tests.servers import free_port

Kind = Literal["web", "bots", "clerk"]
PROGRAMS: dict[Kind, str] = {"web": "handlers", "bots": "bots", "clerk": "inbox"}
"""The Procfile's lines."""
CHANNEL = "C0PRESS0001"
STRANGE = "tests.promises.strange"
STRANGE_WORDS = frozenset({"SHIFT", "LOUD", "POINTS"})
"""Who is started with one of these settings is started in those circumstances."""
STOPS_WITHIN = 15.0
"""Seconds that a platform gives a process between SIGTERM and SIGKILL, at least."""


@dataclass
class Process:
    """One process of the product, its log, and for a web process its port."""

    kind: Kind
    popen: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def said(self) -> str:
        """All that it said."""
        return self.log.read_text("utf-8", "replace")

    @property
    def runs(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.popen.kill()
        self.popen.wait()


class Front:
    """A load balancer: each connection goes to the next process that takes it."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self._turn = itertools.count()
        self._carrying: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Listen on a free port; yields the address."""
        server = await asyncio.start_server(self._met, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in list(self._carrying):
                task.cancel()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            with suppress(asyncio.CancelledError):  # only by us, at the end: nobody waits for it
                await self._carry(reader, writer)
        finally:
            self._carrying.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turn)
        for n in range(len(self.ports)):
            with suppress(OSError):
                port = self.ports[(first + n) % len(self.ports)]
                behind, to = await asyncio.open_connection("127.0.0.1", port)
                break
        else:
            return
        try:
            await _first_end(_pour(reader, to), _pour(behind, writer))
        finally:
            to.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


async def _first_end(*pourings: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(one) for one in pourings]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Town:
    """X, Slack, the load balancer, and whatever processes of the product run between them."""

    world: World
    workspace: Workspace
    push: Push
    front: Front
    environ: dict[str, str]
    folder: Path
    http: aiohttp.ClientSession
    processes: list[Process] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return Path(self.environ["CHANCERY_DATA"])

    # The product

    async def start(self, *kinds: Kind) -> list[Process]:
        """Start processes, and wait until each serves."""
        fresh = self.begin(*kinds)
        await self.serving(*fresh)
        return fresh

    def begin(self, *kinds: Kind, **changed: str) -> list[Process]:
        """Start processes without waiting, with other settings where they are named."""
        return [self._started(kind, changed) for kind in kinds]

    async def serving(self, *processes: Process) -> None:
        """Wait until each of them serves."""
        for process in processes:
            await become(partial(self._serves, process), self.said)

    def _started(self, kind: Kind, changed: Mapping[str, str]) -> Process:
        through = [STRANGE] if STRANGE_WORDS & changed.keys() else []
        port, log = free_port(), self.folder / f"{kind}-{len(self.processes)}.log"
        with log.open("wb") as out:
            popen = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", *through, PROGRAMS[kind]],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environ | {"PORT": str(port), **changed},
                start_new_session=True,
            )
        process = Process(kind, popen, log, port)
        self.processes.append(process)
        if kind == "web":
            self.front.ports.append(port)
        return process

    async def _serves(self, process: Process) -> bool:
        assert process.runs, process.said
        if process.kind != "web":
            return "listening" in process.said
        with suppress(aiohttp.ClientError, OSError):
            async with self.readiness(process) as answer:
                return answer.status == 200
        return False

    def readiness(self, process: Process) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Ask a web process whether it can serve."""
        return self.http.get(f"http://127.0.0.1:{process.port}/readyz")

    def running(self) -> list[Process]:
        return [process for process in self.processes if process.runs]

    async def stop(self, *processes: Process) -> None:
        """Ask processes to stop; one that does not stop in order and in time is a failure."""
        asked = time.monotonic()
        for process in processes:
            process.popen.terminate()
        for process in processes:
            left = STOPS_WITHIN - (time.monotonic() - asked)
            status = await asyncio.to_thread(process.popen.wait, max(left, 0.1))
            assert status == 0, f"{process.kind} ended with {status}\n{process.said}"
            assert "Traceback" not in process.said, process.said

    def said(self) -> str:
        """All that the processes said, for a test that fails."""
        return "\n".join(f"--- {one.log.name}\n{one.said[-3000:]}" for one in self.processes)

    @asynccontextmanager
    async def inbox(self) -> AsyncIterator[Inbox]:
        """Open the same inbox as one process more."""
        start = started(self.environ, bots.profiles())
        async with opened(**start.opening) as box:
            yield box

    # What people do

    async def asks(self, handle: str, text: str) -> None:
        """Let somebody post in public; the push is acknowledged when this returns."""
        if handle not in {user.handle for user in self.world.users.values()}:
            self.world.join(handle, handle.title())
        self.world.post(handle, f"@{MINISTRY} {text}")
        await self.push.drain()
        last, status = self.push.delivered[-1]
        assert status == 200, (status, last.event_type, self.said())

    async def card(self, text: str) -> Message:
        """Wait for a card that shows this text."""
        found: list[Message] = []

        def look() -> bool:
            messages = self.workspace.channels[CHANNEL].visible()
            found[:] = [one for one in messages if text in str(one.blocks)]
            return bool(found)

        await become(look, self.said)
        assert len(found) == 1
        return found[0]

    def cards(self, text: str) -> list[Message]:
        """Give the cards that show this text or ever did: one that is answered shrinks to a line.

        Replies in a thread are none.
        """
        return [
            one
            for one in self.workspace.channels[CHANNEL].visible()
            if one.thread_ts in (None, one.ts)
            and any(text in str(face["blocks"]) for face in (one.face(), *one.edits))
        ]

    async def answers(self, user: str, card: Message, text: str) -> None:
        """Let an officer press Answer until it opens, write, and send it once."""
        slack = self.workspace

        async def opens() -> bool:
            await slack.click(user, CHANNEL, card.ts, "answer")
            view = slack.open_view(user)
            return view is not None and view["callback_id"] == "view_answer"

        await become(opens, self.said)
        await slack.type_in_view(user, "text", text)
        outcome = await slack.submit(user)
        assert outcome.acknowledged, (outcome, self.said())
        shown = slack.open_view(user)
        assert shown, self.said()
        assert shown["callback_id"] == "view_hold", shown
        slack.clear_stack(user)

    async def published(self, text: str) -> None:
        """Wait for the ministry's post with this text."""
        await become(lambda: self.times(text), self.said)

    def times(self, text: str) -> int:
        """Count the ministry's posts with this text."""
        return sum(text in post.text for post in self.world.posts_by(MINISTRY))


@dataclass
class Load:
    """Posts that a client of our own pushes at the door, many at once, until acknowledged."""

    at: Town
    posts: int
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    async def run(self, *, at_once: int) -> None:
        """Push all of them, so many at once."""
        waiting = [self._body(n) for n in range(self.posts)]
        async with asyncio.TaskGroup() as pushing:
            for _ in range(at_once):
                pushing.create_task(self._push(waiting))

    def _body(self, n: int) -> tuple[str, bytes]:
        world = self.at.world
        handle = f"crowd{n}"
        world.join(handle, f"Crowd {n}")
        self.at.push.switches.drop += 1  # the stand-in's own deliverer goes one at a time
        post = world.post(handle, f"@{MINISTRY} where do I turn with {n}?")
        me = world.user(MINISTRY).id
        [kind] = [kind for kind, user in Activity(world).of_post(post) if user == me]
        return post.id, Activity(world).post(post, kind, me)

    async def _push(self, waiting: list[tuple[str, bytes]]) -> None:
        [app] = self.at.world.apps.values()
        while waiting:
            id_, raw = waiting.pop()
            headers = {SIGNATURE_HEADER: signed(app.consumer_secret, raw)}
            while (status := await self._status(app.webhook_url or "", raw, headers)) != 200:
                self.statuses[status] += 1
                await asyncio.sleep(0.02)
            self.statuses[200] += 1
            self.acknowledged.append(id_)

    async def _status(self, url: str, raw: bytes, headers: dict[str, str]) -> int:
        """Push once; 0 where nobody answered."""
        with suppress(aiohttp.ClientError, OSError):
            async with self.at.http.post(url, data=raw, headers=headers) as answer:
                await answer.read()
                return answer.status
        return 0


@asynccontextmanager
async def town(
    folder: Path, *, hold: int = 1, redis_url: str = "", sockets: bool = False
) -> AsyncIterator[Town]:
    """Have the world and the workspace, and no process yet; nothing of it stays behind."""
    config, data = tables(folder, hold=hold), folder / "data"
    players = cast.read(config)
    world, workspace = World(lambda: int(time.time() * 1000)), Workspace(time.time)
    workspace.pacing = False
    front = Front()
    async with AsyncExitStack() as stack:
        x_url = await stack.enter_async_context(served(x_app(world)))
        slack_url = await stack.enter_async_context(served(slack_app(workspace)))
        at = await stack.enter_async_context(front.serving())
        secrets = cast.on_x(players, world, f"{at}/hooks/x")
        cast.on_slack(players, workspace)
        how = {"SLACK_SIGNING_SECRET": workspace.signing_secret}
        if sockets:
            how = {"SLACK_APP_TOKEN": workspace.app_token}
        else:
            workspace.deliveries.request_url = f"{at}/slack/events"
        environ = inherited(os.environ) | secrets | how
        environ |= {
            "CHANCERY_MODE": "sandbox",
            "CHANCERY_CONFIG": str(config),
            "CHANCERY_DATA": str(data),
            "CHANCERY_SECRET": "a secret of a test, thirty-two bytes",
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_API_URL": f"{slack_url}/api/",
            "X_API_URL": x_url,
            "PYTHONPATH": str(ROOT),
        }
        environ |= {"REDIS_URL": redis_url} if redis_url else {}
        http = await stack.enter_async_context(aiohttp.ClientSession())
        push = await stack.enter_async_context(Push(world, backoff=(0.1,) * 100))
        made = Town(world, workspace, push, front, environ, folder, http)
        stack.callback(stop_server, data)
        try:
            yield made
        finally:
            for process in made.processes:
                process.kill()
