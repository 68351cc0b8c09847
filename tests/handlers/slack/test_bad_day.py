"""Slack on a bad day: away for an hour, wiped by retention, channels that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from handlers.slack import ids
from handlers.slack.channel import GATHERED_MS, SWEEP_MS
from handlers.slack.pace import SlackRefused
from handlers.slack.seats import RESERVED, SEATS
from inbox.conversations.commands import Claim, Close
from sandbox.faults import Kind
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import PRESS, Builder, Clock, House, words

HOUR = 3_600


class Passing(Clock):
    """A clock on which whoever sleeps wakes when the time has come, and not before."""

    def __init__(self) -> None:
        super().__init__()
        self._asleep: list[tuple[float, asyncio.Event]] = []

    def forward(self, seconds: float) -> None:
        super().forward(seconds)
        for at, wake in self._asleep:
            if at <= self.ms:
                wake.set()
        self._asleep = [(at, wake) for at, wake in self._asleep if at > self.ms]

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self._asleep.append((self.ms + seconds * 1000, wake))
        await wake.wait()


@pytest.fixture
def clock() -> Clock:
    return Passing()


async def passes(house: House, seconds: float, step: float = 5.0) -> None:
    """Let time pass, and whatever is done in it."""
    for _ in range(int(seconds / step)):
        house.clock.forward(step)
        await asyncio.sleep(0.002)


async def by_and_by(house: House, true: Callable[[], Any]) -> Any:
    """Let time pass until something holds."""
    async with asyncio.timeout(40):
        while not (found := true()):
            await passes(house, 0.5, 0.5)
        return found


def ours(house: House, channel: str = PRESS) -> list[Message]:
    """Return what we posted into a channel, the threads left out."""
    visible = house.workspace.channels[channel].visible()
    return [m for m in visible if m.by_bot and m.thread_ts is None]


def cards(house: House) -> list[Message]:
    """Return the unclaimed cards on show."""
    return [m for m in ours(house) if ids.CLAIM in str(m.blocks)]


@pytest.mark.parametrize("kind", ["drop_before", "hang"])
async def test_after_an_hours_outage_the_present_seats_are_drawn_and_not_every_old_card(
    builder: Builder, kind: Kind, long_run: bool
) -> None:
    count = 5_000 if long_run else 600
    async with builder.house(answers_within=1) as house:
        held = await house.hear("Held before", person="held")
        await by_and_by(house, lambda: len(cards(house)) == 1)
        shown = await house.hear("Closed meanwhile", person="closed")
        await by_and_by(house, lambda: house.slack.board.still and len(cards(house)) == 2)
        await house.orders(held, Claim(), "officer:aj")
        await by_and_by(house, lambda: house.slack.board.still)
        posted = len(ours(house))

        house.workspace.faults.outage(kind)
        before = house.workspace.calls.total()
        for start in range(0, count, 200):
            await asyncio.gather(*(asks(house, n) for n in range(start, start + 200)))
            await passes(house, HOUR * 200 / count)
        await house.orders(shown, Claim(), "officer:en")
        await house.orders(shown, Close("no_answer_needed"), "officer:en")
        during = house.workspace.calls.total() - before
        assert during < 600, "however many wait, Slack is asked at its own pace"
        assert house.slack.board.remembered < 4 * SEATS, "what waits is the queue's, not ours"
        assert len(ours(house)) == posted

        before = house.workspace.calls.total()
        house.workspace.faults.over()
        waiting = f"waiting: {count}"
        await by_and_by(house, lambda: [m for m in ours(house) if "waiting:" in m.text])
        await passes(house, 30)
        await by_and_by(house, lambda: house.slack.board.still)
        assert len(cards(house)) == SEATS + RESERVED
        urgent = [m for m in cards(house) if "LIFE-SAFETY" in m.text]
        assert len(urgent) == 3
        fresh = ours(house)[posted:]
        assert {m.ts for m in urgent} <= {m.ts for m in fresh[:4]}, "life-safety comes first"
        assert len(fresh) <= SEATS + RESERVED + 2
        assert house.workspace.calls.total() - before < 150
        [told] = [m for m in ours(house) if waiting in m.text]
        assert "life-safety: 3" in told.text


async def asks(house: House, number: int) -> None:
    """Let one of many write; every two-hundredth is in danger."""
    danger = number % 200 == 150 and number < 600
    text = "Help, we are trapped" if danger else f"Question {number}"
    await house.hear(text, person=f"p{number}")


async def test_what_retention_wipes_is_posted_anew_within_the_hour(office_house: House) -> None:
    house = office_house
    for number in range(SEATS + 2):
        await house.hear(f"Question {number}", person=f"p{number}")
    await by_and_by(house, lambda: len(cards(house)) == SEATS)
    await by_and_by(house, lambda: [m for m in ours(house) if "waiting: 12" in m.text])
    await by_and_by(house, lambda: house.slack.board.still)
    house.workspace.wipe(PRESS)
    house.clock.forward(SWEEP_MS / 1000 + 1)
    house.slack.board.wake()
    await by_and_by(house, lambda: len(cards(house)) == SEATS)
    await by_and_by(house, lambda: [m for m in ours(house) if "waiting: 12" in m.text])
    assert len(ours(house)) == SEATS + 1


async def test_news_under_a_card_that_was_wiped_come_under_a_new_card(
    office_house: House,
) -> None:
    house = office_house
    ref = await house.hear("Is it open?")
    await by_and_by(house, lambda: cards(house))
    await house.orders(ref, Claim(), "officer:aj")
    await by_and_by(house, lambda: house.slack.board.still and not cards(house))
    await house.hear_more(ref, "Hello?")
    await by_and_by(house, lambda: "Hello?" in words(ours(house)[0].blocks))
    await by_and_by(house, lambda: house.slack.board.still)
    house.workspace.wipe(PRESS)
    house.clock.forward(GATHERED_MS / 1000 + 1)
    house.slack.board.wake()
    before = house.workspace.calls["chat.postMessage"]
    [card] = await by_and_by(house, lambda: ours(house))
    await by_and_by(house, lambda: house.slack.board.still)
    assert "Hello?" in words(card.blocks)
    assert house.workspace.calls["chat.postMessage"] - before < 8, "no hot loop"


@pytest.fixture
async def office_house(builder: Builder) -> Any:
    async with builder.house() as made:
        yield made


async def test_news_that_slack_refuses_are_not_tried_for_ever(
    office_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = office_house
    ref = await house.hear("Is it open?")
    await by_and_by(house, lambda: cards(house))
    await house.orders(ref, Claim(), "officer:aj")
    await by_and_by(house, lambda: house.slack.board.still and house.thread(ours(house)[0]))
    post = house.slack.office.pace.post
    tried = 0

    async def refusing(nonce: str, **body: Any) -> str:
        nonlocal tried
        if "news" in nonce:
            tried += 1
            raise SlackRefused("chat.postMessage", "invalid_blocks")
        return await post(nonce, **body)

    monkeypatch.setattr(house.slack.office.pace, "post", refusing)
    await house.hear_more(ref, "Hello?")
    await passes(house, 2 * GATHERED_MS / 1000)
    house.slack.board.wake()
    await by_and_by(house, lambda: tried)
    await asyncio.sleep(0.3)
    assert tried == 1


async def test_an_unarchived_channel_gets_its_cards_back(office_house: House) -> None:
    house = office_house
    await house.hear("Where are you?")
    await by_and_by(house, lambda: cards(house))
    await house.workspace.archive(PRESS)
    fallback = "C0FALLBACK1"
    await by_and_by(house, lambda: [m for m in ours(house, fallback) if "Where are you?" in m.text])
    await house.workspace.unarchive(PRESS)
    await house.hear("And now?", person="omar")
    await by_and_by(house, lambda: [m for m in ours(house) if "And now?" in m.text])
    assert not [m for m in ours(house, fallback) if "And now?" in m.text]
