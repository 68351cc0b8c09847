"""The follower: leased, with cursors, deduplicated, not stopped by a bad item, never skipping."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from inbox.follow import TRIES, Each, Follower
from inbox.store import keys
from inbox.store.aside import Aside
from inbox.store.client import Client, Gone
from inbox.store.lease import Leases
from inbox.store.log import START, KeptMarks, Log, Touched, place
from inbox.store.notices import Notice, Notices
from inbox.store.read import Read
from tests import servers
from tests.inbox import views
from tests.inbox.views import put

SECONDS = 0.5

ROOT = Path(__file__).parents[2]

OTHER = """
import asyncio, sys
from inbox.follow import Follower
from inbox.store.aside import Aside
from inbox.store.client import Client
from inbox.store.lease import Leases
from inbox.store.log import Log
from inbox.store.read import Read

async def main(url):
    client = await Client.reached(url)
    log = Log(client, Read(client).everything)
    follower = Follower(client, log, Leases(client, lambda: "other"), Aside(client), 0.5)

    async def each(touched):
        for one in touched:
            print(one.id, flush=True)

    await follower.follow("v", each, stop=asyncio.Event())

asyncio.run(main(*sys.argv[1:]))
"""


class Seen:
    """A view that remembers what it was told, and can be waited for."""

    def __init__(self) -> None:
        self.batches: list[tuple[Touched, ...]] = []
        self._more = asyncio.Event()

    async def __call__(self, touched: tuple[Touched, ...]) -> None:
        self.batches.append(touched)
        self._more.set()

    @property
    def ids(self) -> list[str]:
        return [one.id for batch in self.batches for one in batch]

    async def until(self, told: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not told():
                self._more.clear()
                await self._more.wait()


@pytest.fixture
def log(client: Client) -> Log:
    return Log(client, Read(client).everything)


@pytest.fixture
def follower(client: Client, log: Log) -> Follower:
    return Follower(client, log, Leases(client, views.ids()), Aside(client), SECONDS)


@asynccontextmanager
async def following(
    follower: Follower, each: Each[Touched], name: str = "v"
) -> AsyncIterator[asyncio.Task[None]]:
    """Follow while the block lasts."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(follower.follow(name, each, stop=stop))
        try:
            yield task
        finally:
            stop.set()


def ids(many: int, start: int = 0) -> list[str]:
    return [f"conversation{n:04d}" for n in range(start, start + many)]


async def commit(client: Client, *of: str) -> None:
    for id_ in of:
        await put(client, views.conversation(id_))


async def test_a_new_follower_is_told_from_the_beginning_of_every_bucket(
    client: Client, follower: Follower
) -> None:
    await commit(client, *ids(40))
    seen = Seen()
    async with following(follower, seen):
        await seen.until(lambda: len(seen.ids) >= 40)
        await commit(client, *ids(40, 40))
        await seen.until(lambda: len(seen.ids) >= 80)
    assert sorted(seen.ids) == ids(80)


async def test_a_batch_names_a_conversation_once_with_its_newest_entry(
    client: Client, follower: Follower
) -> None:
    await commit(client, "a" * 16, "a" * 16, "a" * 16)
    seen = Seen()
    async with following(follower, seen):
        await seen.until(lambda: bool(seen.batches))
    assert seen.batches == [(Touched("conv", "a" * 16, 3),)]


async def test_a_follower_goes_on_where_it_was(client: Client, follower: Follower) -> None:
    seen = Seen()
    await commit(client, *ids(20))
    async with following(follower, seen):
        await seen.until(lambda: len(seen.ids) >= 20)
        await until_kept(client, "v", seen)
    await commit(client, *ids(5, 20))
    later = Seen()
    async with following(follower, later):
        await later.until(lambda: len(later.ids) >= 5)
    assert sorted(later.ids) == ids(5, 20)


async def until_kept(client: Client, name: str, seen: Seen) -> None:
    """Wait until the cursors of everything seen are kept."""
    tags = {keys.tag(id_) for id_ in seen.ids}
    async with asyncio.timeout(10):
        while True:
            kept = await KeptMarks(client, name).load()
            if tags <= {tag for tag, entry in kept.items() if entry != START}:
                return
            await asyncio.sleep(0.01)


async def test_the_cursor_is_kept_after_the_view_was_written(
    client: Client, follower: Follower
) -> None:
    await commit(client, "a" * 16)
    kept: list[dict[str, str]] = []

    async def each(touched: tuple[Touched, ...]) -> None:
        kept.append(await KeptMarks(client, "v").load())
        told.set()

    told = asyncio.Event()
    async with following(follower, each):
        await told.wait()
    assert set(kept[0].values()) == {START}


async def test_a_poisonous_item_is_set_aside_and_the_others_go_on(
    client: Client, follower: Follower
) -> None:
    seen, tries = Seen(), []
    poison = ids(1, 3)[0]

    async def each(touched: tuple[Touched, ...]) -> None:
        if any(one.id == poison for one in touched):
            tries.append(len(touched))
            raise ValueError("a text that nobody should see in a log")
        await seen(touched)

    await commit(client, *ids(8))
    async with following(follower, each):
        await seen.until(lambda: len(set(seen.ids)) >= 7)
        await commit(client, *ids(1, 8))
        await seen.until(lambda: ids(1, 8)[0] in seen.ids)
    assert set(seen.ids) == {*ids(9)} - {poison}
    assert tries.count(1) >= TRIES
    (aside,) = await Aside(client).list(5)
    assert aside.why == "follower v: ValueError"
    assert poison.encode() in aside.raw


async def test_an_item_that_succeeds_the_second_time_is_not_set_aside(
    client: Client, follower: Follower
) -> None:
    seen, failures = Seen(), [1, 2]

    async def each(touched: tuple[Touched, ...]) -> None:
        if failures:
            failures.pop()
            raise ValueError
        await seen(touched)

    await commit(client, "a" * 16)
    async with following(follower, each):
        await seen.until(lambda: bool(seen.ids))
    assert await Aside(client).count() == 0


async def test_of_two_with_one_name_only_one_works(client: Client, follower: Follower) -> None:
    one, two = Seen(), Seen()
    async with following(follower, one), following(follower, two):
        await commit(client, *ids(30))
        async with asyncio.timeout(10):
            while len(one.ids) + len(two.ids) < 30:
                await asyncio.sleep(0.01)
    assert [] in (one.ids, two.ids)
    assert sorted(one.ids + two.ids) == ids(30)


async def test_a_killed_process_is_taken_over_from_and_nothing_is_skipped(
    client: Client, follower: Follower, store_url: str
) -> None:
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OTHER, store_url), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert other.stdout
    try:
        await commit(client, *ids(3))
        first = {(await other.stdout.readline()).decode().strip() for _ in range(3)}
        assert first == {*ids(3)}
        seen = Seen()
        async with following(follower, seen):
            other.send_signal(signal.SIGKILL)
            await other.wait()
            await commit(client, *ids(3, 3))
            await seen.until(lambda: {*ids(3, 3)} <= {*seen.ids})
    finally:
        if other.returncode is None:
            other.kill()
            await other.wait()


async def test_whoever_lost_the_lease_writes_no_cursor(client: Client) -> None:
    marks = KeptMarks(client, "v")
    tag = keys.tags()[0]
    assert await marks.keep(2, {tag: "5-0"})
    assert not await marks.keep(1, {tag: "9-0"})
    assert await marks.load() == {tag: "5-0"}


async def test_a_lost_lease_stops_the_writer_in_the_middle(
    client: Client, follower: Follower
) -> None:
    stopped = asyncio.Event()

    async def each(touched: tuple[Touched, ...]) -> None:
        await client.call("HSET", keys.lease("follow/v"), "token", "rival", "until", 10**14)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    await commit(client, "a" * 16)
    async with following(follower, each):
        async with asyncio.timeout(10):
            await stopped.wait()
        assert set((await KeptMarks(client, "v").load()).values()) == {START}


async def test_whoever_missed_what_was_trimmed_is_told_of_everything_anew(
    client: Client, follower: Follower, log: Log
) -> None:
    seen = Seen()
    await commit(client, *ids(10))
    async with following(follower, seen):
        await seen.until(lambda: len(seen.ids) >= 10)
        await until_kept(client, "v", seen)
    await commit(client, *ids(40, 10))
    for name, end in (await log.ends()).items():
        await log.trim(name, end)
    again = Seen()
    async with following(follower, again):
        await again.until(lambda: {*ids(50)} <= {*again.ids})


async def test_whoever_missed_nothing_is_not_told_anew(
    client: Client, follower: Follower, log: Log
) -> None:
    seen = Seen()
    await commit(client, *ids(10))
    async with following(follower, seen):
        await seen.until(lambda: len(seen.ids) >= 10)
        await until_kept(client, "v", seen)
    for name, end in (await log.ends()).items():
        millis, number = place(end)
        await log.trim(name, f"{millis}-{number + 1}")
    again = Seen()
    async with following(follower, again):
        await commit(client, *ids(1, 10))
        await again.until(lambda: bool(again.ids))
    assert again.ids == ids(1, 10)


async def test_a_view_ahead_of_a_server_that_lost_its_tail_is_told_anew(
    client: Client, follower: Follower
) -> None:
    seen = Seen()
    await commit(client, "a" * 16)
    await KeptMarks(client, "v").keep(1, {keys.tag("a" * 16): "99999999999999-0"})
    async with following(follower, seen):
        await seen.until(lambda: bool(seen.ids))
    assert seen.ids == ["a" * 16]


def test_entries_are_compared_as_numbers() -> None:
    assert place("100-0") > place("99-5")
    assert place("5-10") > place("5-9")


async def test_notices_are_followed_in_the_same_way(client: Client, follower: Follower) -> None:
    notices, told = Notices(client), list[Notice]()
    more, stop = asyncio.Event(), asyncio.Event()

    async def each(batch: tuple[Notice, ...]) -> None:
        told.extend(batch)
        more.set()

    await notices.put("archived", {"channel": "C1"})
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.follow_source("boards", notices, each, stop=stop))
        async with asyncio.timeout(10):
            await more.wait()
        stop.set()
    assert [(notice.kind, notice.facts) for notice in told] == [("archived", {"channel": "C1"})]


async def test_a_follower_goes_on_when_a_killed_server_is_back(tmp_path: Path) -> None:
    kept = ("--appendonly", "yes", "--appendfsync", "always")
    server = servers.start(tmp_path, *kept)
    client = await Client.reached(server.url)
    log = Log(client, Read(client).everything)
    follower = Follower(client, log, Leases(client, views.ids()), Aside(client), SECONDS)
    seen = Seen()
    try:
        await client.load_libraries()
        async with following(follower, seen):
            await commit(client, "a" * 16)
            await seen.until(lambda: "a" * 16 in seen.ids)
            server.kill()
            server = await asyncio.to_thread(
                servers.start, tmp_path, *kept, port=server.port, binary=None
            )
            with contextlib.suppress(Gone):  # the first call may find the old connection
                await client.call("GET", "x")
            await commit(client, "b" * 16)
            await seen.until(lambda: "b" * 16 in seen.ids)
            # By the same lease: whoever left it while the server was away waited for it to run out.
            assert await client.call("HGET", keys.lease("follow/v"), "fence") == b"1"
    finally:
        await client.aclose()
        server.kill()
