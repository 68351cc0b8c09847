"""A send of unclear outcome is made again under its key: only while it would still leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bots.doubts import REPEAT_WITHIN
from inbox.conversations.commands import TakeOver
from inbox.conversations.denied import Denied
from inbox.words import ConversationId
from tests.bots.conformance import House
from tests.bots.conformance.base import Base
from tests.bots.toy import test_toy, toy

Meanwhile = Callable[[House, ConversationId], Awaitable[None]]


async def taken_over(house: House, ref: ConversationId) -> None:
    """Eva takes the conversation over."""
    order = house.inbox.desk.order(TakeOver(reason="she is away"), by="officer:eb")
    assert not isinstance(await house.inbox.desk.do(ref, order), Denied)


async def halted(house: House, ref: ConversationId) -> None:
    """Somebody pulls the switch."""
    await house.inbox.halt(house.stage.account.id)


async def edited(house: House, ref: ConversationId) -> None:
    """They change what it answers."""
    await house.stage.edit((await house.conversation(ref)).last_message, "I hate you")
    await house.read()


async def long_ago(house: House, ref: ConversationId) -> None:
    """Nobody was at work until the platform may have forgotten the key."""
    house.stage.clock.forward(REPEAT_WITHIN / 1000)


class TestRepeat(Base):
    platform = toy
    stage = test_toy.TestToy.stage

    async def test_it_is_made_again_once_the_first_request_has_ended(self, house: House) -> None:
        ref, sender = await house.answered(), house.sender()
        await house.stage.fault("public", "drop_before")
        await house.sends(sender, rounds=4, every=10)
        assert ((await house.part(ref)).state, await house.heard()) == ("sending", [])
        await house.sends(sender, rounds=4, every=10)
        part = await house.part(ref)
        assert (part.state, part.attempt) == ("sent", 1)

    @pytest.mark.parametrize("meanwhile", [taken_over, halted, edited, long_ago])
    async def test_changed(self, house: House, meanwhile: Meanwhile) -> None:
        """What would not leave any more is looked for, and left to a person."""
        ref, sender = await house.answered(), house.sender()
        await house.stage.fault("public", "drop_before")
        await house.sends(sender, every=10)
        await meanwhile(house, ref)
        await house.sends(sender, rounds=16, every=10)
        assert ((await house.part(ref)).state, await house.heard()) == ("unsure", [])

    async def test_a_limit_in_between_only_makes_it_later(self, house: House) -> None:
        ref, sender = await house.answered(), house.sender()
        await house.stage.fault("public", "drop_before")
        await house.stage.fault("public", "busy", seconds=1)
        await house.sends(sender, rounds=14, every=10)
        assert (await house.part(ref)).state == "sent"
