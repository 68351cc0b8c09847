"""The door: who is let in, what is acknowledged and when, and what happens without a store."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from handlers.slack import ids
from handlers.slack.app import LARGEST, Access, Slack
from inbox import Unavailable
from inbox.desk import Desk
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    PRESS,
    Builder,
    Door,
    House,
    fresh,
    policies_of,
    until,
    words,
)
from tests.servers import start


def signed(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Sign a body as Slack does."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/json",
    }


async def posted(house: House, body: bytes | BytesIO, headers: dict[str, str]) -> tuple[int, str]:
    """Post to the door as anybody can."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{house.url}/slack/events", data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_what_slack_did_not_sign_is_refused(office: House) -> None:
    body = b'{"type": "url_verification", "challenge": "c"}'
    wrong = signed("another secret", body)
    assert (await posted(office, body, wrong))[0] == 401
    assert (await posted(office, body, {"Content-Type": "application/json"}))[0] == 401


async def test_a_request_that_is_too_old_is_refused(office: House) -> None:
    body = b'{"type": "url_verification", "challenge": "c"}'
    secret = office.workspace.signing_secret
    assert (await posted(office, body, signed(secret, body, time.time() - 600)))[0] == 401


async def test_a_signed_url_verification_is_answered(office: House) -> None:
    assert await office.workspace.deliveries.verify_url("challenge-1")


async def test_a_body_that_is_too_large_is_refused(office: House) -> None:
    body = b"x" * (LARGEST + 1)
    headers = signed(office.workspace.signing_secret, body)
    assert (await posted(office, BytesIO(body), headers))[0] == 413


async def test_a_signed_body_that_is_no_json_breaks_nothing(office: House) -> None:
    body, secret = b"{no json", office.workspace.signing_secret
    assert (await posted(office, body, signed(secret, body)))[0] in (400, 404, 500, 503)
    assert await office.workspace.deliveries.verify_url("challenge-2")


async def test_what_is_signed_and_unknown_is_acknowledged(house: House) -> None:
    envelope = {
        "type": "event_callback",
        "team_id": house.workspace.team,
        "event": {"type": "a_new_kind_of_event", "user": ANNA},
    }
    outcome = await house.workspace.deliveries.event(envelope)
    assert outcome.acknowledged


async def test_an_event_of_another_workspace_leaves_no_trace(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    event = {
        "type": "message",
        "channel": PRESS,
        "user": ANNA,
        "text": "Injected",
        "ts": "1795000000.000001",
        "thread_ts": card.ts,
        "team": "T0ELSEWHERE",
    }
    envelope = {"type": "event_callback", "team_id": "T0ELSEWHERE", "event": event}
    assert (await house.workspace.deliveries.event(envelope)).acknowledged
    assert (await house.inbox.read.reading(ref)).notes == ()


async def test_an_event_is_acknowledged_after_its_commit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    do, away = Desk.do, [True]

    async def refusing(self: Desk, *order: Any) -> Any:
        if away[0]:
            raise Unavailable("away")
        return await do(self, *order)

    monkeypatch.setattr(Desk, "do", refusing)
    house.workspace.deliveries.patience = 0.5
    said = await house.workspace.say(ANNA, PRESS, "Do not lose me", thread_ts=card.ts)
    assert not said.acknowledged
    assert house.workspace.deliveries.late
    away[0] = False
    house.clock.forward(61)
    await house.workspace.redeliver_due()

    async def kept() -> bool:
        notes = (await house.inbox.read.reading(ref)).notes
        return [note.text for note in notes] == ["Do not lose me"]

    await until(kept, awaited=True)


async def test_without_a_store_an_event_gets_503_so_that_slack_sends_it_again(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await office.hear()
    card = await office.card(ref)

    async def away(*_order: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(Desk, "do", away)
    said = await office.workspace.say(ANNA, PRESS, "Hello", thread_ts=card.ts)
    assert said.status == 503


async def test_without_a_store_a_click_gets_a_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await house.hear()

    async def away(*_order: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(Desk, "do", away)
    await house.press(ANNA, ref, ids.CLAIM)
    assert "The inbox does not answer" in words(house.view(ANNA))


async def test_without_a_store_a_submitted_text_stays_in_its_window(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Written in vain?")
    do = Desk.do

    async def away(*_order: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(Desk, "do", away)
    outcome = await house.submits(ANNA)
    [sentence] = outcome.body["errors"].values()
    assert sentence.startswith("The inbox does not answer. Your text is kept in this window.")
    assert house.written(ANNA) == "Written in vain?"
    monkeypatch.setattr(Desk, "do", do)
    await house.submits(ANNA)
    assert (await house.answer(ref)).text == "Written in vain?"


async def test_a_slow_store_is_told_within_two_seconds_and_the_end_is_shown_when_it_comes(
    builder: Builder, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with builder.house(door, patience=0.05) as house:
        ref = await house.hear()
        await house.card(ref)
        do, hold = Desk.do, asyncio.Event()

        async def slow(self: Desk, *order: Any) -> Any:
            await hold.wait()
            return await do(self, *order)

        monkeypatch.setattr(Desk, "do", slow)
        await house.press(ANNA, ref, ids.ANSWER)
        assert house.view(ANNA)["callback_id"] == ids.VIEW_MOMENT
        assert "Nothing was sent" in words(house.view(ANNA))
        hold.set()
        await until(lambda: house.view(ANNA)["callback_id"] == ids.VIEW_ANSWER)
        assert await house.holder(ref) == "aj"


async def test_an_officer_who_closed_the_window_meanwhile_loses_nothing(
    builder: Builder, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with builder.house(door, patience=0.05) as house:
        ref = await house.hear()
        await house.card(ref)
        do, hold = Desk.do, asyncio.Event()

        async def slow(self: Desk, *order: Any) -> Any:
            await hold.wait()
            return await do(self, *order)

        monkeypatch.setattr(Desk, "do", slow)
        await house.press(ANNA, ref, ids.ANSWER)
        await house.workspace.close_view(ANNA)
        hold.set()
        await house.card_says(ref, "✋ Anna")
        await house.slack.office.drained(1)
        assert house.view(ANNA) == {}
        await house.press(ANNA, ref, ids.ANSWER)
        await until(lambda: house.view(ANNA).get("callback_id") == ids.VIEW_ANSWER)


async def test_a_slow_claim_ends_in_a_sentence(
    builder: Builder, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with builder.house(door, patience=0.05) as house:
        ref = await house.hear()
        await house.card(ref)
        do, hold = Desk.do, asyncio.Event()

        async def slow(self: Desk, *order: Any) -> Any:
            await hold.wait()
            return await do(self, *order)

        monkeypatch.setattr(Desk, "do", slow)
        await house.press(ANNA, ref, ids.CLAIM)
        hold.set()
        await until(lambda: "It is done." in words(house.view(ANNA)))


async def test_a_slow_submit_keeps_the_text_in_its_window_and_then_shows_the_hold(
    builder: Builder, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with builder.house(door, patience=0.05) as house:
        ref = await house.hear()
        await house.press(ANNA, ref, ids.ANSWER)
        await until(lambda: house.view(ANNA).get("callback_id") == ids.VIEW_ANSWER)
        await house.types(ANNA, "Slowly.")
        do, hold = Desk.do, asyncio.Event()

        async def slow(self: Desk, *order: Any) -> Any:
            await hold.wait()
            return await do(self, *order)

        monkeypatch.setattr(Desk, "do", slow)
        outcome = await house.submits(ANNA)
        assert outcome.body["response_action"] == "errors"
        hold.set()
        await until(lambda: house.view(ANNA)["callback_id"] == ids.VIEW_HOLD)
        assert len((await house.conversation(ref)).answers) == 1


async def test_the_board_outlives_its_store(tmp_path: Path, builder: Builder) -> None:
    folder = tmp_path / "own"
    server = start(folder, "--appendonly", "yes", "--appendfsync", "always")
    builder.url = server.url
    try:
        async with builder.house() as house:
            ref = await house.hear("Before")
            await house.card(ref)
            server.kill()
            await asyncio.sleep(0.2)
            server = start(
                folder, "--appendonly", "yes", "--appendfsync", "always", port=server.port
            )
            await house.hear("After", person="omar")
            await until(lambda: _shown(house, "After"))
            assert len(_shown(house, "Before")) == 1
    finally:
        server.kill()


def _shown(house: House, text: str) -> list[Message]:
    visible = house.workspace.channels[PRESS].visible()
    return [m for m in visible if text in words(m.blocks)]


async def test_the_app_waits_for_a_slack_that_is_late(
    builder: Builder,
) -> None:
    builder.workspace.faults.arm("auth.test", "gateway_before", times=1)
    builder.workspace.faults.arm("auth.test", "garbage", times=1)
    builder.workspace.faults.arm("auth.test", "drop_before", times=1)
    async with builder.house() as house:
        assert house.slack.known
        await house.card(await house.hear())


async def test_what_the_app_holds_is_never_printed(builder: Builder) -> None:
    access = Access("xoxb-secret", "signing-secret", "xapp-secret")
    assert "secret" not in repr(access)
    async with builder.inbox(policies_of()) as box:
        slack = Slack(access, box, policies_of(), builder.book, fresh)
        assert slack.routes()
        without = Slack(Access("xoxb", app_token="xapp"), box, policies_of(), builder.book, fresh)
        assert without.routes() == []
