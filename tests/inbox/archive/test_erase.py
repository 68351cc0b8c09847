"""Erased lawfully: the chain stands, and the text is nowhere."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from inbox import Inbox
from inbox.archive.anchor import Anchor
from inbox.conversations.commands import AddNote, Answer, Claim, Draft, Erase, MarkEdited
from inbox.conversations.denied import Denied
from inbox.conversations.events import Erased
from inbox.folding import fold
from inbox.store import codec, keys, raw
from inbox.store.client import Client
from inbox.store.erasing import Erasing, Erasure
from inbox.store.packing import pack_line
from inbox.words import ConversationId
from tests.inbox.archive.house import everything, found, house, inbox_of, ordered, wrote
from tests.inbox.house import ACCOUNT, START, clock, received

SECRET = "My name is Leila Qasim and my passport is 1234567"
LATER = "I meant: Leila Qasim, born in Qasira"


def erasure(ref: ConversationId, target: str = "", by: str = "o0") -> Erasure:
    return Erasure("erase-1", ref, target or ref, "GDPR 17(1)(b)", by, clock())


async def spread(box: Inbox) -> ConversationId:
    """Let a text come to lie wherever one can."""
    done = await box.desk.take(ACCOUNT, received("x:1", SECRET), f'{{"text":"{SECRET}"}}'.encode())
    ref = done.conversation.id  # type: ignore[union-attr]  # taken in
    await box.desk.take(ACCOUNT, MarkEdited("x:1", "x:2", LATER, written=START), LATER.encode())
    await wrote(box, "x:3", "What are your hours?")
    await ordered(box, ref, Claim())
    await ordered(box, ref, AddNote("n1", f"She says: {SECRET}"))
    await ordered(box, ref, Draft("a1", f"You wrote: {SECRET}"))
    await box.drafts.save(ref, "o1", f"Dear Leila, {SECRET}", START, "public")
    await box.aside.put(ACCOUNT, f'{{"odd":"{SECRET}"}}'.encode(), "not understood")
    await box.notices.put("odd", {"text": SECRET})
    await box.find.again(ref)
    return ref


async def test_an_erased_conversation_is_nowhere(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        ref = await spread(box)
        client = box._client  # noqa: SLF001 - the very bytes, as the store has them
        lines = await box.read.lines(ref)
        packed = [pack_line(line, codec.beginning_of(line)) for line in lines]
        at = (await box.read.history(ref))[0].at
        payload = await client.call("HGET", raw.key(ref, at), "x:1")
        needles = {
            "a line": packed[0],
            "an edit": packed[1],
            "a note": packed[4],
            "a payload": payload,
            "a text": SECRET.encode(),
            "a name": b"Leila",
        }
        before = everything(tmp_path / "var")
        assert [name for name, one in needles.items() if one not in before] == []
        assert b"leila" in fold(before.decode("latin-1")).encode()
        assert await box.find.search("Leila", (ACCOUNT,), 9) == (ref,)

        assert await box.archive.eraser.erase(erasure(ref)) is None

        after = everything(tmp_path)
        assert [name for name, one in needles.items() if one in after] == []
        assert b"leila" not in fold(after.decode("latin-1")).encode()
        assert await box.find.search("Leila", (ACCOUNT,), 9) == ()
        assert await box.drafts.load(ref, "o1") is None
        assert await raw.load(client, ref, "x:1", at) is None
        assert (await box.aside.count(), await client.call("XLEN", keys.NOTICES)) == (0, 0)
        reading = await box.read.reading(ref)
        assert {one.message.text + one.message.author.name for one in reading.messages} == {""}
        assert {one.text for one in reading.notes} == {""}
        assert await found(box) == []
    async with inbox_of(tmp_path) as box:
        assert await found(box) == []
        assert (await box.read.lines(ref))[-1].count(b"GDPR 17(1)(b)") == 1


async def test_one_erased_message_goes_with_its_edits_and_leaves_the_others(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = await spread(box)
    head = (await box.read.lines(ref))[:-1]
    assert await box.archive.eraser.erase(erasure(ref, "x:2")) is None
    reading = await box.read.reading(ref)
    assert [(m.message.text, m.erased) for m in reading.messages] == [
        ("", True),
        ("What are your hours?", False),
    ]
    lines = await box.read.lines(ref)
    assert LATER.encode() not in b"".join(lines)
    assert codec.verify(lines[: len(head)]) == codec.verify(head)
    assert await found(box) == []
    assert await raw.load(client, ref, "x:3", START)
    assert await raw.load(client, ref, "x:2", START) is None


async def test_what_comes_after_an_erasure_is_kept(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    assert await box.archive.eraser.erase(erasure(ref)) is None
    await wrote(box, "x:2", "May I ask again?")
    assert [m.message.text for m in (await box.read.reading(ref)).messages][1:] == [
        "May I ask again?"
    ]
    assert await box.archive.eraser.erase(replace(erasure(ref, "x:2"), op="erase-2")) is None
    assert await found(box) == []


async def test_a_shelved_history_is_erased_too(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    ref = await spread(box)
    for n in range(40):
        await ordered(box, ref, AddNote(f"m{n}", f"Note {n}"))
    assert await box.histories.shelve(ref, box.now() + 10**9)
    assert await client.call("LLEN", keys.past("conv", ref)) == 0
    assert await box.archive.eraser.erase(erasure(ref)) is None
    assert b"Leila" not in b"".join(await box.read.lines(ref))
    assert await found(box) == []


async def test_nobody_but_an_admin_erases(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    for nobody in ("o1", "stranger"):
        denied = await box.archive.eraser.erase(erasure(ref, by=nobody))
        assert isinstance(denied, Denied)
        assert denied.why == "not_allowed"
    assert (await box.read.reading(ref)).messages[0].message.text == SECRET
    assert await Erasing(client).list() == ()
    assert not (tmp_path / "anchor.jsonl").exists()


async def test_nothing_is_erased_under_an_answer_that_is_leaving(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    done = await ordered(box, ref, Claim())
    fence, seen = done.conversation.fence, done.conversation.version
    await ordered(box, ref, Answer("a1", "Yes.", re="x:1", fence=fence, seen=seen))
    denied = await box.archive.eraser.erase(erasure(ref))
    assert isinstance(denied, Denied)
    assert denied.why == "being_sent"


async def test_the_basis_is_recorded_in_the_history_and_in_the_anchor(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    await box.archive.eraser.erase(erasure(ref))
    last = (await box.read.history(ref))[-1]
    assert (last.by, last.via, last.events) == (
        "officer:o0",
        "cli",
        (Erased(ref, "GDPR 17(1)(b)"),),
    )
    assert Anchor(tmp_path / "anchor.jsonl").erasures() == [erasure(ref)]


async def test_verify_finds_an_erasure_that_left_a_text(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    await ordered(box, ref, Erase(ref, "GDPR 17(1)(b)"), by="o0")
    assert [(fault.wrong, fault.n) for fault in await found(box)] == [("still_there", 1)]


async def test_an_erasure_of_what_a_backup_does_not_hold_waits_for_a_week(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = box.desk.id_of(ACCOUNT, "t1", "x:7")
    await box.archive.eraser.again([erasure(ref, "x:1")], clock())
    assert await box.archive.eraser.finish(clock()) == 0
    await wrote(box, "x:1", SECRET)
    assert await box.archive.eraser.finish(clock()) == 1
    assert (await box.read.reading(ref)).messages[0].erased
    await box.archive.eraser.again([erasure("nobody0000000000")], clock())
    assert await box.archive.eraser.finish(clock() + 8 * 86_400_000) == 1


async def test_an_erasure_is_replayed_though_its_officer_has_left(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    ref = await wrote(box, "x:1", SECRET)
    gone = replace(erasure(ref, by="somebody who left"), op="erase-9")
    await box.archive.eraser.again([gone], clock())
    assert await box.archive.eraser.finish(clock()) == 1
    assert (await box.read.history(ref))[-1].by == "clerk"
