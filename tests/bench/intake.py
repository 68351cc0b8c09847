"""Intake by webhook: the real door and its commits, beside a bare handler with one commit.

Both are served by one process, whose CPU is the bottleneck, and asked by another. The bare handler
calls the very function a real intake called, with its arguments for another conversation, prepared
before: what is left of it is aiohttp, the client and the server's work.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from aiohttp import web

from bots.contract import News, Secrets
from bots.doors import hooks, routes
from bots.platforms import x
from inbox.store import keys
from inbox.store.client import Argument, Client
from sandbox.x.activity import SIGNATURE_HEADER, payloads_of_post, signed
from sandbox.x.world import World
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.loader import packed
from tests.bench.texts import questions
from tests.inbox.house import ACCOUNT, desk_of, inbox_of, policies

SLICES = 7
REQUESTS = 1500
CONNECTIONS = 32
CONSUMER_SECRET = "consumer-secret"
Call = tuple[list[str], tuple[Argument, ...]]


class Recording(Client):
    """A caller that remembers its last commit."""

    committed: Call | None = None

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> Any:
        if name == "commit_1":
            self.committed = list(names), args
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


async def recorded(url: str, body: bytes) -> tuple[Call, str, str]:
    """Take one push in; return the commit that came of it, its conversation and its message."""
    door = x.door({"consumer_secret": CONSUMER_SECRET}, {"1": ACCOUNT})
    assert door
    [one] = door.again("1", body).news
    assert isinstance(one, News)
    client = Recording(url)
    await client.load_libraries()
    desk = desk_of(client)
    done = await desk.take(ACCOUNT, one.command, one.raw)
    await client.aclose()
    assert client.committed
    conversation: str = done.conversation.id  # type: ignore[union-attr]  # nobody denies it
    return client.committed, conversation, str(one.command.message.id)  # type: ignore[union-attr]  # a mention is received


def renamed(call: Call, old: str, message: str, n: int) -> Call:
    """Return the same commit for another conversation and another message."""
    new, id_ = f"{n:0{len(old)}d}", f"{message[:-6]}{n:06d}"
    tag, to = keys.tag(old), keys.tag(new)

    def changed(one: Argument) -> Argument:
        if isinstance(one, str):
            return one.replace(tag, to).replace(old, new).replace(message, id_)
        if isinstance(one, bytes):
            return one.replace(old.encode(), new.encode()).replace(message.encode(), id_.encode())
        return one

    names, args = call
    return [str(changed(name)) for name in names], tuple(changed(one) for one in args)


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


def bare(client: Client, calls: Iterator[Call]) -> Callable[[web.Request], Any]:
    """Return the handler that reads a body, commits once, and answers."""

    async def handle(asked: web.Request) -> web.Response:
        await asked.read()
        names, args = next(calls)
        answer = await client.function("commit_1", names, *args)
        assert answer[0] == b"ok", answer
        return web.Response(text="taken")

    return handle


async def run_slice(port: int, file: Path, requests: list[bytes]) -> Slice:
    """Let another process send these requests; measure it, and our own CPU time."""
    await asyncio.to_thread(file.write_bytes, packed(requests))
    loader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.loader", str(port), str(CONNECTIONS), str(file)),
        stdout=asyncio.subprocess.PIPE,
    )
    cpu = time.process_time()
    out, _ = await loader.communicate()
    assert loader.returncode == 0
    return Slice(float(out), time.process_time() - cpu)


async def measure(url: str, folder: Path) -> list[Figure]:
    """Measure alternating slices of both; the ratio is the median of the pairs'."""
    first, *bodies = list(islice(pushes(), (SLICES + 1) * REQUESTS + 1))
    call, conversation, message = await recorded(url, first)
    wanted = [renamed(call, conversation, message, n) for n in range((SLICES + 1) * REQUESTS)]
    secrets = Secrets({"x-main": {"consumer_secret": CONSUMER_SECRET}}, {})
    pairs: list[tuple[Slice, Slice]] = []
    async with inbox_of(folder / "intake", url) as inbox:
        client = await Client.reached(url)
        app = web.Application()
        app.add_routes(routes(inbox, policies(), secrets))
        app.router.add_post("/bare", bare(client, iter(wanted)))
        path = f"/{hooks(inbox, policies(), secrets)[0].place}"
        async with served(app) as port:
            gc.collect()
            gc.freeze()  # what we prepared is no part of the product's memory
            for at in range(0, len(bodies), REQUESTS):
                some = bodies[at : at + REQUESTS]
                door = [request(path, body) for body in some]
                plain = [request("/bare", body) for body in some]
                file = folder / "requests"
                pairs.append(
                    (await run_slice(port, file, door), await run_slice(port, file, plain))
                )
        assert not await inbox.aside.count()
        await client.aclose()
        gc.unfreeze()
    return figures(pairs[1:])  # the first was to warm up


def figures(pairs: list[tuple[Slice, Slice]]) -> list[Figure]:
    """Return what the slices showed."""
    ratios = [door.rate / plain.rate for door, plain in pairs]
    median = statistics.median
    return [
        Figure(
            *("intake_ratio", rounded(median(ratios)), "ratio"),
            f"intake through the door, against the bare handler (median of {len(pairs)} pairs)",
            *("at least", 0.6),
        ),
        Figure(
            *("intake_ratio_lowest", rounded(percentile(ratios, 0)), "ratio"),
            "the same, the worst pair",
        ),
        Figure(
            *("intake_per_s", rounded(median(d.rate for d, _ in pairs)), "1/s"),
            "messages taken in by one process",
        ),
        Figure(
            *("bare_per_s", rounded(median(b.rate for _, b in pairs)), "1/s"),
            "requests of the bare handler",
        ),
        Figure(
            *("intake_cpu_us", rounded(median(d.cpu_us for d, _ in pairs)), "us"),
            "CPU a message, this process",
        ),
        Figure(
            *("bare_cpu_us", rounded(median(b.cpu_us for _, b in pairs)), "us"),
            "CPU a request of the bare handler",
        ),
    ]
