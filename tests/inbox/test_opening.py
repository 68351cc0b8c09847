"""Opening the inbox: what is refused, what is shared, and what is known of the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import inbox as face
from inbox import Unfit, opened
from inbox.store.codec import NewerSchema
from tests.inbox.house import ACCOUNT, SECRET, START, clock, ids, inbox_of, policies, received
from tests.servers import Server


async def test_two_processes_of_a_folder_see_each_others_commits(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as one, inbox_of(tmp_path) as two:
        await one.desk.take(ACCOUNT, received("x:1"))
        ref = await two.read.where("x:1")
        assert ref
        assert await two.read.conversation(ref)
        assert one.epoch == two.epoch != ""


async def test_what_was_taken_in_is_there_after_a_restart(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as before:
        await before.desk.take(ACCOUNT, received("x:1"))
        epoch = before.epoch
    async with inbox_of(tmp_path) as after:
        assert await after.read.where("x:1")
        assert after.epoch == epoch


async def test_a_sandbox_never_becomes_real(tmp_path: Path) -> None:
    async with inbox_of(tmp_path):
        pass
    with pytest.raises(Unfit, match="born as sandbox"):
        async with opened(
            None,
            data=tmp_path,
            secret=SECRET,
            policies=policies(),
            clock=clock,
            ids=ids(),
            mode="real",
        ):
            pytest.fail("it was opened")


async def test_an_evicting_server_is_not_opened(
    tmp_path: Path, single_servers: list[Server]
) -> None:
    (server,) = single_servers
    server.order("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(Unfit, match="noeviction"):
            async with inbox_of(tmp_path, server.url):
                pytest.fail("it was opened")
    finally:
        server.order("CONFIG", "SET", "maxmemory-policy", "noeviction")


async def test_it_opens_on_a_server_and_on_a_cluster_alike(tmp_path: Path, store_url: str) -> None:
    async with inbox_of(tmp_path, store_url) as inbox:
        await inbox.desk.take(ACCOUNT, received("x:1"))
        (waiting,) = await inbox.queue.first(("C1",), 20)
        assert waiting.since == START - 1000
        assert (await inbox.ready())["store"] == ""


async def test_time_is_the_servers_and_a_clock_far_off_is_not_ready(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as inbox:
        assert inbox.now() == clock() + inbox.skew
        assert inbox.now() > START
        assert "off the server's" in (await inbox.ready())["clock"]


async def test_a_halt_reaches_every_process(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as one, inbox_of(tmp_path) as two:
        await one.halt(ACCOUNT)
        assert await two.halted() == frozenset((ACCOUNT,))
        await two.unhalt(ACCOUNT)
        assert await one.halted() == frozenset()


async def test_a_restore_begins_another_epoch(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as inbox:
        before = inbox.epoch
        await inbox.restored()
        assert inbox.epoch != before


async def test_closing_waits_for_what_is_on_its_way(tmp_path: Path) -> None:
    async with inbox_of(tmp_path) as inbox:
        taking = asyncio.create_task(inbox.desk.take(ACCOUNT, received("x:1")))
        await asyncio.sleep(0)
    await taking
    async with inbox_of(tmp_path) as inbox:
        assert await inbox.read.where("x:1")


def test_words_and_rules_are_imported_without_a_store() -> None:
    code = "import sys, inbox.words, inbox.conversations.state; print('redis' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603 - our own interpreter
    assert out.stdout == b"False\n"


def test_the_face_shows_what_it_names_and_nothing_else() -> None:
    assert all(hasattr(face, name) for name in face.__all__)
    with pytest.raises(AttributeError):
        face.redis  # noqa: B018 - asking is the point
    assert issubclass(NewerSchema, Exception)
