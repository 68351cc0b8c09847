"""The page over real HTTP: the inbox behind it, Slack's stand-in beside it, browsers before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from handlers.web.app import Site, Web
from inbox.team.policies import Policies
from inbox.words import Officer
from sandbox.slack.rsa import Key, make_key
from tests.handlers.slack.conftest import (
    Builder,
    House,
    builder,
    clock,
    fresh,
    policies_of,
    served,
    single_servers,
)

__all__ = ["Browser", "Pages", "builder", "clock", "single_servers"]

SECRET = b"a secret of a test, thirty-two bytes"
TEAM = "T0SANDBOX"
OTHER = Officer("ot", "OT", "Otto Other", accounts=("x/landetqasira",), locale="en")
"""An officer of the mission only."""


@cache
def key() -> Key:
    """Give the stand-in's signing key, made once: that takes longer than a test."""
    return make_key()


class Forms(HTMLParser):
    """Reads a page's forms: where each leads, and what it carries."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._at: dict[str, str] | None = None
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "form":
            self._at = self.forms.setdefault(found.get("action") or "", {})
        if self._at is not None and found.get("formaction"):
            self.forms[str(found["formaction"])] = self._at
        if self._at is None or not found.get("name"):
            return
        name, kind = str(found["name"]), found.get("type")
        if tag == "input" and (kind not in ("checkbox", "radio") or "checked" in found):
            self._at[name] = found.get("value") or ""
        if tag == "textarea":
            self._at[name], self._area = "", name

    def handle_endtag(self, tag: str) -> None:
        self._at = None if tag == "form" else self._at
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._area and self._at is not None:
            self._at[self._area] += data

    @property
    def text(self) -> str:
        """Give all that is read on the page, gaps as one space."""
        return " ".join(" ".join(self.texts).split())


@dataclass
class Seen:
    """What came back: where we ended, its status, its headers, its text."""

    status: int
    url: str
    headers: Any
    body: str
    forms: dict[str, dict[str, str]] = field(default_factory=dict)
    text: str = ""


class Browser:
    """One person's browser: it keeps cookies, follows redirects, and sends the forms it sees."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self.http, self.address = http, address
        self.page = Seen(0, "", {}, "")
        self._kept: dict[str, str] = {}

    async def asked(self, method: str, path: str, **more: Any) -> Seen:
        """Ask for something and remember the page."""
        url = path if path.startswith("http") else f"{self.address}{path}"
        async with self.http.request(method, url, **more) as answer:
            body = await answer.text()
            seen = Seen(answer.status, str(answer.url), answer.headers, body)
        if "html" in seen.headers.get("Content-Type", ""):
            read = Forms(body)
            seen.forms, seen.text = read.forms, read.text
        self.page = seen
        return seen

    async def get(self, path: str, **more: Any) -> Seen:
        """Go to a page."""
        return await self.asked("GET", path, **more)

    async def sends(self, action: str, **fields: str) -> Seen:
        """Send a form that stands on the page, some of its fields filled in."""
        form = {**self.page.forms[action], **fields}
        headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}  # as Chromium sends it
        return await self.asked("POST", action, data=form, headers=headers)

    async def sends_again(self, action: str) -> Seen:
        """Send the form that was last seen, whatever page stands there now."""
        self._kept = self.page.forms.get(action, self._kept)
        return await self.asked("POST", action, data=self._kept)

    async def acts(self, ref: str, act: str, **fields: str) -> Seen:
        """Open a conversation and send one of its forms."""
        await self.get(f"/c/{ref}")
        return await self.sends(f"/c/{ref}/{act}", **fields)


@dataclass
class Pages(House):
    """The house whose officers come by the web; Slack's app does not run."""

    site: Web | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def browser(self) -> Browser:
        """Give a browser that nobody has signed in with."""
        jar = aiohttp.CookieJar(unsafe=True)
        http = await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        return Browser(http, self.url)

    async def officer(self, officer: str = "aj") -> Browser:
        """Give a browser in which this officer signed in, by a link of the host's."""
        made, token = await self.browser(), fresh()
        await self.inbox.logins.mint(token, officer)
        await made.get(f"/login/{token}")
        seen = await made.sends(f"/login/{token}")
        assert (seen.status, seen.url) == (200, f"{self.url}/"), seen.text
        return made

    def remove(self, officer: str) -> None:
        """Let an officer be one no longer."""
        gone = self.policies.officers[officer]
        self.policies.officers[officer] = Officer(
            gone.id, gone.initials, gone.name, gone.roles, active=False
        )


def with_other() -> Policies:
    """Give the tables with an officer of the mission only."""
    policies = policies_of()
    policies.officers["ot"] = OTHER
    return policies


@asynccontextmanager
async def pages_of(
    builder: Builder,
    policies: Policies | None = None,
    *,
    team: str = TEAM,
    slack: bool = True,
    api_url: str = "",
) -> AsyncIterator[Pages]:
    """Open the inbox and serve the page."""
    tables = policies or with_other()
    vars(builder.workspace.openid)["key"] = key()
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(builder.inbox(tables))
        workspace = builder.workspace
        client = (workspace.client_id, workspace.client_secret) if slack else ("", "")
        site = Site("", SECRET, *client, api_url or f"{builder.slack_url}/api/")
        made = Web(site, box, tables, builder.book, fresh, lambda: team)
        await stack.enter_async_context(made.running())
        application = web.Application()
        application.add_routes(made.routes())
        application.on_shutdown.append(made.hang_up)
        url = await stack.enter_async_context(served(application))
        nobody: Any = None  # Slack's app: these officers do without
        yield Pages(nobody, box, workspace, tables, builder.clock, url, made, stack)


@pytest.fixture
async def pages(builder: Builder) -> AsyncIterator[Pages]:
    """Give the page at work."""
    async with pages_of(builder) as made:
        yield made
