"""What changed, told at once to the pages that are open: that something did, never what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from handlers.acting import Acting
from inbox import Gone
from inbox.conversations.state import Conversation
from inbox.team.roles import may
from inbox.words import ConversationId, OfficerId

log = structlog.stdlib.get_logger(__name__)

GATHERED = 0.5
"""Seconds over which news is gathered: a page need not be drawn for each message of a flood."""
AGAIN = 2.0
LONGEST = 900.0
"""Seconds after which a stream ends; the browser opens another and is looked at anew."""
NOTICED = 20.0
"""Seconds after which it is noticed that a page was closed, or its officer removed."""
MOST = 500
"""Open pages of one process."""


@dataclass(eq=False)
class Listener:
    """One open page: of one conversation, or of all that its officer may read (`ref` "")."""

    officer: OfficerId
    ref: ConversationId = ""
    rung: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """Hears the log, and rings at the pages whose officers may read what changed."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting
        self._listeners: set[Listener] = set()
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen to the log; on leaving, every stream ends."""
        hearing = asyncio.create_task(self._hear())
        try:
            yield
        finally:
            self.close()
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    def close(self) -> None:
        """End every stream at once: who stops the process waits for none of them."""
        self._closing.set()
        self.ring_all()

    def ring_all(self) -> None:
        """Ring at every page: each looks whether it may still listen."""
        for listener in self._listeners:
            listener.rung.set()

    async def serve(self, request: web.Request, officer: OfficerId, ref: str) -> web.StreamResponse:
        """Ring at one page until it is closed, its time is over, or its officer is removed."""
        async with sse_response(request) as stream:
            if len(self._listeners) >= MOST:
                return stream
            closed = (TimeoutError, ConnectionError)
            with self._listening(Listener(officer, ref)) as listener, suppress(*closed):
                async with asyncio.timeout(LONGEST):
                    await stream.send("", event="hello")
                    while not self._closing.is_set():
                        rung = await self._rung(listener)
                        if not self._there(stream, officer):
                            break
                        if rung:
                            await stream.send("", event="news")
        return stream

    async def _rung(self, listener: Listener) -> bool:
        """Wait until it rings, at most for the time in which we notice a page that was closed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.rung.wait(), NOTICED)
        rung = listener.rung.is_set()
        listener.rung.clear()
        return rung

    def _there(self, stream: EventSourceResponse, officer: OfficerId) -> bool:
        known = self._acting.policies.officer(officer)
        active = known is not None and known.active
        return active and stream.is_connected() and not self._closing.is_set()

    @contextmanager
    def _listening(self, listener: Listener) -> Iterator[Listener]:
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _hear(self) -> None:
        """Follow the log from now on; a store that is away is asked again."""
        inbox = self._acting.inbox
        while True:
            try:
                async for heard in inbox.log.news(await inbox.log.ends()):
                    touched = {one.item.id for one in heard if one.item.kind == "conv"}
                    await self._tell(touched)
                    await asyncio.sleep(GATHERED)
            except Gone:
                log.warning("page_news_waits")
            await asyncio.sleep(AGAIN)

    async def _tell(self, touched: set[ConversationId]) -> None:
        if not self._listeners:
            return
        for conversation in await self._acting.inbox.read.conversations(touched):
            for listener in self._listeners:
                if listener.ref in ("", conversation.id) and self._may(listener, conversation):
                    listener.rung.set()

    def _may(self, listener: Listener, conversation: Conversation) -> bool:
        account = self._acting.policies.account(conversation.account)
        act = "read_private" if conversation.audience == "private" else "read"
        officer = self._acting.policies.officer(listener.officer)
        return account is not None and may(officer, act, account)
