"""Sending: written down before the call, once, and never lost silently."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from bots.budgets import Purse
from bots.contract import Bot, Refused
from bots.platforms import x
from bots.postroom import DENIED_PAUSE, undisturbed
from inbox import Done, Inbox
from inbox.conversations.commands import Order, Retract, StartSend
from inbox.conversations.denied import Denied
from inbox.words import Budget, ConversationId, Millis, Part, PartId, Profile, Ref
from tests.bots.conftest import House

POST = "POST /2/tweets"


@dataclass
class Before:
    """The real bot, and something that happens just before or after it sends."""

    bot: Bot
    before: Callable[[Part], Awaitable[None]] | None = None
    after: Callable[[Ref], Awaitable[None]] | None = None

    @property
    def profile(self) -> Profile:
        return self.bot.profile

    async def send(self, part: Part, key: PartId) -> Ref:
        if self.before:
            await self.before(part)
        ref = await self.bot.send(part, key)
        if self.after:
            await self.after(ref)
        return ref

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        return await self.bot.find_sent(part, since)


@dataclass
class Desk:
    """The real desk, and something that happens just before it begins a send."""

    inbox: Inbox
    before: Callable[[ConversationId, Order], Awaitable[None]]

    def __getattr__(self, name: str) -> object:
        return getattr(self.inbox.desk, name)

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        if isinstance(order.command, StartSend):
            await self.before(ref, order)
        return await self.inbox.desk.do(ref, order)


@dataclass
class Staged:
    """The real inbox with another desk."""

    inbox: Inbox
    desk: Desk

    def __getattr__(self, name: str) -> object:
        return getattr(self.inbox, name)


async def test_order(house: House) -> None:
    ref = await house.answered()
    states = []

    async def look(part: Part) -> None:
        states.append((await house.part(ref)).state)

    bot = Before(house.scene.bot(), before=look)
    await house.sent(house.sender(bot))  # type: ignore[arg-type]  # it only sends
    assert states == ["sending"]
    part = await house.part(ref)
    [post] = house.scene.world.posts_by("MinistryX")
    assert (part.state, part.ref) == ("sent", f"x:{post.id}")
    assert part.url == f"https://x.com/MinistryX/status/{post.id}"
    assert post.in_reply_to
    assert post.text.endswith("^AJ")


async def test_rival(house: House) -> None:
    ref = await house.answered()

    async def rival(ref: ConversationId, order: Order) -> None:
        assert not isinstance(await house.inbox.desk.do(ref, order), Denied)

    staged = Staged(house.inbox, Desk(house.inbox, rival))
    await house.sent(house.sender(inbox=staged))
    assert house.heard() == []
    assert (await house.part(ref)).state == "sending"


async def test_nothing_leaves_before_its_hold_is_over(house: House) -> None:
    await house.answered()
    house.scene.clock.forward(-5)
    assert not await house.sent(house.sender())
    assert house.heard() == []


async def test_a_send_cut_after_x_committed_is_found_and_not_repeated(house: House) -> None:
    ref = await house.answered()
    house.scene.world.lag(30)
    house.scene.world.faults.arm(POST, "drop_after")
    sender = house.sender()
    for seconds in (0, 6, 6, 11, 30):
        house.scene.clock.forward(seconds)
        await house.sent(sender)
    part = await house.part(ref)
    [post] = house.scene.world.posts_by("MinistryX")
    assert (part.state, part.ref, part.attempt) == ("sent", f"x:{post.id}", 1)


async def test_a_send_cut_before_x_heard_it_is_unsure_and_not_repeated(house: House) -> None:
    ref = await house.answered()
    house.scene.world.faults.arm(POST, "drop_before")
    sender = house.sender()
    await house.sent(sender)
    for _ in range(11):
        house.scene.clock.forward(10)
        await house.sent(sender)
        assert (await house.part(ref)).state == "sending"
    house.scene.clock.forward(10)
    await house.sent(sender)
    assert (await house.part(ref)).state == "unsure"
    for _ in range(3):
        house.scene.clock.forward(600)
        await house.sent(sender)
    assert house.heard() == []


async def test_a_duplicate_that_is_this_very_part_counts_as_sent(house: House) -> None:
    ref = await house.answered()
    world = house.scene.world

    async def by_hand(part: Part) -> None:
        world.post("MinistryX", part.text, in_reply_to=part.re.removeprefix("x:"))

    bot = Before(house.scene.bot(), before=by_hand)
    await house.sent(house.sender(bot))  # type: ignore[arg-type]  # it only sends
    [post] = world.posts_by("MinistryX")
    assert (await house.part(ref)).ref == f"x:{post.id}"


async def test_lags(house: House) -> None:
    """X says duplicate and does not show it yet: nobody concludes that it is not there."""
    ref = await house.answered()
    world = house.scene.world

    async def by_hand(part: Part) -> None:
        world.post("MinistryX", part.text, in_reply_to=part.re.removeprefix("x:"))
        world.lag(30)

    sender = house.sender(Before(house.scene.bot(), before=by_hand))  # type: ignore[arg-type]  # it only sends
    await house.sent(sender)
    assert (await house.part(ref)).state == "sending"
    for _ in range(4):
        house.scene.clock.forward(10)
        await house.sent(sender)
    [post] = world.posts_by("MinistryX")
    part = await house.part(ref)
    assert (part.state, part.ref) == ("sent", f"x:{post.id}")


@dataclass
class Refusing:
    """The real bot, whose platform refuses to send or to delete."""

    bot: Bot
    why: str

    @property
    def profile(self) -> Profile:
        return self.bot.profile

    async def send(self, part: Part, key: PartId) -> Ref:
        raise Refused(self.why)  # type: ignore[arg-type]  # each is a reason

    async def retract(self, ref: Ref) -> None:
        raise Refused("unknown")

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        return await self.bot.find_sent(part, since)


@pytest.mark.parametrize("why", ["duplicate", "reply_forbidden", "gone", "too_long"])
async def test_a_refusal_is_told_with_its_reason_and_not_tried_again(
    house: House, why: str
) -> None:
    ref = await house.answered()
    sender = house.sender(Refusing(house.scene.bot(), why))  # type: ignore[arg-type]  # it only refuses
    await house.sent(sender)
    house.scene.clock.forward(3600)
    await house.sent(sender)
    part = await house.part(ref)
    assert (part.state, part.why, part.attempt) == ("failed", why, 1)


async def test_an_exhausted_budget_starts_nothing(house: House) -> None:
    ref = await house.answered()
    sender = house.sender()
    few = replace(x.PROFILE, budgets={"post": (Budget(2, 900),)})
    sender.purse = Purse(house.inbox, sender.account, few)
    house.scene.world.faults.arm(POST, "busy", seconds=1)
    await house.sent(sender)
    house.scene.clock.forward(2)
    await house.sent(sender)
    assert (await house.part(ref)).attempt == 1
    assert house.heard() == []
    house.scene.clock.forward(900)
    await house.sent(sender)
    assert (await house.part(ref)).state == "sent"


async def test_life_safety_leaves_first(house: House) -> None:
    first = await house.answered("Not urgent.")
    urgent = await house.asked("@MinistryX we are trapped")
    await house.answered("Help is coming.", urgent, "a2")
    sender = house.sender()
    await house.sent(sender)
    assert (await house.part(urgent, "a2")).state == "sent"
    assert (await house.part(first)).state == "ready"
    await house.sent(sender)
    assert (await house.part(first)).state == "sent"


async def test_a_worker_that_was_too_slow_gives_up_and_writes_nothing(house: House) -> None:
    ref = await house.answered()

    async def slow(ref: ConversationId, order: Order) -> None:
        house.scene.clock.forward(6)

    staged = Staged(house.inbox, Desk(house.inbox, slow))
    await house.sent(house.sender(inbox=staged))
    assert house.heard() == []
    assert (await house.part(ref)).state == "ready"
    await house.sent(house.sender())
    assert (await house.part(ref)).state == "sent"


async def test_a_halted_account_sends_nothing_until_it_may(house: House) -> None:
    ref = await house.answered()
    await house.inbox.halt("x/ministry")
    sender = house.sender()
    for _ in range(3):
        await house.sent(sender)
    assert house.heard() == []
    assert (await house.part(ref)).state == "ready"
    await house.inbox.unhalt("x/ministry")
    house.scene.clock.forward(DENIED_PAUSE / 1000)
    await house.sent(sender)
    assert (await house.part(ref)).state == "sent"


async def test_what_cannot_be_taken_back_stays_and_is_told_each_time(house: House) -> None:
    ref = await house.answered()
    await house.sent(house.sender())
    for _ in range(2):
        await house.does(ref, Retract("a1"))
        refusing = Refusing(house.scene.bot(), "unknown")
        await house.sent(house.sender(refusing))  # type: ignore[arg-type]  # it only refuses
        answer = (await house.conversation(ref)).answer("a1")
        assert answer
        assert answer.state == "sent"
        assert answer.parts[0].why == "retract_failed"
    assert len(house.heard()) == 1


async def test_a_send_is_finished_when_the_worker_is_stopped_meanwhile(house: House) -> None:
    ref = await house.answered()
    reached, on = asyncio.Event(), asyncio.Event()

    async def wait(part: Part) -> None:
        reached.set()
        await on.wait()

    sender = house.sender(Before(house.scene.bot(), before=wait))  # type: ignore[arg-type]  # it only sends
    working = asyncio.create_task(sender.run())
    await reached.wait()
    working.cancel()
    await asyncio.sleep(0)
    on.set()
    await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    assert (await house.part(ref)).state == "sent"


async def test_what_is_undisturbed_gives_its_result() -> None:
    async def work() -> int:
        return 7

    assert await undisturbed(work()) == 7


async def test_a_bot_that_breaks_leaves_its_part_to_be_looked_for(house: House) -> None:
    ref = await house.answered()

    async def break_(sent: Ref) -> None:
        raise KeyError("a bug after the call")

    bot = Before(house.scene.bot(), after=break_)
    sender = house.sender(bot)  # type: ignore[arg-type]  # it only sends
    await house.sent(sender)
    assert (await house.part(ref)).state == "sending"
    house.scene.clock.forward(6)
    await house.sent(sender)
    assert (await house.part(ref)).state == "sent"
    assert len(house.heard()) == 1
