"""429 storms: whatever the headers say, no hot loop and no silence, and life-safety first."""

from __future__ import annotations

import pytest

from bots.contract import Busy
from bots.outcomes import WAIT_MOST, until
from inbox.conversations.commands import Answer, Claim
from inbox.words import ConversationId
from sandbox.faults import Fault
from tests.bots.conftest import START, House, Scene

POST = "POST /2/tweets"
RETRY, RESET, LEFT = "Retry-After", "x-rate-limit-reset", "x-rate-limit-remaining"
NOW = START // 1000
YEAR = 365 * 24 * 3600
BAD: dict[str, dict[str, str]] = {
    "absent": {RESET: "", LEFT: ""},
    "negative": {RETRY: "-5", RESET: "-1"},
    "text": {RETRY: "soon", RESET: "tomorrow"},
    "no number": {RETRY: "nan", RESET: "inf"},
    "a fraction": {RETRY: "0.0001", RESET: f"{NOW}.5"},
    "in the past": {RETRY: "0", RESET: str(NOW - 3600)},
    "a date in the past": {RETRY: "Wed, 21 Oct 2015 07:28:00 GMT", RESET: ""},
    "a year ahead": {RETRY: str(YEAR), RESET: str(NOW + YEAR)},
    "milliseconds": {RESET: str(START + 60_000)},
    "endless": {RETRY: "9" * 5000, RESET: "9" * 5000},
    "other digits": {RETRY: "٣٠", RESET: "²"},
}


async def test_bad(scene: Scene) -> None:
    for name, headers in BAD.items():
        scene.world.faults.arm(POST, "busy", headers=headers)
        with pytest.raises(Busy) as busy:
            await scene.bot().send(scene.part("hello"), "k")
        wait = busy.value.until - scene.clock()
        assert 1000 <= wait <= WAIT_MOST, name
        if "past" in name:
            assert wait == 5000


def test_what_a_platform_says_rightly_is_kept_to() -> None:
    assert until({RETRY: "30"}, START) == START + 30_000
    assert until({RETRY: "Mon, 26 Oct 2026 07:34:00 GMT"}, START) == START + 40_000
    assert until({RESET: str(NOW + 700), LEFT: "0"}, START) == START + 700_000
    assert until({RESET: str(NOW + 700), LEFT: "7"}, START) == START + 60_000


async def waiting(house: House, many: int) -> list[ConversationId]:
    """Let so many ordinary answers be ready, and then one of life-safety."""
    found = list[ConversationId]()
    for n in range(many + 1):
        text = "@MinistryX we are trapped" if n == many else f"@MinistryX question {n}"
        ref = await house.asked(text)
        await house.does(ref, Claim())
        now = await house.conversation(ref)
        assert now.claim
        answer = Answer(
            answer=f"a{n}",
            text=f"Answer {n}.",
            re=now.last_message,
            fence=now.claim.fence,
            seen=now.version,
        )
        await house.does(ref, answer)
        found.append(ref)
    house.scene.clock.forward(11)
    return found


def tried(house: House) -> list[tuple[str, Fault]]:
    return [one for one in house.scene.world.faults.fired if one[0] == POST]


@pytest.mark.parametrize("name", ["absent", "in the past", "a year ahead"])
async def test_storm(house: House, name: str) -> None:
    refs = await waiting(house, 5)
    house.scene.world.faults.arm(POST, "busy", times=1000, headers=BAD[name])
    sender = house.sender()
    for _ in range(60):  # two minutes
        await house.sent(sender)
        house.scene.clock.forward(2)
    # Asking for each, or as often as the headers say, would have been hundreds.
    assert 1 <= len(tried(house)) <= 12
    assert (await house.part(refs[-1], "a5")).attempt == len(tried(house))
    house.scene.world.faults.clear()
    for _ in range(16):
        house.scene.clock.forward(100)
        await house.sent(sender)
    assert house.heard()[0].endswith("Answer 5. ^AJ")
    assert len(house.heard()) == 6


async def test_reading_through_a_429_storm_is_neither_hot_nor_silent(house: House) -> None:
    post = house.scene.world.post("citizen", "@MinistryX hello")
    listener = house.listener()
    for name, headers in BAD.items():
        house.scene.world.faults.clear()
        house.scene.world.faults.arm("*", "busy", times=1000, headers=headers)
        failures, waits = 0, list[float]()
        for _ in range(8):
            wait, failures = await listener.step(failures)
            waits.append(wait)
            house.scene.clock.forward(wait)
        assert all(1 <= wait <= WAIT_MOST / 1000 for wait in waits), name
        assert waits[-1] >= 60, name
    house.scene.world.faults.clear()
    await listener.step(0)
    assert await house.inbox.read.where(f"x:{post.id}"), "the first look moved on while X was busy"
