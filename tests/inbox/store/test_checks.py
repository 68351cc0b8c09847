"""What may be used: no evicting server, no old one, no other birth, no newer schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from inbox.conversations.events import SCHEMA
from inbox.store import keys
from inbox.store.checks import Unfit, check_birth, check_schema, check_server
from inbox.store.client import Client
from inbox.store.codec import NewerSchema
from tests.servers import Server, start, stopped


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with stopped([start(tmp_path / "server")]) as servers:
        yield servers[0]


@pytest.fixture
async def own(server: Server) -> AsyncIterator[Client]:
    """Give a caller of a server whose settings a test may change."""
    own = Client(server.url)
    yield own
    await own.aclose()


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_evicting(own: Client, policy: str) -> None:
    await own.call("CONFIG", "SET", "maxmemory-policy", policy)
    with pytest.raises(Unfit, match=policy):
        await check_server(own)


async def test_weaker_persistence_is_warned_of_and_the_best_is_not(own: Client) -> None:
    assert [w.split()[0] for w in await check_server(own)] == ["appendonly", "appendfsync"]
    await own.call("CONFIG", "SET", "appendonly", "yes")
    await own.call("CONFIG", "SET", "appendfsync", "always")
    assert await check_server(own) == ()


async def test_a_server_that_forbids_config_is_tolerated(own: Client, server: Server) -> None:
    await own.call("ACL", "SETUSER", "ours", "on", "nopass", "~*", "&*", "+@all", "-config")
    ours = Client(f"redis://ours:any@127.0.0.1:{server.port}/0")
    assert await check_server(ours)
    await own.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
    with pytest.raises(Unfit):
        await check_server(ours)
    await ours.aclose()


@pytest.mark.parametrize(
    ("facts", "fits"),
    [
        ({"redis_version": "6.2.14"}, False),
        ({"redis_version": "7.0.15"}, True),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.9"}, False),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.0"}, True),
    ],
)
async def test_redis_7_and_valkey_8_are_the_oldest(facts: dict[str, str], fits: bool) -> None:
    class Told(Client):
        async def everywhere(self, *args: object) -> list[dict[str, str]]:
            return [facts] if args[0] == "INFO" else [{"appendfsync": "always"}]

    told = Told("redis://127.0.0.1:1/0")
    if fits:
        await check_server(told)
    else:
        with pytest.raises(Unfit, match="needed is"):
            await check_server(told)
    await told.aclose()


async def test_a_folder_is_born_once(client: Client, tmp_path: Path) -> None:
    await check_birth(client, tmp_path / "data", "sandbox")
    await check_birth(client, tmp_path / "data", "sandbox")
    with pytest.raises(Unfit, match="data folder"):
        await check_birth(client, tmp_path / "data", "real")


async def test_a_server_is_born_once_whatever_the_folder(client: Client, tmp_path: Path) -> None:
    await check_birth(client, tmp_path / "one", "real")
    with pytest.raises(Unfit, match="server's data was born as real"):
        await check_birth(client, tmp_path / "two", "sandbox")


async def test_data_of_a_newer_release_is_refused(client: Client) -> None:
    await check_schema(client)
    await check_schema(client)
    await client.call("SET", keys.schema(keys.tags()[7]), SCHEMA + 1)
    with pytest.raises(NewerSchema):
        await check_schema(client)
