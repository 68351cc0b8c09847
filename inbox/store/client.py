"""One way to call Redis, Valkey or their Cluster: calls made at the same time share a pipeline."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias

import hiredis
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

Argument: TypeAlias = str | bytes | int | float

CONNECTIONS = 64
"""At most so many connections a process: one for each blocking read, two for everything else."""

LANES = 2
"""So many pipelines are on their way at once: while one waits for its answers, the next fills."""

PIPELINE_MOST = 200
"""Calls a pipeline, so that the first caller does not wait for the last."""

READ_TIMEOUT = 5.0
"""Seconds until an answer that does not come counts as a hang-up."""

AGAIN = ("LOADING", "MASTERDOWN", "NOREPLICAS", "MISCONF", "OOM", "BUSY")
"""The first words of answers that mean: nothing was done, try again."""


NO_FUNCTION = "unction not found"
"""What servers answer about a function they do not have."""

LIBRARIES = tuple(path.read_text() for path in sorted(Path(__file__).parent.glob("*.lua")))
"""Our functions; their names carry a version, so that two releases can share a server."""

AWAY = (RedisConnectionError, RedisTimeoutError, RedisClusterException, OSError, AttributeError)
"""A connection that is closed while it is being made trips over its own missing writer: redis-py
8 says AttributeError then."""
MOVING = (AskError, TryAgainError, ClusterDownError, ReadOnlyError, OutOfMemoryError)


class Gone(Exception):
    """The server could not be asked, or hung up: whether the call was done is unknown."""


class Client:
    """Calls a server; every failure to reach it is `Gone`, every other refusal a `ResponseError`.

    `when_gone` is told of each failure, so that somebody may start the server again. The library's
    own retries are off: only a caller knows whether a call may be repeated.
    """

    def __init__(
        self, url: str, *, cluster: bool = False, when_gone: Callable[[], None] | None = None
    ) -> None:
        self.cluster = cluster
        self._when_gone = when_gone or (lambda: None)
        self._waiting: deque[tuple[tuple[Argument, ...], asyncio.Future[Any]]] = deque()
        self._free = LANES
        self._tasks: set[asyncio.Task[None]] = set()
        self._redis: Any = _connect_cluster(url) if cluster else _connect(url)

    @classmethod
    async def reached(cls, url: str, *, when_gone: Callable[[], None] | None = None) -> Self:
        """Ask a server whether it is one of a Cluster, and call it as it wants to be called.

        `redis+cluster://` says so beforehand, where a server forbids INFO. Raises Gone.
        """
        scheme, _, rest = url.partition("+cluster:")
        if rest:
            return cls(f"{scheme}:{rest}", cluster=True, when_gone=when_gone)
        single = cls(url, when_gone=when_gone)
        facts = (await single.everywhere("INFO", "cluster"))[0]
        if not int(facts.get("cluster_enabled", 0)):
            return single
        await single.aclose()
        return cls(url, cluster=True, when_gone=when_gone)

    async def call(self, *args: Argument) -> Any:
        """Let the server do one command and return its answer, in bytes, as redis-py parses RESP2.

        On Cluster the key is the second word, or the fourth of an FCALL; all keys of one call lie
        in one slot. Raises Gone or ResponseError.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((args, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._flush())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> Any:
        """Let a function of ours run on these keys, loading it where a server has lost it."""
        call = ("FCALL", name, len(names), *names, *args)
        try:
            return await self.call(*call)
        except ResponseError as error:
            if NO_FUNCTION not in str(error):
                raise
        await self.load_libraries()
        return await self.call(*call)

    async def load_libraries(self) -> None:
        """Give every primary our functions; they replicate and persist from there."""
        for library in LIBRARIES:
            await self.everywhere("FUNCTION", "LOAD", "REPLACE", library)

    async def block(self, key: str, *args: Argument) -> Any:
        """Do a command that waits for something to happen to `key`; its BLOCK stays below 5 s."""
        try:
            await self._ready()
            return await self._redis.execute_command(*args, **self._target(key))
        except (*AWAY, ResponseError) as error:
            if _is_gone(error):
                await self._forget(error)
            raise _told(error) from error

    async def everywhere(self, *args: Argument) -> list[Any]:
        """Let every primary do one command."""
        try:
            await self._ready()
            if not self.cluster:
                return [await self._redis.execute_command(*args)]
            nodes = self._redis.get_primaries()
            return [await self._redis.execute_command(*args, target_nodes=[n]) for n in nodes]
        except (*AWAY, ResponseError) as error:
            if _is_gone(error):
                await self._forget(error)
            raise _told(error) from error

    async def names(self, pattern: str) -> AsyncIterator[str]:
        """Yield the keys that look so, on every primary; what changes meanwhile may come twice."""
        try:
            await self._ready()
            async for name in self._redis.scan_iter(match=pattern, count=1000):
                yield name.decode()
        except (*AWAY, ResponseError) as error:
            if _is_gone(error):
                await self._forget(error)
            raise _told(error) from error

    async def aclose(self) -> None:
        """Let what is on its way arrive, then hang up."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await self._redis.aclose()

    async def _flush(self) -> None:
        await asyncio.sleep(0)  # whoever is about to call joins this pipeline
        try:
            while self._waiting:
                many = min(PIPELINE_MOST, len(self._waiting))
                await self._send([self._waiting.popleft() for _ in range(many)])
        finally:
            self._free += 1

    async def _send(self, batch: list[tuple[tuple[Argument, ...], asyncio.Future[Any]]]) -> None:
        answers: list[Any]
        try:
            await self._ready()
            pipe = self._redis.pipeline(transaction=False)
            for args, _ in batch:
                pipe.execute_command(*args, **self._target(_key(args)))
            answers = await pipe.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001 - the fate of all is unknown; each caller is told
            answers = [error] * len(batch)
        bad = next((a for a in answers if isinstance(a, Exception) and _is_gone(a)), None)
        if bad is not None:
            await self._forget(bad)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(_told(answer))
            else:
                future.set_result(answer)

    async def _ready(self) -> None:
        if self.cluster:
            await self._redis.initialize()

    def _target(self, key: str) -> dict[str, list[ClusterNode]]:
        if not self.cluster:
            return {}
        node = self._redis.get_node_from_key(key)
        if node is None:
            raise RedisClusterException(f"nobody serves {key}")
        return {"target_nodes": [node]}

    async def _forget(self, error: Exception) -> None:
        """Learn anew who serves what, and say that somebody could not be reached."""
        if self.cluster and not isinstance(error, ResponseError):
            await self._redis.aclose()
        self._when_gone()


class _Packed(Connection):
    """Packs commands in C: the library's own way costs a third of a commit's client time.

    TLS and Cluster connections are the library's own and pack as ever.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        words = args[0].encode().split() if isinstance(args[0], str) else [args[0]]
        return [hiredis.pack_command((*words, *args[1:]))]

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        return [b"".join(packed for words in commands for packed in self.pack_command(*words))]


def _connect(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        connection_class=_Packed,
        max_connections=CONNECTIONS,
        timeout=READ_TIMEOUT,
        socket_timeout=READ_TIMEOUT,
        socket_connect_timeout=READ_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    return Redis.from_pool(pool)


def _connect_cluster(url: str) -> RedisCluster:
    return RedisCluster.from_url(
        url,
        max_connections=CONNECTIONS,
        socket_timeout=READ_TIMEOUT,
        socket_connect_timeout=READ_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


def _key(args: tuple[Argument, ...]) -> str:
    return str(args[3] if args[0] == "FCALL" else args[min(1, len(args) - 1)])


def _told(error: Exception) -> Exception:
    """Translate an error; its words are dropped, for they may repeat a text."""
    return Gone(type(error).__name__) if _is_gone(error) else error


def _is_gone(error: Exception) -> bool:
    if isinstance(error, ResponseError):
        return isinstance(error, MOVING) or str(error).startswith(AGAIN)
    return isinstance(error, AWAY)
