"""From a public post to its public answer, through every part: webhook, card, modal, postroom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

import bots
from bots import doors
from bots.at_work import profiles
from bots.contract import Secrets
from config import tables
from handlers.slack import ids
from inbox.team.policies import Policies
from sandbox import cast
from sandbox.x.push import Push
from sandbox.x.server import app as x_server
from sandbox.x.world import World
from tests.demo import copied
from tests.handlers.slack.conftest import ANNA, PRIVATE, Builder, House, served, until, words
from tests.seals import heard_on_x, histories, unsealed
from tests.servers import free_port


@dataclass
class Town:
    """The ministry's house, and the public outside."""

    house: House
    world: World
    push: Push


@asynccontextmanager
async def town(builder: Builder) -> AsyncIterator[Town]:
    """Have X, its webhooks, the app, and the bots at work."""
    world = World(builder.clock)
    world.join("eva", "Eva Lind")
    port, config = free_port(), copied(builder.data / "config")
    told = cast.on_x(cast.read(config), world, f"http://127.0.0.1:{port}/hooks/x")
    read = tables.read(config, told)
    policies = Policies(read.accounts, read.officers, read.lanes, read.tags, profiles())
    async with (
        served(x_server(world)) as x_url,
        aiohttp.ClientSession() as http,
    ):
        secrets = Secrets(read.app_secrets, read.account_secrets, {"x": x_url})
        async with (
            builder.house(
                "http",
                policies,
                port=port,
                also=lambda box: doors.routes(box, policies, secrets),
            ) as house,
            bots.running(house.inbox, policies, secrets, http, house.inbox.now),
            Push(world, backoff=(0.1,)) as push,
        ):
            yield Town(house, world, push)
            for account in policies.accounts:
                heard = heard_on_x(world, account.handle)
                kept = [one async for one in histories(house.inbox, account.id)]
                assert not unsealed(account.id, f"x:{account.native_id}", heard, kept)


async def test_a_public_post_becomes_a_card_and_its_answer_a_public_post_signed_by_its_writer(
    builder: Builder,
) -> None:
    async with town(builder) as here:
        house, world = here.house, here.world
        post = world.post("eva", "@LandetUD is the border open tomorrow?")
        ref = await until(lambda: house.inbox.read.where(f"x:{post.id}"), awaited=True)
        card = await house.card(ref)
        assert "is the border open tomorrow?" in words(card.blocks)
        assert "@eva" in words(card.blocks)
        await house.answers(ANNA, ref, "Yes, from 8 to 20.")
        assert house.view(ANNA)["callback_id"] == ids.VIEW_HOLD
        assert world.posts_by("LandetUD") == []
        house.clock.forward(11)
        [answer] = await until(lambda: world.posts_by("LandetUD"))
        assert answer.text.endswith("Yes, from 8 to 20. ^AJ")
        assert answer.in_reply_to == post.id
        line = await house.card_says(ref, "Answered publicly")
        assert line.ts == card.ts
        assert "^AJ" in words(line.blocks)
        await until(lambda: len(line.blocks) == 1)


async def test_a_direct_message_is_answered_privately(builder: Builder) -> None:
    async with town(builder) as here:
        house, world = here.house, here.world
        sent = world.dm("eva", "LandetUD", "I am ill, where is a doctor?")
        ref = await until(lambda: house.inbox.read.where(f"x:{sent.id}"), awaited=True)
        card = await house.card(ref, PRIVATE)
        assert "ill" not in card.text
        await house.answers(ANNA, ref, "At the embassy.", PRIVATE)
        house.clock.forward(11)
        await house.card_says(ref, "Answered privately", PRIVATE)
        assert world.posts_by("LandetUD") == []
