"""The Procfile as a ministry runs it: two of each process, on each kind of server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from inbox import Done
from inbox.conversations.commands import Snooze
from tests.promises.ministry import become
from tests.promises.processes import Kind, Town, town
from tests.servers import Server, start, start_cluster, stopped

KINDS: tuple[Kind, ...] = ("web", "bots", "clerk")
SERVERS: Mapping[str, Callable[[Path], list[Server]]] = {
    "embedded": lambda _folder: [],
    "server": lambda folder: [start(folder, "--appendonly", "yes")],
    "cluster": lambda folder: start_cluster(folder, 3),
}


@pytest.fixture(params=SERVERS)
def redis_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give what REDIS_URL is: nothing, a server's address, a Cluster's."""
    with stopped(SERVERS[request.param](tmp_path / "servers")) as servers:
        kind = "redis+cluster" if len(servers) > 1 else "redis"
        yield f"{kind}://127.0.0.1:{servers[0].port}/0" if servers else ""


@pytest.mark.timeout(120)
async def test_two_of_each_process_share_the_work_and_survive_one_of_each(
    tmp_path: Path, redis_url: str
) -> None:
    async with town(tmp_path, redis_url=redis_url) as at:
        first = await at.start(*KINDS)
        second = await at.start(*KINDS)

        await answered_once(at, "sara", "renew my passport", "At the embassy.")
        for process in first:  # they hold every lease, for they were alone
            process.kill()
        await answered_once(at, "omar", "find my brother", "We are looking.")
        await woken_once(at, "lina", "reach the consulate")

        await at.stop(*second)
        assert not at.running()
    if not redis_url:
        assert_no_server(at.data)


async def answered_once(at: Town, person: str, question: str, answer: str) -> None:
    """Let somebody ask and an officer answer, and see one card and one public answer."""
    await at.asks(person, question)
    await at.answers("U0ANNA", await at.card(question), answer)
    await at.published(answer)
    await at.card(question)
    assert at.times(answer) == 1


async def woken_once(at: Town, person: str, question: str) -> None:
    """Let somebody ask, put it aside for a moment, and see the clerk bring it back once."""
    await at.asks(person, question)
    await at.card(question)
    async with at.inbox() as box:
        [waiting] = [
            one
            for one in await box.queue.first(["C0PRESS0001"], 20)
            if question in (await box.read.reading(one.id)).messages[0].message.text
        ]
        aside = box.desk.order(Snooze(until=box.now() + 100), by="officer:aj")
        done = await box.desk.do(waiting.id, aside)
        assert isinstance(done, Done)

        async def awake() -> bool:
            now = await box.read.conversation(waiting.id)
            return now is not None and now.state == "waiting"

        await become(awake, at.said)
        woken = [e for e in await box.read.history(waiting.id) if "Woken" in str(e.events)]
        assert [entry.by for entry in woken] == ["clerk"]


def assert_no_server(data: Path) -> None:
    """Fail where the embedded server outlived the last process."""
    pid = data / "valkey.pid"
    if pid.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
