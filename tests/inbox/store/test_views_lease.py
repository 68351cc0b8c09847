"""Leases: one holder, renewed by itself, taken over when it dies, and known when lost."""

from __future__ import annotations

import asyncio

import pytest

from inbox.store import keys
from inbox.store.client import Client
from inbox.store.lease import Lease, Leases, until
from tests.inbox import views

SOON = 0.3
"""Seconds of a test's lease: long enough to be renewed on a busy machine."""


@pytest.fixture
def leases(client: Client) -> Leases:
    return Leases(client, views.ids())


async def take_away(client: Client, lease: Lease) -> None:
    """Let somebody else hold the lease, as after a long pause of its holder."""
    await client.call("HSET", keys.lease(lease.name), "until", 0)
    await client.function("lease_take_1", [keys.lease(lease.name)], "rival", 60_000)


async def test_only_one_holds_a_lease_at_a_time(leases: Leases) -> None:
    inside: list[int] = []
    most: list[int] = []

    async def work() -> None:
        async with leases.hold("x", SOON):
            inside.append(1)
            most.append(len(inside))
            await asyncio.sleep(0.01)
            inside.pop()

    await asyncio.gather(*(work() for _ in range(5)))
    assert most == [1] * 5


async def test_a_token_grows_with_every_new_holder(leases: Leases) -> None:
    tokens = []
    for _ in range(3):
        async with leases.hold("x", SOON) as lease:
            tokens.append(lease.token)
    assert tokens == sorted(set(tokens))


async def test_a_lease_renews_itself(leases: Leases, client: Client) -> None:
    async with leases.hold("x", SOON) as lease:
        await asyncio.sleep(SOON * 2)
        assert not lease.lost.is_set()
        fence, wait = await client.function("lease_take_1", [keys.lease("x")], "rival", 1000)
        assert fence == 0
        assert wait > 0


async def test_a_dead_holders_lease_is_taken_over(leases: Leases, client: Client) -> None:
    await client.function("lease_take_1", [keys.lease("x")], "dead", int(SOON * 1000))
    async with asyncio.timeout(5), leases.hold("x", SOON) as lease:
        assert not lease.lost.is_set()


async def test_whoever_lost_a_lease_is_told(leases: Leases, client: Client) -> None:
    async with leases.hold("x", SOON) as lease:
        await take_away(client, lease)
        async with asyncio.timeout(5):
            await lease.lost.wait()


async def test_leaving_does_not_drop_the_lease_of_who_came_after(
    leases: Leases, client: Client
) -> None:
    async with leases.hold("x", 60) as lease:
        await take_away(client, lease)
    assert await client.call("HGET", keys.lease("x"), "token") == b"rival"


async def test_work_ends_when_its_lease_is_lost() -> None:
    lease = Lease("x", 1)
    lease.lost.set()
    done: list[int] = []

    async def work() -> None:
        await asyncio.sleep(60)
        done.append(1)

    async with asyncio.timeout(5):
        await until(work(), lease.lost)
    assert done == []


async def test_a_fault_of_the_work_is_not_hidden() -> None:
    async def work() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        await until(work(), asyncio.Event())
