"""What changes is told to the pages that are open, and to nobody else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import aiohttp

from tests.handlers.web.conftest import Browser, Pages

PATIENCE = 20


async def listens(stack: AsyncExitStack, browser: Browser, path: str) -> aiohttp.StreamReader:
    """Open a stream and wait for its first word."""
    answer = await stack.enter_async_context(browser.http.get(f"{browser.address}{path}"))
    assert answer.content_type == "text/event-stream"
    assert await event(answer.content) == "hello"
    return answer.content


async def event(stream: aiohttp.StreamReader) -> str:
    """Give the next event's name; the whole of it carries no word of anybody's."""
    async with asyncio.timeout(PATIENCE):
        while True:
            line = (await stream.readline()).decode().strip()
            assert line in ("", "data:", ": ping", "event: hello", "event: news"), line
            if line.startswith("event: "):
                return line.removeprefix("event: ")


async def test_a_new_message_rings_at_those_who_may_read_it(pages: Pages) -> None:
    anna, otto = await pages.officer(), await pages.officer("ot")
    async with AsyncExitStack() as stack:
        hers = await listens(stack, anna, "/live")
        his = await listens(stack, otto, "/live")
        await pages.hear("Is the embassy open?")
        assert await event(hers) == "news"
        await pages.hear("And in Qasira?", account="x/landetqasira")
        assert await event(hers) == "news"
        assert await event(his) == "news"
        pages.remove("ot")
        assert pages.site
        pages.site._live.ring_all()  # noqa: SLF001 - so that his stream ends, and is read whole
        async with asyncio.timeout(PATIENCE):
            assert b"news" not in await his.read()  # one message was his to read, one ring was his


async def test_one_conversations_page_hears_of_that_one_only(pages: Pages) -> None:
    ref, other = await pages.hear(), await pages.hear(person="kim")
    anna, erik = await pages.officer(), await pages.officer("en")
    async with AsyncExitStack() as stack:
        stream = await listens(stack, anna, f"/c/{ref}/live")
        await erik.acts(other, "claim")
        ringing = asyncio.create_task(event(stream))
        await erik.acts(ref, "claim")
        assert await ringing == "news"


async def test_a_removed_officers_stream_ends(pages: Pages) -> None:
    anna = await pages.officer()
    async with AsyncExitStack() as stack:
        stream = await listens(stack, anna, "/live")
        pages.remove("aj")
        assert pages.site
        pages.site._live.ring_all()  # noqa: SLF001 - nobody else may ring at a removed officer's page
        async with asyncio.timeout(PATIENCE):
            assert b"news" not in await stream.read()
