"""Queue, outbox, holders and timers: they follow from the snapshots and can be drawn again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from inbox.conversations.state import Answer, Closing, Conversation, OutPart, Wake
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.log import Touched
from inbox.store.outbox import UNSURE_AFTER, Outbox, leaves_at
from inbox.store.pictures import VIEWS, Pictures
from inbox.store.queue import Queue
from inbox.store.read import Read
from inbox.store.timers import Timers
from tests.inbox import views
from tests.inbox.views import START, held_by, put

FAR = START + 10**9


@pytest.fixture
def read(client: Client) -> Read:
    return Read(client)


@pytest.fixture
def pictures(client: Client, read: Read) -> Pictures:
    return Pictures(client, read, views.place)


def news(*conversations: Conversation) -> tuple[Touched, ...]:
    return tuple(Touched("conv", c.id, c.version) for c in conversations)


def answering(leaves: int, **part: Any) -> tuple[Answer, ...]:
    state = "sending" if part.get("state") == "sending" else "ready"
    parts = (OutPart(id="a1.1", text="Hello", **part),)
    return (Answer(id="a1", author="aj", state=state, parts=parts, leaves_at=leaves),)  # type: ignore[arg-type]  # one of two states


async def derived(client: Client) -> Mapping[str, Any]:
    """Read every derived key, whatever it is called, as plain values."""
    found: dict[str, Any] = {}
    for start in ("queue", "due", "out", "of", "held"):
        async for key in client.names(f"{start}:*"):
            if start == "held":
                found[key] = await client.call("HGETALL", key)
            else:
                found[key] = await client.call("ZRANGE", key, 0, -1, "WITHSCORES")
    return {key: value for key, value in found.items() if value}


async def many(client: Client) -> list[Conversation]:
    """Commit conversations of every sort."""
    made = []
    for n in range(40):
        fields: dict[str, Any] = {
            "account": "x/two" if n % 3 == 0 else "x/one",
            "lane": "life-safety" if n % 7 == 0 else "other",
            "waiting_since": START + (n * 37) % 40,
            "person": f"x:{n % 11}",
        }
        match n % 5:
            case 1:
                fields |= {"claim": held_by("aj" if n % 2 else "bo")}
            case 2:
                fields |= {"wake": Wake(START + n, 1)}
            case 3:
                fields |= {"closed": Closing(START, "aj", 2), "claim": held_by("bo")}
            case 4:
                fields |= {"answers": answering(START + n), "claimant": "aj"}
            case _:
                pass
        made.append(await put(client, views.conversation(f"conversation{n:04d}", **fields)))
    return made


async def test_the_first_of_several_channels_are_merged_by_lane_then_by_waiting(
    client: Client,
) -> None:
    waiting = [c for c in await many(client) if c.state == "waiting"]
    expected = sorted(waiting, key=lambda c: (c.lane != "life-safety", c.waiting_since, c.id))
    queue = Queue(client)
    assert [w.id for w in await queue.first(["C1", "C2"], 9)] == [c.id for c in expected[:9]]
    ones = [c.id for c in expected if c.account == "x/one"]
    assert [w.id for w in await queue.first(["C1"], 100)] == ones
    first = (await queue.first(["C1", "C2"], 1))[0]
    assert (first.rank, first.since) == (0, expected[0].waiting_since)
    assert await queue.first([], 5) == ()
    assert await queue.first(["C1"], 0) == ()


async def test_a_queue_is_counted_by_lane(client: Client) -> None:
    waiting = [c for c in await many(client) if views.place(c)]
    ones = [c for c in waiting if c.account == "x/one"]
    urgent = sum(c.lane == "life-safety" for c in ones)
    queue = Queue(client)
    assert await queue.count("C1") == len(ones)
    assert await queue.ranks("C1") == {0: urgent, 6: len(ones) - urgent}
    assert await queue.oldest("C1") == min(c.waiting_since for c in ones)
    assert await queue.count("C3") == 0
    assert await queue.oldest("C3") is None


async def test_an_older_version_never_overwrites_a_newer(client: Client) -> None:
    first = await put(client, views.conversation("c" * 16, claim=held_by("aj")))
    then = await put(client, replace(first, claim=held_by("bo")))
    names = [keys.snapshot("conv", first.id), keys.held(keys.tag(first.id))]
    assert await client.function("picture_1", names, then.version, first.id, "h", "bo") == 1
    assert await client.function("picture_1", names, first.version, first.id, "h", "aj") == 0
    assert await client.function("picture_1", names, 11, first.id, "h", "ci") == 0
    assert await Read(client).held("bo") == (first.id,)
    assert await Read(client).held("aj") == ()


async def test_a_claim_is_seen_with_its_holder_until_it_is_released(
    client: Client, read: Read, pictures: Pictures
) -> None:
    one = await put(client, views.conversation("a" * 16, claim=held_by("aj")))
    two = await put(client, views.conversation("b" * 16, claim=held_by("aj")))
    await pictures.held(news(one, two))
    assert await read.held("aj") == (one.id, two.id)
    one = await put(client, replace(one, claim=held_by("bo")))
    two = await put(client, replace(two, claim=None))
    await pictures.held(news(one, two))
    assert await read.held("aj") == ()
    assert await read.held("bo") == (one.id,)


async def test_a_persons_conversations_with_an_account_are_found_the_first_first(
    client: Client, read: Read, pictures: Pictures
) -> None:
    made = [
        await put(client, views.conversation(f"{n}" * 16, person="x:1", opened=START - n))
        for n in range(3)
    ]
    other = await put(client, views.conversation("9" * 16, person="x:2"))
    await pictures.of(news(*made, other))
    assert await read.of("x/one", "x:1") == tuple(c.id for c in reversed(made))
    assert await read.of("x/two", "x:1") == ()


def test_a_part_may_leave_when_its_hold_is_over() -> None:
    waits = views.conversation("c", answers=answering(FAR), claimant="aj")
    assert leaves_at(waits) == FAR
    busy = views.conversation("c", answers=answering(START, until=FAR), claimant="aj")
    assert leaves_at(busy) == FAR


def test_a_part_being_sent_is_asked_about_after_two_minutes() -> None:
    sending = answering(START, state="sending", started=FAR)
    assert leaves_at(views.conversation("c", answers=sending)) == FAR + UNSURE_AFTER
    assert UNSURE_AFTER == 120_000


def test_an_answer_to_be_taken_back_is_looked_at_at_once() -> None:
    sent = OutPart(id="a1.1", state="sent", ref="x:9")
    taken = Answer(id="a1", author="aj", state="retracting", parts=(sent,), at=START)
    assert leaves_at(views.conversation("c", answers=(taken,))) == START


def test_a_conversation_without_an_answer_on_its_way_is_not_in_the_outbox() -> None:
    assert leaves_at(views.conversation("c")) is None


async def test_the_outbox_gives_what_is_due_the_longest_first(
    client: Client, pictures: Pictures
) -> None:
    outbox = Outbox(client)
    made = [
        await put(
            client,
            views.conversation(f"{n}" * 16, answers=answering(START + 10 - n), claimant="aj"),
        )
        for n in range(5)
    ]
    await pictures.out(news(*made))
    assert await outbox.next("x/one") == START + 6
    assert await outbox.due("x/one", START + 8, 10) == tuple(made[n].id for n in (4, 3, 2))
    assert await outbox.due("x/one", START + 8, 1) == (made[4].id,)
    assert await outbox.due("x/two", FAR, 10) == ()
    gone = await put(client, replace(made[4], answers=()))
    await pictures.out(news(gone))
    assert await outbox.next("x/one") == START + 7


async def test_a_timer_that_has_run_out_is_seen(client: Client) -> None:
    snoozed = await put(client, views.conversation("a" * 16, wake=Wake(START + 5, 1)))
    await put(client, views.conversation("b" * 16, wake=Wake(START + 9, 1)))
    assert await Timers(client).due(START + 5, 10) == (snoozed.id,)
    assert await Timers(client).due(START + 4, 10) == ()


async def test_every_picture_is_rebuilt_from_the_truth_after_all_of_them_were_deleted(
    client: Client, pictures: Pictures
) -> None:
    made = await many(client)
    for draw in (pictures.out, pictures.of, pictures.held):
        await draw(news(*made))
    before = await derived(client)
    assert {key.partition(":")[0] for key in before} == {"queue", "due", "out", "of", "held"}
    for key in before:
        await client.call("DEL", key)
    assert not await derived(client)
    for view in VIEWS:
        await pictures.rebuild(view)
    assert await derived(client) == before


async def test_a_rebuild_takes_out_what_does_not_belong(client: Client, pictures: Pictures) -> None:
    made = await many(client)
    for draw in (pictures.out, pictures.of, pictures.held):
        await draw(news(*made))
    before = await derived(client)
    closed = next(c for c in made if c.state == "closed")
    tag = keys.tag(closed.id)
    nobody = next(f"n{n}" for n in range(999) if keys.tag(f"n{n}") == tag)
    await client.call("ZADD", keys.queue(tag, "C9"), 1, closed.id)
    await client.call("ZADD", keys.queue(tag, "C1"), 1, nobody)
    await client.call("ZADD", keys.due(tag), 1, f"conv/{nobody}")
    await client.call("ZADD", keys.out(tag, "x/one"), 1, closed.id)
    await client.call("HSET", keys.held(tag), nobody, "aj")
    await client.call("ZADD", keys.of("x/one", "x:77"), 1, closed.id)
    for view in VIEWS:
        await pictures.rebuild(view)
    assert await derived(client) == before


async def test_a_change_in_the_middle_of_a_rebuild_is_not_drawn_over(
    client: Client, read: Read
) -> None:
    """The rival commit is staged between the rebuild's reading and its writing."""
    first = await put(client, views.conversation("c" * 16, claim=held_by("aj")))

    class Slow(Read):
        rival = True

        async def conversation(self, id_: str) -> Conversation | None:
            kept = await super().conversation(id_)
            if self.rival:
                self.rival = False
                await put(client, replace(first, claim=held_by("bo")))
            return kept

    await Pictures(client, Slow(client), views.place).rebuild("held")
    assert await read.held("bo") == (first.id,)
    assert await read.held("aj") == ()


async def test_what_is_not_there_is_read_as_nothing(client: Client, read: Read) -> None:
    there = await put(client, views.conversation("a" * 16))
    assert await read.conversation("b" * 16) is None
    assert await read.conversations(["b" * 16, there.id]) == [there]
    assert await read.history("b" * 16) == ()
    assert await read.where("x:404") is None
    assert [entry.n for entry in await read.history(there.id)] == [1]
