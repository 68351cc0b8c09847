"""Sending: written down before the call, once, and never lost silently."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from bots.budgets import Purse
from bots.contract import Bot, Refused
from bots.doubts import UNSURE_AFTER
from bots.platforms import x
from bots.postroom import DENIED_PAUSE, undisturbed
from inbox import Done, Inbox
from inbox.conversations.commands import Order, Retract, StartSend
from inbox.conversations.denied import Denied
from inbox.words import Budget, ConversationId, Millis, Part, PartId, Profile, Ref
from sandbox.x.activity import SIGNATURE_HEADER, Activity, signed
from tests.bots.conftest import SECRET, House

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


async def test_a_long_answer_leaves_part_by_part_as_a_thread(house: House) -> None:
    text = " ".join(f"Sentence number {n} of a long answer." for n in range(12))
    ref = await house.answered(text)
    sender = house.sender()
    while await house.sent(sender):
        pass
    posts = house.scene.world.posts_by("MinistryX")
    assert len(posts) > 1
    assert [post.in_reply_to for post in posts[1:]] == [post.id for post in posts[:-1]]
    answer = (await house.conversation(ref)).answer("a1")
    assert answer
    assert answer.state == "sent"


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


@pytest.mark.parametrize(("fault", "state"), [("drop_after", "sent"), ("drop_before", "unsure")])
async def test_a_worker_that_starts_anew_looks_and_never_sends_again(
    house: House, fault: str, state: str
) -> None:
    ref = await house.answered()
    house.scene.world.faults.arm(POST, fault)  # type: ignore[arg-type]  # each is a kind of fault
    await house.sent(house.sender())
    house.scene.clock.forward(60)
    await house.sent(house.sender())
    assert (await house.part(ref)).state == "sending"
    house.scene.clock.forward(UNSURE_AFTER / 1000)
    await house.sent(house.sender())
    assert (await house.part(ref)).state == state
    assert len(house.heard()) == (1 if state == "sent" else 0)


async def test_an_echo_before_the_response_settles_the_part_once(house: House) -> None:
    ref = await house.answered()
    world = house.scene.world
    door = x.door({"consumer_secret": SECRET}, house.scene.ours)
    assert door

    async def echo(sent: Ref) -> None:
        post = world.posts_by("MinistryX")[0]
        body = Activity(world).post(post, "post.create", house.scene.me)
        for one in door.receive({SIGNATURE_HEADER: signed(SECRET, body)}, body).news:
            await house.inbox.desk.take("x/ministry", one.command, one.raw)  # type: ignore[union-attr]  # it is news

    bot = Before(house.scene.bot(), after=echo)
    await house.sent(house.sender(bot))  # type: ignore[arg-type]  # it only sends
    names = [
        type(event).__name__
        for entry in await house.inbox.read.history(ref)
        for event in entry.events
    ]
    assert names == ["Received", "Claimed", "Answered", "SendStarted", "Sent"]


async def test_our_own_sent_post_is_no_news_when_the_timeline_is_read(house: House) -> None:
    ref = await house.answered()
    await house.sent(house.sender())
    before = (await house.conversation(ref)).version
    await house.listener().round()
    assert (await house.conversation(ref)).version == before


async def test_a_busy_platform_gets_it_later(house: House) -> None:
    ref = await house.answered()
    house.scene.world.faults.arm(POST, "busy", seconds=60)
    sender = house.sender()
    await house.sent(sender)
    assert (await house.part(ref)).state == "ready"
    house.scene.clock.forward(59)
    await house.sent(sender)
    assert house.heard() == []
    house.scene.clock.forward(2)
    await house.sent(sender)
    assert (await house.part(ref)).state == "sent"
    assert (await house.part(ref)).attempt == 2


async def test_a_locked_account_is_told_of_and_tried_again(house: House) -> None:
    ref = await house.answered()
    house.scene.world.revoke("MinistryX")
    sender = house.sender()
    await house.sent(sender)
    assert (await house.part(ref)).until == house.scene.clock() + 300_000
    told = [one.kind async for batch in house.inbox.notices.everything() for one in batch]
    assert told == ["account_locked"]
    house.scene.world.grant_as(house.scene.app, "MinistryX", house.scene.tokens["MinistryX"])
    house.scene.clock.forward(301)
    await house.sent(sender)
    assert (await house.part(ref)).state == "sent"


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


async def test_an_answer_is_taken_back_from_x(house: House) -> None:
    ref = await house.answered()
    sender = house.sender()
    await house.sent(sender)
    await house.does(ref, Retract("a1"))
    await house.sent(sender)
    assert house.heard() == []
    assert (await house.part(ref)).state == "retracted"


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
