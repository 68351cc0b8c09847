"""Three in the morning: what lives depend on reaches one officer who hears it, and nobody twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

import inbox.clerk.alerts
from handlers.slack import ids
from inbox.conversations.commands import Release
from inbox.store.alerts import Alerts
from inbox.store.notices import Notices
from inbox.triage.alerting import NEXT_MS, SUPERVISOR_MS
from inbox.words import ConversationId
from sandbox.oracle import notified, pushed
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    PRESS,
    PRIVATE,
    SAMIRA,
    Builder,
    House,
    policies_of,
    until,
    words,
)

TRAPPED = "Help, we are trapped"
OFFICERS = {"aj": ANNA, "en": ERIK, "sh": SAMIRA, "ml": MARIA}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clerk look often: the clock of the test stands still between two looks."""
    monkeypatch.setattr(inbox.clerk.alerts, "LOOK", 0.02)


@pytest.fixture
async def night(builder: Builder) -> AsyncIterator[House]:
    """Give the app at work, with Anna and Erik on duty."""
    async with builder.house() as house:
        await on_duty(house, "aj", "en")
        yield house


async def on_duty(house: House, *officers: str) -> None:
    for officer in officers:
        await house.inbox.duty.on(officer, house.inbox.now() + 12 * 3_600_000)


def calls(house: House, user: str) -> list[Message]:
    """Return what we wrote to somebody directly."""
    channel = house.workspace.channels.get(f"D{user[1:]}")
    return [m for m in channel.said if m.by_bot] if channel else []


def called(house: House) -> dict[str, int]:
    """Return how often each officer was called."""
    counts = {user: len(calls(house, user)) for user in OFFICERS.values()}
    return {user: many for user, many in counts.items() if many}


async def quiet(house: House, ref: ConversationId) -> None:
    """Wait until the clerk has nothing to do for it before a later time."""

    async def later() -> bool:
        return ref not in await house.inbox.alerts.due(house.inbox.now(), 100)

    await until(later, awaited=True)
    await until(lambda: house.slack.board.still)


async def passes(house: House, ref: ConversationId, ms: int) -> None:
    """Let so much time pass, and what is due then happen."""
    house.clock.forward(ms / 1000)
    await quiet(house, ref)


async def test_life_safety_reaches_the_duty_officer_by_direct_message(night: House) -> None:
    ref = await night.hear(TRAPPED)
    [told] = await until(lambda: calls(night, ANNA))
    assert notified(night.workspace, told) == {ANNA}
    assert "LIFE-SAFETY" in told.text
    await quiet(night, ref)
    assert called(night) == {ANNA: 1}
    await night.workspace.click(ANNA, told.channel, told.ts, ids.CLAIM)
    assert await night.holder(ref) == "aj"


async def test_the_call_tells_no_word_of_a_private_message(night: House) -> None:
    await night.hear("Help, we are trapped at Long Street 3", audience="private")
    [told] = await until(lambda: calls(night, ANNA))
    assert "Long Street" not in told.text + words(told.blocks)
    assert "PRIVATE" in told.text


async def test_what_no_channel_may_show_calls_somebody_all_the_same(builder: Builder) -> None:
    async with builder.house("http", policies_of(private_channel="")) as house:
        await on_duty(house, "aj")
        await house.hear(TRAPPED, audience="private")
        await until(lambda: calls(house, ANNA))


async def test_the_next_is_called_after_two_minutes_and_the_supervisor_after_five(
    night: House,
) -> None:
    ref = await night.hear(TRAPPED)
    await until(lambda: calls(night, ANNA))
    await passes(night, ref, NEXT_MS - 1000)
    assert called(night) == {ANNA: 1}
    await passes(night, ref, 1000)
    await until(lambda: calls(night, ERIK))
    await passes(night, ref, SUPERVISOR_MS - NEXT_MS)
    [told] = await until(lambda: calls(night, MARIA))
    assert "Nobody on duty" in told.text
    for _ in range(5):
        await passes(night, ref, 60_000)
    assert called(night) == {ANNA: 1, ERIK: 1, MARIA: 1}


async def test_one_in_do_not_disturb_is_passed_over_at_once(night: House) -> None:
    await night.workspace.set_dnd(ANNA, dnd=True)
    ref = await night.hear(TRAPPED)
    [told] = await until(lambda: calls(night, ERIK))
    assert pushed(night.workspace, told) == {ERIK}
    await quiet(night, ref)
    assert called(night) == {ERIK: 1}


async def test_where_everybody_on_duty_is_silent_the_supervisor_is_called_at_once(
    night: House,
) -> None:
    for user in (ANNA, ERIK):
        await night.workspace.set_dnd(user, dnd=True)
    await night.hear(TRAPPED)
    await until(lambda: calls(night, MARIA))
    assert called(night) == {MARIA: 1}


async def test_where_nobody_can_be_called_it_is_told_where_the_officers_read(
    night: House,
) -> None:
    for user in OFFICERS.values():
        await night.workspace.set_dnd(user, dnd=True)
    await night.hear(TRAPPED)
    told = await until(
        lambda: [m for m in night.workspace.messages(PRESS) if "nobody could be called" in m.text]
    )
    assert notified(night.workspace, told[0]) == set()
    assert called(night) == {}


async def test_once_claimed_nobody_else_is_called_and_after_a_release_it_begins_anew(
    night: House,
) -> None:
    ref = await night.hear(TRAPPED)
    await until(lambda: calls(night, ANNA))
    await night.press(ERIK, ref, ids.CLAIM)
    await quiet(night, ref)
    await passes(night, ref, SUPERVISOR_MS)
    assert called(night) == {ANNA: 1}
    await night.orders(ref, Release(reason="Back to the queue"), "officer:en")
    await until(lambda: len(calls(night, ANNA)) == 2)


async def test_a_call_that_comes_late_finds_it_claimed_and_wakes_nobody(night: House) -> None:
    ref = await night.hear(TRAPPED)
    await until(lambda: calls(night, ANNA))
    await night.press(ANNA, ref, ids.CLAIM)
    fence = (await night.conversation(ref)).fence
    facts = {"officer": "en", "level": "duty", "conversations": [(ref, fence)]}
    await night.inbox.notices.put("alert", facts)
    await night.inbox.notices.put("something_new", {"account": "x/landetud"})
    await until(lambda: [m for m in night.workspace.messages("C0FALLBACK1") if m.by_bot])
    assert called(night) == {ANNA: 1}


async def test_an_answer_of_slacks_that_is_lost_calls_nobody_twice(night: House) -> None:
    night.workspace.faults.arm("chat.postMessage", "drop_after", times=3)
    ref = await night.hear(TRAPPED)
    await until(lambda: calls(night, ANNA))
    await quiet(night, ref)
    assert called(night) == {ANNA: 1}


async def test_many_at_once_are_one_call_that_counts_them(night: House) -> None:
    refs = await asyncio.gather(*(night.hear(TRAPPED, person=f"p{n}") for n in range(30)))
    for ref in refs:
        await quiet(night, ref)
    [first] = calls(night, ANNA)
    night.clock.forward(61)
    for ref in refs:
        await quiet(night, ref)
    told = [int(re.search(r": (\d+)", m.text)[1]) for m in calls(night, ANNA)]  # type: ignore[index]  # each call counts
    assert len(told) <= 2, "one a minute at most"
    assert sum(told) == 30
    assert first.ts == calls(night, ANNA)[0].ts


async def test_two_minutes_run_on_over_a_restart_and_nobody_is_called_again(
    builder: Builder,
) -> None:
    async with builder.house() as house:
        await on_duty(house, "aj", "en")
        ref = await house.hear(TRAPPED)
        await until(lambda: calls(house, ANNA))
        await quiet(house, ref)
    builder.clock.forward(NEXT_MS / 1000 / 2)
    async with builder.house() as house:
        await until(lambda: house.slack.board.still)
        assert called(house) == {ANNA: 1}
        await passes(house, ref, NEXT_MS // 2)
        await until(lambda: calls(house, ERIK))
        assert called(house) == {ANNA: 1, ERIK: 1}


async def test_a_clerk_that_dies_between_calling_and_noting_it_calls_nobody_twice(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, died = Alerts.asked, asyncio.Event()

    async def dying(*_: object) -> None:
        died.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Alerts, "asked", dying)
    async with builder.house() as house:
        await on_duty(house, "aj")
        await house.hear(TRAPPED)
        await until(died.is_set)
        await until(lambda: calls(house, ANNA))
    monkeypatch.setattr(Alerts, "asked", asked)
    async with builder.house() as house:
        await until(lambda: house.slack.board.still)
        house.clock.forward(61)
        await asyncio.sleep(0.3)
        assert called(house) == {ANNA: 1}


async def test_a_call_that_is_lost_is_given_again_after_a_minute(
    night: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, lost = Notices.put, asyncio.Event()

    async def losing(self: Notices, kind: str, facts: dict[str, object]) -> None:
        if lost.is_set():
            await put(self, kind, facts)
        lost.set()

    monkeypatch.setattr(Notices, "put", losing)
    ref = await night.hear(TRAPPED)
    await until(lost.is_set)
    await quiet(night, ref)
    night.clock.forward(61)
    await until(lambda: calls(night, ANNA))


async def test_the_private_channel_shows_the_card_beside_the_call(night: House) -> None:
    ref = await night.hear(TRAPPED, audience="private")
    await night.card(ref, PRIVATE)
    await until(lambda: calls(night, ANNA))
