"""What an operator does to the records from a terminal: verify, erase, export, rebuild."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import bots
from config.start import started
from inbox import Done, Inbox, opened
from inbox.conversations.commands import Receive
from inbox.store import codec, keys
from inbox.words import ConversationId
from sandbox.product import inherited, stop_server
from tests.config.test_start import GOOD, ROOT
from tests.demo import DEMO
from tests.inbox.house import message

ACCOUNT = "x/landetud"
OFFICER = "aj"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give settings whose supervisor is an admin too."""
    shutil.copytree(DEMO, tmp_path / "config")
    officers = tmp_path / "config" / "officers.toml"
    text = officers.read_text("utf-8")
    assert '"supervisor"' in text
    officers.write_text(text.replace('"supervisor"', '"admin"', 1), "utf-8")
    return {
        **GOOD,
        "CHANCERY_CONFIG": str(tmp_path / "config"),
        "CHANCERY_DATA": str(tmp_path / "var"),
        "CHANCERY_ANCHOR": str(tmp_path / "anchor.jsonl"),
    }


@asynccontextmanager
async def box_of(environ: Mapping[str, str]) -> AsyncIterator[Inbox]:
    async with opened(**started(environ, bots.profiles()).opening) as box:
        yield box


async def wrote(box: Inbox, id_: str, text: str, thread: str = "t1") -> ConversationId:
    done = await box.desk.take(ACCOUNT, Receive(message(id_, text, account=ACCOUNT, thread=thread)))
    assert isinstance(done, Done)
    return done.conversation.id


async def ran(environ: dict[str, str], *words: str) -> tuple[int, str]:
    """Run one of the clerk's commands beside this process; its status and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "inbox", *words),
        cwd=ROOT,
        env=inherited(os.environ) | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return int(process.returncode or 0), said.decode()


async def test_verify_ends_with_status_1_and_says_where(environ: dict[str, str]) -> None:
    async with box_of(environ) as box:
        ref = await wrote(box, "x:1", "Is the border open?")
        await wrote(box, "x:2", "Hallo?")
        status, said = await ran(environ, "verify")
        assert (status, "1 conversations, 2 entries: all as they were" in said) == (0, True)
        await box._client.call("LPOP", keys.past("conv", ref))  # noqa: SLF001 - as a thief would
        status, said = await ran(environ, "verify")
        assert status == 1
        assert f"{ref}: entry 1 is missing" in said
        assert "1 faults" in said


async def test_an_admin_erases_from_the_terminal_and_nobody_else(environ: dict[str, str]) -> None:
    async with box_of(environ) as box:
        admin = next(
            one.id
            for one in started(environ, bots.profiles()).tables.officers
            if "admin" in one.roles
        )
        ref = await wrote(box, "x:1", "My name is Leila Qasim")
        basis = ("--basis", "GDPR 17(1)(b)")
        for by, why in ((OFFICER, "not_allowed"), ("nobody", "not_allowed")):
            status, said = await ran(environ, "erase", "x:1", *basis, "--by", by)
            assert (status, why in said) == (1, True), said
        status, said = await ran(environ, "erase", "x:99", *basis, "--by", admin)
        assert (status, "Nothing is known of x:99" in said) == (1, True), said
        assert (await box.read.reading(ref)).messages[0].message.text

        status, said = await ran(environ, "erase", "x:1", *basis, "--by", admin)
        assert status == 0, said
        assert (await box.read.reading(ref)).messages[0].erased
        status, said = await ran(environ, "verify")
        assert status == 0, said


async def test_an_export_holds_every_history_one_line_a_conversation(
    environ: dict[str, str], tmp_path: Path
) -> None:
    async with box_of(environ) as box:
        refs = {await wrote(box, f"x:{n}", f"Fråga {n}", thread=f"t{n}") for n in range(3)}
        file = tmp_path / "histories.jsonl"
        assert (await ran(environ, "export", "--to", str(file)))[0] == 0
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert {row["id"] for row in rows} == refs
        for row in rows:
            known = await box.read.conversation(row["id"])
            assert known
            assert (row["version"], row["head"]) == (known.version, known.head)
            assert row["account"] == ACCOUNT
            [entry] = row["entries"]
            assert entry["events"][0]["e"] == "Received"
            assert entry["events"][0]["message"]["text"].startswith("Fråga")
            lines = await box.read.lines(row["id"])
            assert codec.verify(lines) == row["head"]
        one = min(refs)
        status, said = await ran(environ, "export", one)
        assert (status, f'"id":"{one}"' in said) == (0, True)
        assert (await ran(environ, "export", "nobody"))[0] == 1


async def test_rebuilding_drops_what_its_followers_had_set_aside_and_nothing_else(
    environ: dict[str, str],
) -> None:
    async with box_of(environ) as box:
        await wrote(box, "x:1", "Is the border open?")
        await box.aside.put("", b"Touched('conv', 'a', 1)", "follower of: KeyError")
        await box.aside.put("", b"Touched('conv', 'a', 1)", "follower board: KeyError")
        await box.aside.put(ACCOUNT, b"{}", "not understood")
        status, said = await ran(environ, "rebuild")
        assert (status, "done: 1 conversations" in said) == (0, True)
        left = [one.why for one in await box.aside.list(9)]
        assert left == ["not understood", "follower board: KeyError"]


async def test_a_rebuild_tells_how_far_it_is(environ: dict[str, str]) -> None:
    async with box_of(environ) as box:
        for n in range(3):
            await wrote(box, f"x:{n}", "Hello", thread=f"t{n}")
        told: list[int] = []
        for view in ("queue", "find"):
            await box.rebuild(view, told.append)
        assert told == [3, 3]
        assert await box.archive.heads.count() == 3
    stop_server(Path(environ["CHANCERY_DATA"]))
