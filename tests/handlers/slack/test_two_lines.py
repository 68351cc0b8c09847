"""Two processes on Socket Mode: a payload goes to any one, and a refresh of one loses nothing."""

from __future__ import annotations

import asyncio

from handlers.slack import ids
from tests.handlers.slack.conftest import ANNA, PRESS, Builder, House, until


async def lines(house: House, many: int) -> None:
    await until(lambda: len(house.workspace.sockets.connections) >= many)


async def test_clicks_are_dealt_to_both_processes_and_each_is_done_once(builder: Builder) -> None:
    async with builder.house("socket") as first, builder.house("socket") as second:
        await lines(first, 2)
        refs = [await first.hear(f"Question {n}", person=f"p{n}") for n in range(8)]
        for ref in refs:
            await first.press(ANNA, ref, ids.CLAIM)
            assert await second.holder(ref) == "aj"
            assert (await first.conversation(ref)).fence == 1
        assert {index for index, _ in first.workspace.sockets.sent} == {0, 1}


async def test_a_refresh_of_one_line_loses_nothing_that_was_typed(builder: Builder) -> None:
    async with builder.house("socket") as first, builder.house("socket"):
        await lines(first, 2)
        ref = await first.hear("Is it open?")
        card = await first.card(ref)
        typed = [f"Note {n}" for n in range(10)]
        for number, text in enumerate(typed):
            said = asyncio.create_task(first.workspace.say(ANNA, PRESS, text, thread_ts=card.ts))
            if number in (3, 6):
                await first.workspace.sockets.disconnect("refresh_requested", index=0)
            await said
        first.clock.forward(61)
        await first.workspace.redeliver_due()

        async def kept() -> bool:
            notes = (await first.inbox.read.reading(ref)).notes
            return sorted(note.text for note in notes) == typed

        await until(kept, awaited=True)
