"""A little web of stand-ins: sites by name on loopback, a secret in the house, a DNS of our own."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bots.guarded import Address, Guarded

LOOPBACK = "127.0.0.1"


class Names(AbstractResolver):
    """A DNS that says what a test wants, another thing at each asking if there are several."""

    def __init__(self, names: Mapping[str, list[str]]) -> None:
        self.names, self.asked = names, Counter[str]()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answers = self.names.get(host, [LOOPBACK])
        now = answers[min(self.asked[host], len(answers) - 1)]
        self.asked[host] += 1
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in now.split()
        ]

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Web:
    """Pages by host and path on the one port that is spared, and a secret on another."""

    port: int
    secret_port: int
    pages: dict[str, str] = field(default_factory=dict)
    sends: dict[str, str] = field(default_factory=dict)
    """Host and path -> where it redirects to."""
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    heard: list[web.Request] = field(default_factory=list)
    secrets: int = 0

    def url(self, at: str) -> str:
        """Give the address of a host and path: `site.example/page`."""
        host, slash, path = at.partition("/")
        return f"http://{host}:{self.port}{slash}{path}"

    @property
    def secret(self) -> str:
        """Give the address that nobody outside may make us ask for."""
        return f"http://{LOOPBACK}:{self.secret_port}/secret"

    def guarded(self, names: Names | None = None, patience: float = 10) -> Guarded:
        """Give a fetcher to whom this web's port is spared, and nothing else of the house."""

        def spared(address: Address, port: int) -> bool:
            return address == ip_address(LOOPBACK) and port == self.port

        return Guarded(names or Names({}), spared=spared, patience=patience)


@asynccontextmanager
async def little_web() -> AsyncIterator[Web]:
    """Serve it."""
    made = Web(0, 0)

    async def page(request: web.Request) -> web.StreamResponse:
        made.heard.append(request)
        at = f"{request.url.host}{request.path}"
        if at in made.sends:
            return web.Response(status=302, headers={"Location": made.sends[at]})
        if at not in made.pages:
            return web.Response(status=404)
        kind = made.kinds.get(at, "text/html")
        heads = {"Content-Type": kind, **made.heads.get(at, {})}
        return web.Response(body=made.pages[at].encode(), headers=heads)

    async def secret(_request: web.Request) -> web.Response:
        made.secrets += 1
        return web.Response(text="the secret page", content_type="text/html")

    runners = []
    for handler in (page, secret):
        application = web.Application()
        application.router.add_get("/{path:.*}", handler)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, 0).start()
        runners.append(runner)
    made.port, made.secret_port = (runner.addresses[0][1] for runner in runners)
    try:
        yield made
    finally:
        for runner in runners:
            await runner.cleanup()
