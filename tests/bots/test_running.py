"""The whole way, through every part that runs: asked on X, taken in, answered, back on X."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from msgspec.structs import replace

from bots import profiles, running
from bots.budgets import GREETINGS, Purse
from bots.contract import Busy, Secrets
from bots.platforms.x import PROFILE
from inbox.words import Budget
from tests.bots.conftest import House

T = TypeVar("T")


async def become(look: Callable[[], Awaitable[T | None]]) -> T:
    """Wait until something is so; the test's own time limit ends what never is."""
    while not (found := await look()):
        await asyncio.sleep(0.02)
    return found


async def test_a_mention_is_taken_in_and_its_answer_leaves(house: House) -> None:
    scene = house.scene
    post = scene.world.post("citizen", "@MinistryX where do I turn?")
    secrets = Secrets(
        apps={"x-main": {"consumer_key": "consumer-key", "consumer_secret": "consumer-secret"}},
        accounts={
            scene.accounts[handle].id: {"token": tokens.token, "token_secret": tokens.secret}
            for handle, tokens in scene.tokens.items()
        },
        api_urls={"x": scene.url},
    )
    async with running(house.inbox, house.policies, secrets, scene.http, house.inbox.now):
        ref = await become(lambda: house.inbox.read.where(f"x:{post.id}"))
        await become(lambda: house.inbox.read.conversation(ref))
        await house.answered(ref=ref)

        async def there() -> bool:
            return (await house.part(ref)).state == "sent"

        await become(there)
    [answer] = scene.world.posts_by("MinistryX")
    assert answer.in_reply_to == post.id
    assert "secret" not in repr(secrets)


def _purse(house: House, **calls: Budget) -> Purse:
    granted = {call: (budget,) for call, budget in calls.items()}
    profile = replace(PROFILE, budgets=granted)
    return Purse(house.inbox, house.scene.accounts["MinistryX"], profile)


async def test_a_budget_leaves_room_for_what_is_urgent(house: House) -> None:
    purse = _purse(house, dm=Budget(4, 900))
    for _ in range(2):
        await purse.take("dm", GREETINGS)
    with pytest.raises(Busy) as busy:
        await purse.take("dm", GREETINGS)
    assert house.scene.clock() < busy.value.until <= house.scene.clock() + 900_000
    await purse.take("dm")
    await purse.take("dm")
    with pytest.raises(Busy):
        await purse.take("dm")


async def test_the_platforms_own_count_is_believed(house: House) -> None:
    purse = _purse(house, post=Budget(100, 900))
    until = house.scene.clock() + 60_000
    await purse.take("post")
    await purse.correct("post", 0, until)
    with pytest.raises(Busy) as busy:
        await purse.take("post")
    assert busy.value.until == until


def test_every_platform_has_a_profile_under_its_own_name() -> None:
    assert all(profile.platform == name for name, profile in profiles().items())
