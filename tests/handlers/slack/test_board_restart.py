"""A new process, a dropped connection, a surge: no card twice, and only the seats are drawn."""

from __future__ import annotations

import asyncio

import pytest

from handlers.slack import ids
from handlers.slack.seats import SEATS
from inbox.store.boards import Boards
from sandbox.faults import Kind
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    PRESS,
    Builder,
    House,
    policies_of,
    until,
    words,
)


def posts(builder: Builder) -> list[Message]:
    """Return what we posted into the press channel, the threads left out."""
    visible = builder.workspace.channels[PRESS].visible()
    return [m for m in visible if m.by_bot and m.thread_ts is None]


async def test_a_new_process_goes_on_with_the_cards_that_stand(builder: Builder) -> None:
    async with builder.house() as house:
        ref = await house.hear("Still there?")
        before = await house.card(ref)
    async with builder.house() as house:
        await until(lambda: house.slack.board.still)
        assert [m.ts for m in posts(builder)] == [before.ts]
        await house.press(ANNA, ref, ids.CLAIM)
        await house.card_says(ref, "✋ Anna")
        assert [m.ts for m in posts(builder)] == [before.ts]


async def test_what_changed_while_no_process_ran_is_drawn_by_the_next(builder: Builder) -> None:
    async with builder.house() as house:
        ref = await house.hear("Still there?")
        await house.card(ref)
    async with builder.inbox(policies_of()) as box:
        elsewhere = House(house.slack, box, builder.workspace, house.policies, builder.clock)
        await elsewhere.hear_more(ref, "Written in the night")
    async with builder.house() as house:
        await house.card_says(ref, "Written in the night")
        assert len(posts(builder)) == 1


async def test_a_card_whose_answer_was_lost_on_the_way_is_not_posted_twice(
    builder: Builder,
) -> None:
    async with builder.house() as house:
        builder.workspace.faults.arm("chat.postMessage", "drop_after")
        ref = await house.hear("Once?")
        await house.card(ref)
        await until(lambda: house.slack.board.still)
        assert len(posts(builder)) == 1
        assert builder.workspace.faults.fired


@pytest.mark.parametrize("kind", ["drop_before", "gateway_before", "gateway_after", "garbage"])
async def test_a_card_stands_once_however_its_posting_failed(builder: Builder, kind: Kind) -> None:
    async with builder.house() as house:
        builder.workspace.faults.arm("chat.postMessage", kind)
        ref = await house.hear("Once?")
        await house.card(ref)
        await until(lambda: house.slack.board.still)
        assert len(posts(builder)) == 1


async def test_a_card_posted_by_a_process_that_died_is_found_by_its_nonce(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Boards.put
    died = asyncio.Event()

    async def dying(self: Boards, channel: str, field: str, value: bytes) -> None:
        if b'"ts"' in value:
            died.set()
            await asyncio.Event().wait()  # it never gets to write down where the card stands
        await put(self, channel, field, value)

    async with builder.house() as house:
        monkeypatch.setattr(Boards, "put", dying)
        ref = await house.hear("Once?")
        await until(died.is_set)
    monkeypatch.setattr(Boards, "put", put)
    assert len(posts(builder)) == 1
    async with builder.house() as house:
        card = await house.card(ref)
        await until(lambda: house.slack.board.still)
        assert [m.ts for m in posts(builder)] == [card.ts]
        await house.press(ANNA, ref, ids.CLAIM)
        await house.card_says(ref, "✋ Anna")


async def test_a_summary_posted_by_a_process_that_died_stands_once(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Boards.put
    died = asyncio.Event()

    async def dying(self: Boards, channel: str, field: str, value: bytes) -> None:
        if field == "summary" and b'"ts"' in value:
            died.set()
            await asyncio.Event().wait()
        await put(self, channel, field, value)

    async with builder.house() as house:
        monkeypatch.setattr(Boards, "put", dying)
        for number in range(SEATS + 1):
            await house.hear(f"Question {number}", person=f"p{number}")
        await until(died.is_set)
    monkeypatch.setattr(Boards, "put", put)
    async with builder.house() as house:
        await until(lambda: house.slack.board.still)
        assert len([m for m in posts(builder) if "waiting:" in m.text]) == 1


async def test_of_two_processes_one_keeps_the_board_and_the_other_tells_it(
    builder: Builder,
) -> None:
    async with builder.house() as first:
        await until(lambda: first.slack.board.still)
        async with builder.house() as second:
            ref = await second.hear("Which of you?")
            card = await second.card(ref)
            assert not second.slack.board.still
            await builder.workspace.delete_message(PRESS, card.ts)

            async def anew() -> bool:
                return (await first.kept(ref)).get("ts", card.ts) not in ("", card.ts)

            await until(anew, awaited=True)
            assert len(posts(builder)) == 1


async def test_after_an_outage_in_a_surge_only_the_seats_and_the_summary_are_drawn(
    builder: Builder, long_run: bool
) -> None:
    count = 5_000 if long_run else 500
    async with builder.house() as house:
        pass
    async with builder.inbox(policies_of()) as box:
        away = House(house.slack, box, builder.workspace, house.policies, builder.clock)
        for start in range(0, count, 100):
            await asyncio.gather(
                *(away.hear(f"Question {n}", person=f"p{n}") for n in range(start, start + 100))
            )
    async with builder.house() as house:

        async def told() -> bool:
            found = [m for m in posts(builder) if f"waiting: {count}" in m.text]
            return bool(found) and house.slack.board.still

        await until(told, awaited=True)
        cards = [m for m in posts(builder) if "Question" in words(m.blocks)]
        assert len(cards) == SEATS
        assert len(posts(builder)) == SEATS + 1
