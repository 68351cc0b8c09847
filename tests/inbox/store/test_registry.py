"""The registry: one conversation for every id of a message, set if absent and final."""

from __future__ import annotations

import asyncio

import pytest

from inbox.store.client import Client
from inbox.store.registry import DELETED, Place, Registry


@pytest.fixture
def registry(client: Client) -> Registry:
    return Registry(client)


async def test_the_first_answer_stands(registry: Registry) -> None:
    assert await registry.put("x:1", "one") == Place("one", "")
    assert await registry.put("x:1", "two") == Place("one", "")
    assert await registry.ask("x:1") == Place("one", "")


async def test_nobody_knows_what_was_never_registered(registry: Registry) -> None:
    assert await registry.ask("x:1") == Place("", "")


async def test_of_many_at_once_one_answer_stands_for_all(registry: Registry) -> None:
    places = await asyncio.gather(*(registry.put("x:1", f"c{n}") for n in range(50)))
    assert len(set(places)) == 1


async def test_an_edit_chain_asks_its_first_id_then_copies(registry: Registry) -> None:
    await registry.put("x:1", "one")
    assert await registry.put_chain(("x:1", "x:2", "x:3"), "two") == Place("one", "")
    assert [(await registry.ask(m)).conversation for m in ("x:2", "x:3")] == ["one", "one"]


async def test_a_tombstone_stays_and_the_conversation_joins_it(registry: Registry) -> None:
    assert await registry.mark_deleted("x:1") == Place("", DELETED)
    assert await registry.put("x:1", "one") == Place("one", DELETED)
    assert await registry.mark_deleted("x:1") == Place("one", DELETED)


async def test_a_tombstone_on_any_version_counts_for_the_chain(registry: Registry) -> None:
    await registry.mark_deleted("x:2")
    assert await registry.put_chain(("x:1", "x:2"), "one") == Place("one", DELETED)


async def test_an_alias_leads_to_a_conversation_that_we_opened(registry: Registry) -> None:
    assert await registry.meant("hashed") == "hashed"
    assert await registry.alias("hashed", "opened") == "opened"
    assert await registry.alias("hashed", "another") == "opened"
    assert await registry.meant("hashed") == "opened"
    assert await registry.ask("hashed") == Place("", "")
