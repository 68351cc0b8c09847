"""The clerk at work on an opened inbox: what people see of it without having asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from inbox import Inbox, opened
from inbox.clerk import running
from inbox.conversations.commands import Claim, Receive, Snooze
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.desk import Done
from inbox.store import keys
from inbox.store.client import Client
from inbox.team.policies import Policies
from inbox.words import Account, Lane, Officer, Profile
from tests.inbox import views
from tests.inbox.views import START, message

T = TypeVar("T")

POLICIES = Policies(
    accounts=[
        Account(
            id="x/one", app="x-main", native_id="1", title="One", slack_channel="C1",
            officers=("aj",),
        )
    ],
    officers=[Officer(id="aj", initials="AJ", name="Anna Jansson", accounts=("x/one",))],
    lanes=[Lane(name="life-safety", rank=0, minutes=5), Lane(name="other", rank=6, minutes=480)],
    tags=(),
    profiles={
        "x": Profile(
            platform="x", title="X", audiences=("public", "private"), count=len,
            limits={"public": 280, "private": 10_000},
        )
    },
)  # fmt: skip


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def inbox(store_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Inbox]:
    async with opened(
        store_url,
        data=tmp_path,
        secret=b"a secret of the tests",
        policies=POLICIES,
        clock=clock,
        ids=views.ids(),
        mode="sandbox",
    ) as inbox:
        yield inbox


async def becomes(ask: Callable[[], Awaitable[T]], true: Callable[[T], bool]) -> T:
    """Ask until the answer is as it should be."""
    async with asyncio.timeout(15):
        while not true(answer := await ask()):
            await asyncio.sleep(0.02)
    return answer


async def received(inbox: Inbox, text: str) -> Conversation:
    done = await inbox.desk.take("x/one", Receive(message=message("x:77", text)))
    assert isinstance(done, Done)
    return done.conversation


async def test_what_came_in_can_be_found_by_its_person_its_holder_and_its_words(
    inbox: Inbox, clock: Clock
) -> None:
    async with running(inbox, POLICIES, clock):
        one = await received(inbox, "Lost in Kairo")
        claim = inbox.desk.order(Claim(), by="officer:aj")
        assert isinstance(await inbox.desk.do(one.id, claim), Done)
        assert await becomes(lambda: inbox.read.held("aj"), bool) == (one.id,)
        assert await becomes(lambda: inbox.read.of("x/one", "x:1"), bool) == (one.id,)
        found = await becomes(lambda: inbox.find.search("kairo", ("x/one",), 5), bool)
        assert found == (one.id,)


async def test_a_snoozed_conversation_comes_back_when_its_time_is_over(
    inbox: Inbox, clock: Clock
) -> None:
    async def seen() -> Conversation:
        kept = await inbox.read.conversation(one.id)
        assert kept
        return kept

    one = await received(inbox, "Is the embassy open?")
    clock.now = inbox.now()  # the clock of the test goes by the server's from here
    order = inbox.desk.order(Snooze(until=inbox.now() + 60_000), by="officer:aj")
    snoozed = await inbox.desk.do(one.id, order)
    assert isinstance(snoozed, Done), snoozed
    async with running(inbox, POLICIES, clock):
        await asyncio.sleep(0)
        assert (await seen()).wake
        clock.now += 61_000
        awake = await becomes(seen, lambda c: c.wake is None)
    assert awake.version == snoozed.conversation.version + 1
    (entry,) = (await inbox.read.history(one.id))[-1:]
    assert entry.by == "clerk"


async def test_a_timer_that_rings_for_nothing_is_put_right(
    inbox: Inbox, clock: Clock, client: Client
) -> None:
    one = await received(inbox, "Hello")
    await client.call("ZADD", keys.due(keys.tag(one.id)), 1, f"conv/{one.id}")
    async with running(inbox, POLICIES, clock):
        await becomes(lambda: inbox.timers.due(10**14, 5), lambda due: due == ())
    kept = await inbox.read.conversation(one.id)
    assert kept
    assert kept.version == one.version


async def test_two_clerks_ring_a_timer_once(inbox: Inbox, clock: Clock) -> None:
    one = await received(inbox, "Hello")
    order = inbox.desk.order(Snooze(until=inbox.now() + 60_000), by="officer:aj")
    assert not isinstance(await inbox.desk.do(one.id, order), Denied)
    clock.now += 61_000
    async with running(inbox, POLICIES, clock), running(inbox, POLICIES, clock):
        await becomes(lambda: inbox.timers.due(inbox.now(), 5), lambda due: due == ())
    assert [entry.by for entry in await inbox.read.history(one.id)].count("clerk") == 1


def forget_files(folder: Path) -> None:
    for file in folder.glob("find*"):
        file.unlink()


async def test_every_view_is_rebuilt_after_all_derived_keys_were_deleted(
    inbox: Inbox, clock: Clock, client: Client, tmp_path: Path
) -> None:
    async with running(inbox, POLICIES, clock):
        one = await received(inbox, "Lost in Kairo")
        await becomes(lambda: inbox.read.of("x/one", "x:1"), bool)
        await becomes(lambda: inbox.find.search("kairo", ("x/one",), 5), bool)
    before = await inbox.queue.first(["C1"], 9)
    assert [waiting.id for waiting in before] == [one.id]
    for pattern in ("queue:*", "due:*", "out:*", "of:*", "held:*", "log:*", "follower:*"):
        for key in [key async for key in client.names(pattern)]:
            await client.call("DEL", key)
    forget_files(tmp_path)
    assert await inbox.queue.first(["C1"], 9) == ()
    for view in ("queue", "due", "out", "of", "held", "find"):
        await inbox.rebuild(view)
    assert await inbox.queue.first(["C1"], 9) == before
    assert await inbox.read.of("x/one", "x:1") == (one.id,)
    assert await inbox.find.search("kairo", ("x/one",), 5) == (one.id,)
