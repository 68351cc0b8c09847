"""Sums: counted once, rebuilt equal, beside live traffic; read without looking at conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from inbox.conversations.commands import AnyCommand, Claim, Close, Receive, SetLane
from inbox.conversations.denied import Denied
from inbox.desk import Desk, Done
from inbox.figures.figures import Figures
from inbox.store.client import Argument, Client, Gone
from inbox.store.log import Touched
from inbox.store.read import Read
from inbox.words import ConversationId
from tests.inbox.house import ACCOUNT, LANES, START, desk_of, received

HOUR = 3_600_000
FROM, TO = START - START % HOUR, START + HOUR


class Cut(Client):
    """A caller whose process dies before or after its sums were written, or that comes second."""

    cut = ""
    rival: Callable[[], Awaitable[object]] | None = None

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> object:
        if name == "sums_1" and self.rival:
            rival, self.rival = self.rival, None
            await rival()
        if name != "sums_1" or not self.cut:
            return await super().function(name, names, *args)
        if self.cut == "after":
            await super().function(name, names, *args)
        raise Gone(self.cut)


def figures_of(client: Client) -> Figures:
    return Figures(client, Read(client), LANES, lambda: START)


@pytest.fixture
def figures(client: Client) -> Figures:
    return figures_of(client)


@pytest.fixture
def desk(client: Client) -> Desk:
    return desk_of(client)


async def taken(desk: Desk, command: Receive) -> ConversationId:
    done = await desk.take(ACCOUNT, command, b"{}")
    assert isinstance(done, Done)
    return done.conversation.id


async def did(desk: Desk, ref: ConversationId, command: AnyCommand, by: str = "o0") -> None:
    done = await desk.do(ref, desk.order(command, by=f"officer:{by}"))
    assert not isinstance(done, Denied), done


async def news(client: Client) -> tuple[Touched, ...]:
    batches = [batch async for batch in Read(client).everything()]
    return tuple(one for batch in batches for one in batch)


async def sums(client: Client) -> dict[str, object]:
    """Read every counter and line there is, whatever generation it is of."""
    found: dict[str, object] = {}
    async for key in client.names("sums:*"):
        name = key.split(":")
        if name[2] == "kept":
            continue
        kind = await client.call("TYPE", key)
        read = ("HGETALL", key) if kind == b"hash" else ("ZRANGE", key, 0, -1, "WITHSCORES")
        name.pop(2)
        assert ":".join(name) not in found, "two generations are kept"
        found[":".join(name)] = await client.call(*read)
    return found


async def a_day(desk: Desk) -> list[ConversationId]:
    """Let things happen: three wait, one is held, one is closed."""
    refs = [
        await taken(desk, received(f"x:{n}", "help" if n == 1 else "Hello", thread=f"t{n}"))
        for n in range(5)
    ]
    await did(desk, refs[0], Claim())
    await did(desk, refs[3], Claim(), "o1")
    await did(desk, refs[3], Close("no_answer_needed"), "o1")
    return refs


async def test_what_stands_is_told_at_once_and_by_account_and_lane(
    client: Client, desk: Desk, figures: Figures
) -> None:
    refs = await a_day(desk)
    await did(desk, refs[1], SetLane("life-safety"))
    await figures.count(await news(client))
    now = await figures.now([ACCOUNT])
    assert (now.open, now.unclaimed, now.oldest) == (4, 3, START - 1000)
    assert (now.urgent, now.urgent_since) == (1, START - 1000)
    assert [(one.officer, one.count) for one in now.holders] == [("o0", 1)]
    assert [(one.key, one.open, one.unclaimed) for one in now.accounts] == [(ACCOUNT, 4, 3)]
    lanes = {one.key: (one.open, one.unclaimed) for one in now.lanes}
    assert lanes == {"life-safety": (1, 1), "other": (3, 2)}
    assert [one.id for one in await figures.burning([ACCOUNT], 5)] == [refs[1]]


async def test_what_happened_is_told_by_officer_lane_account_and_hour(
    client: Client, desk: Desk, figures: Figures
) -> None:
    await a_day(desk)
    await figures.count(await news(client))
    (row,) = await figures.between([ACCOUNT], FROM, TO, "account")
    assert (row.key, row.received, row.opened, row.claimed, row.closed) == (ACCOUNT, 5, 5, 2, 1)
    assert row.to_claim.count == 2
    assert row.to_claim.most == pytest.approx(1000, rel=0.01)
    rows = await figures.between([ACCOUNT], FROM, TO, "officer")
    assert [(one.key, one.received, one.claimed, one.closed) for one in rows] == [
        ("", 5, 0, 0),
        ("o0", 0, 1, 0),
        ("o1", 0, 1, 1),
    ]
    (hour,) = await figures.between([ACCOUNT], FROM, TO, "hour")
    assert hour.key == str(FROM)
    assert await figures.between([ACCOUNT], TO, TO + HOUR, "hour") == ()


async def test_nothing_is_told_of_accounts_that_were_not_asked_for(
    client: Client, desk: Desk, figures: Figures
) -> None:
    await a_day(desk)
    await figures.count(await news(client))
    now = await figures.now(["x/other"])
    assert (now.open, now.unclaimed, now.holders, now.lanes) == (0, 0, (), ())
    assert await figures.between(["x/other"], FROM, TO, "account") == ()
    assert await figures.burning(["x/other"], 5) == ()


async def test_an_entry_is_counted_once_however_often_it_is_told(
    store_url: str, client: Client, desk: Desk, figures: Figures
) -> None:
    await a_day(desk)
    told = await news(client)
    late = Cut(store_url, cluster=client.cluster)
    late.rival = lambda: figures.count(told)
    await figures_of(late).count(told)
    await late.aclose()
    await asyncio.gather(*(figures_of(client).count(told) for _ in range(4)))
    (row,) = await figures.between([ACCOUNT], FROM, TO, "account")
    assert (row.received, row.claimed, row.closed, row.to_claim.count) == (5, 2, 1, 2)
    assert (await figures.now([ACCOUNT])).open == 4


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_clerk_that_is_killed_in_mid_fold_changes_no_figure(
    store_url: str, client: Client, desk: Desk, figures: Figures, when: str
) -> None:
    refs = await a_day(desk)
    told = await news(client)
    await figures.count(told[:2])
    dying = Cut(store_url, cluster=client.cluster)
    dying.cut = when
    with pytest.raises(Gone):
        await figures_of(dying).count(told)
    await dying.aclose()
    await did(desk, refs[2], Claim())
    await figures.count(await news(client))  # the cursor was not kept: all is told again
    live = await sums(client)
    await figures.rebuild()
    assert await sums(client) == live
    (row,) = await figures.between([ACCOUNT], FROM, TO, "account")
    assert (row.received, row.claimed, row.to_claim.count) == (5, 3, 3)
