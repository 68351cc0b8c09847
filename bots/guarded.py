"""Fetches a page that somebody named, and never one of our own house.

Whoever may name an address could name one inside: a metadata service, a database, this program. So
a name is looked up once, each of its addresses must be of the public internet, and the connection
goes to these very addresses: a second look-up could say something else. Each redirect begins anew.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from typing import Literal, TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from inbox.words import Record

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Spared: TypeAlias = Callable[[Address, int], bool]
"""Which addresses and ports are let through though they are not public: the sandbox's own."""
Why = Literal[
    "scheme",
    "credentials",
    "host",
    "port",
    "address",
    "redirects",
    "size",
    "kind",
    "status",
    "away",
]
REDIRECTS = 3
SIZE = 1_000_000
"""Bytes of a page: an institution's is smaller, and its head is what we read."""
PATIENCE = 10.0
PORT = 443
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*\.[a-z][a-z0-9-]{1,62}")
"""A name of the public internet as it stands in DNS: no number, no single label."""
KINDS = ("text/html", "application/xhtml+xml", "application/jrd+json", "application/json")
HEADERS = {
    "User-Agent": "Chancery (identity check)",
    "Accept": ", ".join(KINDS),
    "Accept-Encoding": "identity",
}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
CLOSED = tuple(
    map(
        ipaddress.ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "100::/64", "2001::/23"),
            *("2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"),
        ),
    )
)
"""Networks that some releases of Python call global (IANA's special-purpose registries), and the
old tunnels, behind which anything may stand."""


class Blocked(Exception):
    """The page was not fetched, and why: what was asked for is not to be asked for, or not there."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Page(Record, frozen=True):
    """What came back: the address that gave it, and its text."""

    url: str
    text: str


def public(address: Address) -> bool:
    """Whether an address, or the one that is wrapped in it, is one of the public internet."""
    end = _end(address)
    if any(end in network for network in CLOSED if network.version == end.version):
        return False
    closed = end.is_multicast or end.is_reserved or end.is_unspecified or end.is_link_local
    return end.is_global and not closed


def _end(address: Address) -> Address:
    """Return where a packet to this address ends up: at what is wrapped in it, if anything is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64 or address in COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def spares(spared: Spared | None, address: Address, port: int) -> bool:
    """Whether the sandbox lets this address through; outside it there is none to spare."""
    return spared is not None and spared(address, port)


def loopback(address: Address, port: int) -> bool:  # noqa: ARG001 - any port of this machine
    """Spare this machine: where everything the sandbox shows is served."""
    return address.is_loopback


class Pinned(AbstractResolver):
    """Looks a name up for one connection, which then goes nowhere else."""

    def __init__(self, lookup: AbstractResolver, spared: Spared | None) -> None:
        self._lookup, self._spared = lookup, spared

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return a name's addresses; raises Blocked where one of them is not public."""
        found = await self._lookup.resolve(host, port, family)
        for one in found:
            self.check(
                one["host"], port
            )  # guard: ssrf-address test=tests/bots/test_guarded.py::test_a_name_that_leads_into_the_house_is_not_followed
        return found

    def check(self, host: str, port: int) -> None:
        """Raise Blocked unless this address may be connected to."""
        address = ipaddress.ip_address(host.partition("%")[0])
        if not (public(address) or spares(self._spared, address, port)):
            raise Blocked("address")

    async def close(self) -> None:
        """Let the look-up go."""
        await self._lookup.close()


class Guarded:
    """Fetches pages of the public web; holds no cookies, sends no credentials, follows few hops.

    `proxy(url)` names the proxy for an address, if there is one: it then looks up the name itself,
    after we have, and keeping our house from it is its duty.
    """

    def __init__(
        self,
        lookup: AbstractResolver | None = None,
        *,
        spared: Spared | None = None,
        proxy: Callable[[str], str] = lambda _: "",
        tls: ssl.SSLContext | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._lookup, self._spared, self._proxy = lookup, spared, proxy
        self._tls, self._patience = tls, patience

    async def fetch(self, url: str) -> Page:
        """Return a page; raises Blocked."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._followed(url)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Blocked("away") from error

    async def _followed(self, address: str) -> Page:
        pinned = Pinned(self._lookup or aiohttp.ThreadedResolver(), self._spared)
        url = URL(address)
        try:
            for _ in range(REDIRECTS + 1):
                await self._check(
                    url, pinned
                )  # guard: ssrf-hop test=tests/bots/test_guarded.py::test_a_redirect_into_the_house_is_not_followed
                found = await self._asked(url, pinned)
                if isinstance(found, Page):
                    return found
                url = url.join(found)
        finally:
            await pinned.close()
        raise Blocked("redirects")

    async def _check(self, url: URL, pinned: Pinned) -> None:
        """Raise Blocked unless this address may be asked for, whatever DNS says of it."""
        host, port = url.raw_host or "", url.port or 0
        if url.user is not None or url.password is not None:
            raise Blocked("credentials")
        literal = _literal(host)
        if literal is not None and spares(self._spared, literal, port):
            return
        sandboxed = self._spared is not None
        if url.scheme != "https" and not (sandboxed and url.scheme == "http"):
            raise Blocked("scheme")
        if port != PORT and not sandboxed:
            raise Blocked("port")
        if not HOST.fullmatch(host.lower().rstrip(".")):
            raise Blocked("host")
        if self._proxy(str(url)):
            await pinned.resolve(host, port)

    async def _asked(self, url: URL, pinned: Pinned) -> Page | URL:
        """Ask once: the page, or where it is said to be."""
        proxy = self._proxy(str(url))
        connector = aiohttp.TCPConnector(
            resolver=None if proxy else pinned,
            use_dns_cache=False,
            force_close=True,
            ssl=self._tls or True,
        )
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                headers=HEADERS,
            ) as http,
            http.get(url.with_fragment(None), allow_redirects=False, proxy=proxy or None) as answer,
        ):
            if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                return URL(answer.headers["Location"])
            return Page(str(url), await _text(answer))


async def _text(answer: aiohttp.ClientResponse) -> str:
    if answer.status != 200:
        raise Blocked("status")
    plain = answer.headers.get("Content-Encoding", "identity") == "identity"
    if not plain or answer.content_type not in KINDS:
        raise Blocked("kind")
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > SIZE:
            raise Blocked("size")
    return body.decode("utf-8", "replace")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
