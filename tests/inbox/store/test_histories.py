"""Histories: in two places, always whole, whoever interferes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from inbox.conversations.state import Closing, Conversation
from inbox.store import codec, keys
from inbox.store.client import Argument, Client
from inbox.store.commit import commit, load
from inbox.store.histories import BLOCK_MOST, SETTLED, SHELVED_AT, Histories
from tests.inbox.store.test_commit import AT, done, made

LATER = AT + SETTLED
CLOSED = Conversation(id="c1", closed=Closing(AT, "officer:aj"))


class Interrupted(Client):
    """A caller before whose next laying a rival does something."""

    rival: Callable[[], Any] | None = None

    async def function(self, name: str, names: Any, *args: Argument) -> Any:
        if name == "history_lay_1" and self.rival is not None:
            rival, self.rival = self.rival, None
            await rival()
        return await super().function(name, names, *args)


@pytest.fixture
def interrupted(client: Client, store_url: str) -> Interrupted:
    return Interrupted(store_url, cluster=client.cluster)


async def grown(client: Client, many: int, first: Conversation = CLOSED) -> Conversation:
    last = first
    for n in range(many):
        last = await done(client, last, f"{first.id}/op{last.version}.{n}")
    return last


async def places(client: Client, id_: str = "c1") -> tuple[int, int]:
    """Return how many blocks and how many lines by themselves there are."""
    blocks = await client.call("LLEN", keys.old("conv", id_))
    return blocks, await client.call("LLEN", keys.past("conv", id_))


async def test_a_closed_conversation_is_shelved_whole_and_reads_as_before(client: Client) -> None:
    last, histories = await grown(client, 8), Histories(client)
    before = await histories.lines("c1")
    assert await histories.shelve("c1", LATER)
    assert await places(client) == (1, 0)
    assert await histories.lines("c1") == before
    assert codec.verify(before) == last.head
    assert await load(client, "c1") == last


async def test_a_line_is_shelved_only_once_no_commit_can_repeat_it(client: Client) -> None:
    what = made(CLOSED, "op1")
    await commit(client, what)
    assert await Histories(client).shelve("c1", LATER - 1)
    assert await places(client) == (0, 1)
    assert (await commit(client, what)).answer == "already"


async def test_an_open_conversation_is_shelved_when_it_is_long(client: Client) -> None:
    histories, there = Histories(client), Conversation(id="c1")
    last = await grown(client, SHELVED_AT - 1, there)
    assert await histories.shelve("c1", LATER)
    assert await places(client) == (0, SHELVED_AT - 1)
    await done(client, last, "one more")
    assert await histories.shelve("c1", LATER)
    assert await places(client) == (1, 0)
    assert (await load(client, "c1")).version == SHELVED_AT


async def test_what_is_reopened_goes_on_and_joins_its_block_later(client: Client) -> None:
    histories, last = Histories(client), await grown(client, 4)
    assert await histories.shelve("c1", LATER)
    last = await grown(client, 3, await load(client, "c1"))
    assert await places(client) == (1, 3)
    assert codec.verify(await histories.lines("c1")) == last.head
    assert await histories.shelve("c1", LATER)
    assert await places(client) == (1, 0)
    assert codec.verify(await histories.lines("c1")) == last.head


async def test_a_full_block_is_left_as_it_is(client: Client) -> None:
    histories, last = Histories(client), CLOSED
    noise = "".join(chr(0x4E00 + n * n * 7919 % 20_000) for n in range(BLOCK_MOST))
    events = f'[{{"e":"Noted","note":"n","text":"{noise}"}}]'
    line = f'["op1",1,1,{AT},"officer:aj","web","salt",{events}]'.encode()
    then = replace(last, version=1, head=codec.chain("", line))
    what = made(last, "op1", line=line, snapshot=codec.encode_snapshot(then))
    assert (await commit(client, what)).answer == "ok"
    for blocks in (1, 2, 2):
        assert await histories.shelve("c1", LATER)
        assert await places(client) == (blocks, 0)
        last = await grown(client, 1, await load(client, "c1"))
    assert codec.verify(await histories.lines("c1")) == last.head


async def test_a_commit_while_a_history_is_shelved_is_kept(
    client: Client, interrupted: Interrupted
) -> None:
    last = await grown(client, 3)
    interrupted.rival = lambda: done(client, last, "rival")
    assert await Histories(interrupted).shelve("c1", LATER)
    now = await load(client, "c1")
    assert now.version == 4
    assert await places(client) == (1, 1)
    assert codec.verify(await Histories(client).lines("c1")) == now.head
    await interrupted.aclose()


def erased(line: bytes) -> bytes:
    return codec.erase(line)


@pytest.mark.parametrize("shelved", [False, True])
async def test_every_line_can_be_rewritten_in_either_place(client: Client, shelved: bool) -> None:
    histories, last = Histories(client), await grown(client, 3)
    if shelved:
        assert await histories.shelve("c1", LATER)
        last = await grown(client, 2, await load(client, "c1"))
    before = await places(client)
    await histories.rewrite("c1", erased)
    assert await places(client) == before
    assert not any(b"of c1/op" in line for line in await histories.lines("c1"))
    assert codec.verify(await histories.lines("c1")) == last.head


async def test_a_rewritten_line_is_still_found_by_its_repeat(client: Client) -> None:
    what = made(CLOSED, "op1")
    await commit(client, what)
    await Histories(client).rewrite("c1", erased)
    assert (await commit(client, what)).answer == "already"


async def test_what_was_erased_meanwhile_does_not_come_back(
    client: Client, interrupted: Interrupted
) -> None:
    await grown(client, 3)
    interrupted.rival = lambda: Histories(client).rewrite("c1", erased)
    assert not await Histories(interrupted).shelve("c1", LATER)
    assert not any(b"of c1/op" in line for line in await Histories(client).lines("c1"))
    await interrupted.aclose()


async def test_a_line_committed_during_a_rewriting_is_rewritten_too(
    client: Client, interrupted: Interrupted
) -> None:
    last = await grown(client, 2)
    interrupted.rival = lambda: done(client, last, "rival")
    await Histories(interrupted).rewrite("c1", erased)
    lines = await Histories(client).lines("c1")
    assert len(lines) == 3
    assert not any(b"of rival" in line for line in lines)
    await interrupted.aclose()


async def test_rivals_that_shelve_and_commit_at_once_lose_nothing(client: Client) -> None:
    histories = Histories(client)

    async def writes() -> None:
        for n in range(60):
            await done(client, await load(client, "c1"), f"w{n}")

    async def shelves() -> None:
        for _ in range(20):
            await histories.shelve("c1", LATER)

    await done(client, CLOSED, "first")
    await asyncio.gather(writes(), *(shelves() for _ in range(3)))
    assert codec.verify(await histories.lines("c1")) == (await load(client, "c1")).head
