"""Yesterday's data folder is put back: nothing that had left leaves again, nothing comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inbox import Done, Inbox
from inbox.archive.anchor import Anchor, Behind
from inbox.conversations.commands import Answer, Claim, StartSend
from inbox.conversations.denied import Denied
from inbox.store.erasing import Erasing, Erasure
from inbox.words import ConversationId
from sandbox.slack.records import Message
from tests.inbox.archive.house import everything, inbox_of, ordered, wrote
from tests.inbox.house import clock
from tests.promises.processes import Town, town

EMBASSY = "At the embassy."


def keep(folder: Path) -> None:
    """Take a backup of a folder whose server is stopped."""
    shutil.copytree(folder, folder.with_name("backup"))


def put_back(folder: Path) -> None:
    """Put the backup in the place of what there is."""
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("backup"), folder)


@pytest.mark.timeout(120)
async def test_nothing_that_had_left_is_sent_again_after_a_restore(tmp_path: Path) -> None:
    async with town(tmp_path) as at:
        await at.start("web")
        await at.asks("sara", "renew my passport")
        await at.answers("U0ANNA", await at.card("renew my passport"), EMBASSY)
        await at.stop(*at.running())
        keep(at.data)

        await at.start("web", "bots")
        await at.published(EMBASSY)
        await at.stop(*at.running())
        before = await unsent(at)
        put_back(at.data)

        _, bots = await at.start("web", "bots")
        assert '"event": "server_behind"' in at.said()
        await at.asks("omar", "find my brother")
        await at.answers("U0ERIK", await at.card("find my brother"), "We are looking.")
        await at.published("We are looking.")  # whatever may leave has left, so this is the proof:
        assert at.times(EMBASSY) == 1
        assert (before, await unsent(at)) == ([], ["ready"])
        assert "forgotten" in str([one.blocks for one in visible(at)])
        assert bots.runs
        await at.stop(*at.running())


async def unsent(at: Town) -> list[str]:
    """Give the states of the answers that were written to Sara and are not sent."""
    async with at.inbox() as box:
        found = [one async for batch in box.read.everything() for one in batch]
        known = await box.read.conversations([one.id for one in found])
        answers = [answer for one in known for answer in one.answers if answer.text == EMBASSY]
        return [answer.state for answer in answers if answer.state != "sent"]


def visible(at: Town) -> list[Message]:
    return [one for channel in at.workspace.channels.values() for one in channel.visible()]


async def answered(box: Inbox) -> tuple[ConversationId, str]:
    """Let an officer answer Eva, and say which part is to leave."""
    ref = await wrote(box, "x:1", "Is the border open?")
    await ordered(box, ref, Claim())
    conversation = await box.read.conversation(ref)
    assert conversation
    command = Answer("a1", "Yes.", re="x:1", fence=conversation.fence, seen=conversation.version)
    done = await ordered(box, ref, command)
    return ref, done.conversation.answers[-1].parts[0].id


async def starts(box: Inbox, ref: ConversationId, part: str, op: str) -> Done | Denied:
    """Let the postroom begin to send a part."""
    command = StartSend(part=part, epoch=box.epoch)
    return await box.desk.do(ref, box.desk.order(command, by="postroom", op=op))


async def test_the_youngest_backup_is_known_by_what_has_left_since(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        ref, part = await answered(box)
        epoch = box.epoch
    keep(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        assert isinstance(await starts(box, ref, part, "start:1"), Done)
    put_back(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        assert box.epoch != epoch
        denied = await starts(box, ref, part, "start:2")
        assert isinstance(denied, Denied)
        assert denied.why == "other_epoch"


async def test_an_older_backup_is_known_by_the_hourly_anchor(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        await wrote(box, "x:1")
        epoch = box.epoch
    keep(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        await wrote(box, "x:2", thread="t2")
        await box.archive.anchoring.take()
    put_back(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        assert box.epoch not in ("", epoch)
        told = [line for line, _ in Anchor(tmp_path / "anchor.jsonl").lines()]
        assert isinstance(told[-1], Behind)
        assert told[-1].epoch == box.epoch


async def test_a_restart_is_no_restore(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        ref, part = await answered(box)
        await box.archive.anchoring.take()
        assert isinstance(await starts(box, ref, part, "start:1"), Done)
        epoch = box.epoch
    async with inbox_of(tmp_path) as box:
        assert box.epoch == epoch


async def test_a_restore_is_seen_once(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        ref, part = await answered(box)
    keep(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        assert isinstance(await starts(box, ref, part, "start:1"), Done)
        await box.archive.anchoring.take()
    put_back(tmp_path / "var")
    async with inbox_of(tmp_path) as first, inbox_of(tmp_path) as second:
        await second.refresh()
        assert first.epoch == second.epoch
        epoch = first.epoch
    async with inbox_of(tmp_path) as later:
        assert later.epoch == epoch


async def test_what_was_erased_is_erased_again_after_a_restore(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        ref = await wrote(box, "x:1", "They know my name is Leila Qasim")
    keep(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        erasure = Erasure("erase-1", ref, "x:1", "GDPR 17(1)(b)", "o0", clock())
        assert await box.archive.eraser.erase(erasure) is None
        await box.archive.anchoring.take()
    put_back(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        [said] = (await box.read.reading(ref)).messages
        assert said.message.text == "They know my name is Leila Qasim"
        assert await box.archive.eraser.finish(box.now()) == 1
        [said] = (await box.read.reading(ref)).messages
        assert (said.erased, said.message.text) == (True, "")
        assert not await Erasing(box._client).list()  # noqa: SLF001 - what is left to do is nobody's to ask
    assert b"Leila" not in everything(tmp_path / "var")


async def test_what_a_restore_lost_is_told_until_an_operator_says_so(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as box:
        await wrote(box, "x:1")
    keep(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        await wrote(box, "x:2")
        await wrote(box, "x:3", thread="t3")
        await box.archive.anchoring.take()
    put_back(tmp_path / "var")
    async with inbox_of(tmp_path) as box:
        faults = [one.wrong async for one in box.archive.verify.faults(lambda *_: None)]
        assert sorted(faults) == ["cut", "gone"]
        assert await box.restored() == 2
        assert [one async for one in box.archive.verify.faults(lambda *_: None)] == []
