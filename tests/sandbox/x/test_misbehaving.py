"""The fault switches as a caller sees them, with what X did or did not do meanwhile."""

from __future__ import annotations

import aiohttp
import pytest
from tweepy import TooManyRequests

from sandbox.faults import Kind
from tests.sandbox.x.conftest import Scene

CALL = "POST /2/tweets"


async def post(scene: Scene) -> int:
    """Post by tweepy's own request, and return how many posts X has then."""
    await scene.x.create_tweet(text="Hello ^AJ")
    return len(scene.world.posts_by("MinistryX"))


def posts(scene: Scene) -> int:
    return len(scene.world.posts_by("MinistryX"))


async def test_busy_is_429_until_a_time_and_nothing_is_done(scene: Scene) -> None:
    scene.world.faults.arm(CALL, "busy", seconds=30)
    with pytest.raises(TooManyRequests) as busy:
        await post(scene)
    assert busy.value.reset_time == scene.clock() // 1000 + 30
    assert "retry-after" not in scene.wire.heard[-1].headers
    assert posts(scene) == 0


@pytest.mark.parametrize(
    ("kind", "status", "done"), [("gateway_before", 503, 0), ("gateway_after", 502, 1)]
)
async def test_a_gateway_fails_before_or_after_the_post(
    scene: Scene, kind: Kind, status: int, done: int
) -> None:
    scene.world.faults.arm(CALL, kind)
    with pytest.raises(aiohttp.ContentTypeError):
        await post(scene)
    assert scene.wire.heard[-1].status == status
    assert posts(scene) == done


@pytest.mark.parametrize(("kind", "done"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_connection_is_cut_before_or_after_the_post(
    scene: Scene, kind: Kind, done: int
) -> None:
    scene.world.faults.arm(CALL, kind)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(scene)
    assert posts(scene) == done


async def test_garbage_is_no_json_though_the_post_stands(scene: Scene) -> None:
    scene.world.faults.arm(CALL, "garbage")
    with pytest.raises(aiohttp.ContentTypeError):
        await post(scene)
    assert posts(scene) == 1


async def test_slow_is_late_and_right(scene: Scene) -> None:
    scene.world.faults.arm(CALL, "slow", seconds=0)
    assert await post(scene) == 1
    assert [(call, fault.kind) for call, fault in scene.world.faults.fired] == [(CALL, "slow")]


async def test_a_fault_hits_its_own_call_as_often_as_armed_and_no_more(scene: Scene) -> None:
    scene.world.faults.arm(CALL, "busy", times=2)
    await scene.x.get_me()
    for _ in range(2):
        with pytest.raises(TooManyRequests):
            await post(scene)
    assert await post(scene) == 1


async def test_a_star_hits_any_call_and_clear_forgets(scene: Scene) -> None:
    scene.world.faults.arm("*", "busy", times=2)
    with pytest.raises(TooManyRequests):
        await scene.x.get_me()
    scene.world.faults.clear()
    await scene.x.get_me()
