"""Calls to Slack at the pace Slack allows, and no message posted twice."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.counters import CALLS, LOCKED_OUT

log = structlog.stdlib.get_logger(__name__)

Json: TypeAlias = dict[str, Any]
Clock: TypeAlias = Callable[[], float]  # seconds, growing
Sleep: TypeAlias = Callable[[float], Awaitable[None]]

PER_MINUTE = {
    # https://docs.slack.dev/apis/web-api/rate-limits: calls a minute, method and workspace
    "chat.update": 50,
    "chat.postMessage": 240,  # "several hundred" a workspace; one a second a channel beside it
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.info": 50,
    "conversations.list": 20,
    "conversations.members": 100,
    "conversations.open": 50,
    "users.info": 100,
    "dnd.info": 50,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "chat.postEphemeral": 100,
    "reactions.add": 50,
}
READS = frozenset(
    {
        *("conversations.history", "conversations.info", "conversations.list"),
        *("conversations.members", "conversations.replies", "dnd.info", "users.info"),
    }
)
"""Methods that take their arguments from the address only: to JSON they say `invalid_arguments`.

https://docs.slack.dev/apis/web-api: "most write methods" take JSON; slack_sdk asks these by GET.
"""
POSTS_PER_CHANNEL = 1.0
"""Seconds between two messages in one channel."""
RETRY_MOST = 120.0
"""Seconds that one method rests at most: cards of life-safety may wait for it."""
SETTLES = 1.0
"""Seconds in which a request that was cut may still be carried out: then we look for its trace."""
SHORT_PAUSE, LONG_PAUSE = 0.5, 30.0
"""Seconds between two tries of what nobody could answer, doubling from the first to the second."""

TOO_FAST, FIRST_BROKEN = 429, 500
THEIR_FAULT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack's words for: something broke on our side, and the call may have been carried out."""

EVENT = "chancery_post"
"""The metadata type that marks our messages; its payload holds the nonce."""

LOCKED = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "token_expired", "not_authed"}
)
"""Slack's words for: this token opens nothing any more. https://docs.slack.dev/reference/methods"""
ASKED_AGAIN, ASKED_LAST = 15.0, 300.0
"""Seconds between two questions whether we are let in again, doubling from first to last."""
ADVICE = "Slack refuses SLACK_BOT_TOKEN: install the app again, set its new token, restart."

GONE = frozenset({"message_not_found", "channel_not_found", "is_archived", "not_in_channel"})
"""Slack's words for: what we drew on is no longer there."""


class SlackRefused(Exception):
    """Slack said no; `error` is its word for it, such as `channel_not_found`."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error

    @property
    def gone(self) -> bool:
        """Whether the message or its channel is no longer there for us."""
        return self.error in GONE


class Doubt(Exception):
    """The request was cut: it may have been carried out."""


class _Window:
    """At most so many calls in so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._calls: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return how long to wait; a call that need not wait is counted."""
        while self._calls and self._calls[0] <= now - self._seconds:
            self._calls.popleft()
        if len(self._calls) >= self._most:
            return self._calls[0] + self._seconds - now
        self._calls.append(now)
        return 0.0


class Pace:
    """One workspace's calls, each waiting for its turn.

    When Slack says that it is too fast (429), that method rests for as long as Retry-After says.
    """

    def __init__(self, client: AsyncWebClient, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._client, self._clock, self.sleep = client, clock, sleep
        self._windows: dict[str, _Window] = {}
        self._until: dict[str, float] = {}
        self.locked = ""
        """Slack's word for why our token opens nothing any more; "" while it does."""
        self._asking = asyncio.Lock()

    async def call(self, method: str, **body: Any) -> Json:
        """Make one call in its turn; raises SlackRefused, or Doubt when nobody knows."""
        while True:
            await self._turn(method, str(body.get("channel", "")))
            try:
                return await self._send(method, body)
            except SlackApiError as error:
                if status_of(error) == TOO_FAST:
                    self._until[method] = self._clock() + _retry_after(error.response.headers)
                elif not self._lock(word_of(error)):
                    raise _told(method, error) from None

    async def at_once(self, method: str, **body: Any) -> Json:
        """Make one call now: for an officer who waits, and a trigger that lives three seconds."""
        try:
            return await self._send(method, body)
        except SlackApiError as error:
            self._lock(word_of(error))
            raise _told(method, error) from None

    async def let_in(self) -> None:
        """Wait until our token opens Slack; one asks for all, ever more seldom: nothing is lost."""
        async with self._asking:
            pause = ASKED_AGAIN
            while self.locked:
                await self.sleep(
                    pause
                )  # guard: no-hot-loop test=tests/handlers/slack/test_locked_out.py::test_a_dead_token_is_asked_about_seldom
                pause = min(pause * 2, ASKED_LAST)
                await self.ask()

    async def ask(self) -> None:
        """Ask Slack whether our token still opens it."""
        try:
            await self._send("auth.test", {})
        except SlackApiError as error:
            self._lock(word_of(error))
        except Doubt:
            return
        else:
            if self.locked:
                log.warning("slack_lets_us_in")
            self.locked = ""
            LOCKED_OUT.set(0)

    def _lock(self, word: str) -> bool:
        """Note that our token opens nothing any more; said loudly, once."""
        if word not in LOCKED:
            return False
        if word != self.locked:
            log.error("slack_locked_out", error=word, advice=ADVICE)
        self.locked = word
        LOCKED_OUT.set(1)
        return True

    async def post(self, nonce: str, tries: int = 0, /, **body: Any) -> str:
        """Post a message once, whatever the connection does; return its ts.

        `nonce` is the same on every attempt: after a cut the channel is looked through for it.
        After so many `tries` (0: any number) it raises Doubt: what was to be said may be old then.
        """
        body |= {"metadata": {"event_type": EVENT, "event_payload": {"nonce": nonce}}, **QUIET}
        pause, tried = SETTLES, 0
        while True:
            try:
                return str((await self.call("chat.postMessage", **body))["ts"])
            except Doubt:
                tried += 1
                if tried == tries:
                    raise
                await self.sleep(pause)
                pause = min(pause * 2, LONG_PAUSE)
            if found := await self.find(nonce, body["channel"], body.get("thread_ts", "")):
                return found

    async def find(self, nonce: str, channel: str, thread: str = "") -> str:
        """Return the ts of our message with this nonce among the newest hundred, or "".

        A workspace that withholds the history scopes shows us none: a cut post may stand twice.
        """
        method = "conversations.replies" if thread else "conversations.history"
        where: Json = {"channel": channel, "limit": 100, "include_all_metadata": True}
        if thread:
            where["ts"] = thread
        try:
            messages: Sequence[Json] = (await self.again(method, **where)).get("messages", ())
        except SlackRefused as error:
            if error.error != "missing_scope":
                raise
            return ""
        return next((str(m["ts"]) for m in messages if _nonce(m) == nonce), "")

    async def said_beneath(self, ts: str, channel: str) -> list[str]:
        """Return where our own messages of this thread stand, but for those drawn anew.

        Those are the card, and the line that says whose thread it is. A workspace
        that withholds the history scopes shows us none.
        """
        where: Json = {"channel": channel, "ts": ts, "limit": 200, "include_all_metadata": True}
        try:
            answer = await self.again("conversations.replies", **where)
        except SlackRefused as error:
            if error.error not in ("missing_scope", "thread_not_found", "message_not_found"):
                raise
            return []
        nonces = {str(m["ts"]): _nonce(m) for m in answer.get("messages", ())}
        return [at for at, n in nonces.items() if n and at != ts and not n.endswith(".inside")]

    async def unsay(self, beginning: str, channel: str, thread: str) -> None:
        """Take away what we said in a thread under nonces that begin so."""
        where = {"channel": channel, "ts": thread, "limit": 100, "include_all_metadata": True}
        try:
            told = await self.again("conversations.replies", **where)
        except SlackRefused as error:
            if error.error not in ("missing_scope", "thread_not_found"):
                raise
            return
        for one in told.get("messages", ()):
            if _nonce(one).startswith(beginning):
                await self.again("chat.delete", channel=channel, ts=one["ts"])

    async def update(self, **body: Any) -> None:
        """Draw a message again."""
        await self.again("chat.update", **body, **QUIET)

    async def again(self, method: str, **body: Any) -> Json:
        """Make a call that harms nobody when made twice, until it was answered."""
        pause = SHORT_PAUSE
        while True:
            try:
                return await self.call(method, **body)
            except Doubt:
                await self.sleep(pause)
                pause = min(pause * 2, LONG_PAUSE)

    async def _turn(self, method: str, channel: str) -> None:
        windows = [(method, PER_MINUTE.get(method, 20), 60.0)]
        if method == "chat.postMessage":
            windows.append((f"{method} {channel}", 1, POSTS_PER_CHANNEL))
        if self.locked:
            await self.let_in()
        while (blocked := self._until.get(method, 0) - self._clock()) > 0:
            await self.sleep(blocked)
        for key, most, seconds in reversed(windows):
            window = self._windows.setdefault(key, _Window(most, seconds))
            while (wait := window.wait(self._clock())) > 0:
                await self.sleep(wait)

    async def _send(self, method: str, body: Mapping[str, Any]) -> Json:
        outcome = "doubt"
        try:
            if method in READS:
                answer = await self._client.api_call(method, http_verb="GET", params=dict(body))
            else:
                answer = await self._client.api_call(method, json=dict(body))
            outcome = "ok"
        except SlackApiError as error:
            outcome = "busy" if status_of(error) == TOO_FAST else "refused"
            raise
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Doubt(method) from None
        finally:
            CALLS.labels(method, outcome).inc()
        data: Json = dict(answer.data) if isinstance(answer.data, dict) else {}
        return data


QUIET: Json = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
"""What keeps Slack from finding names and links in a text by itself."""


def _nonce(message: Json) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("nonce", ""))


def word_of(error: SlackApiError) -> str:
    """Return Slack's word for what is wrong, or "" where the answer could not be read."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status; the library hands on aiohttp's answer where it could not read it."""
    response: Any = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _told(method: str, error: SlackApiError) -> Exception:
    """Return what an error means: a 5xx or an unreadable answer leaves the outcome in doubt."""
    word = word_of(error)
    broken = status_of(error) >= FIRST_BROKEN or not word or word in THEIR_FAULT
    return Doubt(method) if broken else SlackRefused(method, word)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds Slack asks for; a bad Retry-After counts as thirty.

    Its limits are by the minute: what asks for more than two may be wrong, and is asked again then.
    """
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if not (text.isascii() and text.isdecimal()):
        return 30.0
    return min(max(float(text), 1.0), RETRY_MOST)
