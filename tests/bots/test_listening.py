"""Reading again and again: nothing is lost, nothing twice, and one bad message stops nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bots.contract import Batch, Busy, Inbound, Locked, News, Odd
from bots.intake import take
from bots.listening import LOCKED_PAUSE, leased
from bots.outcomes import backoff
from bots.platforms import x
from inbox import Done, Inbox, Unavailable
from inbox.conversations.denied import Denied
from inbox.words import AccountId, Profile
from sandbox.x.activity import SIGNATURE_HEADER, payload_of_dm, payloads_of_post, signed
from tests.bots.conftest import SECRET, House, messages, read


@dataclass
class Desk:
    """The real desk, which breaks over some texts."""

    inbox: Inbox
    poison: str = "\0"
    error: type[Exception] = KeyError

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        if self.poison in raw.decode():
            raise self.error(self.poison)
        return await self.inbox.desk.take(account, command, raw)


@dataclass
class Staged:
    """The real inbox with another desk."""

    inbox: Inbox
    desk: Desk

    def __getattr__(self, name: str) -> object:
        return getattr(self.inbox, name)


@dataclass
class Bot:
    """A bot that yields what it is given, or fails."""

    batches: list[Batch | Exception] = field(default_factory=list)
    profile: Profile = x.PROFILE
    asked: list[str | None] = field(default_factory=list)

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        self.asked.append(cursor)
        while self.batches:
            batch = self.batches.pop(0)
            if isinstance(batch, Exception):
                raise batch
            yield batch


def odd(raw: bytes = b"{}") -> Odd:
    return Odd("1", raw, "no post: KeyError")


async def test_cursor(house: House) -> None:
    house.scene.world.post("citizen", "@MinistryX hello")
    await house.listener().round()
    kept = await house.inbox.cursors.get("x/ministry")
    assert kept
    assert await house.inbox.cursors.until("x/ministry") == house.scene.clock()
    assert messages(await read(house.scene.bot(), kept)) == []


async def test_the_cursor_stays_until_the_news_are_committed(house: House) -> None:
    post = house.scene.world.post("citizen", "@MinistryX hello")
    staged = Staged(house.inbox, Desk(house.inbox, "hello", Unavailable))
    with pytest.raises(Unavailable):
        await house.listener(inbox=staged).round()
    assert str(post.id) not in str(await house.inbox.cursors.get("x/ministry"))
    await house.listener().round()
    assert await house.inbox.read.where(f"x:{post.id}")


async def test_one_poison_message_is_set_aside_and_the_rest_go_on(house: House) -> None:
    bad = house.scene.world.post("citizen", "@MinistryX poison")
    good = house.scene.world.post("citizen", "@MinistryX fine")
    staged = Staged(house.inbox, Desk(house.inbox, "poison"))
    await house.listener(inbox=staged).round()
    assert await house.inbox.read.where(f"x:{good.id}")
    assert await house.inbox.read.where(f"x:{bad.id}") is None
    [kept] = await house.inbox.aside.list(10)
    assert (kept.account, kept.why) == ("x/ministry", "broke: KeyError")
    assert b"poison" in kept.raw


async def test_what_is_not_understood_is_set_aside(house: House) -> None:
    await house.listener(Bot([Batch((odd(b"raw"),), "c")])).round()  # type: ignore[arg-type]  # it only listens
    [kept] = await house.inbox.aside.list(10)
    assert (kept.raw, kept.why) == (b"raw", "no post: KeyError")
    assert await house.inbox.cursors.get("x/ministry") == "c"


async def test_a_poll_and_a_push_join_at_the_desk(house: House) -> None:
    world = house.scene.world
    post = world.post("citizen", "@MinistryX hello")
    door = x.door({"consumer_secret": SECRET}, house.scene.ours)
    assert door
    for body in payloads_of_post(world, post, world.user("MinistryX")) * 2:
        batch = door.receive({SIGNATURE_HEADER: signed(SECRET, body)}, body)
        for one in batch.news:
            assert isinstance(one, News)
            await house.inbox.desk.take("x/ministry", one.command, one.raw)
        await house.listener().round()
    ref = await house.inbox.read.where(f"x:{post.id}")
    assert ref
    assert (await house.conversation(ref)).count == 1
    assert len(await house.inbox.read.history(ref)) == 1


async def test_an_edit_and_a_deletion_reach_the_conversation(house: House) -> None:
    world = house.scene.world
    post = world.post("citizen", "@MinistryX the road is cloosed")
    await house.listener().round()
    house.scene.clock.forward(10)
    newer = world.edit(post.id, "@MinistryX the road is closed")
    await house.listener().round()
    ref = await house.inbox.read.where(f"x:{newer.id}")
    assert ref
    assert ref == await house.inbox.read.where(f"x:{post.id}")
    reading = await house.inbox.read.reading(ref)
    assert [said.message.text for said in reading.messages] == ["@MinistryX the road is closed"]
    world.delete(newer.id)
    house.scene.clock.forward(1000)
    await house.listener().round()
    assert f"x:{post.id}" in (await house.conversation(ref)).gone
    assert await house.inbox.aside.count() == 0


@pytest.mark.parametrize(
    ("error", "wait", "failures"),
    [
        (Locked(), LOCKED_PAUSE, 4),
        (Unavailable(), 8.0, 4),
        (KeyError("a bug"), 8.0, 4),
    ],
)
async def test_a_listener_never_dies(
    house: House, error: Exception, wait: float, failures: int
) -> None:
    listener = house.listener(Bot([error]))  # type: ignore[arg-type]  # it only listens
    assert await listener.step(3) == (wait, failures)


async def test_a_busy_platform_is_left_alone_until_it_said(house: House) -> None:
    until = house.scene.clock() + 90_000
    listener = house.listener(Bot([Busy(until)]))  # type: ignore[arg-type]  # it only listens
    assert await listener.step(3) == (90.0, 4)
    assert await listener.step(0) == (60, 0)


async def test_a_locked_account_is_told_of_once_an_hour(house: House) -> None:
    house.scene.world.revoke("MinistryX")
    for _ in range(3):
        await house.listener().step(0)
    told = [one async for batch in house.inbox.notices.everything() for one in batch]
    assert [(one.kind, one.facts) for one in told] == [
        ("account_locked", {"account": "x/ministry"})
    ]


def test_waiting_grows_and_ends_at_five_minutes() -> None:
    assert [backoff(n) for n in (1, 2, 3, 9, 10, 1000)] == [1, 2, 4, 256, 300, 300]


@dataclass
class OneLease:
    """A lease that a test can lose."""

    lost: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Losable:
    """An inbox of leases only, each of which may be lost."""

    held: list[OneLease] = field(default_factory=list)

    @property
    def leases(self) -> Losable:
        return self

    @asynccontextmanager
    async def hold(self, name: str, seconds: float = 10) -> AsyncIterator[OneLease]:
        self.held.append(OneLease())
        yield self.held[-1]


async def test_lost() -> None:
    """Who loses the lease stops, and begins again when it is held."""
    began, stopped = asyncio.Queue[int](), asyncio.Queue[int]()
    rounds = iter(range(100))

    async def work() -> None:
        number = next(rounds)
        began.put_nowait(number)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.put_nowait(number)

    inbox = Losable()
    task = asyncio.create_task(leased(inbox, "listen:x", work, lambda _: asyncio.sleep(0)))  # type: ignore[arg-type]  # it only holds leases
    assert await began.get() == 0
    inbox.held[0].lost.set()
    assert await stopped.get() == 0
    assert await began.get() == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await stopped.get() == 1


async def reason(house: House) -> str:
    """Return why the ministry is not complete up to now."""
    return (await house.inbox.gaps.list())[0].reason


async def test_why_an_account_is_not_complete_is_told_and_ends_with_the_next_whole_round(
    house: House,
) -> None:
    now = house.scene.clock()
    ends: list[tuple[Batch | Exception, str]] = [
        (Busy(now + 60_000), "busy"),
        (Locked(), "locked"),
        (KeyError("a bug"), "broke"),
        (Batch((), "c", 0), "partly"),
        (Batch((), "c", now), ""),
    ]
    for end, why in ends:
        await house.listener(Bot([end])).step(0)  # type: ignore[arg-type]  # it only listens
        assert await reason(house) == why


async def test_a_hole_is_kept_before_the_cursor_moves_over_it(house: House) -> None:
    now = house.scene.clock()
    bot = Bot([Batch((), "c", 0, hole=(now - 2000, now - 1000)), Batch((), "c", now)])
    await house.listener(bot).step(0)  # type: ignore[arg-type]  # it only listens
    gap = (await house.inbox.gaps.list())[0]
    assert (gap.complete_until, gap.hole_from, gap.hole_until) == (now, now - 2000, now - 1000)


async def test_an_encrypted_message_is_told_as_unreadable_once(house: House) -> None:
    sealed = house.scene.world.dm("citizen", "MinistryX", "sealed", encrypted=True)
    door = x.door({"consumer_secret": SECRET}, house.scene.ours)
    body = payload_of_dm(house.scene.world, sealed, house.scene.world.user("MinistryX"))
    assert door
    [one] = door.receive({SIGNATURE_HEADER: signed(SECRET, body)}, body).news
    for _ in range(3):
        await take(house.inbox, house.scene.accounts["MinistryX"], one)
    assert (await house.inbox.gaps.list())[0].unreadable == 1
