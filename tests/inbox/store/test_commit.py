"""The one commit function: a guess is checked, a repeat is found, a message is taken in once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from inbox.conversations.events import SCHEMA, Entry, Noted
from inbox.conversations.state import Conversation
from inbox.store import codec, keys, raw
from inbox.store.client import Client
from inbox.store.commit import Commit, Verdict, commit, load
from inbox.store.histories import Histories
from inbox.store.registry import Registry, place_of

AT = 1_770_000_000_000
CHANNELS = ("C1", "C2")


def made(before: Conversation, op: str, **fields: Any) -> Commit:
    """Give a commit of one note on top of `before`."""
    number = before.version + 1
    events = (Noted(note="n", text=f"of {op}"),)
    line = codec.encode_entry(Entry(op, SCHEMA, number, AT, "officer:aj", "web", "salt", events))
    after = replace(before, version=number, head=codec.chain(before.head, line))
    first: dict[str, Any] = {
        "kind": "conv",
        "id": before.id,
        "expected": codec.token(before),
        "number": number,
        "beginning": codec.beginning(op),
        "snapshot": codec.encode_snapshot(after),
        "line": line,
        "at": AT,
        "channels": CHANNELS,
    }
    return Commit(**{**first, **fields})


async def done(client: Client, before: Conversation, op: str, **fields: Any) -> Conversation:
    """Commit, and give the conversation that then is."""
    assert (await commit(client, made(before, op, **fields))).answer == "ok"
    return await load(client, before.id)


async def lines(client: Client, id_: str) -> list[bytes]:
    return await Histories(client).lines(id_)


async def test_a_commit_writes_snapshot_history_and_news_without_a_text(client: Client) -> None:
    after = await done(client, Conversation(id="c1"), "op1")
    assert (after.version, after.head) == (1, codec.verify(await lines(client, "c1")))
    (news,) = await client.call("XRANGE", keys.log(keys.tag("c1")), "-", "+")
    assert news[1] == {b"k": b"conv", b"i": b"c1", b"n": b"1"}


async def test_a_commit_on_an_old_version_is_told_the_truth(client: Client) -> None:
    old = await done(client, Conversation(id="c1"), "op1")
    rival = await done(client, old, "op2")
    verdict = await commit(client, made(old, "op3"))
    assert verdict.answer == "moved"
    assert codec.decode_snapshot(verdict.truth) == rival
    assert len(await lines(client, "c1")) == 2


async def test_a_guess_of_absence_loses_to_a_conversation_that_exists(client: Client) -> None:
    there = await done(client, Conversation(id="c1"), "op1")
    verdict = await commit(client, made(Conversation(id="c1"), "op2"))
    assert verdict == Verdict("moved", codec.encode_snapshot(there))


async def test_a_guess_of_existence_loses_to_an_empty_store(client: Client) -> None:
    verdict = await commit(client, made(Conversation(id="c1", version=3, head="h"), "op1"))
    assert verdict == Verdict("moved", b"")


async def test_the_same_version_with_another_head_is_not_the_same(client: Client) -> None:
    there = await done(client, Conversation(id="c1"), "op1")
    verdict = await commit(client, made(replace(there, head="another"), "op2"))
    assert verdict.answer == "moved"


async def test_version_1_is_not_taken_for_version_10(client: Client) -> None:
    there = Conversation(id="c1")
    for n in range(10):
        there = await done(client, there, f"op{n}")
    verdict = await commit(client, made(replace(there, version=1, head=""), "late"))
    assert (there.version, verdict.answer) == (10, "moved")


async def test_a_repeated_commit_answers_already_and_writes_nothing(client: Client) -> None:
    what = made(Conversation(id="c1"), "op1")
    await commit(client, what)
    before = await lines(client, "c1")
    assert await commit(client, what) == Verdict("already", what.snapshot)
    assert await lines(client, "c1") == before
    assert len(await client.call("XRANGE", keys.log(keys.tag("c1")), "-", "+")) == 1


async def test_a_repeat_is_found_after_others_have_written(client: Client) -> None:
    what = made(Conversation(id="c1"), "op1")
    await commit(client, what)
    last = await load(client, "c1")
    for n in range(12):
        last = await done(client, last, f"rival{n}")
    assert await commit(client, what) == Verdict("already", codec.encode_snapshot(last))


async def test_a_repeat_is_found_after_older_lines_were_moved_away(client: Client) -> None:
    first = await done(client, Conversation(id="c1"), "op1")
    second = await done(client, first, "op2")
    await done(client, second, "op3")
    await client.call("LPOP", keys.past("conv", "c1"))
    assert (await commit(client, made(first, "op2"))).answer == "already"


async def test_an_operation_is_compared_whole(client: Client) -> None:
    """`c0.4` is not `c0.49`, nor the other way round."""
    await done(client, Conversation(id="c1"), "c0.49")
    assert (await commit(client, made(Conversation(id="c1"), "c0.4"))).answer == "moved"
    await done(client, Conversation(id="c2"), "c0.4")
    assert (await commit(client, made(Conversation(id="c2"), "c0.49"))).answer == "moved"


@pytest.mark.parametrize("op", ['a"b', "a\\b", "ä\u2028", "x:1!deleted", '",1'])
async def test_an_operation_may_be_called_anything(client: Client, op: str) -> None:
    what = made(Conversation(id="c1"), op)
    assert (await commit(client, what)).answer == "ok"
    assert (await commit(client, what)).answer == "already"


async def test_a_message_is_taken_in_once_however_old(client: Client) -> None:
    last = await done(client, Conversation(id="c1"), "x:1", taken=("x:1",))
    for n in range(20):
        last = await done(client, last, f"op{n}")
    verdict = await commit(client, made(last, "again", taken=("x:1",)))
    assert verdict == Verdict("already", codec.encode_snapshot(last))


async def test_earlier_versions_of_a_message_are_taken_in_with_it(client: Client) -> None:
    last = await done(client, Conversation(id="c1"), "x:2", taken=("x:2", "x:1"))
    assert (await commit(client, made(last, "x:1", taken=("x:1",)))).answer == "already"
    assert (await commit(client, made(last, "x:3", taken=("x:3", "x:1")))).answer == "ok"


async def test_a_conversation_stands_in_one_queue_and_moves_with_its_commit(client: Client) -> None:
    tag = keys.tag("c1")
    last = await done(client, Conversation(id="c1"), "op1", place=("C1", 5 * 10**13 + AT))
    assert await client.call("ZSCORE", keys.queue(tag, "C1"), "c1") == 5 * 10**13 + AT
    last = await done(client, last, "op2", place=("C2", 1))
    assert await client.call("ZSCORE", keys.queue(tag, "C1"), "c1") is None
    assert await client.call("ZSCORE", keys.queue(tag, "C2"), "c1") == 1
    await done(client, last, "op3")
    assert await client.call("ZSCORE", keys.queue(tag, "C2"), "c1") is None


async def test_a_timer_is_set_and_cleared_by_the_commit(client: Client) -> None:
    due = keys.due(keys.tag("c1"))
    last = await done(client, Conversation(id="c1"), "op1", due=AT + 5)
    assert await client.call("ZSCORE", due, "conv/c1") == AT + 5
    await done(client, last, "op2")
    assert await client.call("ZCARD", due) == 0


async def test_a_payload_is_kept_compressed_and_goes_with_its_day(client: Client) -> None:
    payload = b'{"text":"' + b"hello " * 200 + b'"}'
    await done(client, Conversation(id="c1"), "x:1", payload=payload, message="x:1")
    assert await raw.load(client, "c1", "x:1", AT) == payload
    assert await raw.load(client, "c1", "x:2", AT) is None
    assert await client.call("HSTRLEN", raw.key("c1", AT), "x:1") < 100
    assert 0 < await client.call("TTL", raw.key("c1", AT)) <= raw.SECONDS


async def test_a_process_does_not_commit_to_a_newer_schema(client: Client) -> None:
    await client.call("SET", keys.schema(keys.tag("c1")), SCHEMA + 1)
    with pytest.raises(codec.NewerSchema):
        await commit(client, made(Conversation(id="c1"), "op1"))
    assert (await load(client, "c1")).version == 0


async def test_reachouts_and_contacts_are_committed_apart(client: Client) -> None:
    for kind in ("conv", "reach", "contact"):
        assert (await commit(client, made(Conversation(id="c1"), kind, kind=kind))).answer == "ok"
    assert len(await lines(client, "c1")) == 1
    assert len(await client.call("XRANGE", keys.log(keys.tag("c1")), "-", "+")) == 3


async def test_our_functions_are_loaded_anew_where_a_server_has_lost_them(client: Client) -> None:
    await client.everywhere("FUNCTION", "FLUSH")
    assert (await commit(client, made(Conversation(id="c1"), "op1"))).answer == "ok"


async def test_a_message_is_routed_in_the_step_that_takes_it_in(client: Client) -> None:
    if client.cluster:
        pytest.skip("on Cluster the route may lie on another server")
    last = await done(client, Conversation(id="c1"), "x:1", route="x:1", taken=("x:1",))
    assert (await Registry(client).ask("x:1")).conversation == "c1"
    repeated = await commit(client, made(last, "again", route="x:1", taken=("x:1",)))
    assert repeated.answer == "already"


@pytest.mark.parametrize("why", ["elsewhere", "deleted"])
async def test_a_message_that_belongs_elsewhere_is_not_committed_here(
    client: Client, why: str
) -> None:
    if client.cluster:
        pytest.skip("on Cluster the route may lie on another server")
    registry = Registry(client)
    if why == "elsewhere":
        await registry.put("x:1", "c2")
    else:
        await registry.mark_deleted("x:1")
    verdict = await commit(client, made(Conversation(id="c1"), "x:1", route="x:1"))
    assert (verdict.answer, place_of(verdict.truth)) == ("routed", await registry.ask("x:1"))
    assert (await load(client, "c1")).version == 0
