"""One bad message stops nobody: 1 in 1,000 breaks what takes it in, by every door and in a view."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.again import Again
from bots.contract import Inbound
from bots.doors import routes
from inbox import Done, Inbox
from inbox.conversations.commands import Receive
from inbox.conversations.denied import Denied
from inbox.conversations.events import Received
from inbox.store.log import Touched
from inbox.words import AccountId, ConversationId
from sandbox.x.activity import SIGNATURE_HEADER, payloads_of_post, signed
from sandbox.x.limits import LIMITS, Limit
from tests.bots.conftest import SECRET, House, house
from tests.bots.test_aside import SECRETS
from tests.promises.ministry import become

__all__ = ["house"]

POISON = "☠"
AT_ONCE = 24
A_ROUND = 500
"""Mentions between two polls: X lists the newest 800 only."""


class Fragile:
    """The real inbox, with a release of the desk that breaks on some texts."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.desk = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        if isinstance(command, Receive) and POISON in command.message.text:
            raise ZeroDivisionError
        return await self._inbox.desk.take(account, command, raw)


def written(house: House, first: int, many: int) -> list[str]:
    """Let people write; one in a thousand writes what breaks us."""
    world = house.scene.world
    return [
        world.post(f"person{n % 40}", f"@MinistryX {POISON if n % 1000 == 500 else 'help'} {n}").id
        for n in range(first, first + many)
    ]


async def pushed(house: House, ids: list[str]) -> Counter[int]:
    """Push these at the real door, some at once; count the answers."""
    world = house.scene.world
    app, told = web.Application(), Counter[int]()
    used: Inbox = Fragile(house.inbox)  # type: ignore[assignment]  # a staged one behaves alike
    app.add_routes(routes(used, house.policies, SECRETS))
    waiting = [
        payloads_of_post(world, world.shelf.get(one), world.user("MinistryX"))[0] for one in ids
    ]

    async def push(client: TestClient[web.Request, web.Application]) -> None:
        while waiting:
            body = waiting.pop()
            headers = {SIGNATURE_HEADER: signed(SECRET, body)}
            async with client.post("/hooks/x/x-main", data=body, headers=headers) as answer:
                told[answer.status] += 1

    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        await asyncio.gather(*(push(client) for _ in range(AT_ONCE)))
    return told


async def taken(house: House) -> Counter[str]:
    """Count how often each message stands in a history."""
    found: Counter[str] = Counter()
    async for touched in house.inbox.read.everything():
        for one in touched:
            for entry in await house.inbox.read.history(one.id):
                found.update(e.message.id for e in entry.events if isinstance(e, Received))
    return found


@pytest.mark.timeout(600)
async def test_one_in_a_thousand_is_set_aside_retried_and_stops_no_other(
    house: House, long_run: bool, record_property: Callable[[str, object], None]
) -> None:
    each = 5500 if long_run else 1000
    for n in range(40):
        house.scene.world.join(f"person{n}", f"Person {n}")
    house.scene.meter.limits = {name: (Limit(10**6),) for name in LIMITS}
    by_push = written(house, 0, each)
    assert await pushed(house, by_push) == {200: each}
    cursor, by_poll = await house.inbox.cursors.get("x/ministry"), list[str]()
    listener = house.listener(inbox=Fragile(house.inbox))
    while len(by_poll) < each:
        by_poll += written(house, each + len(by_poll), min(A_ROUND, each - len(by_poll)))
        await listener.round()
        house.scene.clock.forward(60)
        assert await house.inbox.cursors.get("x/ministry") != cursor  # it reads on
        cursor = await house.inbox.cursors.get("x/ministry")
    bad = {
        f"x:{one}"
        for one in (*by_push, *by_poll)
        if POISON in house.scene.world.shelf.get(one).text
    }
    good = {f"x:{one}" for one in (*by_push, *by_poll)} - bad
    assert await taken(house) == Counter(good)
    kept = await house.inbox.aside.list(1000)
    assert len(kept) == len(bad) == 2 * each // 1000
    assert {one.why for one in kept} == {"broke: ZeroDivisionError"}
    again = Again(house.inbox, house.policies, SECRETS)  # by a release that bears it
    assert {await again.retry(one.id) for one in reversed(kept)} == {""}
    assert await taken(house) == Counter(good | bad)
    assert await house.inbox.aside.count() == 0
    told = f"{len(bad)} of {2 * each} set aside, {len(good)} others taken in once"
    record_property("told", f"poison: {told}; retried and taken in once: {len(bad)}")


async def test_a_follower_stumbles_over_one_in_a_thousand_and_tells_of_all_others(
    house: House,
) -> None:
    world = house.scene.world
    for n in range(40):
        world.join(f"person{n}", f"Person {n}")
    assert await pushed(house, written(house, 501, 999)) == {200: 999}  # nobody breaks the desk
    everyone = [one.id async for some in house.inbox.read.everything() for one in some]
    bad = everyone[500]
    seen: set[ConversationId] = set()
    stop = asyncio.Event()

    async def each(touched: tuple[Touched, ...]) -> None:
        if any(one.id == bad for one in touched):
            raise ZeroDivisionError
        seen.update(one.id for one in touched)

    following = asyncio.create_task(house.inbox.follow("fragile", each, stop=stop))
    await become(lambda: len(seen) == len(everyone) - 1)

    async def told() -> bool:
        return bool(await house.inbox.aside.count())

    await become(told)
    stop.set()
    await following
    [kept] = await house.inbox.aside.list(10)
    assert (kept.account, kept.why) == ("", "follower fragile: ZeroDivisionError")
    assert bad in kept.raw.decode()
    assert bad not in seen
