"""What was set aside, in an operator's hands: listed, shown, tried again, taken in once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace

from bots.again import Again
from bots.contract import Inbound, Secrets
from bots.doors import routes
from bots.intake import take
from inbox import Done, Inbox, opened
from inbox.conversations.commands import Receive
from inbox.conversations.denied import Denied
from inbox.store.log import Touched
from inbox.team.policies import Policies
from inbox.words import AccountId, Message
from sandbox import cast
from sandbox.product import inherited
from sandbox.x.activity import SIGNATURE_HEADER, Activity, payloads_of_post, signed
from sandbox.x.world import World
from tests.bots.conftest import SECRET, House, news_of, read
from tests.demo import copied
from tests.servers import Server

ROOT = Path(__file__).parents[2]
DOOR = "hooks/x/x-main"
UNKNOWN = '{"data": {"event_type": "brand.new", "payload": {"text": "kära"}}}'.encode()
SECRETS = Secrets(
    {"x-main": {"consumer_secret": SECRET}, "other": {"consumer_secret": "other"}}, {}
)


class Breaking:
    """The real inbox, whose desk breaks on everything."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.desk = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        raise ZeroDivisionError


async def pushed(house: House, body: bytes, *, breaking: bool = False) -> int:
    """Push through the real door, signed as X signs."""
    used: Inbox = Breaking(house.inbox) if breaking else house.inbox  # type: ignore[assignment]  # a staged one behaves alike
    app = web.Application()
    app.add_routes(routes(used, house.policies, SECRETS))
    headers = {SIGNATURE_HEADER: signed(SECRET, body)}
    server = TestServer(app)
    async with (
        TestClient[web.Request, web.Application](server) as client,
        client.post(f"/{DOOR}", data=body, headers=headers) as response,
    ):
        return response.status


def again(house: House, policies: Policies | None = None) -> Again:
    return Again(house.inbox, policies or house.policies, SECRETS)


def with_other(house: House, app: str = "x-main") -> Policies:
    """Give the tables after the account `other` was added to them."""
    ministry = house.scene.accounts["MinistryX"]
    other = replace(
        ministry, id="x/other", app=app, native_id=house.scene.world.user("other").id, handle="o"
    )
    return Policies(
        [*house.policies.accounts, other], [], house.policies.lanes, (), house.policies.profiles
    )


async def ids(house: House) -> list[str]:
    return [one.id for one in await house.inbox.aside.list(10)]


async def messages(house: House, message: str) -> list[Message]:
    """Return all that its conversation holds, as a person would read it."""
    ref = await house.inbox.read.where(message)
    assert ref
    return [one.message for one in (await house.inbox.read.reading(ref)).messages]


async def set_aside_dm(house: House) -> tuple[str, str]:
    """Push a message for an account that the tables do not know yet; return its id and its own."""
    world = house.scene.world
    dm = world.dm("citizen", "other", "hello")
    body = Activity(world).dm(dm, "dm.received", world.user("other").id)
    assert await pushed(house, body) == 200
    [kept] = await house.inbox.aside.list(10)
    assert (kept.account, kept.raw) == (DOOR, body)
    return f"x:{dm.id}", kept.id


async def test_an_event_of_unknown_kind_is_acknowledged_listed_and_stays_until_it_is_understood(
    house: House,
) -> None:
    assert await pushed(house, UNKNOWN) == 200
    [kept] = await house.inbox.aside.list(10)
    assert (kept.account, kept.raw, kept.why) == (DOOR, UNKNOWN, "not understood: ValueError")
    assert await again(house).retry(kept.id) == "not understood: ValueError"
    assert await ids(house) == [kept.id]


async def test_a_message_for_an_account_added_later_is_taken_in_once(
    house: House, single_servers: list[Server], tmp_path: Path
) -> None:
    message, kept = await set_aside_dm(house)
    assert await again(house).retry(kept) == "not understood: KeyError"
    assert await house.inbox.read.where(message) is None
    tables = with_other(house)
    async with opened(
        single_servers[0].url,
        data=tmp_path,
        secret=b"s" * 32,
        policies=tables,
        clock=house.scene.clock,
        ids=lambda: "of-the-operator.",
        mode="sandbox",
    ) as inbox:
        operators = Again(inbox, tables, SECRETS)
        assert not await operators.retry(kept)
        assert await operators.retry(kept) == "no such thing is set aside"
    [said] = await messages(house, message)
    assert (said.text, said.author.name) == ("hello", "A Citizen")
    assert await ids(house) == []


async def test_what_turns_out_to_be_another_apps_stays(house: House) -> None:
    message, kept = await set_aside_dm(house)
    why = await again(house, with_other(house, "other")).retry(kept)
    assert why == "it is about another app's account"
    assert await house.inbox.read.where(message) is None
    assert await ids(house) == [kept]


async def test_what_broke_the_desk_is_taken_in_once_after_the_fix_however_often(
    house: House,
) -> None:
    world = house.scene.world
    post = world.post("citizen", "@MinistryX hello")
    [body] = payloads_of_post(world, post, world.user("MinistryX"))
    assert [await pushed(house, body, breaking=True) for _ in range(2)] == [200, 200]
    kept = await house.inbox.aside.list(10)
    assert [(one.account, one.raw) for one in kept] == [("x/ministry", body)] * 2
    assert [await again(house).retry(one.id) for one in kept] == ["", ""]
    [said] = await messages(house, f"x:{post.id}")
    assert (said.text, said.author.name) == ("@MinistryX hello", "A Citizen")


@pytest.mark.parametrize("kind", ["post", "dm"])
async def test_what_was_read_and_set_aside_is_taken_in_like_what_was_pushed(
    house: House, kind: str
) -> None:
    world = house.scene.world
    one = (
        world.post("citizen", "@MinistryX hello")
        if kind == "post"
        else world.dm("citizen", "MinistryX", "hello")
    )
    await house.listener(inbox=Breaking(house.inbox)).round()
    [kept] = await ids(house)
    assert not await again(house).retry(kept)
    [said] = await messages(house, f"x:{one.id}")
    assert (said.text, said.person) == (one.text, f"x:{world.user('citizen').id}")


async def test_kept(house: House) -> None:
    """What could never be read again is not kept in a history, whatever a bot made of it."""
    world = house.scene.world
    world.post("citizen", "@MinistryX hello")
    [news] = news_of(await read(house.scene.bot()))
    assert isinstance(news.command, Receive)
    broken: Any = [{"text": None}, {"written": "soon"}, {"media": [7]}, {"author": None}]
    account = house.scene.accounts["MinistryX"]
    for changes in broken:
        message = replace(news.command.message, **changes)
        await take(
            house.inbox, account, replace(news, command=replace(news.command, message=message))
        )
    kept = await house.inbox.aside.list(10)
    assert [one.why for one in kept] == ["broke: ValidationError"] * len(broken)
    await take(house.inbox, account, news)
    [said] = await messages(house, news.command.message.id)
    assert said.text == "@MinistryX hello"


@pytest.mark.parametrize("raw", [b"not JSON", b"\xff", b"7", b"[]", b'"data"', b"{}", b""])
async def test_what_nobody_understands_stays_with_a_sentence(house: House, raw: bytes) -> None:
    for source in ("x/ministry", DOOR, "x/no-longer-ours"):
        kept = await house.inbox.aside.put(source, raw, "odd")
        assert await again(house).retry(kept)
    assert len(await ids(house)) == 3


async def test_an_operator_does_it_all_from_a_terminal(
    house: House, single_servers: list[Server], tmp_path: Path
) -> None:
    assert await pushed(house, UNKNOWN) == 200
    stumbled = repr(Touched("conv", "abc", 1)).encode()
    await house.inbox.aside.put("", stumbled, "follower out: ValueError")
    view, event = await ids(house)
    config = copied(tmp_path / "config")
    environ = inherited(os.environ) | cast.on_x(cast.read(config), World(house.scene.clock), "")
    environ |= {
        "CHANCERY_MODE": "sandbox",
        "CHANCERY_CONFIG": str(config),
        "CHANCERY_DATA": str(tmp_path / "var"),
        "CHANCERY_SECRET": "a secret of a test, thirty-two bytes",
        "REDIS_URL": single_servers[0].url,
        "SLACK_BOT_TOKEN": "xoxb-none",
        "SLACK_SIGNING_SECRET": "none",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "X_API_URL": "http://127.0.0.1:9",
    }

    async def said(*words: str) -> list[str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bots", *words),
            cwd=ROOT,
            env=environ,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert not process.returncode
        return out.decode().splitlines()

    first, second, count = await said("aside")
    assert first.startswith(view)
    assert first.endswith(f"(view)  {len(stumbled)} bytes  follower out: ValueError")
    assert second.startswith(event)
    assert second.endswith(f"{DOOR}  {len(UNKNOWN)} bytes  not understood: ValueError")
    assert count == "2 set aside"
    assert await said("aside", event) == [UNKNOWN.decode()]
    first, second, count = await said("retry")
    assert first == f"{event}  stays: not understood: ValueError"
    assert second.startswith(f"{view}  stays: a view stumbled over it; `python -m inbox rebuild`")
    assert count == "2 set aside"
