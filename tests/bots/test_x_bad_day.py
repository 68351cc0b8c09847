"""X on a bad day: locked out, suspended, silent, too far back, without money, or betrayed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from bots import postroom
from bots.contract import Locked, Secrets
from bots.doors import routes
from bots.platforms.x.limits import DMS_KEPT, MENTIONS_DEPTH
from inbox import Done, Gap
from inbox.conversations.commands import Order, Resume, StartSend, TakeOver
from inbox.conversations.denied import Denied
from inbox.team.policies import Policies
from inbox.words import ConversationId, Part
from sandbox.x.activity import SIGNATURE_HEADER, payloads_of_post, signed
from sandbox.x.push import Push
from tests.bots.conftest import LANES, SECRET, House, Scene, messages, read
from tests.bots.test_not_ours import told
from tests.bots.test_postroom import Before, Desk, Staged

POST = "POST /2/tweets"
LONG = " ".join(f"Sentence number {n} of a long answer." for n in range(20))
HOUR = 3600
DAY = 24 * HOUR


async def gap(house: House) -> Gap:
    """Return what the ministry lacks."""
    return (await house.inbox.gaps.list())[0]


async def kinds(house: House) -> list[str]:
    """Return what people were told of."""
    return [kind for kind, _ in await told(house)]


# Credentials revoked in mid-thread


@pytest.mark.parametrize("how", ["revoked", "suspended", "unpaid"])
async def test_a_thread_stops_where_it_is_locked_out_and_goes_on_after(
    house: House, how: str
) -> None:
    """Part 1 of several is out; the rest waits, is told once, and leaves once let in again."""
    world, scene = house.scene.world, house.scene
    ref = await house.answered(LONG)
    await house.answered("Another answer.", await house.asked("@MinistryX and this?"), "b1")
    sender = house.sender()
    await house.sent(sender)
    assert len(house.heard()) == 1
    _lock(house, how)
    for _ in range(60):  # an hour
        await house.sent(sender)
        scene.clock.forward(60)
    assert (await house.part(ref, n=2)).state == "ready"
    assert (await house.part(ref, n=2)).why == ("unpaid" if how == "unpaid" else "locked")
    other = await house.part(await _other(house), "b1")
    tries = (await house.part(ref, n=2)).attempt + other.attempt
    assert tries <= 13, "one try in five minutes, not one a part"
    assert await kinds(house) == ["account_unpaid" if how == "unpaid" else "account_locked"]
    assert (await gap(house)).undelivered == 2
    _unlock(house, how)
    for _ in range(40):
        await house.sent(sender)
        scene.clock.forward(60)
    heard = house.heard()
    answer = (await house.conversation(ref)).answer("a1")
    assert answer
    assert answer.state == "sent"
    assert len(heard) == len(answer.parts) + 1
    thread = [post for post in world.posts_by("MinistryX") if "Another" not in post.text]
    assert [post.in_reply_to for post in thread[1:]] == [post.id for post in thread[:-1]]
    assert (await gap(house)).undelivered == 0


async def _other(house: House) -> ConversationId:
    refs = [one.id async for batch in house.inbox.read.everything() for one in batch]
    found = await house.inbox.read.conversations(refs)
    return next(one.id for one in found if one.answer("b1"))


def _lock(house: House, how: str) -> None:
    world = house.scene.world
    match how:
        case "revoked":
            world.revoke("MinistryX")
        case "suspended":
            world.suspend("MinistryX")
        case _:
            world.paid = False


def _unlock(house: House, how: str) -> None:
    world, scene = house.scene.world, house.scene
    match how:
        case "revoked":
            world.grant_as(scene.app, "MinistryX", scene.tokens["MinistryX"])
        case "suspended":
            world.suspend("MinistryX", suspended=False)
        case _:
            world.paid = True


# An account suspended


@pytest.mark.parametrize("how", ["revoked", "suspended", "unpaid"])
async def test_what_came_while_we_were_locked_out_is_read_after_once(
    house: House, how: str
) -> None:
    listener = house.listener()
    await listener.step(0)
    before = house.scene.clock()
    _lock(house, how)
    house.scene.clock.forward(HOUR)
    post = house.scene.world.post("citizen", "@MinistryX is anybody there?")
    wait, failures = await listener.step(0)
    assert (wait, failures) == (300, 1)
    lacking = await gap(house)
    assert lacking.reason == ("unpaid" if how == "unpaid" else "locked")
    assert (lacking.complete_until, lacking.since) == (before, house.scene.clock())
    _unlock(house, how)
    for _ in range(2):
        await listener.step(failures)
    whole = await gap(house)
    assert (whole.complete_until, whole.reason) == (house.scene.clock(), "")
    ref = await house.inbox.read.where(f"x:{post.id}")
    assert ref
    assert (await house.conversation(ref)).count == 1


async def test_gone(scene: Scene) -> None:
    """X says with 200 that our account is suspended: an empty page is not a quiet day."""
    scene.world.quiet = True
    scene.world.suspend("MinistryX")
    with pytest.raises(Locked):
        await read(scene.bot())


# A webhook lost for six hours


@asynccontextmanager
async def pushed(house: House) -> AsyncIterator[Push]:
    """Serve the ministry's door and let X push to it."""
    accounts = house.scene.accounts
    accounts["MinistryX"] = replace(accounts["MinistryX"], receive="webhook")
    policies = Policies(
        list(accounts.values()),
        list(house.policies.officers.values()),
        LANES,
        (),
        house.policies.profiles,
    )
    app = web.Application()
    secrets = Secrets(apps={"x-main": {"consumer_secret": SECRET}}, accounts={})
    app.add_routes(routes(house.inbox, policies, secrets))
    server = TestServer(app)
    await server.start_server()
    world = house.scene.world
    url = str(server.make_url("/hooks/x/x-main"))
    world.register("x-main", "consumer-key", SECRET, webhook_url=url, tier="enterprise")
    async with Push(world, backoff=()) as push:
        yield push
    await server.close()


async def test_webhook(house: House) -> None:
    """A webhook lost for six hours is filled by polling and told; the gap ends with a push."""
    world, clock = house.scene.world, house.scene.clock
    async with pushed(house) as push:
        listener = house.listener()
        first = world.post("citizen", "@MinistryX before")
        await push.drain()
        await listener.step(0)
        assert (await gap(house)).reason == ""
        lost_at = clock()
        push.switches.drop = 1000
        lost = []
        for n in range(12):  # six hours
            clock.forward(HOUR / 2 - 30)
            lost.append(world.post("citizen", f"@MinistryX lost {n}"))
            clock.forward(30)
            await listener.step(0)
        lacking = await gap(house)
        assert (lacking.reason, lacking.since) == ("webhook", lost_at)
        assert lacking.complete_until == clock()
        assert await kinds(house) == ["webhook_silent"]
        push.switches.drop = 0
        clock.forward(60)
        last = world.post("citizen", "@MinistryX again")
        await push.drain()
        assert (await gap(house)).reason == ""
        push.replay(world.apps["x-main"])
        await push.drain()
        await listener.step(0)
    for post in (first, *lost, last):
        ref = await house.inbox.read.where(f"x:{post.id}")
        assert ref
        assert (await house.conversation(ref)).count == 1


async def test_neither_push_nor_poll_for_six_hours_is_told_and_filled_in_any_order(
    house: House,
) -> None:
    world, clock = house.scene.world, house.scene.clock
    async with pushed(house) as push:
        listener = house.listener()
        await listener.step(0)
        before = clock()
        push.switches.drop = 1000
        world.faults.arm("*", "gateway_before", times=10_000)
        root = world.post("citizen", "@MinistryX the first")
        thread = [root]
        for n in range(12):
            clock.forward(HOUR / 2)
            thread.append(world.post("citizen", f"@MinistryX and {n}", in_reply_to=thread[-1].id))
            await listener.step(0)
            assert ((await gap(house)).complete_until, (await gap(house)).reason) == (
                before,
                "busy",
            )
        world.faults.clear()
        push.switches.drop = 0
        me = world.user("MinistryX")
        for post in reversed(thread[6:]):  # X pushes again what it still has, the newest first
            [body] = payloads_of_post(world, post, me)
            await _push(push, body)
        await listener.step(0)
        whole = await gap(house)
        assert (whole.complete_until, whole.reason, whole.holes) == (clock(), "", 0)
    ref = await house.inbox.read.where(f"x:{root.id}")
    assert ref
    assert (await house.conversation(ref)).count == 13
    said = (await house.inbox.read.reading(ref)).messages
    assert [one.message.id for one in said] == [f"x:{post.id}" for post in thread]


async def _push(push: Push, body: bytes) -> None:
    app = push.world.apps["x-main"]
    headers = {SIGNATURE_HEADER: signed(app.consumer_secret, body)}
    async with (
        aiohttp.ClientSession() as http,
        http.post(app.webhook_url or "", data=body, headers=headers) as response,
    ):
        assert response.status == 200


# Deep gaps


async def test_more_direct_messages_than_x_gives_at_once_are_read_the_newest_first_then_the_rest(
    scene: Scene,
) -> None:
    world, clock = scene.world, scene.clock
    cursor = (await read(scene.bot()))[-1].cursor
    clock.forward(HOUR)
    for n in range(1650):
        clock.forward(1)
        world.dm("citizen", "MinistryX", f"number {n}")
    found = list[str]()
    wholes = list[int]()
    for wait in (60, 60, 16 * 60):
        batches = await read(scene.bot(), cursor)
        found += [message.text for message in messages(batches)]
        wholes.append(batches[-1].until)
        cursor = batches[-1].cursor
        assert "number 1649" in found
        clock.forward(wait)
    assert (len(found), wholes) == (1500, [0, 0, 0])
    world.dm("citizen", "MinistryX", "number 1650")
    batches = await read(scene.bot(), cursor)
    found += [message.text for message in messages(batches)]
    assert sorted(set(found)) == sorted(f"number {n}" for n in range(1651))
    assert len(found) <= 1651 + 61, "the last minute is read again, and no more"
    assert batches[-1].until == clock()
    assert not [batch.hole for batch in batches if batch.hole]


async def test_hole(house: House) -> None:
    """What X lists no longer is a hole that stays told, though reading goes on."""
    world, clock = house.scene.world, house.scene.clock
    listener = house.listener()
    await listener.step(0)
    before = clock()
    clock.forward(HOUR)
    posts = []
    for n in range(MENTIONS_DEPTH + 20):
        clock.forward(1)
        posts.append(world.post("citizen", f"@MinistryX number {n}"))
    for _ in range(2):
        clock.forward(60)
        await listener.step(0)
    lacking = await gap(house)
    assert (lacking.complete_until, lacking.reason, lacking.holes) == (clock(), "", 1)
    assert (lacking.hole_from, lacking.hole_until) == (before, posts[20].written_ms)
    assert await house.inbox.read.where(f"x:{posts[20].id}")
    assert await house.inbox.read.where(f"x:{posts[19].id}") is None


async def test_direct_messages_older_than_x_keeps_are_a_hole(scene: Scene) -> None:
    cursor = (await read(scene.bot()))[-1].cursor
    read_until = scene.clock()
    scene.world.dm("citizen", "MinistryX", "lost")
    scene.clock.forward(40 * DAY)
    scene.world.dm("citizen", "MinistryX", "found")
    batches = await read(scene.bot(), cursor)
    assert [message.text for message in messages(batches)] == ["found"]
    holes = [batch.hole for batch in batches if batch.hole]
    assert holes == [(read_until, scene.clock() - DMS_KEPT)]
    assert batches[-1].until == 0
    later = await read(scene.bot(), batches[-1].cursor)
    assert (later[-1].until, [batch.hole for batch in later if batch.hole]) == (scene.clock(), [])


async def test_a_quiet_month_is_no_hole(scene: Scene) -> None:
    scene.world.dm("citizen", "MinistryX", "long ago")
    cursor: str | None = None
    for _ in range(5):
        batches = await read(scene.bot(), cursor)
        assert not [batch.hole for batch in batches if batch.hole]
        assert batches[-1].until == scene.clock()
        cursor = batches[-1].cursor
        scene.clock.forward(10 * DAY)


# The sender stopped between commit and socket


@dataclass
class Stopping(Desk):
    """The real desk; something happens just after a send has begun."""

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        answer = await self.inbox.desk.do(ref, order)
        if isinstance(order.command, StartSend):
            await self.before(ref, order)
        return answer


async def taken_over(house: House, ref: ConversationId) -> None:
    """Let Eva take the conversation over."""
    order = house.inbox.desk.order(TakeOver(reason="she is away"), by="officer:eb")
    assert not isinstance(await house.inbox.desk.do(ref, order), Denied)


async def test_stopped(house: House) -> None:
    """A sender stopped after its commit writes nothing: another has taken over meanwhile."""
    ref = await house.answered("The old answer.")

    async def stop(ref: ConversationId, order: Order) -> None:
        await taken_over(house, ref)
        house.scene.clock.forward(7)

    staged = Staged(house.inbox, Stopping(house.inbox, stop))
    await house.sent(house.sender(inbox=staged))
    for _ in range(5):
        house.scene.clock.forward(60)
        await house.sent(house.sender())
    assert house.heard() == []
    assert (await house.part(ref)).state == "ready"
    assert (await gap(house)).undelivered == 1


async def test_late(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process stopped with the connection open gives up instead of writing late."""
    monkeypatch.setattr(postroom, "WRITTEN_WITHIN", 100)
    ref = await house.answered("The old answer.")

    async def stop(part: Part) -> None:
        await taken_over(house, ref)
        time.sleep(0.2)  # noqa: ASYNC251 - the whole process stands still, as at SIGSTOP

    bot = Before(house.scene.bot(), before=stop)
    await house.sent(house.sender(bot))  # type: ignore[arg-type]  # it only sends
    assert house.heard() == []
    part = await house.part(ref)
    assert (part.state, part.attempt) == ("ready", 1)
    house.scene.clock.forward(60)
    await house.sent(house.sender())
    assert house.heard() == []


async def test_whoever_took_over_lets_the_text_leave_or_gives_it_up(house: House) -> None:
    ref = await house.answered("The old answer.")

    async def stop(ref: ConversationId, order: Order) -> None:
        await taken_over(house, ref)
        house.scene.clock.forward(11)

    staged = Staged(house.inbox, Stopping(house.inbox, stop))
    await house.sent(house.sender(inbox=staged))
    order = house.inbox.desk.order(Resume("a1"), by="officer:eb")
    assert not isinstance(await house.inbox.desk.do(ref, order), Denied)
    await house.inbox.pictures.mend("out", [ref])
    await house.sent(house.sender())
    assert len(house.heard()) == 1


# The echo before the response, and a response that never comes


async def test_an_echo_settles_a_send_whose_response_never_comes(house: House) -> None:
    async with pushed(house) as push:
        house.scene.world.echo_first = True
        ref = await house.answered()
        house.scene.world.faults.arm(POST, "drop_after")
        await house.sent(house.sender())
        [post] = house.scene.world.posts_by("MinistryX")
        part = await house.part(ref)
        assert (part.state, part.ref) == ("sent", f"x:{post.id}")
        await push.drain()
    house.scene.clock.forward(200)
    await house.sent(house.sender())
    assert len(house.heard()) == 1
    assert "not_ours" not in await kinds(house)


# Betrayed


async def test_betrayed(house: House) -> None:
    """Another app's secret opens no door to this account, and is told of once an hour."""
    accounts = house.scene.accounts
    accounts["EmbassyX"] = replace(accounts["EmbassyX"], app="other")
    house.policies = Policies(list(accounts.values()), [], LANES, (), house.policies.profiles)
    app = web.Application()
    apps = {"x-main": {"consumer_secret": SECRET}, "other": {"consumer_secret": "stolen"}}
    app.add_routes(routes(house.inbox, house.policies, Secrets(apps=apps, accounts={})))
    server = TestServer(app)
    await server.start_server()
    world = house.scene.world
    post = world.post("citizen", "@MinistryX forged")
    [body] = payloads_of_post(world, post, world.user("MinistryX"))
    statuses = []
    async with aiohttp.ClientSession() as http:
        for _ in range(3):
            headers = {SIGNATURE_HEADER: signed("stolen", body)}
            url = server.make_url("/hooks/x/other")
            async with http.post(url, data=body, headers=headers) as response:
                statuses.append(response.status)
    await server.close()
    assert statuses == [403, 403, 403]
    assert await house.inbox.read.where(f"x:{post.id}") is None
    assert await told(house) == [("foreign_push", {"account": "x/ministry"})]
