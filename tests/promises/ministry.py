"""The whole product as its own process, between an X and a Slack that live in the test.

It is started as an operator would, by `python -m handlers all` with an environment, and everything
is done to it from outside: pushes at its doors, clicks in Slack, and kill -9.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from inbox.conversations.events import Entry
from inbox.conversations.state import Conversation
from inbox.store import codec, keys
from inbox.store.histories import Kept
from sandbox import cast
from sandbox.product import PRODUCT, inherited, stop_server
from sandbox.slack.server import app as slack_app
from sandbox.slack.world import Workspace
from sandbox.x.activity import SIGNATURE_HEADER, Activity, signed
from sandbox.x.limits import LIMITS, Limit, Meter
from sandbox.x.records import App, DirectMessage, Post
from sandbox.x.server import METER
from sandbox.x.server import app as x_app
from sandbox.x.world import World
from tests.demo import DEMO, copied
from tests.seals import Heard, heard_on_x, unsealed
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds until what does not come counts as a failure."""
MINISTRY = "LandetUD"
OFFICERS = ("U0ANNA", "U0ERIK", "U0SAMIRA")
DEATH = ("token", "until")
"""What a lease forgets when its holder's time is over; its fence stays."""


@dataclass
class History:
    """A conversation as the store keeps it: its snapshot, its lines, and what it took in."""

    now: Conversation
    lines: list[bytes]
    known: set[str]

    @property
    def entries(self) -> list[Entry]:
        """The lines, read."""
        return [codec.decode_entry(line) for line in self.lines]


@dataclass
class Process:
    """The product's own process: started, killed without a word, started again."""

    environ: dict[str, str]
    log: Path
    url: str
    command: tuple[str, ...] = PRODUCT
    starts: int = 0
    _popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, if it does not run."""
        if self.runs:
            return
        self.starts += 1
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603 - our own program
                self.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environ,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()

    def stop(self) -> None:
        """Let it end by itself; where it does not, that is a failure."""
        if self._popen is None or self._popen.poll() is not None:
            return
        self._popen.terminate()
        try:
            assert self._popen.wait(PATIENCE) == 0, self.last_words()
        finally:
            self.kill()

    def last_words(self, lines: int = 25) -> str:
        """Return the end of what it said."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


@dataclass
class Ministry:
    """The world, the workspace, the product between them, and what was acknowledged so far."""

    world: World
    workspace: Workspace
    app: App
    process: Process
    data: Path
    http: aiohttp.ClientSession
    meter: Meter
    pushes: bool = True
    """Whether X pushes what happens; where not, only a poll brings it."""
    pushing: set[asyncio.Task[None]] = field(default_factory=set)
    unacknowledged: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)
    """The ids of messages pushed at the product's door, by what became of that."""

    def __post_init__(self) -> None:
        self._activity = Activity(self.world)
        self._ours = {grant.user_id for grant in self.world.grants.values()}

    # What the world does

    def hear(self, what: str, record: object) -> None:
        """Push what happened on X at the product's door, all at once, as often as it takes."""
        for raw, message in self._bodies(what, record) if self.pushes else ():
            task = asyncio.create_task(self._push(raw, message))
            self.pushing.add(task)
            task.add_done_callback(self.pushing.discard)

    def _bodies(self, what: str, record: object) -> Iterator[tuple[bytes, str]]:
        if isinstance(record, Post) and what != "post.deleted":
            for kind, user in self._activity.of_post(record):
                if user in self._ours:
                    yield self._activity.post(record, kind, user), record.id
        elif isinstance(record, DirectMessage):
            for kind, user in self._activity.of_dm(record):
                if user in self._ours:
                    yield self._activity.dm(record, kind, user), record.id

    async def _push(self, raw: bytes, message: str) -> None:
        self.unacknowledged.add(message)
        headers = {SIGNATURE_HEADER: signed(self.app.consumer_secret, raw)}
        while (status := await self._pushed(raw, headers)) != 200:
            if status not in (0, 503):
                self.refused.append((status, message))
                return
            await asyncio.sleep(0.05)
        self.unacknowledged.discard(message)
        self.acknowledged.add(message)

    async def _pushed(self, raw: bytes, headers: dict[str, str]) -> int:
        """Push once; 0 where nobody answered."""
        with suppress(aiohttp.ClientError, OSError):
            async with self.http.post(self.app.webhook_url or "", data=raw, headers=headers) as r:
                await r.read()
                return r.status
        return 0

    # What is done to the product

    async def ready(self) -> None:
        """Start the product where it does not run, and wait until it can serve."""
        self.process.start()
        await become(self._serves, self.process.last_words)

    async def _serves(self) -> bool:
        with suppress(aiohttp.ClientError, OSError):
            async with self.http.get(f"{self.process.url}/readyz") as answer:
                return answer.status == 200
        return False

    def kill_server(self) -> None:
        """Kill the embedded server; the product starts it again."""
        with suppress(ProcessLookupError):
            os.kill(int((self.data / "valkey.pid").read_text()), signal.SIGKILL)

    def bury(self) -> None:
        """Let the leases of a killed process run out at once, so that no test waits ten seconds."""
        with self.asked() as server:
            for lease in server.scan_iter(keys.lease("*")):
                server.hdel(lease, *DEATH)

    def quarter_passes(self) -> None:
        """Let X's quarter of an hour be over, for X and for our own count of it."""
        self.meter.limits = {name: (Limit(10_000),) for name in LIMITS}
        with self.asked() as server:
            for budget in server.scan_iter(keys.budget("*", "*")):
                server.delete(budget)

    # What the store says

    @contextmanager
    def asked(self) -> Iterator[Any]:
        """Ask the embedded server without the product."""
        address = json.loads((self.data / "valkey.json").read_text())
        with Redis(
            port=address["port"],
            password=address["password"],
            retry=Retry(NoBackoff(), 0),
            socket_timeout=5,
        ) as server:
            yield server

    async def server_answers(self) -> None:
        """Wait until the server is there."""

        async def there() -> bool:
            try:
                with self.asked() as server:
                    return bool(server.ping())
            except (RedisError, OSError):
                return False

        await become(there)

    def histories(self) -> dict[str, History]:
        """Return everything the store knows of every conversation."""
        found = {}
        with self.asked() as server:
            for name in server.scan_iter(keys.snapshot("conv", "?").partition("{")[0] + "{*"):
                id_ = name.decode().rpartition(":")[2]
                found[id_] = History(
                    codec.decode_snapshot(server.get(name)),
                    Kept(
                        server.lrange(keys.old("conv", id_), 0, -1),
                        server.lrange(keys.past("conv", id_), 0, -1),
                    ).read(),
                    {one.decode() for one in server.smembers(keys.known("conv", id_))},
                )
        return found

    def unsealed(self) -> list[Heard]:
        """Compare what X received with the seals; return what nobody sealed."""
        kept, left = self.histories().values(), list[Heard]()
        for one in (one for one in cast.read(DEMO).officials if one.platform == "x"):
            told = [history.entries for history in kept if history.now.account == one.id]
            heard = heard_on_x(self.world, one.handle)
            left += unsealed(one.id, f"x:{one.native_id}", heard, told)
        return left

    def disk_size(self) -> int:
        """Return how much the server has made durable so far, in bytes."""
        return self._file().stat().st_size

    def on_disk(self, since: int) -> bytes:
        """Return what the server has made durable since then."""
        with self._file().open("rb") as file:
            file.seek(since)
            return file.read()

    def _file(self) -> Path:
        [file] = (self.data / "appendonlydir").glob("*.incr.aof")
        return file


async def become(
    look: Callable[[], Any], last_words: Callable[[], str] = str, patience: float = PATIENCE
) -> None:
    """Wait until something is so, so many seconds; it may be asked with or without await."""
    deadline = time.monotonic() + patience
    while True:
        so = look()
        if asyncio.iscoroutine(so):
            so = await so
        if so:
            return
        assert time.monotonic() < deadline, f"it did not become so in time\n{last_words()}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port; yields its address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def tables(folder: Path, *, hold: int = 0) -> Path:
    """Copy the demo's tables, with answers that wait for so many seconds."""
    to = copied(folder / "config")
    accounts = to / "accounts.toml"
    text = accounts.read_text("utf-8")
    held = text.replace("[[account]]\n", f"[[account]]\nhold = {hold}\n")
    assert held != text
    accounts.write_text(held, "utf-8")
    return to


@asynccontextmanager
async def ministry(
    folder: Path, *, hold: int = 0, command: tuple[str, ...] = PRODUCT, **more: str
) -> AsyncIterator[Ministry]:
    """Have a ministry at work; nothing of it stays behind."""
    config, data = tables(folder, hold=hold), folder / "data"
    players = cast.read(config)
    world = World(lambda: int(time.time() * 1000))
    workspace = Workspace(time.time)
    workspace.pacing = False
    async with AsyncExitStack() as stack:
        on_x = x_app(world)
        x_url = await stack.enter_async_context(served(on_x))
        slack_url = await stack.enter_async_context(served(slack_app(workspace)))
        port = free_port()
        at = f"http://127.0.0.1:{port}"
        secrets = cast.on_x(players, world, f"{at}/hooks/x")
        cast.on_slack(players, workspace)
        workspace.deliveries.request_url = f"{at}/slack/events"
        environ = inherited(os.environ) | secrets
        environ |= {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "CHANCERY_MODE": "sandbox",
            "CHANCERY_CONFIG": str(config),
            "CHANCERY_DATA": str(data),
            "CHANCERY_SECRET": "a secret of a test, thirty-two bytes",
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": f"{slack_url}/api/",
            "X_API_URL": x_url,
            "PYTHONPATH": str(ROOT),
            **more,
        }
        http = await stack.enter_async_context(aiohttp.ClientSession())
        process = Process(environ, folder / "product.log", at, command)
        [app] = world.apps.values()
        made = Ministry(world, workspace, app, process, data, http, on_x[METER])
        stack.callback(stop_server, data)
        stack.callback(process.kill)
        stack.callback(world.subscribe(made.hear))
        try:
            yield made
        finally:
            for task in list(made.pushing):
                task.cancel()
            await asyncio.gather(*made.pushing, return_exceptions=True)
