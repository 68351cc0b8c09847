"""The clerk anchors, and finishes what was to be erased, as soon as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import inbox.clerk
from inbox.archive.anchor import Anchor, Anchored
from inbox.store.client import Client
from inbox.store.erasing import Erasing, Erasure
from tests.inbox.archive.house import found, house, tables, wrote
from tests.inbox.house import clock


async def become(so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await so():
            await asyncio.sleep(0.02)


async def test_the_clerk_anchors_when_it_starts(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    await wrote(box, "x:1")

    async def anchored() -> bool:
        lines = [line for line, _ in Anchor(tmp_path / "anchor.jsonl").lines()]
        return [one.heads for one in lines if isinstance(one, Anchored)] == [1]

    async with inbox.clerk.running(box, tables(), clock):
        await become(anchored)


async def test_the_clerk_finishes_an_erasure_that_nobody_goes_on_with(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", "My name is Leila Qasim")
    await box.archive.eraser.again([Erasure("e1", ref, "x:1", "GDPR 17", "o0", clock())], clock())

    async def done() -> bool:
        return not await Erasing(client).list()

    async with inbox.clerk.running(box, tables(), clock):
        await become(done)
    assert (await box.read.reading(ref)).messages[0].erased
    assert await found(box) == []
