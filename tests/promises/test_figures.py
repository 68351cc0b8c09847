"""Figures are true: who counts the exported histories by themselves finds the same."""

from __future__ import annotations

import ast
import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from inbox.archive.export import Export
from inbox.conversations.state import due_at
from inbox.figures.figures import Figures
from inbox.figures.spread import ACCURACY
from inbox.figures.words import By, Count, Row, Share
from inbox.store import codec
from inbox.store.client import Client
from inbox.store.commit import Commit, commit
from inbox.store.heads import Heads
from inbox.store.log import Touched
from inbox.store.read import Read
from inbox.triage.urgency import place
from tests.promises import recount
from tests.promises.recount import LENGTHS, Recount
from tests.promises.walks import ACCOUNTS, LANES, POLICIES, START, Walk

DAYS = (START - 40 * 86_400_000, START + 40 * 86_400_000)
AT_ONCE = 64
AT_A_TIME = 1000
"""Walks held in memory together."""


def test_who_counts_again_shares_no_code_with_the_figures() -> None:
    read = ast.parse(Path(recount.__file__).read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(read)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
    }
    assert {str(name).partition(".")[0] for name in imported} <= sys.stdlib_module_names


async def kept(client: Client, walk: Walk, upto: int, since: int = 0) -> None:
    """Commit a walk's entries as the desk would."""
    before = walk.made[since]
    head = codec.verify(codec.encode_entry(entry) for entry in walk.entries[:since])
    before = msgspec.structs.replace(before, head=head)
    for entry, made in zip(walk.entries[since:upto], walk.made[since + 1 : upto + 1], strict=True):
        line = codec.encode_entry(entry)
        after = msgspec.structs.replace(made, head=codec.chain(before.head, line))
        what = Commit(
            kind="conv",
            id=walk.id,
            expected=codec.token(before),
            number=entry.n,
            beginning=codec.beginning(entry.op),
            snapshot=codec.encode_snapshot(after),
            line=line,
            at=entry.at,
            due=due_at(after),
            place=place(after, POLICIES.of(after.account, "clerk")),
            channels=(walk.account.slack_channel, walk.account.private_channel),
        )
        assert (await commit(client, what)).answer == "ok"
        before = after


async def exported(client: Client) -> AsyncIterator[bytes]:
    async for line in Export(Read(client), Heads(client)).everything():
        yield line


async def counted_again(client: Client) -> Recount:
    found = Recount(lane.name for lane in LANES if lane.reserved)
    async for line in exported(client):
        found.add(line)
    return found


async def agree(
    figures: Figures, found: Recount, accounts: Iterable[str], when: tuple[int, int]
) -> int:
    """Compare every statistic with what was counted again; return how many were compared."""
    compared = 0
    accounts = tuple(accounts)
    for by in get_args(By):
        rows = {row.key: row for row in await figures.between(accounts, when[0], when[1], by)}
        told = found.rows(by, when[0], when[1])
        assert rows.keys() == told.keys()
        for key, row in rows.items():
            compared += _same(row, told[key])
    now = await figures.now(accounts)
    compared += _stands(now, found.standing())
    assert {held.officer: held.count for held in now.holders} == found.holders()
    for share in now.accounts:
        compared += _stands(share, found.standing(account=share.key))
    for share in now.lanes:
        compared += _stands(share, found.standing(lane=share.key))
    return compared


def _same(row: Row, told: Mapping[str, Any]) -> int:
    assert {name: getattr(row, name) for name in get_args(Count)} == {
        name: told.get(name, 0) for name in get_args(Count)
    }
    for name in LENGTHS:
        ours, theirs = getattr(row, name), told[name]
        assert ours.count == theirs["count"]
        for rank in ("p50", "p90", "most"):
            told_by_us, counted = getattr(ours, rank), theirs[rank]
            assert abs(told_by_us - counted) <= ACCURACY * counted + 1  # ms, for rounding
    return len(get_args(Count)) + 4 * len(LENGTHS)


def _stands(share: Share, told: Mapping[str, int]) -> int:
    assert {name: getattr(share, name) for name in told} == told
    return len(told)


async def sums(client: Client) -> dict[str, Any]:
    """Read every counter and line of the one generation that is kept."""
    found: dict[str, Any] = {}
    async for key in client.names("sums:*"):
        name = key.split(":")
        if name[2] != "kept":
            sort = await client.call("TYPE", key)
            read = ("HGETALL", key) if sort == b"hash" else ("ZRANGE", key, 0, -1, "WITHSCORES")
            found[":".join(name[:2] + name[3:])] = await client.call(*read)
    return found


async def lived(client: Client, walks: list[Walk], figures: Figures, dice: random.Random) -> None:
    """Commit half of each walk and count it, then the rest beside the counting."""

    async def some(part: list[Walk], *, first: bool) -> None:
        for walk in part:
            half = len(walk.entries) // 2
            await kept(client, walk, *((half, 0) if first else (len(walk.entries), half)))

    for first in (True, False):
        dice.shuffle(walks)
        shares = [walks[n::AT_ONCE] for n in range(AT_ONCE)]
        await asyncio.gather(*(some(share, first=first) for share in shares))
        told = [Touched("conv", walk.id, 0) for walk in walks]
        await asyncio.gather(figures.count(tuple(told)), figures.count(tuple(told[::3])))


async def generated(client: Client, many: int, seed: int) -> str:
    """Let conversations wander, count them beside, and compare; live with rebuilt too."""
    dice = random.Random(seed)
    figures = Figures(client, Read(client), LANES, lambda: DAYS[1])
    accounts = [account.id for account in ACCOUNTS]
    entries, read = 0, []
    for first in range(0, many, AT_A_TIME):
        walks = [
            Walk(random.Random(f"{seed}/{n}"), f"walk{n:012d}").walk(dice.randrange(2, 30))
            for n in range(first, min(many, first + AT_A_TIME))
        ]
        await lived(client, walks, figures, dice)
        entries += sum(len(walk.entries) for walk in walks)
        read.append(await _read_in(figures, accounts))
    found = await counted_again(client)
    part = (START + 86_400_000, START + 2 * 86_400_000 + 3_600_000)
    compared = sum([await agree(figures, found, accounts, when) for when in (DAYS, part)])
    live = await sums(client)
    await figures.rebuild()
    assert await sums(client) == live
    return (
        f"figures: {many:,} conversations, {entries:,} entries: {compared:,} figures agree; "
        f"now() took {read[0]:.1f} ms at {min(many, AT_A_TIME):,}, {read[-1]:.1f} ms at {many:,}"
    )


async def _read_in(figures: Figures, accounts: list[str]) -> float:
    """Return in how many milliseconds the standing is read, the median of five."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        await figures.now(accounts)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


@pytest.fixture
def seed(record_property: Any) -> int:
    told = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    record_property("told", f"figures: SEED={told}")
    return told


async def test_an_independent_count_of_the_export_agrees_with_every_statistic(
    client: Client, seed: int, record_property: Any
) -> None:
    record_property("told", await generated(client, 200, seed))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("store_url", ["single"], indirect=True)
async def test_it_agrees_on_a_hundred_thousand_conversations(
    client: Client, seed: int, record_property: Any
) -> None:
    many = int(os.environ.get("CONVERSATIONS") or 100_000)
    record_property("told", await generated(client, many, seed))
