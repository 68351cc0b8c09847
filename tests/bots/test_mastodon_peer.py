"""Mastodon once more, on a server that we did not write: PyPI's mastodon_mock.

The line to it is ours, so that it breaks on request; what it says and keeps is its own.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import itertools
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bots.contract import Secrets
from bots.platforms import mastodon
from inbox.words import Account, Audience, MessageId, PersonId
from sandbox.faults import Faults, with_fault
from sandbox.platforms.mastodon import length
from tests.bots.conformance import (
    FAULTS,
    Call,
    Clock,
    Conformance,
    Fault,
    Heard,
    Pushed,
    Who,
    Whom,
    Written,
)
from tests.servers import free_port

DAY_MS = 24 * 3600 * 1000
CAN: frozenset[Fault] = FAULTS - {"strange", "gone", "clock"}
"""It shows no unknown kinds, lets a reply to a deleted post stand alone, and has its own clock."""
SAID: Mapping[Fault, str] = {
    "busy_silent": "",
    "busy_garbled": "soon",
    "busy_past": "2024-01-01T00:00:00.000000Z",
    "busy_far": "2090-01-01T00:00:00.000000Z",
}
"""What X-RateLimit-Reset says, instead of when to come again."""
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def mastodon_mock() -> Iterator[str]:
    """Serve PyPI's mastodon_mock on a free port."""
    if importlib.util.find_spec("mastodon_mock") is None:
        pytest.skip("no mastodon_mock on this machine")
    port = free_port()
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory"]
    process = subprocess.Popen(  # noqa: S603 - the test's own server
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/v2/instance"):  # noqa: S310 - our own loopback address
                break
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


@dataclass
class Line:
    """What is between our bot and the server: there it breaks on request."""

    http: aiohttp.ClientSession
    url: str
    faults: Faults = field(default_factory=Faults)
    locked: bool = False

    async def carry(self, request: web.Request) -> web.StreamResponse:
        """Carry one call to the server and its answer back, or what is to go wrong."""
        call = "read"
        if request.method != "GET":
            said = await request.json() if request.can_read_body else {}
            call = "private" if said.get("visibility") == "direct" else "public"
        return await with_fault(request, self._through, self.faults.take(call), _busy)

    async def _through(self, request: web.Request) -> web.StreamResponse:
        if self.locked:
            return web.json_response({"error": "The access token is invalid"}, status=401)
        kept = ("Authorization", "Idempotency-Key", "Content-Type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        url, body = self.url + request.path_qs, await request.read()
        async with self.http.request(request.method, url, data=body, headers=headers) as answer:
            found = await answer.read()
            return web.Response(body=found, status=answer.status, content_type="application/json")


def _busy(seconds: float) -> web.Response:
    said = {"Retry-After": str(int(seconds)), "X-RateLimit-Remaining": "0"}
    return web.json_response({"error": "Too many requests"}, status=429, headers=said)


@dataclass
class MockStage:
    """An instance of mastodon_mock; each test has people of its own on it."""

    http: aiohttp.ClientSession
    line: Line
    url: str
    clock: Clock = field(default_factory=lambda: Clock(int(time.time() * 1000) - DAY_MS))
    """A day behind: what the server stamps is never before what we asked."""
    faults: frozenset[Fault] = CAN
    foreign: bool = True
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    app: dict[str, str] = field(default_factory=dict)

    async def join(self) -> None:
        """Let the ministry register its app and itself, and two people join."""
        n = next(NUMBERS)
        scopes = {"client_name": "Chancery", "scopes": "read write", "scope": "read write"}
        self.app = await self.ask("POST", "/api/v1/apps", scopes)
        grant = {"grant_type": "client_credentials", **self.app, **scopes}
        for who in ("us", "citizen", "other"):
            self.handles[who] = f"{who}_{n}"
            if who == "us":
                self.tokens[who] = (await self.ask("POST", "/oauth/token", grant))["access_token"]
                self.tokens[who] = await self._signed_up(self.handles[who])
            else:
                body = {"username": self.handles[who]}
                made = await self.ask("POST", "/api/v1/_mock/dev_user", body)
                self.tokens[who] = made["access_token"]
            me = await self.ask("GET", "/api/v1/accounts/verify_credentials", by=who)
            self.ids[who] = me["id"]

    async def _signed_up(self, handle: str) -> str:
        form = {"username": handle, "email": "a@example.org", "password": "p", "agreement": "true"}
        headers = {"Authorization": f"Bearer {self.tokens['us']}"}
        path = f"{self.line.url}/api/v1/accounts"
        async with self.http.post(path, data=form, headers=headers) as response:
            return str((await response.json())["access_token"])

    @property
    def account(self) -> Account:
        return Account(
            id="mastodon/landetud",
            app="landet",
            native_id=self.ids["us"],
            title="Landet UD",
            handle=self.handles["us"],
            instance="https://mock.example",
            slack_channel="C1",
            private_channel="C2",
            officers=("aj", "eb"),
        )

    @property
    def secrets(self) -> Secrets:
        return Secrets(
            apps={"landet": {name: self.app[name] for name in ("client_id", "client_secret")}},
            accounts={self.account.id: {"token": self.tokens["us"]}},
            api_urls={"mastodon": self.url},
        )

    async def ask(self, method: str, path: str, body: Any = None, by: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[by]}"} if by else {}
        calling = self.http.request(method, self.line.url + path, json=body, headers=headers)
        async with calling as response:
            assert response.status < 300, (path, response.status, await response.text())
            return await response.json()

    # What people do

    async def say(
        self,
        who: Who,
        text: str,
        *,
        private: bool = False,
        re: MessageId = "",
        alts: tuple[str, ...] = (),
    ) -> Written:
        named = f"@{self.handles['us']} {text}"
        media = [await self._picture(who, alt) for alt in alts]
        return await self._post(who, named, re, "direct" if private else "public", media)

    async def _picture(self, who: str, alt: str) -> str:
        form = aiohttp.FormData({"description": alt} if alt else {})
        form.add_field("file", GIF, filename="a.gif", content_type="image/gif")
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        path = f"{self.line.url}/api/v2/media"
        async with self.http.post(path, data=form, headers=headers) as response:
            return str((await response.json())["id"])

    async def _post(self, by: str, text: str, re: str, seen: str, media: Any = ()) -> Written:
        body = {"status": text, "visibility": seen, "media_ids": list(media)}
        if re:
            body["in_reply_to_id"] = native(re)
        made = await self.ask("POST", "/api/v1/statuses", body, by)
        self.authors[made["id"]] = by
        return Written(ours(made["id"]), text)

    async def edit(self, message: MessageId, text: str) -> Written:
        named, by = f"@{self.handles['us']} {text}", self.authors[native(message)]
        await self.ask("PUT", f"/api/v1/statuses/{native(message)}", {"status": named}, by)
        return Written(message, named)

    async def delete(self, message: MessageId) -> None:
        by = self.authors[native(message)]
        await self.ask("DELETE", f"/api/v1/statuses/{native(message)}", by=by)

    async def by_hand(self, text: str, re: MessageId = "") -> Written:
        return await self._post("us", text, re, "public")

    def person(self, whom: Whom) -> PersonId:
        return ours("999" if whom == "nobody" else self.ids[whom])

    def mention(self, who: Who) -> str:
        return f"@{self.handles[who]}"

    # What stands there

    async def heard(self) -> tuple[Heard, ...]:
        path = f"/api/v1/accounts/{self.ids['us']}/statuses?limit=40"
        found, more = list[Any](), ""
        while page := await self.ask("GET", path + more, by="us"):
            found += page
            more = f"&max_id={page[-1]['id']}"
        return tuple([await self._heard(one) for one in reversed(found)])

    async def _heard(self, one: Any) -> Heard:
        source = await self.ask("GET", f"/api/v1/statuses/{one['id']}/source", by="us")
        private = one["visibility"] not in ("public", "unlisted")
        to = (
            [named["id"] for named in one["mentions"]]
            if private or not one["in_reply_to_id"]
            else []
        )
        to = to or [one["in_reply_to_account_id"]] * (one["in_reply_to_account_id"] is not None)
        return Heard(
            id=ours(one["id"]),
            text=source["text"],
            audience="private" if private else "public",
            re=ours(one["in_reply_to_id"]) if one["in_reply_to_id"] else "",
            to=tuple(map(ours, to)),
        )

    def takes(self, text: str, audience: Audience) -> bool:
        # As Mastodon's documentation counts: this server counts links and letters as they stand.
        return 0 < length(text) <= 500

    # What goes wrong, on the way to it

    async def fault(self, call: Call, kind: Fault, *, seconds: float = 60, times: int = 1) -> None:
        said = {"Retry-After": "", "X-RateLimit-Reset": SAID[kind]} if kind in SAID else None
        known: Any = "busy" if kind in SAID else kind
        self.line.faults.arm(call, known, seconds=seconds, times=times, headers=said)

    async def calm(self) -> None:
        self.line.faults.clear()

    async def lock(self) -> None:
        self.line.locked = True

    async def unlock(self) -> None:
        self.line.locked = False

    async def strange(self) -> bytes:
        raise NotImplementedError

    async def pushes(self, message: MessageId) -> tuple[Pushed, ...]:
        raise NotImplementedError

    def signed(self, body: bytes) -> Pushed:
        raise NotImplementedError

    def challenge(self) -> tuple[Mapping[str, str], bytes]:
        raise NotImplementedError


def ours(id_: str) -> str:
    return f"mastodon:mock.example/{id_}"


def native(id_: str) -> str:
    return id_.rpartition("/")[2]


class TestOnMastodonMock(Conformance):
    platform = mastodon

    @pytest.fixture
    async def stage(self, mastodon_mock: str) -> AsyncIterator[MockStage]:
        async with aiohttp.ClientSession() as http:
            line = Line(http, mastodon_mock)
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", line.carry)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            stage = MockStage(http, line, f"http://127.0.0.1:{runner.addresses[0][1]}")
            await stage.join()
            yield stage
            await runner.cleanup()
