"""The embedded server: one a folder, shared, on disk before it answers, back after a kill."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inbox.store.client import Client, Gone
from inbox.store.server import Embedded

ENTER = """
import asyncio, pathlib, sys
from inbox.store.server import Embedded
async def main():
    await Embedded(pathlib.Path(sys.argv[1])).enter()
    print("entered", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def pid_of(data: Path) -> int:
    return int((data / "valkey.pid").read_text())


def shown(pid: int) -> bytes:
    """Give what everybody on the machine may see of a process's start."""
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - ps, and a number


async def entered(data: Path) -> Embedded:
    embedded = Embedded(data)
    await embedded.enter()
    return embedded


async def answer(embedded: Embedded, *words: str) -> object:
    """Ask the folder's server, until it is there."""
    client = Client(embedded.address.url, when_gone=embedded.knock)
    try:
        for _ in range(500):
            try:
                return await client.call(*words)
            except Gone:
                await asyncio.sleep(0.01)
        pytest.fail("the server did not come back")
    finally:
        await client.aclose()


async def test_all_processes_of_a_folder_share_one_server_and_the_last_stops_it(
    tmp_path: Path,
) -> None:
    first, second = await asyncio.gather(entered(tmp_path / "d"), entered(tmp_path / "d"))
    assert first.address == second.address
    await first.leave()
    assert await answer(second, "PING")
    await second.leave()
    client = Client(second.address.url)
    with pytest.raises(Gone):
        await client.call("PING")
    await client.aclose()


async def test_every_write_is_on_disk_before_it_is_answered(tmp_path: Path) -> None:
    embedded = await entered(tmp_path)
    settings = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
    settings |= {"save": "", "bind": "127.0.0.1", "hash-max-listpack-value": "512"}
    for name, value in settings.items():
        assert await answer(embedded, "CONFIG", "GET", name) in (
            {name: value},
            {name.encode(): value.encode()},
            [name.encode(), value.encode()],
        )
    await embedded.leave()


async def test_only_who_may_read_the_folder_may_ask_the_server(tmp_path: Path) -> None:
    embedded = await entered(tmp_path / "d")
    assert (tmp_path / "d").stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "valkey.json").stat().st_mode & 0o077 == 0
    stranger = Client(f"redis://127.0.0.1:{embedded.address.port}/0")
    with pytest.raises(Gone):
        await stranger.call("PING")
    await stranger.aclose()
    assert embedded.address.password.encode() not in shown(pid_of(tmp_path / "d"))
    await embedded.leave()


async def test_a_server_that_is_killed_comes_back_with_everything(tmp_path: Path) -> None:
    embedded = await entered(tmp_path)
    await answer(embedded, "SET", "a", "1")
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    assert await answer(embedded, "GET", "a") == b"1"
    await embedded.leave()


async def test_a_server_whose_processes_were_killed_is_found_by_the_next(tmp_path: Path) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENTER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout
    assert await other.stdout.readline() == b"entered\n"
    pid = pid_of(tmp_path)
    other.kill()
    await other.wait()
    next_one = await entered(tmp_path)
    assert pid_of(tmp_path) == pid
    await next_one.leave()


async def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    data = tmp_path / 'a "quoted" näme with spaces'
    embedded = await entered(data)
    await answer(embedded, "SET", "a", "1")
    await embedded.leave()
    again = await entered(data)
    assert await answer(again, "GET", "a") == b"1"
    await again.leave()


async def test_a_spoilt_address_file_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "valkey.json").write_text("{")
    embedded = await entered(tmp_path)
    assert await answer(embedded, "PING")
    await embedded.leave()
