"""Taken in once: what people and 24 organisations really wrote, by every door, in any order."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from inbox import Inbox
from inbox.conversations.reading import Reading
from tests.promises.replayed import Real, process

Told = tuple[str, str, str]
"""Who a conversation is between, and where: account, thread, person."""


async def read(inbox: Inbox) -> dict[Told, Reading]:
    """Return what all conversations read, by who they are between."""
    found = {}
    async for touched in inbox.read.everything():
        for one in await inbox.read.conversations([t.id for t in touched]):
            found[one.account, one.thread, one.person] = await inbox.read.reading(one.id)
    return found


async def alarms(inbox: Inbox) -> Counter[str]:
    """Count the alarms about posts that were not ours to have sent, by account."""
    batches = [batch async for batch in inbox.notices.everything()]
    told = [one for batch in batches for one in batch if one.kind == "not_ours"]
    return Counter(str(one.facts["account"]) for one in told)


WAYS = (
    ("by_webhook", "by_polling", "by_look_up"),
    ("by_look_up", "by_webhook", "by_polling"),
    ("by_polling", "by_look_up", "by_webhook"),
)


@pytest.mark.timeout(180)
async def test_every_real_message_is_taken_in_once_and_reads_the_same_in_any_order(
    real: Real, tmp_path: Path, record_property: Any
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    record_property("told", f"real conversations: SEED={seed}")
    dice = random.Random(seed)
    readings = []
    for turn, ways in enumerate(WAYS):
        data = tmp_path / str(turn)
        for way in ways:
            async with process(real, data, dice) as one:
                await getattr(one, way)()
        async with process(real, data, dice) as one:
            readings.append(await read(one.inbox))
            assert await one.inbox.aside.count() == 0
            faults = one.inbox.archive.verify.faults(lambda *_: None)
            assert [str(fault) async for fault in faults] == []
            # Twelve hundred posts by hand, and each account is told of once.
            assert await alarms(one.inbox) == Counter(real.ours.values())
    first, *others = readings
    assert all(other == first for other in others)
    check(real, first)


def check(real: Real, readings: dict[Told, Reading]) -> None:
    """Each message once, in the right conversation, and ours known as ours."""
    messages = [said.message for reading in readings.values() for said in reading.messages]
    assert Counter(one.id for one in messages) == Counter(f"x:{one}" for one in real.said)
    assert len(messages) == 1205
    assert len(readings) == 541
    assert {one.id for one in messages if one.ours} == {
        f"x:{id_}" for id_, said in real.said.items() if said["official"]
    }
    assert sum(not named(told, reading) for told, reading in readings.items()) == 179


def named(told: Told, reading: Reading) -> bool:
    """Whether the person ever names the account in what they write."""
    handle = f"@{told[0].removeprefix('x/')}"
    return any(handle in m.message.text.lower() for m in reading.messages if not m.message.ours)
