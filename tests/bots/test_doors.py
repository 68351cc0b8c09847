"""Webhooks over HTTP: who may push what, and what is acknowledged when."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace
from prometheus_client import REGISTRY

from bots.contract import Inbound, Secrets
from bots.doors import BODY_MOST, routes
from inbox import Done, Inbox, Unavailable
from inbox.conversations.denied import Denied
from inbox.team.policies import Policies
from inbox.words import AccountId
from sandbox.x.activity import (
    SIGNATURE_HEADER,
    Activity,
    payload_of_deletion,
    payloads_of_post,
    signed,
)
from sandbox.x.push import Push
from tests.bots.conftest import SECRET, House

HOOK = "/hooks/x/x-main"
Client = TestClient[web.Request, web.Application]
Serve = Callable[..., Awaitable[Client]]


@dataclass
class Away:
    """A desk whose store is away, or which breaks."""

    error: Exception

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        raise self.error


@dataclass
class Staged:
    """The real inbox with another desk."""

    inbox: Inbox
    desk: Away

    def __getattr__(self, name: str) -> object:
        return getattr(self.inbox, name)


@pytest.fixture
async def serve(house: House) -> AsyncIterator[Serve]:
    made = list[Client]()

    async def serve(inbox: object = None, policies: Policies | None = None) -> Client:
        app = web.Application()
        secrets = Secrets(
            apps={"x-main": {"consumer_secret": SECRET}, "other": {"consumer_secret": "other"}},
            accounts={},
        )
        used: Inbox = inbox or house.inbox  # type: ignore[assignment]  # a staged one behaves alike
        app.add_routes(routes(used, policies or house.policies, secrets))
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        made.append(client)
        return client

    yield serve
    for client in made:
        await client.close()


async def push(client: Client, body: bytes, secret: str = SECRET, hook: str = HOOK) -> int:
    headers = {SIGNATURE_HEADER: signed(secret, body)}
    async with client.post(hook, data=io.BytesIO(body), headers=headers) as response:
        return response.status


def mention(house: House, text: str = "@MinistryX hello") -> tuple[str, bytes]:
    post = house.scene.world.post("citizen", text)
    me = house.scene.world.user("MinistryX")
    [body] = payloads_of_post(house.scene.world, post, me)
    return f"x:{post.id}", body


def counted(outcome: str) -> float:
    labels = {"platform": "x", "app": "x-main", "outcome": outcome}
    return REGISTRY.get_sample_value("chancery_pushes_total", labels) or 0.0


async def test_the_challenge_is_answered_and_nothing_else_is(serve: Serve) -> None:
    client = await serve()
    async with client.get(HOOK, params={"crc_token": "t"}) as response:
        assert response.status == 200
        token = (await response.json())["response_token"]
        assert token == signed(SECRET, b"t")
    async with client.get(HOOK) as response:
        assert response.status == 400


async def test_ack(house: House, serve: Serve) -> None:
    """A push is acknowledged after the commit, however often it comes."""
    message, body = mention(house)
    client = await serve()
    assert [await push(client, body) for _ in range(3)] == [200, 200, 200]
    ref = await house.inbox.read.where(message)
    assert ref
    assert (await house.conversation(ref)).count == 1


async def test_an_unsigned_push_gets_401_is_counted_and_leaves_nothing(
    house: House, serve: Serve
) -> None:
    message, body = mention(house)
    before = counted("forged")
    client = await serve()
    assert await push(client, body, "wrong") == 401
    assert counted("forged") == before + 1
    assert await house.inbox.read.where(message) is None
    assert await house.inbox.aside.count() == 0


async def test_a_body_too_large_is_refused_unread(house: House, serve: Serve) -> None:
    client = await serve()
    assert await push(client, b"x" * (BODY_MOST + 1)) == 413
    assert await house.inbox.aside.count() == 0


async def test_what_is_signed_and_not_understood_is_set_aside_and_acknowledged(
    house: House, serve: Serve
) -> None:
    client = await serve()
    for body in (b"not JSON", b'{"data": {"event_type": "brand.new", "payload": {}}}'):
        assert await push(client, body) == 200
    kept = {one.raw for one in await house.inbox.aside.list(10)}
    assert kept == {b"not JSON", b'{"data": {"event_type": "brand.new", "payload": {}}}'}


async def test_foreign(house: House, serve: Serve) -> None:
    message, body = mention(house)
    accounts = [
        replace(one, app="other") if one.id == "x/ministry" else one
        for one in house.policies.accounts
    ]
    other = Policies(accounts, [], house.policies.lanes, (), house.policies.profiles)
    client = await serve(policies=other)
    before = counted("foreign")
    assert await push(client, body) == 403
    assert counted("foreign") == before + 1
    assert await house.inbox.read.where(message) is None
    assert await push(client, body, "other", "/hooks/x/other") == 200
    assert await house.inbox.read.where(message)


async def test_a_store_that_is_away_gets_503_so_that_x_asks_again(
    house: House, serve: Serve
) -> None:
    message, body = mention(house)
    client = await serve(Staged(house.inbox, Away(Unavailable())))
    assert await push(client, body) == 503
    assert await house.inbox.read.where(message) is None


async def test_a_message_that_breaks_the_desk_is_set_aside(house: House, serve: Serve) -> None:
    _, body = mention(house)
    client = await serve(Staged(house.inbox, Away(ZeroDivisionError())))
    assert await push(client, body) == 200
    [kept] = await house.inbox.aside.list(10)
    assert kept.why == "broke: ZeroDivisionError"


async def test_a_strangers_deletion_finds_its_conversation(house: House, serve: Serve) -> None:
    message, body = mention(house)
    client = await serve()
    await push(client, body)
    world = house.scene.world
    post = world.posts_by("citizen")[0]
    deletion = payload_of_deletion(world, post, world.user("citizen"))
    assert await push(client, deletion) == 200
    ref = await house.inbox.read.where(message)
    assert ref
    assert message in (await house.conversation(ref)).gone


async def test_a_deletion_that_comes_first_is_remembered(house: House, serve: Serve) -> None:
    message, body = mention(house)
    client = await serve()
    world = house.scene.world
    post = world.posts_by("citizen")[0]
    deletion = payload_of_deletion(world, post, world.user("citizen"))
    assert [await push(client, one) for one in (deletion, body)] == [200, 200]
    ref = await house.inbox.read.where(message)
    assert ref
    assert message in (await house.conversation(ref)).gone
    assert await house.inbox.aside.count() == 0


async def test_news_for_an_account_that_is_none_of_ours_are_set_aside(
    house: House, serve: Serve
) -> None:
    world = house.scene.world
    dm = world.dm("citizen", "other", "not for us")
    body = Activity(world).dm(dm, "dm.received", world.user("other").id)
    assert await push(await serve(), body) == 200
    assert await house.inbox.aside.count() == 1


async def test_x_itself_pushes_through_the_door(house: House, serve: Serve) -> None:
    client = await serve()
    world = house.scene.world
    url = str(client.make_url(HOOK))
    world.apps["x-main"] = type(house.scene.app)(
        "x-main", "consumer-key", SECRET, url, house.scene.app.tier
    )
    async with Push(world) as pushing:
        pushing.switches.duplicate = 2
        pushing.switches.reorder = True
        post = world.post("citizen", "@MinistryX hello")
        newer = world.edit(post.id, "@MinistryX hello again")
        dm = world.dm("citizen", "MinistryX", "and in private")
        await pushing.drain()
        assert {status for _, status in pushing.delivered} == {200}
    for one in (post, newer, dm):
        assert await house.inbox.read.where(f"x:{one.id}")
    ref = await house.inbox.read.where(f"x:{newer.id}")
    assert ref
    [said] = (await house.inbox.read.reading(ref)).messages
    assert said.message.text == "@MinistryX hello again"
    assert await house.inbox.aside.count() == 0


async def test_a_body_in_chunks_is_measured_as_it_comes(house: House, serve: Serve) -> None:
    client = await serve()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 32_768

    async with client.post(HOOK, data=chunks(), headers={SIGNATURE_HEADER: "x"}) as response:
        assert response.status == 413


async def test_several_events_in_one_push_are_all_taken(house: House, serve: Serve) -> None:
    (one, first), (two, second) = mention(house), mention(house, "@MinistryX more")
    events = [json.loads(body)["data"] for body in (first, second)]
    client = await serve()
    assert await push(client, json.dumps({"data": events}).encode()) == 200
    assert await house.inbox.read.where(one)
    assert await house.inbox.read.where(two)
