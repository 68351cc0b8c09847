"""Real conversations of 2020 pass through the stand-in with their own ids and times."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from sandbox.x.world import World


@pytest.fixture(scope="module")
def conversations() -> list[dict[str, Any]]:
    beside = Path(__file__).parents[3] / ".." / "shared" / "data"
    path = Path(os.environ.get("CHANCERY_SHARED_DATA", beside)) / "x_care_conversations.jsonl"
    if not path.exists():
        pytest.skip("the real conversations are not in the shared data folder")
    return [json.loads(line) for line in path.read_text().splitlines()]


def replayed(conversations: list[dict[str, Any]], seed: int) -> World:
    """Post every message once, each answering the one before it, in a random order."""
    told: dict[str, tuple[str, str, str | None]] = {}
    for conversation in conversations:
        parent = None
        for message in conversation["messages"]:
            told.setdefault(message["id"], (message["from"], message["text"], parent))
            parent = message["id"]
    world = World(lambda: 1_793_000_000_000)
    for handle in sorted({handle for handle, _, _ in told.values()}):
        world.join(handle, handle)
    ids = list(told)
    random.Random(seed).shuffle(ids)
    for number in ids:
        handle, text, parent = told[number]
        world.post(handle, text, id=number, in_reply_to=parent)
    return world


def threads(world: World) -> dict[str, str]:
    posts = (world.shelf.get(number) for number in world.shelf.everything())
    return {post.id: post.conversation_id for post in posts}


def test_any_order_of_arrival_makes_the_same_threads(conversations: list[dict[str, Any]]) -> None:
    first = threads(replayed(conversations, 1))
    assert len(first) == 1205
    assert first == threads(replayed(conversations, 2))
    for root in set(first.values()):
        assert first[root] == root
