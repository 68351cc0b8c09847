"""The way out of the house: through which proxy, and which authorities TLS believes.

NO_PROXY is read as everybody reads it: names and domains by commas, `*` for all. Further
authorities (CHANCERY_CA) come beside the machine's own, which SSL_CERT_FILE may name.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed knows it not

import aiohttp
from yarl import URL

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Outbound:
    """How calls leave; `proxies` holds `https`, `http` and `no`, as far as they are set."""

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    authorities: Path | None = None

    def proxy(self, url: str) -> str:
        """Return the proxy for an address, or "" where it is called directly."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in LOOPBACK or proxy_bypass_environment(host, dict(self.proxies)):
            return ""
        return self.proxies.get({"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme), "")

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """Return whom TLS believes; None for the machine's own authorities alone."""
        if self.authorities is None:
            return None
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=self.authorities)
        return context

    def session(
        self, request: type[aiohttp.ClientRequest] = aiohttp.ClientRequest, **more: Any
    ) -> aiohttp.ClientSession:
        """Return a session whose every request, of the kind given, leaves this way."""
        connector = aiohttp.TCPConnector(ssl=self.tls if self.tls is not None else True)
        return aiohttp.ClientSession(
            connector=connector, request_class=self._through(request), **more
        )

    def _through(self, kind: type[aiohttp.ClientRequest]) -> type[aiohttp.ClientRequest]:
        way_out = self.proxy

        class Through(kind):  # type: ignore[valid-type,misc]  # a class by its argument
            """A request that leaves through the proxy for its own address."""

            def __init__(
                self, method: str, url: URL, *, proxy: URL | None = None, **more: Any
            ) -> None:
                through = way_out(str(url))
                chosen = proxy or (URL(through) if through else None)
                super().__init__(method, url, proxy=chosen, **more)

        return Through


def read(environ: Mapping[str, str], faults: list[str]) -> Outbound:
    """Read the variables; what is wrong with them is added to `faults`, by name."""
    found: dict[str, str] = {}
    for kind, name in (("https", "HTTPS_PROXY"), ("http", "HTTP_PROXY"), ("no", "NO_PROXY")):
        value = (environ.get(name) or environ.get(name.lower()) or "").strip()
        if value and kind != "no" and urlsplit(value).scheme not in ("http", "https"):
            faults.append(f"{name} is no proxy's address: it begins with http:// or https://.")
        elif value:
            found[kind] = value
    named = environ.get("CHANCERY_CA", "").strip()
    outbound = Outbound(found, Path(named) if named else None)
    try:
        _ = outbound.tls
    except (OSError, ssl.SSLError) as error:
        faults.append(f"CHANCERY_CA cannot be used: {type(error).__name__}; it names a PEM file.")
    return outbound
