"""Intake by webhook: the real door and its commits, beside a bare handler with one commit.

All are served by one process, whose CPU is the bottleneck, and asked by another. The bare handler
makes the very commit a real intake made, for another conversation, prepared before: what is left
of it is aiohttp, the store's commit with its packing, the client and the server's work. A third
handler does not even pack: it hands over the bytes of such a call.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from aiohttp import web
from msgspec.structs import replace

from bots.contract import News, Secrets
from bots.doors import hooks, routes
from bots.platforms import x
from inbox.desk import trying
from inbox.store import keys
from inbox.store.client import Argument, Client
from inbox.store.commit import Commit, Verdict, commit
from sandbox.x.activity import SIGNATURE_HEADER, payloads_of_post, signed
from sandbox.x.world import World
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.loading import loaded
from tests.bench.texts import questions
from tests.inbox.house import ACCOUNT, desk_of, inbox_of, policies

SLICES = 7
REQUESTS = 1500
CONNECTIONS = 32
CONSUMER_SECRET = "consumer-secret"
WRITTEN = ("snapshot", "line", "beginning", "payload")
"""What of a commit names the conversation and the message."""
Call: TypeAlias = tuple[str, list[str], tuple[Argument, ...]]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]


class Recording(Client):
    """A caller that remembers the last call of a commit."""

    called: Call | None = None

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> Any:
        if name in ("commit_1", "take_1"):
            self.called = name, list(names), args
        return await super().function(name, names, *args)


@dataclass(frozen=True)
class Slice:
    """What one slice showed."""

    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return REQUESTS / self.seconds

    @property
    def cpu_us(self) -> float:
        return self.cpu / REQUESTS * 1e6


class Round(NamedTuple):
    """One slice of each."""

    door: Slice
    bare: Slice
    wire: Slice


def pushes() -> Iterator[bytes]:
    """Yield pushes of X, each a question of somebody new."""
    world = World(lambda: time.time_ns() // 1_000_000)
    world.join("LandetUD", "Landet UD", id="1", mark="government")
    ministry = world.user("LandetUD")
    for n, text in enumerate(questions()):
        world.join(f"person{n}", f"Person {n}")
        post = world.post(f"person{n}", f"@LandetUD {text}")
        yield payloads_of_post(world, post, ministry)[0]


def request(path: str, body: bytes) -> bytes:
    """Write a whole HTTP request, signed as X signs."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{SIGNATURE_HEADER}: {signed(CONSUMER_SECRET, body)}\r\nContent-Length: {len(body)}\r\n"
    )
    return f"{head}\r\n".encode() + body


async def recorded(url: str, body: bytes) -> tuple[Commit, Call]:
    """Take one push in; return the commit that came of it, and the call that was made for it."""
    door = x.door({"consumer_secret": CONSUMER_SECRET}, {"1": ACCOUNT})
    assert door
    [one] = door.again("1", body).news
    assert isinstance(one, News)
    client = Recording(url)
    await client.load_libraries()
    found: list[Commit] = []

    async def remembered(client: Client, what: Commit) -> Verdict:
        found.append(what)
        return await commit(client, what)

    trying.commit = remembered  # type: ignore[attr-defined]  # as it is called there
    await desk_of(client).take(ACCOUNT, one.command, one.raw)
    trying.commit = commit  # type: ignore[attr-defined]  # put back
    await client.aclose()
    assert client.called
    return found[0], client.called


def renamed(what: Commit, n: int) -> Commit:
    """Return the same commit for another conversation and another message."""
    new, message = f"{n:0{len(what.id)}d}", f"{what.message[:-6]}{n:06d}"

    def changed(one: bytes) -> bytes:
        there = one.replace(what.id.encode(), new.encode())
        return there.replace(what.message.encode(), message.encode())

    return replace(
        what,
        id=new,
        message=message,
        route=message if what.route else "",
        taken=(message,),
        **{name: changed(getattr(what, name)) for name in WRITTEN},
    )


def called(call: Call, old: str, message: str, n: int) -> Call:
    """Return the same call for another conversation and another message."""
    new, id_ = f"{n:0{len(old)}d}", f"{message[:-6]}{n:06d}"
    tags = {keys.tag(old): keys.tag(new), keys.registry(message): keys.registry(id_)}

    def changed(one: Argument) -> Argument:
        if not isinstance(one, str):
            return one
        for before, after in {**tags, old: new, message: id_}.items():
            one = one.replace(before, after)
        return one

    name, names, args = call
    return name, [str(changed(key)) for key in names], tuple(changed(one) for one in args)


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[int]:
    """Serve it on a free port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def bare(client: Client, commits: Iterator[Commit]) -> Handler:
    """Return the handler that reads a body, makes the commit of a real intake, and answers."""

    async def handle(asked: web.Request) -> web.Response:
        await asked.read()
        verdict = await commit(client, next(commits))
        assert verdict.answer == "ok"
        return web.Response(text="taken")

    return handle


def wire(client: Client, calls: Iterator[Call]) -> Handler:
    """Return the handler that only hands over what such a commit says, packed and ready."""

    async def handle(asked: web.Request) -> web.Response:
        await asked.read()
        name, names, args = next(calls)
        answer = await client.function(name, names, *args)
        assert answer[0] == b"ok", answer
        return web.Response(text="taken")

    return handle


async def run_slice(port: int, file: Path, requests: list[bytes]) -> Slice:
    """Let another process send these requests; measure it, and our own CPU time."""
    cpu = time.process_time()
    seconds, *_ = await loaded(port, file, requests, CONNECTIONS)
    return Slice(seconds, time.process_time() - cpu)


async def measure(url: str, folder: Path) -> list[Figure]:
    """Measure alternating slices of all three; a ratio is the median of the rounds'."""
    first, *bodies = list(islice(pushes(), (SLICES + 1) * REQUESTS + 1))
    what, call = await recorded(url, first)
    many = range((SLICES + 1) * REQUESTS)
    commits = [renamed(what, n) for n in many]
    # Another conversation and another message than those of the commits.
    calls = [called(call, what.id, what.message, n + len(many)) for n in many]
    secrets = Secrets({"x-main": {"consumer_secret": CONSUMER_SECRET}}, {})
    rounds: list[Round] = []
    async with inbox_of(folder / "intake", url) as inbox:
        client = await Client.reached(url)
        app = web.Application()
        app.add_routes(routes(inbox, policies(), secrets))
        app.router.add_post("/bare", bare(client, iter(commits)))
        app.router.add_post("/wire", wire(client, iter(calls)))
        paths = (f"/{hooks(inbox, policies(), secrets)[0].place}", "/bare", "/wire")
        async with served(app) as port:
            gc.collect()
            gc.freeze()  # what we prepared is no part of the product's memory
            for at in range(0, len(bodies), REQUESTS):
                some = bodies[at : at + REQUESTS]
                file = folder / "requests"
                slices = [
                    await run_slice(port, file, [request(path, body) for body in some])
                    for path in paths
                ]
                rounds.append(Round(*slices))
        assert not await inbox.aside.count()
        await client.aclose()
        gc.unfreeze()
    return figures(rounds[1:])  # the first was to warm up


def figures(rounds: list[Round]) -> list[Figure]:
    """Return what the slices showed."""
    ratios = [one.door.rate / one.bare.rate for one in rounds]
    median = statistics.median
    return [
        Figure(
            *("intake_ratio", rounded(median(ratios)), "ratio"),
            f"intake through the door, against the bare handler (median of {len(rounds)} rounds)",
            *("at least", 0.6),
        ),
        Figure(
            *("intake_ratio_lowest", rounded(percentile(ratios, 0)), "ratio"),
            "the same, the worst round",
        ),
        Figure(
            *("intake_ratio_wire", rounded(median(r.door.rate / r.wire.rate for r in rounds))),
            *("ratio", "the same, against a handler whose commit was packed before"),
        ),
        Figure(
            *("intake_per_s", rounded(median(r.door.rate for r in rounds)), "1/s"),
            "messages taken in by one process",
        ),
        Figure(
            *("bare_per_s", rounded(median(r.bare.rate for r in rounds)), "1/s"),
            "requests of the bare handler",
        ),
        Figure(
            *("intake_cpu_us", rounded(median(r.door.cpu_us for r in rounds)), "us"),
            "CPU a message, this process",
        ),
        Figure(
            *("bare_cpu_us", rounded(median(r.bare.cpu_us for r in rounds)), "us"),
            "CPU a request of the bare handler",
        ),
        Figure(
            *("wire_cpu_us", rounded(median(r.wire.cpu_us for r in rounds)), "us"),
            "CPU a request where the commit was packed before",
        ),
    ]
