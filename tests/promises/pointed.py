"""`python -m tests.promises.pointed`: the product, which can be killed at any of its awaits.

Nothing of it stands in the product. Each await of intake and delivery crosses the store's client,
a platform's HTTP call, or the answer to a push; these are wrapped here, named by who waits for
what, and at the point whose name stands in the file `armed` the process kills itself, before the
call is made or after it was answered. Every point passed is written to the file `passed`.
"""

from __future__ import annotations

import functools
import os
import re
import runpy
import signal
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from bots import doors, listening, postroom
from inbox.store import client

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ["POINTS"])
ROOMS = ("inbox", "bots")
OURS = ("inbox/store/client.py", "bots/contract.py", "bots/outcomes.py")
"""Whoever calls through these waits for something else than they name."""
way: ContextVar[str] = ContextVar("way", default="")
"""On which way this task is: push, poll, delivery; "" where it is on none."""
_passed: set[str] = set()


def pass_by(name: str, when: str) -> None:
    """Remember a point, and die where it is armed."""
    point = f"{name} | {when}"
    if point not in _passed:
        _passed.add(point)
        with (FOLDER / "passed").open("a", encoding="utf-8") as file:
            file.write(point + "\n")
    armed = FOLDER / "armed"
    if armed.exists():
        name, _, how = armed.read_text("utf-8").partition("\n")
        if name == point:
            armed.unlink()
            os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)


def waiter() -> str:
    """Name the function of ours that waits: `registry.put`."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the only way to ask who calls
    while frame is not None:
        name = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        if name.startswith(ROOMS) and name not in OURS:
            return f"{Path(name).stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "?"


def point_around(owner: Any, method: str, what: Callable[..., str]) -> None:
    """Put a point before and one after a coroutine method, for whoever is on a way."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, method)

    @functools.wraps(original)
    async def wrapped(*args: Any, **more: Any) -> Any:
        if not way.get() or args[1:2] == ("FCALL",):  # a function's points are around it
            return await original(*args, **more)
        name = f"{way.get()}: {waiter()}: {what(*args)}"
        pass_by(name, "before")
        answer = await original(*args, **more)
        pass_by(name, "after")
        return answer

    setattr(owner, method, wrapped)


def on_the_way(owner: Any, method: str, name: str) -> None:
    """Say that whoever is in this coroutine method, and whatever it starts, is on this way."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, method)

    @functools.wraps(original)
    async def wrapped(*args: Any, **more: Any) -> Any:
        way.set(name)
        return await original(*args, **more)

    setattr(owner, method, wrapped)


def place(_session: object, method: str, url: object, *_more: object) -> str:
    """Name an HTTP call by its method and path, ids left out."""
    path = re.sub(r"/\d{5,}", "/:id", URL(str(url)).path)
    return f"{method} {path}"


def prepare() -> None:
    """Wrap what the ways cross."""
    on_the_way(doors.Hook, "push", "push")
    on_the_way(listening.Listener, "round", "poll")
    on_the_way(postroom.Sender, "round", "delivery")
    point_around(client.Client, "call", lambda _self, *words: str(words[0]))
    point_around(client.Client, "function", lambda _self, name, *_: str(name))
    point_around(aiohttp.ClientSession, "_request", place)
    point_around(web.Response, "write_eof", lambda *_: "acknowledged")


if __name__ == "__main__":
    prepare()
    sys.argv[1:] = ["all"]
    runpy.run_module("handlers", run_name="__main__", alter_sys=True)
