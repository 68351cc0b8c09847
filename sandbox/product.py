"""Keeps the product running from outside: a process with an environment, as an operator would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import aiohttp

State = Literal["starting", "ready", "stopped"]
PATIENCE_S = 15.0
"""How long the product may take to end by itself before it is killed."""
WAITS_S = (0.5, 1.0, 2.0, 5.0)
"""How long to wait before the next start, the longer the more often it fell."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "VIRTUAL_ENV", "SYSTEMROOT")
"""What the product inherits: no proxy and no real token may find its way into the demo."""


LEASH = (sys.executable, "-IS", str(Path(__file__).with_name("leash.py")))
"""What the product is started by, so that it does not outlive a demo that is killed outright."""
PRODUCT = (sys.executable, "-m", "handlers", "all")
"""The product's own command line: all three of its processes in one."""


def free_port(above: int, host: str) -> int:
    """Return the next port above this one that nobody listens on."""
    for port in range(above + 1, 65536):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                tried.bind((host, port))
                return port
    raise OSError(f"no free port above {above}")


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a child process needs to run at all."""
    return {name: environ[name] for name in KEPT if name in environ}


class Product:
    """One product process, started again whenever it falls."""

    def __init__(
        self,
        url: str,
        environ: Mapping[str, str],
        log: Path,
        tell: Callable[[], None],
        *,
        command: tuple[str, ...] = PRODUCT,
    ) -> None:
        self.url = url
        self.state: State = "starting"
        self.falls = 0
        self.ready = asyncio.Event()
        """Set while the product's own /readyz answers 200."""
        self._environ = dict(environ)
        self._log = log
        self._tell = tell
        self._command = command
        self._said_before = 0
        self._process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Run the product until cancelled; whatever happens, nothing of it stays behind."""
        with _leash() as leash:
            try:
                while True:
                    await self._run(leash)
                    wait = WAITS_S[min(self.falls, len(WAITS_S) - 1)]
                    self.falls += 1
                    self._became("stopped")
                    await asyncio.sleep(wait)
            finally:
                await self._stop()

    def kill(self) -> None:
        """Kill the process without a word, as a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def last_lines(self, count: int = 5) -> list[str]:
        """Return the last lines of what the product said since it was started."""
        with self._log.open("rb") as log:
            log.seek(self._said_before)
            return log.read().decode("utf-8", "replace").splitlines()[-count:]

    async def _run(self, leash: int) -> None:
        self._became("starting")
        with self._log.open("ab") as log:
            self._said_before = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *LEASH,
                *self._command,
                stdin=leash,
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
            )
        watching = asyncio.create_task(self._watch())
        try:
            await self._process.wait()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self) -> None:
        """Ask the product now and then whether it is ready."""
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                ready = await _ready(session, self.url)
                if ready != (self.state == "ready"):
                    self._became("ready" if ready else "starting")
                await asyncio.sleep(1.0 if ready else 0.1)

    def _became(self, state: State) -> None:
        self.state = state
        if state == "ready":
            self.ready.set()
        else:
            self.ready.clear()
        self._tell()

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.contextmanager
def _leash() -> Iterator[int]:
    """Yield the end of a pipe that closes when this process ends, however it ends."""
    leash, held = os.pipe()  # neither is inherited unless given as a child's stdin
    try:
        yield leash
    finally:
        os.close(leash)
        os.close(held)


def stop_server(data: Path) -> bool:
    """Stop the database server that a killed product left running in its folder, if one did.

    Its address stands in the folder's `valkey.json`; a server that stopped in order answers nobody.
    """
    try:
        address = json.loads((data / "valkey.json").read_text("utf-8"))
        with socket.create_connection(("127.0.0.1", int(address["port"])), timeout=2) as server:
            server.sendall(_resp("AUTH", str(address["password"])) + _resp("SHUTDOWN", "NOSAVE"))
            while server.recv(1024):
                pass
    except (OSError, ValueError, KeyError):
        return False
    return True


def _resp(*words: str) -> bytes:
    """Write one command as the server reads it (RESP)."""
    parts = [f"*{len(words)}"]
    for word in words:
        parts += [f"${len(word.encode())}", word]
    return "\r\n".join([*parts, ""]).encode()


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
