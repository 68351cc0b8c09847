"""The Procfile as a ministry runs it: two of each process, on each kind of server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from inbox import Done
from inbox.conversations.commands import Snooze
from inbox.conversations.events import Received, Sent
from tests.promises.ministry import become
from tests.promises.processes import Kind, Load, Town, town
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


@pytest.mark.long
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
    # Never wait for the question here: closed with its answer, the card may be a line by now.
    assert len(at.cards(question)) == 1
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


@pytest.mark.timeout(60)
async def test_socket_mode_alone_serves_from_two_web_processes_and_each_act_counts_once(
    tmp_path: Path,
) -> None:
    async with town(tmp_path, hold=0, sockets=True) as at:
        await at.start("web", "web", "bots")
        sockets = at.workspace.sockets
        await become(lambda: len(sockets.connections) == 2, at.said)
        for n in range(3):
            question, answer = f"question number {n}?", f"answer number {n}."
            await answered_once(at, f"person{n}", question, answer)
        assert {index for index, _ in sockets.sent} == {0, 1}
        await at.stop(*at.running())


@pytest.mark.timeout(60)
async def test_a_sender_told_to_stop_finishes_what_it_is_sending(tmp_path: Path) -> None:
    async with town(tmp_path, hold=0) as at:
        door, _, sender = await at.start("web", "clerk", "bots")
        at.world.faults.arm("POST /2/tweets", "slow", seconds=2)
        await at.asks("sara", "renew my passport")
        await at.answers("U0ANNA", await at.card("renew my passport"), "At the embassy.")
        await become(lambda: at.world.faults.fired, at.said)
        assert not at.times("At the embassy.")
        door.kill()  # so that no echo can tell of it: only the sender itself
        await at.stop(sender)  # while X thinks about it
        assert at.times("At the embassy.") == 1
        async with at.inbox() as box:
            [entry] = [
                entry
                async for touched in box.log.everything()
                for one in touched
                for entry in await box.read.history(one.id)
                if any(isinstance(event, Sent) for event in entry.events)
            ]
            assert entry.by == "postroom"
            await at.stop(*at.running())
    assert_no_server(at.data)


@pytest.mark.timeout(60)
async def test_a_sender_told_to_stop_does_not_wait_for_a_platform_that_hangs(
    tmp_path: Path,
) -> None:
    async with town(tmp_path, hold=0) as at:
        _, _, sender = await at.start("web", "clerk", "bots")
        at.world.faults.arm("POST /2/tweets", "slow", seconds=25)
        await at.asks("sara", "renew my passport")
        await at.answers("U0ANNA", await at.card("renew my passport"), "At the embassy.")
        await become(lambda: at.world.faults.fired, at.said)
        await at.stop(sender)


@pytest.mark.timeout(60)
async def test_a_web_process_told_to_stop_under_load_loses_nothing_and_takes_nothing_in_twice(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as at:
        going, _ = await at.start("web", "web")
        load = Load(at, 120)
        pushing = asyncio.create_task(load.run(at_once=8))
        await become(lambda: len(load.acknowledged) > 20, at.said)
        await at.stop(going)
        await pushing
        assert set(load.statuses) <= {200, 0}  # 0: a connection that was being closed
        async with at.inbox() as box:
            taken = [
                event.message.id
                async for touched in box.log.everything()
                for one in touched
                for entry in await box.read.history(one.id)
                for event in entry.events
                if isinstance(event, Received)
            ]
        assert sorted(taken) == sorted(f"x:{one}" for one in load.acknowledged)
        assert len(taken) == 120


@pytest.mark.timeout(60)
async def test_a_web_process_that_slack_cannot_reach_is_not_ready(tmp_path: Path) -> None:
    async with town(tmp_path, sockets=True) as at:
        [deaf] = at.begin("web", SLACK_APP_TOKEN="xapp-of-another-app")
        await become(lambda: "SlackApiError" in deaf.said, at.said)
        async with at.readiness(deaf) as answer:
            assert answer.status == 503
            assert await answer.json() == {"store": True, "clock": True, "slack": False}
        await at.stop(deaf)
