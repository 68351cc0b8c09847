"""Slack's door: HTTP and Socket Mode lead to the same acts, acknowledged after the commit."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from handlers.say import Book
from handlers.slack import acts, events
from handlers.slack.board import Board
from handlers.slack.office import PATIENCE, Office
from handlers.slack.pace import Clock, Pace, Sleep, word_of
from handlers.slack.way import ANSWERS_WITHIN, DIRECT, Way, client
from handlers.slack.who import actor, teams_of
from inbox import Gone, Inbox, Unavailable
from inbox.team.policies import Policies
from inbox.words import Record

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)

EVERYTHING = re.compile(".*", re.DOTALL)
DRAINED = 4.0
"""Seconds in which what was begun may be finished when the process is told to stop."""
LONGEST = 10.0
"""Seconds between two tries to learn from Slack who we are."""
LARGEST = 1 << 20
"""Bytes a request of Slack's may have; a view's state is at most 250 KB."""


class Access(Record, frozen=True):
    """How the app reaches Slack: an `app_token` means Socket Mode, a `signing_secret` HTTP."""

    bot_token: str
    signing_secret: str = ""
    app_token: str = ""
    api_url: str = "https://slack.com/api/"
    command: str = "/inbox"
    page: str = ""
    """Where the web page stands, for links to it; "" where nobody can open it."""
    answers_within: int = ANSWERS_WITHIN
    way: Way = DIRECT

    def __repr__(self) -> str:
        return "Access(…)"


class Slack:
    """The team's Slack: what officers do comes in, the board goes out."""

    def __init__(
        self,
        access: Access,
        inbox: Inbox,
        policies: Policies,
        book: Book,
        ids: Callable[[], str],
        *,
        patience: float = PATIENCE,
        clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._access, self._sleep = access, sleep
        self._client = client(access.bot_token, access.api_url, access.way, access.answers_within)
        pace = Pace(self._client, clock or asyncio.get_running_loop().time, sleep)
        self.office = Office(inbox, policies, book, pace, ids, access.command, patience=patience)
        self.office.page = access.page.rstrip("/")
        self.board = Board(self.office)
        self._us: AuthorizeResult | None = None
        self._reached = not access.app_token  # over HTTP, Slack reaches whoever listens
        self._bolt = self._app()
        self._turns: set[asyncio.Task[Any]] = set()

    @property
    def known(self) -> bool:
        """Whether Slack knows us, lets us in and can reach us: without it nothing is served."""
        return self._us is not None and self._reached and not self.office.pace.locked

    def team(self) -> str:
        """Return which workspace is ours; "" until Slack has told us."""
        return self.office.team

    def routes(self) -> list[web.RouteDef]:
        """Return the HTTP door; in Socket Mode without a signing secret there is none."""
        return [web.post("/slack/events", self._receive)] if self._access.signing_secret else []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen to Slack and keep the board; on leaving, what was begun is finished."""
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(self._serve())]
            try:
                yield
            finally:
                await self._drained()
                for task in work:
                    task.cancel()

    async def _serve(self) -> None:
        """Learn who we are, then keep the board and, in Socket Mode, the line."""
        await self._introduce()
        if not self._access.app_token:
            await self.board.run()
            return
        # The handler is untyped: nothing but its proxy and two calls of it is used.
        socket: Any = AsyncSocketModeHandler(self._bolt, self._access.app_token)
        socket.client.proxy = self._access.way.proxy or None
        try:
            await socket.connect_async()
            self._reached = True
            await self.board.run()
        finally:
            await socket.close_async()

    async def _introduce(self) -> None:
        """Ask Slack who we are until it answers: at start it may be as late as we are."""
        wait = 0.2
        while self._us is None:
            try:
                told = await self._client.auth_test()
                self._us = AuthorizeResult.from_auth_test_response(
                    bot_token=self._access.bot_token, auth_test_response=told
                )
                self.office.introduce(str(told["team_id"]), str(told["user_id"]))
            except SlackApiError as error:
                log.warning("slack_refuses_us", error=word_of(error) or "unreadable")
                wait = LONGEST if word_of(error) else wait
            except Exception as error:  # noqa: BLE001 - any failure to reach Slack means: later
                log.warning("slack_out_of_reach", error=type(error).__name__)
            if self._us is None:
                await self._sleep(wait)
                wait = min(wait * 2, LONGEST)

    async def _receive(self, request: web.Request) -> web.Response:
        if (request.content_length or 0) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
        heard = await to_bolt_request(request)
        # Slack may hang up after three seconds: what was begun is finished all the same.
        answer = await self._turn(self._bolt.async_dispatch(heard))
        return await to_aiohttp_response(answer)

    async def _turn(self, work: Coroutine[Any, Any, T]) -> T:
        """Do one thing that Slack asks; when we stop, it is waited for."""
        turn = asyncio.create_task(work)
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        return await asyncio.shield(turn)

    async def _drained(self) -> None:
        if self._turns:
            await asyncio.wait(self._turns, timeout=DRAINED)
        await self.office.drained(DRAINED)

    def _app(self) -> AsyncApp:
        secret = self._access.signing_secret

        # No method: Bolt looks at the names of the arguments, and would pass `self` once more.
        async def authorized() -> Any:
            """Return who we are, asked once: Bolt would ask Slack for each event."""
            return self._us

        bolt = AsyncApp(
            client=self._client,
            signing_secret=secret or "unused: no HTTP door is open",
            request_verification_enabled=bool(secret),
            authorize=authorized,
            process_before_response=True,
            # Bolt would take the deletion of our own card by somebody else for an event of our own.
            ignoring_self_events_enabled=False,
        )
        bolt.error(_failed)
        bolt.action(EVERYTHING)(self._interaction)
        bolt.view(EVERYTHING)(self._interaction)
        bolt.view_closed(EVERYTHING)(self._interaction)
        bolt.shortcut(EVERYTHING)(self._interaction)
        bolt.command(EVERYTHING)(self._interaction)
        bolt.options(EVERYTHING)(self._interaction)
        bolt.event(EVERYTHING)(self._event)
        return bolt

    async def _interaction(
        self, body: Mapping[str, Any], ack: Callable[..., Awaitable[Any]]
    ) -> None:
        """Carry out one click, submission, shortcut or command, and answer it."""
        who = actor(body, self.office.policies)
        if who is None:
            await ack(**await self._turn(acts.stranger(self.office, body)))
        else:
            await ack(**await self._turn(acts.carry_out(self.office, who, body)))

    async def _event(self, body: Mapping[str, Any], ack: Callable[..., Awaitable[Any]]) -> None:
        """Take in one event; a foreign team's leave no trace."""
        if self._us is not None and str(self._us.team_id) in (*teams_of(body), body.get("team_id")):
            await self._turn(
                events.take(self.office, self.board, body)
            )  # guard: ack-after-commit test=tests/handlers/slack/test_app.py::test_an_event_is_acknowledged_after_its_commit
        await ack()


async def _failed(error: Exception) -> BoltResponse:
    """Answer 503 where the store was out of reach, so that Slack sends the event again."""
    if not isinstance(error, (Unavailable, Gone)):
        log.error("slack_act_failed", error=type(error).__name__, exc_info=error)
    return BoltResponse(status=503, body="")
