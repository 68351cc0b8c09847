"""The door of records other than conversations: the same commit, the same chain, the same races."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import pytest

from inbox.denied import Denied
from inbox.desk.records import Made, Records
from inbox.desk.trying import TRIES
from inbox.directory.commands import AddWay, AnyCommand, Order, Rename
from inbox.directory.decide import decide
from inbox.directory.events import AnyEvent, Renamed
from inbox.directory.state import Contact
from inbox.store import keys
from inbox.store.client import Argument, Client
from inbox.store.histories import Histories
from inbox.store.sorts import CONTACT
from inbox.store.timers import Timers
from tests.inbox.directory.house import MINISTER, OFFICERS
from tests.inbox.house import START, clock, ids

BY = "officer:supervisor"
Doors: TypeAlias = Records[Contact, AnyCommand, AnyEvent]


class Staged(Client):
    """A caller in whose way a rival steps, just before its commits reach the server."""

    rival: Callable[[], Awaitable[object]] | None = None
    times = 1

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> object:
        if name == "commit_1" and self.rival and self.times:
            self.times -= 1
            await self.rival()
        return await super().function(name, names, *args)


def door(client: Client, due: int | None = None) -> Doors:
    def decided(contact: Contact, order: Order) -> tuple[AnyEvent, ...] | Denied:
        return decide(contact, order, OFFICERS["supervisor"])

    return Records(client, CONTACT, decided, now=clock, ids=ids(), due=lambda _: due)


@pytest.fixture
async def staged(store_url: str, client: Client) -> AsyncIterator[Staged]:
    caller = Staged(store_url, cluster=client.cluster)
    yield caller
    await caller.aclose()


async def test_an_order_is_committed_chained_and_told_under_its_kind(client: Client) -> None:
    records = door(client)
    done = await records.do("c1", records.order(MINISTER, by=BY))
    assert isinstance(done, Made)
    assert (done.record.version, done.record.name) == (1, MINISTER.name)
    assert await records.load("c1") == done.record
    assert done.record.head == CONTACT.codec.verify(await Histories(client).lines("c1", "contact"))
    (news,) = await client.call("XRANGE", keys.log(keys.tag("c1")), "-", "+")
    assert news[1] == {b"k": b"contact", b"i": b"c1", b"n": b"1"}
    assert await records.load("c2") is None


async def test_the_same_order_happens_once_however_often_it_is_given(client: Client) -> None:
    records = door(client)
    await records.do("c1", records.order(MINISTER, by=BY))
    order = records.order(Rename("Salim Haddad"), by=BY)
    first = await records.do("c1", order)
    again = await records.do("c1", order)
    assert isinstance(first, Made)
    assert isinstance(again, Made)
    assert (first.events, again.events) == ((Renamed("Salim Haddad"),), ())
    assert len(await records.history("c1")) == 2


async def test_whoever_loses_a_race_decides_again_on_the_truth(
    client: Client, staged: Staged
) -> None:
    records, mine = door(client), door(staged)
    await records.do("c1", records.order(MINISTER, by=BY))
    way = records.order(AddWay("phone", "1"), by=BY)
    staged.rival = lambda: records.do("c1", records.order(Rename("Salim"), by=BY))
    done = await mine.do("c1", way)
    assert isinstance(done, Made)
    assert (done.record.version, done.record.name) == (3, "Salim")
    assert [way.value for way in done.record.ways] == ["1"]


async def test_two_who_say_the_same_say_it_once(client: Client, staged: Staged) -> None:
    records, mine = door(client), door(staged)
    staged.rival = lambda: records.do("c1", records.order(MINISTER, by=BY))
    done = await mine.do("c1", records.order(MINISTER, by=BY))
    assert isinstance(done, Made)
    assert (done.record.version, done.events) == (1, ())


async def test_after_eight_lost_races_it_is_told_that_it_is_crowded(
    client: Client, staged: Staged
) -> None:
    records, mine = door(client), door(staged)
    await records.do("c1", records.order(MINISTER, by=BY))
    names = iter(range(99))
    staged.times = TRIES
    staged.rival = lambda: records.do("c1", records.order(Rename(f"N{next(names)}"), by=BY))
    assert await mine.do("c1", records.order(AddWay("phone", "1"), by=BY)) == Denied("crowded")


async def test_a_timer_says_which_kind_it_belongs_to(client: Client) -> None:
    records = door(client, due=START - 1)
    await records.do("c1", records.order(MINISTER, by=BY))
    timers = Timers(client)
    assert await timers.due(START, 10) == ()
    assert await timers.due(START, 10, "contact") == ("c1",)
    later = door(client)
    await later.do("c1", later.order(Rename("Salim"), by=BY))
    assert await timers.due(START, 10, "contact") == ()
