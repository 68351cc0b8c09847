"""From `make run`, everything installed, to the first card in the demo's team channel."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from typing import Any

import aiohttp

from handlers.slack.ids import CLAIM
from sandbox.product import free_port
from tests.bench.figures import Figure, rounded
from tests.bench.texts import ROOT

STARTS = 4
PATIENCE_S = 60.0
LOOK_S = 0.02


async def measure() -> list[Figure]:
    """Start the demo a few times; the first start warms up what the system keeps in memory."""
    took = [await started() for _ in range(STARTS)][1:]
    page, card = (statistics.median(times) for times in zip(*took, strict=True))
    return [
        Figure("page_s", rounded(page), "s", "`make run` to its page"),
        Figure(
            *("start_s", rounded(card), "s", "`make run`, all installed, to the first card"),
            *("at most", 3),
        ),
    ]


async def started() -> tuple[float, float]:
    """Return the seconds until the page answers, and until the first card stands on it."""
    port = free_port(20_000, "127.0.0.1")
    began = time.perf_counter()
    demo = await asyncio.create_subprocess_exec(
        *("make", "--silent", "run"),
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
            page = 0.0
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{port}/state") as answer:
                        page = page or time.perf_counter() - began
                        if _card(await answer.json()):
                            return page, time.perf_counter() - began
                await asyncio.sleep(LOOK_S)
    finally:
        await _ended(demo)


def _card(state: dict[str, Any]) -> bool:
    """Whether a conversation's card stands in a channel: its buttons say which."""
    channels = state["slack"]["channels"]
    blocks = [block for one in channels for said in one["messages"] for block in said["blocks"]]
    return any(
        element.get("action_id") == CLAIM for b in blocks for element in b.get("elements", ())
    )


async def _ended(demo: Process) -> None:
    """End the demo as Ctrl-C would, and wait until nothing of it is left."""
    demo.terminate()
    await demo.wait()
