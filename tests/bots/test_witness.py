"""The anchor's line is told to an address outside; who is away stops nobody."""

from __future__ import annotations

import aiohttp
from aiohttp import web

import bots
from tests.promises.ministry import served


async def test_each_line_is_posted_and_who_is_away_or_refuses_stops_nobody() -> None:
    heard: list[tuple[str, bytes]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.content_type, await request.read()))
        return web.Response(status=204 if len(heard) == 1 else 503)

    site = web.Application()
    site.add_routes([web.post("/anchor", hear)])
    async with aiohttp.ClientSession() as http:
        async with served(site) as url:
            tell = bots.witness(http, f"{url}/anchor")
            await tell(b'{"k":"anchor"}\n')
            await tell(b"{}")
        await tell(b"{}")
    assert heard == [("application/json", b'{"k":"anchor"}\n'), ("application/json", b"{}")]
