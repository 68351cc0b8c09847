"""The clerk: timers ring under their number, views are kept, logs are cut."""

from __future__ import annotations

import asyncio

import pytest

from inbox.clerk.shelving import Settled
from inbox.clerk.timers import called_for
from inbox.clerk.upkeep import KEPT, KEPT_MOST, trim
from inbox.conversations.commands import Lapse, Wake
from inbox.conversations.state import LAPSES_AFTER, Closing
from inbox.conversations.state import Wake as Snooze
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.histories import SETTLED
from inbox.store.log import KeptMarks, Log, entry_at, place
from inbox.store.read import Read
from tests.inbox import views
from tests.inbox.views import START, held_by, put


@pytest.fixture
def log(client: Client) -> Log:
    return Log(client, Read(client).everything)


def test_a_snooze_that_ended_calls_for_waking_with_its_own_number() -> None:
    snoozed = views.conversation("c", wake=Snooze(START, 7))
    assert called_for(snoozed, START) == Wake(cause="timer", timer=7)
    assert called_for(snoozed, START - 1) is None


def test_a_claim_that_outlived_its_closing_by_twelve_hours_lapses() -> None:
    closed = views.conversation("c", closed=Closing(START, "aj", 3), claim=held_by("aj"))
    assert called_for(closed, START + LAPSES_AFTER) == Lapse(timer=3)
    assert called_for(closed, START + LAPSES_AFTER - 1) is None
    assert called_for(views.conversation("c"), 10 * START) is None


async def entries(client: Client, tag: str) -> int:
    return int(await client.call("XLEN", keys.log(tag)))


async def committed(client: Client, many: int) -> tuple[str, list[str]]:
    """Commit one conversation so often, and return its bucket and its entries."""
    for _ in range(many):
        await put(client, views.conversation("a" * 16))
    tag = keys.tag("a" * 16)
    kept = await client.call("XRANGE", keys.log(tag), "-", "+")
    return tag, [entry.decode() for entry, _ in kept]


async def test_a_log_is_cut_below_its_slowest_follower_and_no_further(
    client: Client, log: Log
) -> None:
    tag, told = await committed(client, 6)
    later = place(told[-1])[0] + 2 * KEPT
    await KeptMarks(client, "fast").load()
    await KeptMarks(client, "fast").keep(1, {tag: told[5]})
    await KeptMarks(client, "slow").load()
    await KeptMarks(client, "slow").keep(1, {tag: told[2]})
    assert await trim(log, later) == 2
    assert not await log.gap({tag: told[2]})
    assert await log.gap({tag: told[0]})


async def test_what_is_new_stays_although_everybody_has_it(client: Client, log: Log) -> None:
    tag, told = await committed(client, 3)
    await KeptMarks(client, "fast").load()
    await KeptMarks(client, "fast").keep(1, {tag: told[-1]})
    assert await trim(log, place(told[-1])[0] + KEPT // 2) == 0


async def test_a_follower_that_stays_away_holds_a_log_up_for_a_week_only(
    client: Client, log: Log
) -> None:
    tag, told = await committed(client, 3)
    await KeptMarks(client, "gone").load()
    await KeptMarks(client, "gone").keep(1, {tag: told[0]})
    assert await trim(log, place(told[-1])[0] + KEPT_MOST - 1000) == 0
    assert await trim(log, place(told[-1])[0] + KEPT_MOST + 1000) == 3
    assert await entries(client, tag) == 0
    assert entry_at(-5) == "0-0"


async def test_a_log_that_nobody_follows_is_kept_for_a_week(client: Client, log: Log) -> None:
    _, told = await committed(client, 3)
    assert await trim(log, place(told[-1])[0] + 2 * KEPT) == 0
    assert await asyncio.wait_for(trim(log, place(told[-1])[0] + 2 * KEPT_MOST), 5) == 3


async def test_news_is_told_to_the_shelf_only_once_it_has_settled(client: Client, log: Log) -> None:
    _, told = await committed(client, 1)
    at = place(told[0])[0]
    early = Settled(log, lambda: at)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(early.news({})), 0.2)
    settled = Settled(log, lambda: at + SETTLED)
    (heard,) = await anext(settled.news({}))
    assert (heard.item.id, heard.entry) == ("a" * 16, told[0])
