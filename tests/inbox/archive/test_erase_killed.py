"""Whoever dies while erasing leaves nothing half done: the clerk goes on with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inbox import Inbox
from inbox.conversations.events import Erased
from inbox.store.client import Client
from inbox.words import ConversationId
from tests.inbox.archive.dying import Dying, Killed, erased, killed
from tests.inbox.archive.house import found, house, inbox_of, wrote

MOST = 60
"""More calls of the store than an erasure makes."""
ROOT = Path(__file__).parents[3]


async def erased_once(box: Inbox, ref: ConversationId) -> None:
    """See that it is done, that it was done once, and that nothing is left to do."""
    [said] = (await box.read.reading(ref)).messages
    assert (said.message.text, said.erased) == ("", True)
    entries = await box.read.history(ref)
    events = [event for entry in entries for event in entry.events]
    assert sum(isinstance(event, Erased) for event in events) == 1
    assert not entries[0].salt
    assert await box.archive.eraser.finish(box.now()) == 0


async def test_whoever_dies_while_erasing_is_followed_by_the_clerk(
    store_url: str, client: Client, tmp_path: Path
) -> None:
    dying = Dying(store_url, cluster=client.cluster)
    dying.die = killed
    clerk = await house(client, tmp_path)
    for calls in range(MOST):
        target = f"x:{calls}"
        ref = await wrote(clerk, target, "Call me on 070", thread=f"t{calls}")
        terminal = await house(dying, tmp_path)
        dying.left = calls
        try:
            await erased(terminal.archive.eraser, ref, target)
        except Killed:
            dying.left = -1
        else:
            break
        clerk.desk.forget()
        await clerk.archive.eraser.finish(clerk.now())
        if calls:  # before its first call nobody knows that anything was wanted
            await erased_once(clerk, ref)
    else:
        pytest.fail("an erasure makes more calls than that")
    assert calls > 10
    assert await found(clerk) == []
    await dying.aclose()


@pytest.mark.timeout(240)
async def test_a_process_killed_while_erasing_is_followed_by_the_clerk(
    tmp_path: Path, long_run: bool
) -> None:
    every = range(1, MOST) if long_run else (1, 5, 12)
    for calls in every:
        folder = tmp_path / str(calls)
        async with inbox_of(folder) as box:
            await wrote(box, "x:1", "Call me on 070")
            words = [sys.executable, "-m", "tests.inbox.archive.dying", str(folder), str(calls)]
            status = subprocess.run(words, cwd=ROOT, check=False).returncode  # noqa: S603, ASYNC221 - our own program, and nobody waits
            box.desk.forget()
            ref = await box.read.where("x:1")
            assert ref
            await box.archive.eraser.finish(box.now())
            await erased_once(box, ref)
        if status == 0:
            return
        assert status == -9
