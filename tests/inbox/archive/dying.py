"""A process that dies in the middle of an erasure: `python -m tests.inbox.archive.dying FOLDER N`.

It is killed before its N-th call of the store from when it began to erase, as by a power cut.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from inbox.archive.erase import Eraser
from inbox.store.client import Argument, Client
from inbox.store.erasing import Erasure
from inbox.store.server import Embedded
from inbox.words import ConversationId
from tests.inbox.archive.house import house
from tests.inbox.house import clock

TARGET = "x:1"


class Killed(BaseException):
    """The process is no more: nothing it has in its hand goes on."""


class Dying(Client):
    """A caller that dies before its n-th call; `left` counts down, below zero it lives for ever."""

    left = -1
    die: Callable[[], None]

    async def call(self, *args: Argument) -> Any:
        self._step()
        return await super().call(*args)

    async def everywhere(self, *args: Argument) -> list[Any]:
        self._step()
        return await super().everywhere(*args)

    async def names(self, pattern: str) -> AsyncIterator[str]:
        self._step()
        async for name in super().names(pattern):
            yield name

    def _step(self) -> None:
        if self.left == 0:
            self.die()
        self.left -= 1


def killed() -> None:
    raise Killed


def for_good() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def erased(eraser: Eraser, ref: ConversationId, target: str = TARGET) -> object:
    """Erase as an admin would from the terminal."""
    return await eraser.erase(Erasure(f"erase-{target}", ref, target, "GDPR 17", "o0", clock()))


async def main(folder: Path, calls: int) -> None:
    embedded = Embedded(folder / "var")
    await embedded.enter()
    client = await Dying.reached(embedded.address.url)
    client.die = for_good
    box = await house(client, folder)
    ref = await box.read.where(TARGET)
    assert ref
    client.left = calls
    await erased(box.archive.eraser, ref)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
