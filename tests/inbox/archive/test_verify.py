"""The past cannot be rewritten unseen: each way of doing it is done, and found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from inbox import Inbox
from inbox.archive.anchor import Anchor, Lost
from inbox.archive.checking import Fault
from inbox.conversations.commands import AddNote, Claim, Close
from inbox.conversations.events import Entry, Noted
from inbox.store import codec, keys
from inbox.store.client import Client
from inbox.words import ConversationId
from tests.inbox.archive.house import (
    TOLD,
    changed,
    found,
    history_became,
    house,
    ordered,
    wrote,
)


@pytest.fixture
async def box(client: Client, tmp_path: Path) -> Inbox:
    return await house(client, tmp_path)


@pytest.fixture
async def ref(box: Inbox) -> ConversationId:
    """Give a conversation of four entries, and another beside it, anchored."""
    await wrote(box, "x:9", "Something else", thread="t9")
    ref = await wrote(box, "x:1", "Is the border open?")
    await ordered(box, ref, Claim())
    await ordered(box, ref, AddNote("n1", "Ask Erik"))
    await ordered(box, ref, AddNote("n2", "He says yes"))
    assert await box.archive.anchoring.take() == 2
    return ref


def wrong(faults: Sequence[Fault]) -> list[tuple[str, int]]:
    return [(fault.wrong, fault.n) for fault in faults]


async def lines(box: Inbox, ref: ConversationId) -> list[bytes]:
    return await box.read.lines(ref)


async def test_what_is_as_it_was_has_no_fault(box: Inbox, ref: ConversationId) -> None:
    assert await found(box) == []
    assert TOLD[-1] == (2, 5)


async def test_a_changed_entry_is_found(box: Inbox, ref: ConversationId, client: Client) -> None:
    kept = await lines(box, ref)
    kept[2] = changed(kept[2], lambda entry: renoted(entry, "Ask Anna"))
    await history_became(client, ref, kept)
    faults = await found(box)
    assert {fault.id for fault in faults} == {ref}
    assert ("changed", 0) in wrong(faults)
    assert f"{ref}: the chain is broken: an entry after 0 was changed" in map(str, faults)


async def test_a_changed_time_or_officer_is_found_too(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    for forged in (
        changed(kept[1], lambda entry: replace(entry, at=entry.at + 1)),
        changed(kept[1], lambda entry: replace(entry, by="officer:o0")),
    ):
        await history_became(client, ref, [kept[0], forged, *kept[2:]])
        assert "changed" in {fault.wrong for fault in await found(box)}


async def test_a_missing_entry_is_found_at_its_place(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, [*kept[:1], *kept[2:]])
    assert wrong(await found(box)) == [("missing", 2)]


async def test_an_entry_that_cannot_be_read_is_found(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, [*kept[:3], b'["op",1,4]'])
    assert wrong(await found(box)) == [("unreadable", 4)]


async def test_a_cut_tail_is_found_by_the_conversation(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, kept[:3])
    assert wrong(await found(box)) == [("missing", 4), ("cut", 4)]


async def test_a_tail_cut_together_with_its_conversation_is_found_by_the_anchor(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, kept[:2], whole=True)
    faults = await found(box)
    assert wrong(faults) == [("cut", 4)]
    assert str(faults[0]) == f"{ref}: entry 4 was anchored, and the history ends before it"


async def test_a_wholly_rewritten_history_is_found_by_the_anchor(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    kept[2] = changed(kept[2], lambda entry: renoted(entry, "Ask Anna"))
    await history_became(client, ref, kept, whole=True)
    assert wrong(await found(box)) == [("rewritten", 4)]


async def test_what_was_rewritten_before_a_later_anchor_is_found_by_an_earlier(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    kept[0] = changed(kept[0], lambda entry: replace(entry, salt="c2FsdA"))
    await history_became(client, ref, kept, whole=True)
    box.desk.forget()
    await ordered(box, ref, AddNote("n3", "A third"))
    await box.archive.anchoring.take()
    assert wrong(await found(box)) == [("rewritten", 4)]


async def test_a_whole_missing_conversation_is_found_by_the_anchor(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    await history_became(client, ref, [])
    await client.call("DEL", keys.snapshot("conv", ref))
    assert wrong(await found(box)) == [("gone", 4)]


async def test_a_history_without_its_conversation_is_found(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    await client.call("DEL", keys.snapshot("conv", ref))
    assert wrong(await found(box)) == [("no_conversation", 4)]


async def test_a_conversation_that_does_not_follow_from_its_history_is_found(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    standing = await box.read.conversation(ref)
    assert standing
    forged = codec.encode_snapshot(replace(standing, claimant="o0"))
    await client.call("SET", keys.snapshot("conv", ref), forged)
    assert wrong(await found(box)) == [("differs", 4)]


async def test_texts_taken_out_without_an_erasure_are_found(
    box: Inbox, ref: ConversationId, client: Client
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, [codec.erase(kept[0]), *kept[1:]])
    assert ("blanked", 1) in wrong(await found(box))


async def test_a_conversation_that_moves_on_while_it_is_read_is_no_fault(
    box: Inbox, ref: ConversationId
) -> None:
    done = asyncio.Event()

    async def write() -> None:
        for n in range(300):
            await ordered(box, ref, AddNote(f"m{n}", f"Note {n}"))
        done.set()

    writing = asyncio.create_task(write())
    while not done.is_set():
        assert await found(box) == []
    await writing


async def test_a_shelved_history_is_read_as_any_other(box: Inbox, ref: ConversationId) -> None:
    await ordered(box, ref, Close("no_answer_needed"))
    assert await box.histories.shelve(ref, box.now() + 10**9)
    assert await found(box) == []


async def test_a_changed_anchor_is_found(box: Inbox, ref: ConversationId, tmp_path: Path) -> None:
    await ordered(box, ref, AddNote("n3", "A third"))
    await box.archive.anchoring.take()
    file = tmp_path / "anchor.jsonl"
    told = file.read_bytes().splitlines(keepends=True)
    heads = [n for n, line in enumerate(told) if b'"head"' in line]
    file.write_bytes(b"".join(line for n, line in enumerate(told) if n != heads[0]))
    assert wrong(await found(box)) == [("anchor", 0)]


async def test_what_an_operator_calls_lost_is_no_longer_expected(
    box: Inbox, ref: ConversationId, client: Client, tmp_path: Path
) -> None:
    kept = await lines(box, ref)
    await history_became(client, ref, kept[:2], whole=True)
    assert await box.restored() == 1
    told = [line for line, _ in Anchor(tmp_path / "anchor.jsonl").lines()]
    assert [one for one in told if isinstance(one, Lost)] == [Lost(ref, 4, box.now())]
    assert await found(box) == []


def renoted(entry: Entry, text: str) -> Entry:
    """Put other words into a note."""
    return replace(entry, events=(Noted("n1", text),))
