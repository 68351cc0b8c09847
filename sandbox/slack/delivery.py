"""How Slack reaches the app: signed HTTP requests or Socket Mode, three seconds, retries."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.records import Json, Outcome
from sandbox.slack.sockets import Sockets

PATIENCE = 3.0
RETRIES = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third retry (docs.slack.dev/apis/events-api/#retries)."""

FORM = "application/x-www-form-urlencoded"
_REASONS = {"timeout": "http_timeout", "connection_failed": "connection_failed"}


@dataclass
class Late:
    """An event that nobody acknowledged, and when it goes out again."""

    due: float
    attempt: int
    reason: str
    envelope: Json


class Deliveries:
    """The road from Slack to one app."""

    def __init__(
        self, secret: str, sockets: Sockets, now: Callable[[], float], request_url: str | None
    ) -> None:
        self.request_url = request_url
        self.patience = PATIENCE
        self.clock_on_the_wire: Callable[[], float] = time.time
        """What signatures are dated with: the app checks them against its own real clock."""
        self.late: list[Late] = []
        self.given_up: list[Json] = []
        self.attempts: list[tuple[Json, int]] = []
        """Every (event envelope, attempt number) sent, for tests."""
        self.secret = secret
        self._sockets = sockets
        self._now = now
        self._http: aiohttp.ClientSession | None = None
        self._twice: deque[str | None] = deque()
        self._held: list[tuple[Json, asyncio.Future[Outcome]]] | None = None

    # what can go wrong on the way

    def duplicate(self, times: int = 1, *, fresh_id: str | None = None) -> None:
        """Send each of the next `times` events twice, the copy with `fresh_id` where given."""
        self._twice.extend([fresh_id] * times)

    def hold(self) -> None:
        """Keep events back until `release`."""
        self._held = self._held or []

    @property
    def holding(self) -> bool:
        """Say whether events are being kept back."""
        return self._held is not None

    async def release(self, *, backwards: bool = False) -> None:
        """Send what was held, one after the other, newest first where asked."""
        held, self._held = self._held or [], None
        for envelope, waiting in reversed(held) if backwards else held:
            outcome = await self._event(envelope, 0, "")
            if not waiting.done():
                waiting.set_result(outcome)

    # the three kinds of payload

    async def event(self, envelope: Json) -> Outcome:
        """Deliver an event; while events are held it waits for `release`."""
        if self._held is not None:
            waiting: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
            self._held.append((envelope, waiting))
            return await waiting
        if self._twice:
            fresh_id = self._twice.popleft()
            await self._event(envelope | ({"event_id": fresh_id} if fresh_id else {}), 0, "")
        return await self._event(envelope, 0, "")

    async def interactive(self, payload: Json) -> Outcome:
        """Deliver a click, a submission, a shortcut or an options request; never retried."""
        if self.request_url is None:
            return await self._sockets.send("interactive", payload, self.patience)
        return await self._post(urlencode({"payload": json.dumps(payload)}), FORM)

    async def command(self, form: dict[str, str]) -> Outcome:
        """Deliver a slash command; never retried."""
        if self.request_url is None:
            return await self._sockets.send("slash_commands", dict(form), self.patience)
        return await self._post(urlencode(form), FORM)

    async def verify_url(self, challenge: str) -> bool:
        """Ask the request URL whether it is the app's: url_verification."""
        body = json.dumps({"token": "", "challenge": challenge, "type": "url_verification"})
        outcome = await self._post(body, "application/json")
        return outcome.acknowledged and challenge in (
            outcome.body.get("challenge"),
            outcome.body.get("text"),
        )

    async def redeliver_due(self) -> int:
        """Send again every unacknowledged event whose time has come; tell how many."""
        due = [late for late in self.late if late.due <= self._now()]
        self.late = [late for late in self.late if late.due > self._now()]
        for late in due:
            await self._event(late.envelope, late.attempt, late.reason)
        return len(due)

    async def close(self) -> None:
        """Close the client."""
        if self._http is not None:
            await self._http.close()

    async def _event(self, envelope: Json, attempt: int, reason: str) -> Outcome:
        self.attempts.append((envelope, attempt))
        if self.request_url is None:
            outcome = await self._sockets.send(
                "events_api", envelope, self.patience, attempt=attempt, reason=reason
            )
        else:
            headers = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason}
            body = json.dumps(envelope)
            outcome = await self._post(body, "application/json", headers if attempt else {})
        if outcome.acknowledged or outcome.body.get("x-slack-no-retry"):
            return outcome
        why = self._reason(outcome)
        if attempt >= len(RETRIES):
            self.given_up.append(envelope)
        elif RETRIES[attempt] == 0:
            return await self._event(envelope, attempt + 1, why)
        else:
            self.late.append(Late(self._now() + RETRIES[attempt], attempt + 1, why, envelope))
        return outcome

    def _reason(self, outcome: Outcome) -> str:
        if self.request_url is None:
            return "timeout"
        return _REASONS.get(outcome.problem or "", "http_error")

    def _signed(self, body: str) -> dict[str, str]:
        stamp = str(int(self.clock_on_the_wire()))
        base = f"v0:{stamp}:{body}".encode()
        digest = hmac.new(self.secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def _post(
        self, body: str, content_type: str, headers: dict[str, str] | None = None
    ) -> Outcome:
        if self.request_url is None:
            raise RuntimeError("Socket Mode has no request URL")
        if self._http is None:
            self._http = aiohttp.ClientSession(headers={"User-Agent": "Slackbot 1.0 (sandbox)"})
        sent = self._signed(body) | {"Content-Type": content_type} | (headers or {})
        try:
            async with (
                asyncio.timeout(self.patience),
                self._http.post(self.request_url, data=body.encode(), headers=sent) as answer,
            ):
                return _read(answer, await answer.text())
        except TimeoutError:
            return Outcome(acknowledged=False, problem="timeout")
        except aiohttp.ClientError:
            return Outcome(acknowledged=False, problem="connection_failed")


def _read(answer: aiohttp.ClientResponse, text: str) -> Outcome:
    """Turn an HTTP answer into an Outcome; a plain text becomes {"text": …} as Slack reads it."""
    body: Json = {}
    if answer.content_type == "application/json" and text:
        try:
            body = dict(json.loads(text))
        except (ValueError, TypeError):
            return Outcome(acknowledged=False, status=answer.status, problem="bad_response")
    elif text:
        body = {"text": text}
    if answer.headers.get("x-slack-no-retry"):
        body["x-slack-no-retry"] = answer.headers["x-slack-no-retry"]
    if answer.status == 200:
        return Outcome(acknowledged=True, status=200, body=body)
    return Outcome(acknowledged=False, status=answer.status, body=body, problem="http_error")
