"""The desk: decided on a guess, committed once, and only the truth may deny."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from inbox import Unavailable
from inbox.conversations.commands import (
    AddNote,
    Claim,
    MarkDeleted,
    MarkEdited,
    Receive,
    Release,
    Report,
    StartSend,
)
from inbox.conversations.commands import Answer as AnswerNow
from inbox.conversations.denied import Denied, Why
from inbox.conversations.events import Claimed, Deleted, Echoed, Edited, Received, Sent
from inbox.conversations.reading import reading
from inbox.conversations.state import Conversation
from inbox.desk import Desk, Done, Inbound
from inbox.store import codec, keys
from inbox.store.client import Argument, Client
from inbox.store.commit import load
from inbox.store.histories import Histories
from inbox.store.registry import Registry
from inbox.words import ConversationId
from tests.cutter import cutting
from tests.inbox.house import (
    ACCOUNT,
    START,
    clock,
    desk_of,
    ids,
    inbox_of,
    message,
    policies,
    received,
)
from tests.servers import Server, free_port

PLATFORM = "platform:x"


class Staged(Client):
    """A caller in whose way a rival steps, just before its commits reach the server."""

    rival: Callable[[], Awaitable[object]] | None = None
    times = 1

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> object:
        if name in ("commit_1", "take_1") and self.rival and self.times:
            self.times -= 1
            await self.rival()
        return await super().function(name, names, *args)


@pytest.fixture
def desk(client: Client) -> Desk:
    return desk_of(client)


@pytest.fixture
async def staged(store_url: str, client: Client) -> AsyncIterator[Staged]:
    caller = Staged(store_url, cluster=client.cluster)
    yield caller
    await caller.aclose()


async def taken(desk: Desk, command: Inbound) -> Done:
    """Take a thing in, which must work."""
    result = await desk.take(ACCOUNT, command, b"{}")
    assert isinstance(result, Done)
    return result


async def opened_conversation(desk: Desk) -> ConversationId:
    return (await taken(desk, received("x:1"))).conversation.id


async def did(desk: Desk, ref: ConversationId, command: Claim | Release, by: str) -> Done | Denied:
    return await desk.do(ref, desk.order(command, by=f"officer:{by}"))


async def history(client: Client, ref: ConversationId) -> list[bytes]:
    return await Histories(client).lines(ref)


async def events(client: Client, ref: ConversationId) -> list[type]:
    return [
        type(event)
        for line in await history(client, ref)
        for event in codec.decode_entry(line).events
    ]


async def test_a_message_opens_a_conversation_in_its_lane_and_queue(
    desk: Desk, client: Client
) -> None:
    done = await taken(desk, received("x:1", "Please HELP us"))
    there = done.conversation
    assert (there.version, there.lane, there.lane_word) == (1, "life-safety", "help")
    assert there.id == desk.id_of(ACCOUNT, "t1", "x:7")
    score = await client.call("ZSCORE", keys.queue(keys.tag(there.id), "C1"), there.id)
    assert score == START - 1000
    assert there == await load(client, there.id)


async def test_an_id_is_sixteen_letters_that_only_the_secret_gives(client: Client) -> None:
    desk = desk_of(client)
    other = Desk(client, policies(), secret=b"another", now=clock, ids=ids())
    id_ = desk.id_of(ACCOUNT, "t1", "x:7")
    assert len(id_) == 16
    assert id_ != other.id_of(ACCOUNT, "t1", "x:7")
    parts = [(ACCOUNT, "t1", "x:7"), (ACCOUNT, "t", "1x:7"), ("x/b", "t1", "x:7")]
    assert len({desk.id_of(*names) for names in parts}) == 3


async def test_a_message_is_taken_in_once_by_whatever_process(client: Client) -> None:
    first, second = desk_of(client), desk_of(client)
    ref = await opened_conversation(first)
    for desk in (first, second, first):
        assert (await taken(desk, received("x:1"))).events == ()
    assert len(await history(client, ref)) == 1


async def test_fifty_deliveries_at_once_are_one_message(client: Client) -> None:
    desks = [desk_of(client) for _ in range(5)]
    done = await asyncio.gather(*(taken(desks[n % 5], received("x:1")) for n in range(50)))
    assert sum(bool(one.events) for one in done) == 1


async def test_truth(client: Client) -> None:
    """A process that remembers a claim given back elsewhere does not refuse."""
    here, there = desk_of(client), desk_of(client)
    ref = await opened_conversation(here)
    await did(here, ref, Claim(), "o0")
    await did(there, ref, Release(), "o0")
    done = await did(here, ref, Claim(), "o1")
    assert isinstance(done, Done)
    assert done.conversation.claim
    assert done.conversation.claim.holder == "o1"


async def test_a_loser_is_told_who_was_first(client: Client) -> None:
    here, there = desk_of(client), desk_of(client)
    ref = await opened_conversation(here)
    await did(there, ref, Claim(), "o0")
    assert await did(here, ref, Claim(), "o1") == Denied("claimed", {"by": "o0", "since": START})


async def test_a_rival_that_steps_in_between_wins_and_the_other_hears_of_it(
    client: Client, staged: Staged
) -> None:
    rival, late = desk_of(client), desk_of(staged)
    ref = await opened_conversation(rival)
    staged.rival = lambda: did(rival, ref, Claim(), "o0")
    assert await did(late, ref, Claim(), "o1") == Denied("claimed", {"by": "o0", "since": START})
    assert (await events(client, ref)).count(Claimed) == 1


async def test_a_rival_that_does_not_matter_only_costs_a_try(
    client: Client, staged: Staged
) -> None:
    rival, late = desk_of(client), desk_of(staged)
    ref = await opened_conversation(rival)
    note = AddNote(note="n", text="seen")
    staged.rival = lambda: rival.do(ref, rival.order(note, by="officer:o0"))
    staged.times = 7
    done = await did(late, ref, Claim(), "o1")
    assert isinstance(done, Done)
    assert done.conversation.version == 9


async def test_eight_lost_races_are_told_as_a_crowd(client: Client, staged: Staged) -> None:
    rival, late = desk_of(client), desk_of(staged)
    ref = await opened_conversation(rival)
    note = AddNote(note="n", text="seen")
    staged.rival = lambda: rival.do(ref, rival.order(note, by="officer:o0"))
    staged.times = 100
    assert await did(late, ref, Claim(), "o1") == Denied("crowded")
    assert staged.times == 92


async def test_of_fifty_officers_at_once_one_holds_it(client: Client, long_run: bool) -> None:
    desks = [desk_of(client, officers=50) for _ in range(5)]
    for n in range(100 if long_run else 5):
        ref = (await taken(desks[0], received(f"x:{n}", thread=f"t{n}"))).conversation.id
        results = await asyncio.gather(
            *(did(desks[m % 5], ref, Claim(), f"o{m}") for m in range(50))
        )
        winners = [m for m, result in enumerate(results) if isinstance(result, Done)]
        held = (await load(client, ref)).claim
        assert held
        assert [f"o{m}" for m in winners] == [held.holder]
        losers = [result for result in results if isinstance(result, Denied)]
        assert {(lost.why, lost.facts["by"]) for lost in losers} == {("claimed", held.holder)}


async def test_a_double_click_happens_once(client: Client) -> None:
    desk = desk_of(client)
    ref = await opened_conversation(desk)
    order = desk.order(AddNote(note="n", text="seen"), by="officer:o0", op="click")
    first, second = await asyncio.gather(desk.do(ref, order), desk_of(client).do(ref, order))
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert sorted(map(len, (first.events, second.events))) == [0, 1]
    assert len(await history(client, ref)) == 2


async def test_an_order_for_a_conversation_nobody_knows_is_denied(desk: Desk) -> None:
    assert await did(desk, "nowhere", Claim(), "o0") == Denied("unknown_conversation")


async def test_an_account_nobody_knows_takes_nothing_in(desk: Desk) -> None:
    result = await desk.take("x/gone", received("x:1", account="x/gone"))
    assert result == Denied("unknown_conversation")


async def test_who_watches_hears_of_each_commit_and_cannot_break_it(desk: Desk) -> None:
    heard: list[ConversationId] = []

    def broken(ref: ConversationId, done: Done) -> None:
        raise ValueError(ref)

    desk.watch(broken)
    desk.watch(lambda ref, done: heard.append(ref))
    ref = await opened_conversation(desk)
    await taken(desk, received("x:1"))
    assert heard == [ref]


# What comes in another order, or in another shape
async def test_a_post_stays_where_it_was_first_put(desk: Desk) -> None:
    ref = await opened_conversation(desk)
    again = await taken(desk, received("x:1", thread="another root"))
    assert (again.conversation.id, again.events) == (ref, ())


async def test_a_new_version_of_a_post_goes_where_its_first_went(
    desk: Desk, client: Client
) -> None:
    ref = await opened_conversation(desk)
    newer = received("x:2", "Hello!", chain=("x:1",), thread="t9")
    assert (await taken(desk, newer)).conversation.id == ref
    (said,) = reading(codec.decode_entry(line) for line in await history(client, ref)).messages
    assert said.message.text == "Hello!"


async def test_tombstone_before_the_message(desk: Desk, client: Client) -> None:
    gone = MarkDeleted("x:1", START)
    assert await desk.take(ACCOUNT, gone) == Denied("unknown_message")
    done = await taken(desk, received("x:1"))
    assert [type(event) for event in done.events] == [Received, Deleted]
    assert len(await history(client, done.conversation.id)) == 1


async def test_an_edit_before_the_message_waits_for_it(desk: Desk) -> None:
    edit = MarkEdited("x:1", "x:2", "Hello, corrected", written=START)
    assert await desk.take(ACCOUNT, edit) == Denied("unknown_message")
    done = await taken(desk, received("x:1"))
    assert [type(event) for event in done.events] == [Received, Edited]
    assert (await taken(desk, received("x:2", "Hello, corrected", chain=("x:1",)))).events == ()


async def test_a_deletion_waits_for_a_message_that_is_on_its_way(
    client: Client, staged: Staged
) -> None:
    """Routed on Cluster, then slow: the deletion gives up, and the message looks again."""
    slow, quick = desk_of(staged), desk_of(client)
    why: Why = "unknown_conversation" if client.cluster else "unknown_message"

    async def delete() -> None:
        denied = await quick.take(ACCOUNT, MarkDeleted("x:1", START))
        assert denied == Denied(why)

    staged.rival = delete
    ref = (await taken(slow, received("x:1"))).conversation.id
    assert await events(client, ref) == [Received, Deleted]


async def test_whatever_the_order_the_same_is_read(client: Client) -> None:
    news: list[Inbound] = [
        received("x:1", "One"),
        MarkEdited("x:1", "x:2", "One, corrected", written=START),
        received("x:2", "One, corrected", chain=("x:1",), written=START - 1000),
        MarkDeleted("x:5", START),
        received("x:5", "Five", written=START - 500),
    ]
    read: set[tuple[tuple[str, bool], ...]] = set()
    for n, order in enumerate(itertools.permutations(news)):
        if n % 7:
            continue
        await client.everywhere("FLUSHALL")
        desk = desk_of(client)
        for command in (*order, *order):
            await desk.take(ACCOUNT, command)
        lines = await history(client, desk.id_of(ACCOUNT, "t1", "x:7"))
        seen = reading(codec.decode_entry(line) for line in lines).messages
        read.add(tuple((said.message.text, said.deleted) for said in seen))
    assert len(read) == 1


async def test_a_conversation_that_we_opened_takes_in_what_is_written_in_it(desk: Desk) -> None:
    ref = await opened_conversation(desk)
    assert await desk.alias(ACCOUNT, "dm-1", "x:7", ref) == ref
    reply = received("x:9", "Thanks", thread="dm-1", audience="private")
    assert (await taken(desk, reply)).conversation.id == ref
    stranger = received("x:10", "Me too", thread="dm-1", audience="private", person="x:8")
    assert (await taken(desk, stranger)).conversation.id != ref


async def test_a_post_without_a_root_follows_what_it_replies_to(desk: Desk) -> None:
    ref = await opened_conversation(desk)
    reply = received("x:9", thread="x:9", re="x:1", root_unknown=True)
    assert (await taken(desk, reply)).conversation.id == ref
    stranger = received("x:10", thread="x:10", re="x:1", root_unknown=True, person="x:8")
    assert (await taken(desk, stranger)).conversation.id != ref


async def answered(desk: Desk) -> ConversationId:
    """Open a conversation and begin to send its answer."""
    ref = await opened_conversation(desk)
    claimed = await did(desk, ref, Claim(), "o0")
    assert isinstance(claimed, Done)
    answer = AnswerNow(
        answer="a1", text="We are here", re="x:1", fence=claimed.conversation.fence, seen=2
    )
    assert isinstance(await desk.do(ref, desk.order(answer, by="officer:o0")), Done)
    there = (await desk.do(ref, desk.order(Claim(), by="officer:o0"))).conversation  # type: ignore[union-attr]  # so already
    part = there.answers[0].parts[0].id
    assert isinstance(await desk.do(ref, desk.order(StartSend(part=part), by="postroom")), Done)
    return ref


async def test_routed(client: Client, staged: Staged) -> None:
    """A message is routed before it is taken in: what is cut in between is brought again."""
    routed: list[str] = []

    async def look() -> None:
        routed.append((await Registry(client).ask("x:1")).conversation)

    staged.rival = look
    assert routed == []
    edited = received("x:2", chain=("x:1",))  # what has no chain is routed in the commit's own step
    ref = (await taken(desk_of(staged), edited)).conversation.id
    assert routed == [ref]


async def test_sent_routed(client: Client, staged: Staged) -> None:
    """What we sent is registered before it is known as sent."""
    desk = desk_of(staged)
    ref = await answered(desk)
    routed: list[str] = []

    async def look() -> None:
        routed.append((await Registry(client).ask("x:100")).conversation)

    staged.rival, staged.times = look, 1
    part = (await load(client, ref)).answers[0].parts[0].id
    report = Report(part=part, outcome="sent", ref="x:100", attempt=1)
    done = await desk.do(ref, desk.order(report, by="postroom"))
    assert isinstance(done, Done)
    assert routed == [ref]


async def test_an_echo_of_ours_settles_the_part_it_is(desk: Desk, client: Client) -> None:
    ref = await answered(desk)
    text = (await load(client, ref)).answers[0].parts[0].text
    echo = Receive(message("x:100", text, ours=True, re="x:1", person="", thread="elsewhere"))
    done = await taken(desk, echo)
    assert done.conversation.id == ref
    assert [type(event) for event in done.events] == [Sent]
    assert (await taken(desk, echo)).events == ()


async def test_a_post_of_ours_that_we_did_not_send_is_an_echo_where_it_belongs(
    desk: Desk,
) -> None:
    ref = await opened_conversation(desk)
    done = await taken(desk, Receive(message("x:100", "By hand", ours=True, re="x:1", person="")))
    assert done.conversation.id == ref
    assert [type(event) for event in done.events] == [Echoed]


# When the store is away
async def test_a_commit_whose_answer_is_lost_is_repeated_byte_by_byte(
    single_servers: list[Server],
) -> None:
    (server,) = single_servers
    server.order("FLUSHALL")
    async with cutting(server.port) as cutter:
        client = Client(f"redis://127.0.0.1:{cutter.port}/0")
        await client.load_libraries()
        desk = desk_of(client)
        ref = await opened_conversation(desk)
        cutter.arm(b"commit_1", 2)
        order = desk.order(Claim(), by="officer:o0", op="click")
        done = await desk.do(ref, order)
        assert isinstance(done, Done)
        assert (cutter.lost, len(cutter.heard), len(set(cutter.heard))) == (2, 3, 1)
        assert await events(client, ref) == [Received, Claimed]
        await client.aclose()


async def test_a_store_that_stays_away_is_unavailable() -> None:
    client = Client(f"redis://127.0.0.1:{free_port()}/0")
    desk = desk_of(client, patience=0.1)
    with pytest.raises(Unavailable):
        await desk.take(ACCOUNT, received("x:1"))
    with pytest.raises(Unavailable):
        await did(desk, "anywhere", Claim(), "o0")
    await client.aclose()


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    acknowledged: list[Conversation] = []
    async with inbox_of(tmp_path) as inbox:

        async def write(n: int) -> None:
            for m in range(10):
                command = received(f"x:{n}-{m}", thread=f"t{n}")
                done = await inbox.desk.take(ACCOUNT, command, b"{}")
                assert isinstance(done, Done)
                acknowledged.append(done.conversation)

        writers = [asyncio.create_task(write(n)) for n in range(20)]
        for _ in range(2):
            before = len(acknowledged)
            while len(acknowledged) < before + 40:
                await asyncio.sleep(0)
            os.kill(int((tmp_path / "valkey.pid").read_text()), signal.SIGKILL)
        await asyncio.gather(*writers)
        assert len(acknowledged) == 200
        for there in await inbox.read.conversations({one.id for one in acknowledged}):
            told = await inbox.read.history(there.id)
            messages = [event for entry in told for event in entry.events]
            assert len(messages) == len({entry.op for entry in told}) == there.version == 10


async def test_behind(client: Client) -> None:
    """A process that knows more than the store says so, and decides on what there is."""
    desk, told = desk_of(client), list[str]()

    async def behind() -> None:
        told.append("behind")

    async def leaving(conversation: Conversation) -> None:
        told.append("leaving")

    desk.warn(behind=behind, leaving=leaving)
    ref = (await taken(desk, received("x:1"))).conversation.id
    await taken(desk, received("x:2"))
    first = (await client.call("LRANGE", keys.past("conv", ref), 0, 0))[0]
    await client.call("DEL", keys.snapshot("conv", ref), keys.past("conv", ref))
    await client.call("RPUSH", keys.past("conv", ref), first)
    done = await desk.do(ref, desk.order(Claim(), by="officer:o0"))
    assert isinstance(done, Denied)
    assert (done.why, told) == ("unknown_conversation", ["behind"])
