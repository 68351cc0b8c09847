"""`python -m sandbox`: the whole demo on this computer; Ctrl-C ends all of it.

It makes the networks and a Slack of its own, starts the product as an operator would, by a process
with an environment, and serves the two-pane page on HOST:PORT (127.0.0.1:8080). All worlds live in
memory, so every start begins afresh: the product's data stands in `var/demo-<process>/`, which is
removed at the end; only the secret in `var/demo.secret` stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox import cast
from sandbox.page.server import Stage
from sandbox.page.server import app as page
from sandbox.platforms import networks as every_network
from sandbox.product import PRODUCT, Product, free_port, inherited, stop_server
from sandbox.scenes import scene
from sandbox.slack.server import app as slack_app
from sandbox.slack.world import Workspace

LOOPBACK = ("127.0.0.1", "::1", "localhost")
VAR = Path("var")


@dataclass(frozen=True)
class Place:
    """Where the page listens, and which folders the product gets."""

    host: str
    port: int
    config: Path
    data: Path
    secret: str
    command: tuple[str, ...] = PRODUCT


def main() -> int:
    """Run the demo until Ctrl-C; the exit code is 1 where it could not begin."""
    try:
        asyncio.run(_until_told(_place(os.environ)))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


class Refused(Exception):
    """The demo cannot begin; the text says why and what to do."""


def _place(environ: Mapping[str, str]) -> Place:
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8080"
    if host not in LOOPBACK:
        raise Refused(f"HOST is {host}: the demo listens on this computer only (127.0.0.1).")
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise Refused(f"PORT is {port}: it must be a number from 0 to 65535.")
    config = Path(environ.get("CHANCERY_CONFIG") or "config/demo")
    if not (config / "accounts.toml").is_file():
        raise Refused(f"There is no accounts.toml in {config}: run this in the project's folder.")
    return Place(
        host="127.0.0.1" if host == "localhost" else host,
        port=int(port),
        config=config,
        data=VAR / f"demo-{os.getpid()}",
        secret=_secret(VAR / "demo.secret"),
    )


def _secret(path: Path) -> str:
    """Return the demo's secret, made at the first start and readable to its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as fresh:
            fresh.write(secrets.token_urlsafe(48))
    return path.read_text("utf-8").strip()


async def _until_told(place: Place) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    _sweep()
    try:
        async with _demo(place):
            await told.wait()
            _say("\nStopping.")
    finally:
        _remove(place.data)


@contextlib.asynccontextmanager
async def _demo(place: Place) -> AsyncIterator[None]:
    """Have everything running: the stand-ins, the page, the product, the scene."""
    networks = every_network(lambda: int(time.time() * 1000))
    workspace = Workspace(time.time)
    async with contextlib.AsyncExitStack() as stack:
        slack_url = await stack.enter_async_context(_served(slack_app(workspace), "127.0.0.1", 0))
        product_port = free_port(place.port or 8080, place.host)
        at = f"http://{place.host if ':' not in place.host else f'[{place.host}]'}:{product_port}"
        players = cast.read(place.config)
        environ = inherited(os.environ)
        for name, network in networks.items():
            environ |= network.enrol(players, f"{at}/hooks/{name}")
            url = await stack.enter_async_context(_served(network.app(), "127.0.0.1", 0))
            environ[f"{name.upper()}_API_URL"] = url
            await stack.enter_async_context(network.working())
        cast.on_slack(players, workspace)
        workspace.deliveries.request_url = f"{at}/slack/events"
        environ |= {
            "HOST": place.host,
            "PORT": str(product_port),
            "PUBLIC_URL": at,
            "CHANCERY_MODE": "sandbox",
            "CHANCERY_CONFIG": str(place.config),
            "CHANCERY_DATA": str(place.data),
            "CHANCERY_ANCHOR": str(_anchor(place.data)),
            "CHANCERY_SECRET": place.secret,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_CLIENT_ID": workspace.client_id,
            "SLACK_CLIENT_SECRET": workspace.client_secret,
            "SLACK_API_URL": f"{slack_url}/api/",
            "PYTHONUNBUFFERED": "1",
        }
        log = VAR / "demo.log"
        log.write_bytes(b"")
        product = Product(at, environ, log, tell=lambda: _told(stage), command=place.command)
        play = scene.Play(scene.read(), networks)
        stage = Stage(players, networks, workspace, play, product)
        stack.callback(stage.listen())
        address = await stack.enter_async_context(_served(page(stage), place.host, place.port))
        await stack.enter_async_context(_going(product.keep()))
        await stack.enter_async_context(_going(_introduced(stage, place, environ, log)))
        await stack.enter_async_context(_going(_perform(stage)))
        await stack.enter_async_context(_going(play.attend(asyncio.sleep)))
        _greet(address, log)
        yield


async def _introduced(stage: Stage, place: Place, environ: dict[str, str], log: Path) -> None:
    """Let the product's own commands take the demo's directory in, as an operator would.

    Whom the scene gives an id the directory knows: the supervisor has called them back.
    """
    file = place.config / "contacts.csv"
    by = next((member.id for member in stage.cast.members if member.supervisor), "")
    await stage.product.ready.wait()
    if file.is_file() and by:
        people = [one for one in stage.play.scene.people if one.id]
        known = [stage.networks[one.on].known_as(one.id) for one in people]
        source = "The embassy called his private office, which read the handle back"
        for words in (("import", str(file)), ("prove", *known, "--source", source)):
            with log.open("ab") as out:
                done = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "inbox", "contacts", *words, "--by", by),
                    env=environ,
                    stdout=out,
                    stderr=out,
                )
            await done.wait()


async def _perform(stage: Stage) -> None:
    """Begin the scene once the product is ready and the networks may knock at its doors."""
    await stage.product.ready.wait()
    for network in stage.networks.values():
        await network.met()
    await stage.play.perform(asyncio.sleep)


def _told(stage: Stage) -> None:
    """Say aloud what became of the product; the page hears of it too."""
    stage.live.tell("product", state=stage.product.state)
    if stage.product.state == "stopped":
        _say("The product stopped; starting it again. It last said:")
        for line in stage.product.last_lines():
            _say(f"    {line}")


def _greet(address: str, log: Path) -> None:
    _say(
        f"\n  Chancery demo: two panes at {address}\n"
        f"  Nothing leaves this computer. What the product says: {log}\n"
        "  Ctrl-C stops everything.\n"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextlib.asynccontextmanager
async def _served(application: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve an application; yields its address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as taken:
            raise Refused(
                f"Cannot listen on {host}:{port}: {taken.strerror}. Is a demo running already? "
                f"Another port: PORT={port + 1} make run"
            ) from taken
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _going(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Have something go on beside the rest, and end it first."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _sweep() -> None:
    """Take away what a demo left behind that was killed outright."""
    for folder in VAR.glob("demo-*"):
        pid = folder.name.removeprefix("demo-")
        if folder.is_dir() and pid.isdigit() and not _runs(int(pid)):
            _remove(folder)


def _remove(folder: Path) -> None:
    stop_server(folder)
    shutil.rmtree(folder, ignore_errors=True)
    _anchor(folder).unlink(missing_ok=True)


def _anchor(folder: Path) -> Path:
    """Return what remembers a demo's records, outside its data folder as everywhere."""
    return folder.with_name(f"{folder.name}.anchor.jsonl")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main())
