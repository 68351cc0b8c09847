"""Delivers X Activity events to each app's webhook, signed, checked by CRC, tried again.

Every granted account is subscribed to every event type; `watch` adds another user, as a
subscription of X may name any (X tells of a deletion only to who watches its author).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp

from sandbox.x.activity import EVENT_TYPES, SIGNATURE_HEADER, Activity, Subscription, signed
from sandbox.x.records import App, DirectMessage, Post
from sandbox.x.shapes import Vocabulary
from sandbox.x.world import World

PATIENCE_S = 10
"""X wants 200 within ten seconds (docs.x.com, webhooks)."""
BACKOFF_S = (0.2, 1.0, 5.0)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one app."""

    app_id: str
    event_type: str
    raw: bytes


@dataclass
class Switches:
    """How the deliveries misbehave; all off at first."""

    duplicate: int = 0
    """How many times more each event is sent, byte for byte the same."""
    reorder: bool = False
    """Whether each event waits for the next and goes after it."""
    drop: int = 0
    """How many of the next events are lost on the way."""


@dataclass
class Push:
    """The deliverer: `async with Push(world) as push`, then `await push.drain()` in a test."""

    world: World
    vocabulary: Vocabulary = "tweet"
    backoff: tuple[float, ...] = BACKOFF_S
    switches: Switches = field(default_factory=Switches)
    delivered: list[tuple[Delivery, int]] = field(default_factory=list)
    """What arrived, or was given up (status 0), with the status of the answer."""

    def __post_init__(self) -> None:
        self._activity = Activity(self.world, self.vocabulary)
        self._valid: set[str] = set()
        self._watched: set[tuple[str, Subscription]] = set()
        self._waiting: deque[Delivery] = deque()
        self._held: Delivery | None = None
        self._some = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self._stop_hearing = self.world.subscribe(self._hear)
        self.world.settled = self.drain
        self._worker = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_hearing()
        self.world.settled = None
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        await self._session.close()

    def watch(self, app: App, user_id: str, *event_types: str) -> None:
        """Subscribe an app to events about any user."""
        self._watched |= {(app.id, (what, user_id)) for what in event_types}

    async def crc(self, app: App) -> bool:
        """Challenge an app's webhook and remember whether it answered rightly."""
        token = secrets.token_urlsafe(16)
        right = signed(app.consumer_secret, token.encode())
        self._valid.discard(app.id)
        try:
            async with self._session.get(
                app.webhook_url or "", params={"crc_token": token}
            ) as response:
                answer = json.loads(await response.read())
                if response.status == 200 and answer == {"response_token": right}:
                    self._valid.add(app.id)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        return app.id in self._valid

    async def drain(self) -> None:
        """Wait until everything that happened so far was delivered or given up."""
        if self._held is not None:
            held, self._held = self._held, None
            self._enqueue(held)
        await self._idle.wait()

    def replay(self, app: App) -> None:
        """Send an app everything it was ever sent, again, with its old bytes."""
        for delivery in [one for one, _ in self.delivered if one.app_id == app.id]:
            self._enqueue(delivery)

    def _hear(self, what: str, record: object) -> None:
        for event_type, raw, subscription in self._events(what, record):
            for app in self._subscribed(subscription):
                self._send(Delivery(app.id, event_type, raw))

    def _events(self, what: str, record: object) -> Iterator[tuple[str, bytes, Subscription]]:
        match record:
            case Post() if what == "post.deleted":
                user_id = record.author_id
                deletion = ("post.delete", user_id)
                yield "post.delete", self._activity.deletion(record, user_id), deletion
            case Post():
                for event_type, user_id in self._activity.of_post(record):
                    raw = self._activity.post(record, event_type, user_id)
                    yield event_type, raw, (event_type, user_id)
            case DirectMessage():
                for event_type, user_id in self._activity.of_dm(record):
                    raw = self._activity.dm(record, event_type, user_id)
                    yield event_type, raw, (event_type, user_id)
            case _:
                return

    def _subscribed(self, subscription: Subscription) -> list[App]:
        event_type, user_id = subscription
        granted = {g.app_id for g in self.world.grants.values() if g.user_id == user_id}
        return [
            app
            for app in self.world.apps.values()
            if app.webhook_url
            and (
                (app.id in granted and event_type in EVENT_TYPES)
                or (app.id, subscription) in self._watched
            )
        ]

    def _send(self, delivery: Delivery) -> None:
        """Put an event on its way, past the switches."""
        if self.switches.drop > 0:
            self.switches.drop -= 1
            return
        held, self._held = self._held, None
        if self.switches.reorder and held is None:
            self._held = delivery
            return
        for one in (delivery, held) if held else (delivery,):
            self._enqueue(one)

    def _enqueue(self, delivery: Delivery) -> None:
        self._waiting.extend([delivery] * (1 + self.switches.duplicate))
        self._idle.clear()
        self._some.set()

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            while self._waiting:
                delivery = self._waiting.popleft()
                self.delivered.append((delivery, await self._try(delivery)))
            self._some.clear()
            self._idle.set()

    async def _try(self, delivery: Delivery) -> int:
        """Deliver with retries; the last status, 0 where nobody answered."""
        status = 0
        for wait in (0.0, *self.backoff):
            await asyncio.sleep(wait)
            status = await self._once(delivery)
            if status == 200:
                break
        return status

    async def _once(self, delivery: Delivery) -> int:
        app = self.world.apps[delivery.app_id]
        if app.id not in self._valid and not await self.crc(app):
            return 0
        headers = {
            SIGNATURE_HEADER: signed(app.consumer_secret, delivery.raw),
            "Content-Type": "application/json",
        }
        try:
            async with self._session.post(
                app.webhook_url or "", data=delivery.raw, headers=headers
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
