"""docs/backup.md, tried: its commands are run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
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
from sandbox.product import inherited, stop_server
from tests.config.test_start import GOOD, ROOT
from tests.inbox.house import message
from tests.servers import start

PAGE = (ROOT / "docs" / "backup.md").read_text("utf-8")
ACCOUNT = "x/landetud"


def block(name: str) -> str:
    """Give one of the page's blocks of commands."""
    [found] = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "elsewhere").mkdir()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        **inherited(os.environ),
        **GOOD,
        "PATH": path,
        "CHANCERY_DATA": str(tmp_path / "var"),
        "CHANCERY_ANCHOR": str(tmp_path / "anchor.jsonl"),
        "BACKUP": str(tmp_path / "elsewhere"),
    }


async def run(name: str, environ: Mapping[str, str]) -> str:
    """Run a block as an operator does, stopping at the first fault; give what it said."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", block(name)),
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


@asynccontextmanager
async def box_of(environ: Mapping[str, str]) -> AsyncIterator[Inbox]:
    async with opened(**started(environ, bots.profiles()).opening) as box:
        yield box


async def wrote(box: Inbox, number: int) -> None:
    told = message(f"x:{number}", f"Question {number}", account=ACCOUNT, thread=f"t{number}")
    assert isinstance(await box.desk.take(ACCOUNT, Receive(told)), Done)


async def there(box: Inbox, most: int) -> list[int]:
    """Give which of so many messages are known."""
    return [n for n in range(most) if await box.read.where(f"x:{n}")]


async def test_an_embedded_server_is_backed_up_beside_live_traffic_and_restored(
    environ: dict[str, str],
) -> None:
    async with box_of(environ) as box:
        for number in range(50):
            await wrote(box, number)
        await box.archive.anchoring.take()  # as the clerk does when it starts
        backup = asyncio.create_task(run("backup embedded", environ))
        number = 50
        while not backup.done():
            await wrote(box, number)
            number += 1
        await backup
        await wrote(box, number)
        await box.archive.anchoring.take()
        epoch = box.epoch
    said = await run("restore embedded", environ)
    assert "the whole conversation is missing; its entry 1 was anchored" in said
    assert "Every answer that has not left now waits for an officer." in said
    assert "rebuilding find" in said
    async with box_of(environ) as box:
        assert box.epoch != epoch
        known = await there(box, number + 1)
        assert known[:50] == list(range(50))
        assert number not in known
        assert [one async for one in box.archive.verify.faults(lambda *_: None)] == []
        assert len(await box.find.search("Question", (ACCOUNT,), 1000)) == len(known)
    stop_server(Path(environ["CHANCERY_DATA"]))


async def test_a_server_of_ones_own_is_backed_up_and_restored(
    environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    always = ("--appendonly", "yes", "--appendfsync", "always")
    server = start(folder, *always)
    environ |= {"SERVER_DIR": str(folder), "REDIS_URL": server.url}
    try:
        async with box_of(environ) as box:
            await wrote(box, 0)
            await box.archive.anchoring.take()
            await run("backup server", environ)
            await wrote(box, 1)
            await box.archive.anchoring.take()
        server.kill()
        await run("restore server", environ)
        server = start(folder, *always, port=server.port)
        said = await run("restored server", environ)
        assert "is missing" in said
        async with box_of(environ) as box:
            assert await there(box, 2) == [0]
            assert [one async for one in box.archive.verify.faults(lambda *_: None)] == []
    finally:
        server.kill()


def test_every_block_of_the_page_is_tried() -> None:
    named = re.findall(r"<!-- (.*) -->", PAGE)
    tried = Path(__file__).read_text("utf-8")
    assert len(named) == PAGE.count("```sh")
    assert [name for name in named if f'run("{name}"' not in tried] == []
