"""The anchor: what is added is on disk, what was added is never changed, and it says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inbox.archive.anchor import Anchor, Anchored, Behind, Head, Lost, encoded
from inbox.conversations.commands import AddNote, Claim
from inbox.store.client import Client
from inbox.store.log import entry_at
from tests.inbox.archive.house import house, ordered, wrote

HEAD = Head("abcdefghijklmnop", 3, "head")


@pytest.fixture
def anchor(tmp_path: Path) -> Anchor:
    return Anchor(tmp_path / "far" / "anchor.jsonl")


def closed(anchor: Anchor, *heads: Head, at: int = 1) -> dict[str, object]:
    """Close an hour with these heads, and give its line as somebody outside is told it."""
    spool = anchor.path.with_name("spool")
    spool.parent.mkdir(exist_ok=True)
    spool.write_bytes(b"".join(map(encoded, heads)))
    with spool.open("rb") as file:
        told: dict[str, object] = json.loads(
            anchor.close_hour(file, len(heads), at, {"{0}": "1-1"})
        )
    return told


def test_what_was_added_is_on_disk(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace on this machine")
    program = (
        "from pathlib import Path; from inbox.archive.anchor import Anchor, Head;"
        f"Anchor(Path({str(tmp_path / 'a')!r})).add([Head('x', 1, 'h')])"
    )
    words = [strace, "-f", "-y", "-e", "trace=write,fsync", sys.executable, "-c", program]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ})  # noqa: S603 - our own program
    calls = [line for line in ran.stderr.splitlines() if str(tmp_path / "a") in line]
    assert [call.split("(")[0].split()[-1] for call in calls] == ["write", "fsync"]


def test_it_says_what_was_written_last(anchor: Anchor) -> None:
    assert anchor.since() is None
    anchor.add([HEAD])
    first = anchor.since()
    assert first
    assert (first.ends, first.heads) == ({}, (HEAD,))
    closed(anchor, HEAD)
    later = Head("abcdefghijklmnop", 4, "later")
    anchor.add([later])
    second = anchor.since()
    assert second
    assert (second.ends, second.heads) == ({"{0}": "1-1"}, (later,))
    anchor.add([Behind(2, {"{0}": "0-5"}, "epoch")])
    third = anchor.since()
    assert third
    assert (third.ends, third.heads) == ({"{0}": "0-5"}, ())


def test_a_line_that_a_power_failure_cut_spoils_no_other(anchor: Anchor) -> None:
    closed(anchor, HEAD)
    with anchor.path.open("ab") as file:
        file.write(b'{"k":"head","id":"abc')
    later = Head("abcdefghijklmnop", 4, "later")
    anchor.add([later])
    closed(anchor)
    lines = list(anchor.lines())
    assert [line for line, _ in lines if isinstance(line, Head)] == [HEAD, later]
    assert all(right for _, right in lines)


def test_each_hour_chains_all_before_it(anchor: Anchor) -> None:
    first = closed(anchor, HEAD)
    second = closed(anchor, Head("abcdefghijklmnop", 4, "later"), at=2)
    assert first["digest"] != second["digest"]
    assert all(right for _, right in anchor.lines())
    anchor.path.write_bytes(anchor.path.read_bytes().replace(b'"n":3', b'"n":2'))
    right = [right for line, right in anchor.lines() if isinstance(line, Anchored)]
    assert right == [False, True]  # whoever was told the first digest knows which hour it was


def test_a_rewritten_anchor_has_other_digests_than_were_told(anchor: Anchor) -> None:
    told = [closed(anchor, HEAD)["digest"], closed(anchor)["digest"]]
    anchor.path.unlink()
    forged = [closed(anchor, Head(HEAD.id, 3, "forged"))["digest"], closed(anchor)["digest"]]
    assert not set(told) & set(forged)


def test_many_who_add_at_once_lose_no_line(anchor: Anchor) -> None:
    def add(n: int) -> None:
        Anchor(anchor.path).add([Head(f"{n:016d}", 1, "h")])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(200)))
    assert {line.id for line, _ in anchor.lines() if isinstance(line, Head)} == {
        f"{n:016d}" for n in range(200)
    }


async def test_an_hour_holds_what_changed_since_the_last(client: Client, tmp_path: Path) -> None:
    box = await house(client, tmp_path)
    one = await wrote(box, "x:1")
    await wrote(box, "x:2", thread="t2")
    take = box.archive.anchoring.take
    assert await take() == 2
    assert await take() == 0
    await ordered(box, one, Claim())
    await ordered(box, one, AddNote("n1", "a remark"))
    assert await take() == 1
    heads = [
        line for line, _ in Anchor(tmp_path / "anchor.jsonl").lines() if isinstance(line, Head)
    ]
    known = await box.read.conversation(one)
    assert known
    assert heads[-1] == Head(one, 3, known.head)


async def test_what_the_log_no_longer_tells_is_anchored_whole(
    client: Client, tmp_path: Path
) -> None:
    box = await house(client, tmp_path)
    for n in range(5):
        await wrote(box, f"x:{n}", thread=f"t{n}")
    assert await box.archive.anchoring.take() == 5
    ref = await wrote(box, "x:1!", thread="t1")
    for name in box.log.names:
        await box.log.trim(name, entry_at(10**14))
    assert ref
    assert await box.archive.anchoring.take() == 5


async def test_each_hour_is_told_outside(client: Client, tmp_path: Path) -> None:
    box, told = await house(client, tmp_path), list[bytes]()

    async def post(line: bytes) -> None:
        told.append(line)

    box.archive.anchoring.post = post
    await wrote(box, "x:1")
    await box.archive.anchoring.take()
    file = (tmp_path / "anchor.jsonl").read_bytes()
    assert file.endswith(told[0])
    assert json.loads(told[0])["heads"] == 1


def test_what_is_lost_names_what_is_no_longer_expected(anchor: Anchor) -> None:
    anchor.add([HEAD, Lost(HEAD.id, 3, 9)])
    assert [type(line) for line, _ in anchor.lines()] == [Head, Lost]
