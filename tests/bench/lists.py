"""What officers look at, while ever more conversations wait: nothing of it may grow with them.

Three stores stand side by side, with a thousand, ten thousand and a hundred thousand waiting
conversations; each look is taken in one after the other, so that all meet the same machine.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from aiohttp import web
from msgspec.structs import replace

from handlers.say import read
from handlers.web.app import Site, Web
from inbox import Inbox
from inbox.store.client import Client
from inbox.store.commit import Commit, commit
from tests.bench.figures import Figure, rounded
from tests.bench.intake import pushes, recorded, renamed, served
from tests.bench.texts import ROOT
from tests.handlers.web.conftest import Browser
from tests.inbox import house
from tests.servers import start, stopped

SIZES = (1_000, 10_000, 100_000)
LOOKS = 60
MANY = 500
PAGE = 20
CHANNEL = "C1"
Look = Callable[[], Awaitable[object]]


async def filled(client: Client, what: Commit, amount: int) -> None:
    """Commit so many conversations, each waiting a little longer than the next."""
    place = what.place
    assert place
    for begin in range(0, amount, MANY):
        some = (renamed(what, n) for n in range(begin, min(begin + MANY, amount)))
        await asyncio.gather(
            *(
                commit(client, replace(one, route="", place=(CHANNEL, place[1] + n)))
                for n, one in enumerate(some, begin)
            )
        )


async def opened(stack: AsyncExitStack, url: str, folder: Path, amount: int) -> dict[str, Look]:
    """Fill a store; return what is looked at there."""
    client = await Client.reached(url)
    stack.push_async_callback(client.aclose)
    what, _ = await recorded(url, next(pushes()))
    await client.everywhere("FLUSHALL")
    await client.load_libraries()
    await filled(client, what, amount)
    box = await stack.enter_async_context(house.inbox_of(folder / str(amount), url))
    async for touched in box.read.everything():
        await box.figures.count(touched)
    page = await _page(stack, box)

    async def first() -> None:
        places = await box.queue.first([CHANNEL], PAGE)
        assert len(await box.read.conversations([one.id for one in places])) == PAGE

    async def summary() -> None:
        assert sum((await box.queue.ranks(CHANNEL)).values()) == amount
        assert await box.queue.oldest(CHANNEL)

    async def figures() -> None:
        assert (await box.figures.now([house.ACCOUNT])).open == amount

    return {"queue": first, "summary": summary, "figures": figures, "page": page}


async def _page(stack: AsyncExitStack, box: Inbox) -> Look:
    """Serve the web page; return a look at its first page by an officer who signed in."""
    made = Web(
        Site("", house.SECRET), box, house.policies(), read(ROOT / "config" / "demo"), house.ids()
    )
    await stack.enter_async_context(made.running())
    application = web.Application()
    application.add_routes(made.routes())
    port = await stack.enter_async_context(served(application))
    jar = aiohttp.CookieJar(unsafe=True)
    http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
    browser, token = Browser(http, f"http://127.0.0.1:{port}"), next(TOKENS)
    await box.logins.mint(token, "o0")
    await browser.get(f"/login/{token}")
    await browser.sends(f"/login/{token}")

    async def look() -> None:
        async with http.get(f"{browser.address}/") as answer:
            assert answer.status == 200
            assert (await answer.text()).count("/c/") >= PAGE

    return look


TOKENS = (f"token{n:027d}" for n in itertools.count())


async def measure(folder: Path) -> list[Figure]:
    """Look at each list in each store by turns; the growth told is that of the worst."""
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(stopped([start(folder / f"list{n}") for n in SIZES]))
        stores = [
            await opened(stack, server.url, folder, amount)
            for server, amount in zip(servers, SIZES, strict=True)
        ]
        took = {name: [await _looked(store[name]) for store in stores] for name in stores[0]}
        for _ in range(LOOKS):
            for name, all_ in took.items():
                for times, store in zip(all_, stores, strict=True):
                    times.extend(await _looked(store[name]))
    return figures({name: [statistics.median(t) for t in all_] for name, all_ in took.items()})


async def _looked(look: Look) -> list[float]:
    began = time.perf_counter()
    await look()
    return [time.perf_counter() - began]


def figures(medians: dict[str, list[float]]) -> list[Figure]:
    """Return how long each look takes among the most, and how much longer than among the fewest."""
    growth = {name: times[-1] / times[0] for name, times in medians.items()}
    found = [
        Figure(
            *("list_growth", rounded(max(growth.values())), "ratio"),
            "the list that grows most, 100,000 conversations against 1,000: "
            + max(growth, key=lambda name: growth[name]),
            *("at most", 1.5),
        )
    ]
    for name, times in medians.items():
        shown = " / ".join(f"{time * 1e3:.2g}" for time in times)
        found.append(
            Figure(
                *(f"list_{name}_ms", rounded(times[-1] * 1e3), "ms"),
                f"{WHAT[name]} among 100,000 (1,000 / 10,000 / 100,000: {shown} ms)",
            )
        )
    return found


WHAT = {
    "queue": "the queue's first twenty, read",
    "summary": "how many wait in each lane, and since when",
    "figures": "the figures of this moment",
    "page": "the web page's first page",
}
