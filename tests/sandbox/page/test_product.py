"""The product is kept running from outside, and nothing of the demo stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sandbox.product import Product, free_port, inherited, stop_server

ROOT = Path(__file__).parents[3]


@contextlib.asynccontextmanager
async def kept(product: Product) -> AsyncIterator[None]:
    """Keep a product running beside a test."""
    keeping = asyncio.create_task(product.keep())
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def comes(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def made(command: tuple[str, ...], folder: Path, said: list[str]) -> Product:
    port = free_port(20_000, "127.0.0.1")
    environ = inherited(os.environ) | {"PORT": str(port), "CHANCERY_MODE": "sandbox"}

    def tell() -> None:
        said.append(product.state)

    product = Product(f"http://127.0.0.1:{port}", environ, folder / "log", tell, command=command)
    return product


async def test_a_killed_product_is_started_again(
    small_product: tuple[str, ...], tmp_path: Path
) -> None:
    said: list[str] = []
    product = made(small_product, tmp_path, said)
    async with kept(product):
        await comes(lambda: product.state == "ready")
        product.kill()
        await comes(lambda: product.falls == 1 and product.state == "ready")
    assert said == ["starting", "ready", "stopped", "starting", "ready"]


KEEPER = """
import asyncio, os, sys
from pathlib import Path
from sandbox.product import Product
port, log, *command = sys.argv[1:]
environ = {**os.environ, "PORT": port}
url = f"http://127.0.0.1:{port}"
asyncio.run(Product(url, environ, Path(log), lambda: None, command=tuple(command)).keep())
"""


async def test_a_demo_that_is_killed_outright_leaves_no_product_behind(
    small_product: tuple[str, ...], tmp_path: Path
) -> None:
    port = free_port(20_000, "127.0.0.1")
    arguments = (str(port), str(tmp_path / "log"), *small_product)
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KEEPER, *arguments), cwd=ROOT, env=inherited(os.environ)
    )

    def answers() -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", port)) == 0

    await comes(answers)
    keeper.kill()
    await keeper.wait()
    await comes(lambda: not answers())


async def test_a_product_that_cannot_start_leaves_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    command = (sys.executable, "-c", "print('SLACK_BOT_TOKEN is missing')")
    product = made(command, tmp_path, said)
    async with kept(product):
        await comes(lambda: product.state == "stopped")
        assert product.last_lines() == ["SLACK_BOT_TOKEN is missing"]
        assert not product.ready.is_set()


async def test_the_product_inherits_no_token_and_no_proxy() -> None:
    environ = {"PATH": "/bin", "SLACK_BOT_TOKEN": "xoxb-real", "HTTPS_PROXY": "http://proxy"}
    assert inherited(environ) == {"PATH": "/bin"}


async def test_the_next_free_port_is_one_that_nobody_listens_on() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port - 1, "127.0.0.1") > port


async def test_a_left_behind_database_is_told_to_go(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"NOSAVE\r\n"))
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        address = {"port": port, "password": "pässword"}
        (tmp_path / "valkey.json").write_text(json.dumps(address))
        assert await asyncio.to_thread(stop_server, tmp_path)
    assert heard[0].startswith(b"*2\r\n$4\r\nAUTH\r\n$9\r\np\xc3\xa4ssword\r\n*2\r\n$8\r\nSHUTDOWN")


async def test_a_folder_without_a_server_has_nothing_to_stop(tmp_path: Path) -> None:
    assert not stop_server(tmp_path)
    (tmp_path / "valkey.json").write_text("{}")
    assert not stop_server(tmp_path)


async def run(**environ: str) -> tuple[int | None, str, str]:
    """Run `python -m sandbox` where it must refuse."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox"),
        cwd=ROOT,
        env=inherited(os.environ) | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await process.communicate()
    return process.returncode, said.decode(), wrong.decode()


async def test_a_foreign_address_is_refused_before_anything_starts() -> None:
    status, _, wrong = await run(HOST="192.0.2.1")
    assert status == 1
    assert "this computer only" in wrong


async def test_a_taken_port_is_said_with_a_way() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, wrong = await run(PORT=str(port))
    assert status == 1
    assert f"PORT={port + 1} make run" in wrong


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_all_of_it_and_takes_the_data_away(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox"),
        cwd=ROOT,
        env=inherited(os.environ) | {"PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while b"two panes at" not in await process.stdout.readline():
            pass
    process.send_signal(number)
    rest = await process.stdout.read()
    assert await process.wait() == 0
    assert b"Stopping." in rest
    assert not list((ROOT / "var").glob(f"demo-{process.pid}*"))
