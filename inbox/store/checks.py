"""Whether a server may keep a ministry's mail, and what it should be told loudly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from redis.exceptions import ResponseError

from inbox.conversations.events import SCHEMA
from inbox.store import keys
from inbox.store.client import Client, Gone
from inbox.store.codec import NewerSchema
from inbox.store.server import CannotStart

OLDEST = {"valkey": 8, "redis": 7}
"""Functions came with Redis 7; Valkey began as 7.2 and is supported by its makers from 8."""

PERSIST = "CONFIG SET appendonly yes, appendfsync always, and the same in its configuration file."

log = structlog.get_logger(__name__)


class Unfit(Exception):
    """This server or this data folder must not be used; the message says why and what to do."""


async def check_server(client: Client) -> tuple[str, ...]:
    """Refuse an old or evicting server; return the warnings about weaker persistence.

    A server that forbids CONFIG is tolerated: INFO tells enough to refuse it. Raises Unfit, Gone.
    """
    warnings: list[str] = []
    for answer in await client.everywhere("INFO", "everything"):
        facts = {str(k): str(v) for k, v in answer.items()}
        _check_version(facts)
        _refuse(facts)  # guard: eviction test=tests/inbox/store/test_checks.py::test_evicting
        if facts.get("aof_enabled") != "1":
            warnings.append("appendonly is off: what was acknowledged can be lost in a crash")
    warnings += await _check_fsync(client)
    for warning in warnings:
        log.warning("weak_persistence", advice=warning)
    return tuple(dict.fromkeys(warnings))


async def server(client: Client) -> str:
    """Return what server this is, in a word or two for an operator."""
    answers = await client.everywhere("INFO", "server")
    facts = {str(name): str(value) for name, value in answers[0].items()}
    name = "valkey" if "valkey_version" in facts else "redis"
    many = f", {len(answers)} primaries" if client.cluster else ""
    return f"{name.title()} {facts.get(f'{name}_version', '?')}{many}"


async def check_birth(client: Client, data: Path, mode: str) -> None:
    """Mark folder and server as real or sandbox at birth, and refuse to change either."""
    folder = await asyncio.to_thread(_born, data, mode)
    await client.call("SET", keys.BIRTH, mode, "NX")
    for what, born in (
        (f"The data folder {data}", folder),
        ("The server's data", (await client.call("GET", keys.BIRTH)).decode()),
    ):
        if born != mode:
            raise Unfit(f"{what} was born as {born}; this process runs as {mode}. Use another.")


async def check_schema(client: Client) -> None:
    """Refuse data written by a newer release; else say in every bucket that we write ours."""
    for tag in keys.tags():
        newest = int(await client.call("GET", keys.schema(tag)) or 0)
        if newest > SCHEMA:
            raise NewerSchema(f"schema {newest} is in use; this release knows {SCHEMA}")
        if newest < SCHEMA:
            await client.call("SET", keys.schema(tag), SCHEMA)


@contextmanager
def in_words(url: str | None, data: Path) -> Iterator[None]:
    """Say what is wrong at the start so that an operator can act on it; no password is told."""
    parts = urlsplit(url or "")
    host = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    server = f"the server of REDIS_URL ({host})" if url else f"the server of {data}"
    try:
        yield
    except Gone as gone:
        raise CannotStart(
            f"{server} does not answer us ({gone}). Does it run, is the address right, and the"
            " password?"
        ) from gone
    except ResponseError as refusal:
        raise CannotStart(f"{server} refuses what we need: {refusal}.") from refusal
    except NewerSchema as newer:
        raise Unfit(f"a newer release has written here: {newer}. Run that release.") from newer
    except OSError as error:
        raise CannotStart(f"the data folder {data} cannot be used: {error.strerror}.") from error


def _born(data: Path, mode: str) -> str:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), (data / "birth").open("x") as file:
        file.write(mode)
    return (data / "birth").read_text()


def _refuse(facts: dict[str, str]) -> None:
    """Refuse a server that evicts: any policy but one takes drafts, leases and timers for cache."""
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise Unfit(
            f"The server throws keys away when memory is short (maxmemory-policy {policy})."
            " Set maxmemory-policy noeviction."
        )


def _check_version(facts: dict[str, str]) -> None:
    name = "valkey" if "valkey_version" in facts else "redis"
    version = facts.get(f"{name}_version", "0")
    major = int(version.partition(".")[0])
    if major < OLDEST[name]:
        raise Unfit(
            f"The server is {name.title()} {version}; needed is Redis 7 or Valkey 8, or newer."
        )


async def _check_fsync(client: Client) -> list[str]:
    try:
        answers = await client.everywhere("CONFIG", "GET", "appendfsync")
    except ResponseError:
        return []  # a hosted server's owner keeps CONFIG to themselves
    told = str(answers)
    if "everysec" in told or "'no'" in told:
        return ["appendfsync is not always: the last second can be lost in a power cut"]
    return []
