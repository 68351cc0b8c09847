"""tweepy, wrapped once: the host rewritten, budgets kept, failures in our words, raw JSON out."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from tweepy.asynchronous import AsyncClient
from yarl import URL

from bots.contract import Busy, Locked, Refused, Unsure, Wiring
from bots.outcomes import DIGITS, REQUEST, Declined, number, of_status, of_transport
from bots.platforms.x.counting import has_links
from bots.platforms.x.payloads import Json
from inbox.words import RefusedWhy

QUIET = ("tweepy", "oauthlib")
"""Loggers held at INFO: at DEBUG tweepy logs the Authorization header, oauthlib what it signs."""

REFUSALS: tuple[tuple[str, RefusedWhy | None], ...] = (
    ("duplicate content", "duplicate"),
    ("status is a duplicate", "duplicate"),
    ("reply to this conversation is not allowed", "reply_forbidden"),
    ("not been mentioned or otherwise engaged", "reply_forbidden"),
    ("restricted who can reply", "reply_forbidden"),
    ("deleted or not visible", "gone"),
    ("permission to dm", "blocked"),
    ("cannot send messages to this user", "blocked"),
    ("blocked", "blocked"),
    ("too long", "too_long"),
    ("longer than", "too_long"),
    ("account is suspended", None),
    ("account is locked", None),
    ("temporarily locked", None),
    ("oauth1-permissions", None),
    ("oauth1 app permissions", None),
    ("client-forbidden", None),
)
"""What X says in a refusal, in lower case, and what it means; None: our account is locked out.

The last ones are about the app: it lacks the permission to write, or belongs to no project.
"""
UNPAID = 402
"""X's answer once the app's credits are used up (`.../2/problems/credits`): it lets nobody in."""
STRAY = "stray"
"""Where an answer's things without an id are put."""


class _Session:
    """What tweepy takes for an aiohttp session; X's own host unless another is given."""

    def __init__(self, http: aiohttp.ClientSession, api_url: str | None) -> None:
        self._http = http
        self._host = URL(api_url) if api_url else None

    @asynccontextmanager
    async def request(
        self, method: str, url: Any, **more: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Make a request; raises Declined for every answer but success."""
        at = URL(url, encoded=True) if isinstance(url, str) else url
        if self._host is not None:
            path = at.raw_path_qs
            at = URL(f"{self._host.scheme}://{self._host.authority}{path}", encoded=True)
        calling = self._http.request(method, at, timeout=REQUEST, allow_redirects=False, **more)
        async with calling as response:
            if response.status >= 300:
                raise Declined(response.status, response.headers, await response.read())
            yield response


class Calls:
    """X's endpoints for one account; each call is counted, and each failure is one of ours."""

    def __init__(self, secrets: Mapping[str, str], wiring: Wiring) -> None:
        hush()  # guard: HUSHED test=tests/bots/test_x_sending.py::test_hushed
        self._clock = wiring.clock
        self._spending = wiring.spending
        self._client = AsyncClient(
            consumer_key=secrets["consumer_key"],
            consumer_secret=secrets["consumer_secret"],
            access_token=secrets["token"],
            access_token_secret=secrets["token_secret"],
            return_type=aiohttp.ClientResponse,
            wait_on_rate_limit=False,
        )
        self._client.session = _Session(wiring.http, wiring.api_url)
        self.headers: Mapping[str, str] = {}
        """What the last answer said beside its body: what we may do, and how often."""

    async def read(self, budget: str, endpoint: str, *args: Any, **params: Any) -> Json:
        """Read within the budget; raises Busy, Locked or Refused."""
        await self._spending.take(budget)
        body = await self._call(budget, endpoint, args, {"user_auth": True, **params}, writes=False)
        body = sorted_out(body)  # guard: STRAY test=tests/bots/test_x.py::TestX::test_strange
        for price, things in read_in(body, "read_dm" if budget == "dm_events" else "read_post"):
            await self._spending.pay(price, things)
        return body

    async def write(self, budget: str, endpoint: str, *args: Any, **params: Any) -> Json:
        """Change something, the budget being taken already; raises Unsure besides.

        What nobody knows the outcome of counts as charged: rather too much than too little.
        """
        price = budget
        if budget == "post" and has_links(params["text"]):
            price = "post_with_url"
        try:
            body = await self._call(budget, endpoint, args, params, writes=True)
        except Unsure:
            await self._spending.pay(price)
            raise
        await self._spending.pay(price)
        return body

    async def _call(
        self, budget: str, endpoint: str, args: Any, params: dict[str, Any], *, writes: bool
    ) -> Json:
        try:
            response = await getattr(self._client, endpoint)(*args, **params)
            body = await response.json(content_type=None)
            if not isinstance(body, dict):
                raise aiohttp.ClientPayloadError("an answer that is no object")
        except Declined as declined:
            await self._correct(budget, declined.headers)
            raise self._meaning(declined, writes=writes) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # `from None`: an error of the transport may carry the headers that we signed.
            raise of_transport(error, writes=writes, now=self._clock()) from None
        await self._correct(budget, response.headers)
        return msgspec.convert(body, dict[str, Any])

    async def _correct(self, budget: str, headers: Mapping[str, str]) -> None:
        self.headers = headers
        left = number(headers.get("x-rate-limit-remaining", ""))
        reset = number(headers.get("x-rate-limit-reset", ""))
        if left is not None and reset is not None:
            await self._spending.correct(budget, left, reset * 1000)

    def _meaning(self, declined: Declined, *, writes: bool) -> Busy | Locked | Refused | Unsure:
        known = of_status(declined, writes=writes, now=self._clock())
        if known is not None:
            return known
        if declined.status == UNPAID:
            return Locked("unpaid")
        why = refusal(declined.status, declined.body)
        return Refused(why) if why else Locked()


def sorted_out(body: Json) -> Json:
    """Return an answer whose listing holds what has an id; whatever has none stands apart.

    Everything else goes by the ids: a listing with one thing that has none would never be read.
    """
    data = body.get("data")
    if not isinstance(data, list) or all(map(_has_id, data)):
        return body
    stray = [one for one in data if not _has_id(one)]
    return {**body, "data": list(filter(_has_id, data)), STRAY: stray}


def _has_id(one: object) -> bool:
    return isinstance(one, dict) and number(str(one.get("id"))[:DIGITS]) is not None


def read_in(body: Json, price: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what X charges for in an answer, by price: what was asked for, and what came along."""
    data = body.get("data") or []
    asked = data if isinstance(data, list) else [data]
    beside = body.get("includes") or {}
    people = [one for one in asked if "username" in one] + list(beside.get("users", ()))
    posts = [one for one in asked if "username" not in one]
    for name, things in ((price, posts), ("read_user", people), ("read_post", _along(beside))):
        if ids := [str(one["id"]) for one in things if "id" in one]:
            yield name, ids


def _along(beside: Json) -> list[Json]:
    return [*beside.get("tweets", ()), *beside.get("posts", ())]


def hush() -> None:
    """Hold those loggers at INFO that would tell a credential at DEBUG."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.INFO)


def refusal(status: int, body: bytes) -> RefusedWhy | None:
    """Return why X refuses, from its own words; None where our account itself is locked."""
    said = body.decode(errors="replace").lower()
    if status in (400, 403):
        for words, why in REFUSALS:
            if words in said:
                return why
    return "gone" if status == 404 else "unknown"
