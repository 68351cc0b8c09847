"""How events reach the app: signed, within three seconds, again when not acknowledged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from sandbox.slack.world import Workspace
from tests.sandbox.slack.conftest import Clock, serve, until

Json = dict[str, Any]


@dataclass
class Listener:
    """An app of a few lines that writes down what reaches it and answers as told."""

    heard: list[tuple[str | None, str | None, Json]] = field(default_factory=list)
    """(retry number, retry reason, body)"""
    answers: list[web.Response] = field(default_factory=list)
    hold_up: asyncio.Event | None = None

    async def events(self, request: web.Request) -> web.Response:
        is_event = request.content_type == "application/json"
        body: Json = json.loads(await request.text()) if is_event else {}
        headers = request.headers
        number, reason = headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")
        self.heard.append((number, reason, body))
        if self.hold_up is not None:
            await self.hold_up.wait()
        return self.answers.pop(0) if self.answers else web.Response()

    def attempts(self) -> list[tuple[str | None, str | None]]:
        return [(number, reason) for number, reason, _ in self.heard]

    def texts(self) -> list[str]:
        return [body["event"]["text"] for _, _, body in self.heard]


@pytest.fixture
async def listener(workspace: Workspace) -> AsyncIterator[Listener]:
    """Put the small app where the workspace sends its events."""
    made = Listener()
    application = web.Application()
    application.router.add_post("/slack/events", made.events)
    runner, address = await serve(application)
    workspace.deliveries.request_url = f"{address}/slack/events"
    yield made
    if made.hold_up is not None:
        made.hold_up.set()
    await runner.cleanup()


def failing(times: int) -> list[web.Response]:
    return [web.Response(status=500) for _ in range(times)]


async def test_an_unacknowledged_event_comes_again_at_once_after_a_minute_and_after_five(
    workspace: Workspace, listener: Listener, clock: Clock
) -> None:
    listener.answers = failing(4)
    outcome = await workspace.say("U1", "C1", "hello")
    assert not outcome.acknowledged
    assert listener.attempts() == [(None, None), ("1", "http_error")]
    assert await workspace.redeliver_due() == 0
    clock.pass_by(60)
    assert await workspace.redeliver_due() == 1
    clock.pass_by(299)
    assert await workspace.redeliver_due() == 0
    clock.pass_by(1)
    assert await workspace.redeliver_due() == 1
    assert listener.attempts()[2:] == [("2", "http_error"), ("3", "http_error")]
    assert len({body["event_id"] for _, _, body in listener.heard}) == 1
    clock.pass_by(86_400)
    assert await workspace.redeliver_due() == 0
    assert len(workspace.deliveries.given_up) == 1


async def test_the_server_itself_sends_again_what_is_due(
    workspace: Workspace, listener: Listener, clock: Clock
) -> None:
    listener.answers = failing(2)
    await workspace.say("U1", "C1", "hello")
    clock.pass_by(60)
    await until(lambda: len(listener.heard) == 3)
    assert listener.attempts()[-1] == ("2", "http_error")


async def test_an_event_acknowledged_on_its_retry_is_not_sent_again(
    workspace: Workspace, listener: Listener, clock: Clock
) -> None:
    listener.answers = failing(1)
    assert (await workspace.say("U1", "C1", "hello")).acknowledged
    clock.pass_by(600)
    assert await workspace.redeliver_due() == 0
    assert len(listener.heard) == 2


async def test_an_app_can_refuse_retries(workspace: Workspace, listener: Listener) -> None:
    listener.answers = [web.Response(status=500, headers={"x-slack-no-retry": "1"})]
    await workspace.say("U1", "C1", "hello")
    assert listener.attempts() == [(None, None)]


async def test_an_app_that_thinks_too_long_has_not_acknowledged(
    workspace: Workspace, listener: Listener
) -> None:
    assert workspace.deliveries.patience == 3.0
    workspace.deliveries.patience = 0.3
    listener.hold_up = asyncio.Event()
    outcome = await workspace.say("U1", "C1", "hello")
    assert (outcome.acknowledged, outcome.problem) == (False, "timeout")
    assert listener.attempts() == [(None, None), ("1", "http_timeout")]
    command = await workspace.command("U1", "C1", "/inbox", "")
    assert (command.acknowledged, command.problem) == (False, "timeout")


async def test_an_app_that_is_gone_is_told_later(workspace: Workspace, clock: Clock) -> None:
    runner, address = await serve(web.Application())
    await runner.cleanup()
    workspace.deliveries.request_url = f"{address}/slack/events"
    outcome = await workspace.say("U1", "C1", "hello")
    assert outcome.problem == "connection_failed"
    assert [late.reason for late in workspace.deliveries.late] == ["connection_failed"]


async def test_an_event_can_come_twice_even_under_a_new_id(
    workspace: Workspace, listener: Listener
) -> None:
    workspace.deliveries.duplicate()
    await workspace.say("U1", "C1", "one")
    workspace.deliveries.duplicate(fresh_id="Ev0AGAIN")
    await workspace.say("U1", "C1", "two")
    assert listener.texts() == ["one", "one", "two", "two"]
    ids = [body["event_id"] for _, _, body in listener.heard]
    assert ids[0] == ids[1]
    assert ids[2] == "Ev0AGAIN" != ids[3]


async def test_events_can_come_in_another_order(workspace: Workspace, listener: Listener) -> None:
    workspace.deliveries.hold()
    for word in ("one", "two", "three"):
        assert (await workspace.say("U1", "C1", word)).problem == "held"
    await asyncio.sleep(0)
    assert listener.heard == []
    await workspace.deliveries.release(backwards=True)
    assert listener.texts() == ["three", "two", "one"]
    await workspace.say("U1", "C1", "four")
    assert listener.texts()[-1] == "four"


async def test_the_url_is_verified_by_its_challenge(
    workspace: Workspace, by_http: AsyncApp
) -> None:
    assert await workspace.deliveries.verify_url("a challenge")


async def test_an_app_that_does_not_know_the_challenge_is_not_verified(
    workspace: Workspace, listener: Listener
) -> None:
    assert not await workspace.deliveries.verify_url("a challenge")


async def test_bolt_refuses_another_secret_and_an_old_request(
    workspace: Workspace, by_http: AsyncApp
) -> None:
    @by_http.command("/inbox")
    async def inbox(ack: Any) -> None:
        await ack()

    assert (await workspace.command("U1", "C1", "/inbox", "")).status == 200
    workspace.deliveries.clock_on_the_wire = lambda: time.time() - 301
    assert (await workspace.command("U1", "C1", "/inbox", "")).status == 401
    workspace.deliveries.clock_on_the_wire = time.time
    workspace.deliveries.secret = "another"
    assert (await workspace.command("U1", "C1", "/inbox", "")).status == 401


async def test_fifty_people_act_at_once_and_each_gets_their_own_answer(
    workspace: Workspace, by_http: AsyncApp
) -> None:
    @by_http.command("/inbox")
    async def inbox(ack: Any, body: Json) -> None:
        await ack(f"for {body['user_id']}")

    for number in range(50):
        workspace.user(f"UX{number}", f"x{number}", real_name=f"X {number}")
    outcomes = await asyncio.gather(
        *(workspace.command(f"UX{number}", "C1", "/inbox", "") for number in range(50))
    )
    assert [one.body["text"] for one in outcomes] == [f"for UX{number}" for number in range(50)]
    assert {m.text: m.ephemeral_to for m in workspace.messages("C1")} == {
        f"for UX{number}": f"UX{number}" for number in range(50)
    }
