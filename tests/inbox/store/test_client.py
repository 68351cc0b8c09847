"""The caller: shared pipelines, one answer each, and failures that say what they are."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from redis.exceptions import ResponseError

from inbox.store import keys
from inbox.store.client import Client, Gone
from tests.cutter import cutting
from tests.servers import Server, free_port


async def test_a_thousand_calls_at_once_each_get_their_own_answer(client: Client) -> None:
    names = [keys.sums(keys.tags()[n % 16], str(n)) for n in range(1000)]
    await asyncio.gather(*(client.call("SET", name, n) for n, name in enumerate(names)))
    answers = await asyncio.gather(*(client.call("GET", name) for name in names))
    assert [int(a) for a in answers] == list(range(1000))


async def test_one_bad_call_does_not_spoil_its_neighbours(client: Client) -> None:
    await client.call("SET", "text", "a")
    results = await asyncio.gather(
        client.call("INCR", "text"), client.call("GET", "text"), return_exceptions=True
    )
    assert isinstance(results[0], ResponseError)
    assert results[1] == b"a"


async def test_a_caller_who_gives_up_does_not_disturb_the_others(client: Client) -> None:
    impatient = asyncio.ensure_future(client.call("GET", "a"))
    patient = asyncio.ensure_future(client.call("SET", "b", 1))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_server_that_is_not_there_is_gone() -> None:
    client = Client(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(Gone):
        await client.call("PING")
    with pytest.raises(Gone):
        await client.everywhere("PING")
    await client.aclose()


async def test_somebody_is_told_when_the_server_is_gone() -> None:
    told: list[bool] = []
    client = Client(f"redis://127.0.0.1:{free_port()}/0", when_gone=lambda: told.append(True))
    with pytest.raises(Gone):
        await client.call("PING")
    assert told
    await client.aclose()


async def test_an_answer_that_is_lost_is_gone_and_nothing_is_repeated(
    single_servers: list[Server],
) -> None:
    """The library's own retries would count twice."""
    (server,) = single_servers
    server.order("FLUSHALL")
    async with cutting(server.port) as cutter:
        client = Client(f"redis://127.0.0.1:{cutter.port}/0")
        cutter.arm(b"INCR", 1)
        with pytest.raises(Gone):
            await client.call("INCR", "counter")
        assert await client.call("GET", "counter") == b"1"
        await client.aclose()


async def test_what_a_gone_server_is_told_repeats_no_text(single_servers: list[Server]) -> None:
    (server,) = single_servers
    async with cutting(server.port) as cutter:
        client = Client(f"redis://127.0.0.1:{cutter.port}/0")
        cutter.arm(b"SECRET", 1)
        with pytest.raises(Gone) as gone:
            await client.call("SET", "k", "SECRET text")
        assert "SECRET" not in str(gone.value)
        await client.aclose()


@pytest.mark.parametrize("kind", ["single", "cluster"])
async def test_the_server_says_itself_whether_it_is_a_cluster(
    kind: str, request: pytest.FixtureRequest
) -> None:
    servers: list[Server] = request.getfixturevalue(f"{kind}_servers")
    client = await Client.reached(servers[0].url)
    assert client.cluster == (kind == "cluster")
    assert len(await client.everywhere("PING")) == len(servers)
    await client.aclose()


async def test_an_address_may_say_that_it_is_a_clusters(cluster_servers: list[Server]) -> None:
    client = await Client.reached(cluster_servers[0].url.replace("redis:", "redis+cluster:"))
    assert client.cluster
    await client.call("SET", "a", 1)
    await client.aclose()


async def test_all_names_are_found_on_every_primary(client: Client) -> None:
    names = {keys.log(tag) for tag in keys.tags()}
    await asyncio.gather(*(client.call("SET", name, 1) for name in names))
    assert {name async for name in client.names("log:*")} == names


@pytest.mark.timeout(20)
async def test_whoever_calls_while_the_clusters_connections_are_closed_is_told_that_it_is_gone(
    cluster_servers: list[Server],
) -> None:
    client = await Client.reached(cluster_servers[0].url.replace("redis:", "redis+cluster:"))
    over = asyncio.Event()

    async def calling() -> None:
        while not over.is_set():
            with suppress(Gone):
                await client.everywhere("PING")
            with suppress(Gone):
                await client.block("s", "XREAD", "BLOCK", 5, "STREAMS", "s", "$")
            with suppress(Gone):
                await client.call("GET", "a")

    async with asyncio.TaskGroup() as callers:
        for _ in range(6):
            callers.create_task(calling())
        for pause in range(100):  # each time, somewhere in the making of the connections
            await asyncio.sleep(pause % 10 / 1000)
            await client._redis.aclose()  # noqa: SLF001 - what a node that goes away leads to
        over.set()
    await client.aclose()
