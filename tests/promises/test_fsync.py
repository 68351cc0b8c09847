"""Acknowledged means on disk: the setting asked for, and each answer seen to follow its fsync."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from inbox.store.client import Client
from inbox.store.server import Embedded
from tests.conftest import program_or_skip
from tests.promises.ministry import become

CALLS = "write,writev,sendto,sendmsg,fsync,fdatasync"
LINE = re.compile(r"(?P<call>\w+)\((?P<fd>\d+)(?P<rest>.*)")
COMMITS = 20


async def test_the_embedded_server_puts_everything_on_disk_before_it_answers(
    tmp_path: Path,
) -> None:
    server = Embedded(tmp_path)
    await server.enter()
    try:
        client = await Client.reached(server.address.url)
        for name, value in (("appendonly", "yes"), ("appendfsync", "always")):
            [told] = await client.everywhere("CONFIG", "GET", name)
            assert value in str(told), told
        [facts] = await client.everywhere("INFO", "persistence")
        assert str(facts["aof_enabled"]) == "1"
        await client.aclose()
    finally:
        await server.leave()


@pytest.mark.long
async def test_each_answer_is_written_after_the_fsync_of_what_it_answers(tmp_path: Path) -> None:
    strace = program_or_skip("strace")
    server = Embedded(tmp_path / "data")
    await server.enter()
    try:
        pid = int((tmp_path / "data" / "valkey.pid").read_text())
        trace = tmp_path / "trace"
        tracer = await asyncio.create_subprocess_exec(
            *(strace, "-f", "-e", f"trace={CALLS}", "-s", "200", "-o", trace, "-p", str(pid)),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await attached(tracer)
            client = await Client.reached(server.address.url)
            for n in range(COMMITS):  # one at a time: no two share an fsync
                await client.call("SET", f"key{n}", f"acknowledged-{n}")
            await client.aclose()
            await become(lambda: trace.read_text().count("+OK") >= COMMITS)
        finally:
            with suppress(ProcessLookupError):
                tracer.send_signal(signal.SIGINT)
            await tracer.wait()
        assert in_order(trace.read_text().splitlines()) == COMMITS
    finally:
        await server.leave()


async def attached(tracer: asyncio.subprocess.Process) -> None:
    """Wait until it traces; where it may not, say so."""
    assert tracer.stderr
    line = await tracer.stderr.readline()
    if b"attached" not in line:
        pytest.skip(f"strace may not trace here: {line.decode().strip()}")


def in_order(lines: list[str]) -> int:
    """Count the commits that were written to the file, then synced, then answered."""
    found, waits, synced = 0, "", False
    for line in lines:
        match = LINE.search(line)
        if match is None:
            continue
        call, rest = match["call"], match["rest"]
        written = re.search(r"acknowledged-(\d+)", rest)
        if written and call in ("write", "writev"):
            assert not waits, f"{written[0]} was written before {waits} was answered"
            waits, synced = written[0], False
        elif call in ("fsync", "fdatasync") and waits:
            synced = True
        elif waits and '"+OK' in rest:
            assert synced, f"{waits} was answered before it was on disk"
            found, waits = found + 1, ""
    return found


def test_a_trace_without_the_fsync_is_found_out() -> None:
    written, answered = '7 write(9, "$14\\r\\nacknowledged-1"', '7 write(8, "+OK\\r\\n", 5)'
    assert in_order([written, "7 fdatasync(9) = 0", answered]) == 1
    with pytest.raises(AssertionError, match="before it was on disk"):
        in_order([written, answered, "7 fdatasync(9) = 0"])
