"""Rounds in which the product kills itself at a named point of intake or delivery."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from redis.exceptions import RedisError

from inbox.conversations.events import Answered, AnyEvent
from inbox.conversations.state import OutPart
from inbox.store.outbox import UNSURE_AFTER
from inbox.words import Millis
from tests.promises.kills import Run
from tests.promises.ministry import OFFICERS, PATIENCE, become

TRIES = 3
"""Loads that are sent by one point before it counts as one that is seldom passed."""
QUIET = 3.0
"""Seconds after the load in which answers still leave and cursors are kept."""
COMMAND = (sys.executable, "-m", "tests.promises.pointed")


@dataclass
class Patient(Run):
    """A run whose answers, cut between being written down and being heard of, wait for a person.

    Nobody knows whether such a part has left: it is looked for, and after two minutes an officer
    is asked. Meanwhile the load goes on; `decided` waits for all of them.
    """

    born: Millis = 0
    """When the present process was started."""

    async def decided(self) -> None:
        """Wait until each part has left or is an officer's to decide."""
        self.born = 0
        until = time.monotonic() + UNSURE_AFTER / 1000 + PATIENCE
        while not self._sent():
            assert time.monotonic() < until, self._why()
            await asyncio.sleep(1)

    def _moving(self) -> list[OutPart]:
        return [
            part
            for part in super()._moving()
            if part.state == "ready" or not 0 < part.started < self.born
        ]

    def _check_answers(self, answered: list[Answered], events: list[AnyEvent]) -> None:
        """Each answer left once; or never, and then it is told as unclear."""
        texts = self._said()
        unclear = {
            part.text
            for history in self.at.histories().values()
            for answer in history.now.answers
            for part in answer.parts
            if part.state in ("sending", "unsure")
        }
        for mark in self.written:
            times = sum(mark in text for text in texts)
            kept = sum(mark in answer.text for answer in answered)
            waits = any(mark in text for text in unclear)
            assert times == kept or (times == 0 and waits), (mark, times, kept)
            assert kept == 1 if mark in self.promised else kept <= 1


@dataclass
class Points:
    """The points that the product passes, and those at which it was killed."""

    run: Patient
    folder: Path
    hit: set[str] = field(default_factory=set)

    def passed(self) -> list[str]:
        """Give every point that was passed, in an order of its own."""
        return sorted(set((self.folder / "passed").read_text("utf-8").splitlines()))

    async def found(self) -> list[str]:
        """Let everything happen once, with nobody killed, and return the points on the way."""
        await self._worked()
        await self._polled("")
        return self.passed()

    async def kill_at(self, point: str) -> None:
        """Let people write and officers answer, the product die there, and all be well after.

        A point that this load did not come by is tried with the next one, and then given up.
        """
        for _ in range(TRIES):
            if point.startswith("poll"):
                await self._polled(point)
            else:
                await self._worked(point)
            self.run.check()
            self.run.at.quarter_passes()
            if point in self.hit:
                return

    async def _worked(self, point: str = "") -> None:
        run, at = self.run, self.run.at
        self._arm(point)
        officers = [asyncio.create_task(run._officer(user)) for user in OFFICERS]  # noqa: SLF001 - the same load, killed otherwise
        try:
            run.began, run.wrote = at.disk_size(), set()
            run._people_write()  # noqa: SLF001 - the same load, killed otherwise
            if point and await self._died(point, lambda: all(one.done() for one in officers)):
                await self._again()
            await asyncio.gather(*officers)
        finally:
            for officer in officers:
                officer.cancel()
            await asyncio.gather(*officers, return_exceptions=True)
        await run._settled()  # noqa: SLF001 - the same load, killed otherwise

    async def _polled(self, point: str) -> None:
        """Stop the product, let people write meanwhile, and kill it while it reads on."""
        run, at = self.run, self.run.at
        at.process.stop()
        run.wrote, at.pushes = set(), False
        run._people_write()  # noqa: SLF001 - the same load, killed otherwise
        at.pushes = True
        self._arm(point)
        at.process.start()
        if point and await self._died(point, self._read):
            await self._again()
        else:
            await at.ready()
        await become(self._read, at.process.last_words)
        at.acknowledged |= run.wrote
        await run._settled()  # noqa: SLF001 - the same load, killed otherwise

    def _read(self) -> bool:
        """Whether all that was written while nobody listened is known now."""
        known = set[str]().union(*(one.known for one in self.run.at.histories().values()))
        return {f"x:{one}" for one in self.run.wrote} <= known

    async def _died(self, point: str, over: Callable[[], bool]) -> bool:
        """Wait until the product has killed itself, or the load is over and it did not."""
        process, armed = self.run.at.process, self.folder / "armed"
        quiet = 0.0

        def decided() -> bool:
            nonlocal quiet
            now = time.monotonic()
            try:
                quiet = (quiet or now) if over() else 0.0
            except (RedisError, OSError):  # the server is only starting
                quiet = 0.0
            return not process.runs or bool(quiet and now - quiet > QUIET)

        await become(decided, process.last_words)
        armed.unlink(missing_ok=True)
        if process.runs:
            return False
        process.kill()
        await self.run.at.server_answers()
        self.run.born = int(time.time() * 1000)
        self.hit.add(point)
        return True

    async def _again(self) -> None:
        self.run._leave_slack()  # noqa: SLF001 - the same load, killed otherwise
        self.run.at.bury()
        await self.run.at.ready()

    def _arm(self, point: str) -> None:
        if point:
            fresh = self.folder / "fresh"
            fresh.write_text(point, "utf-8")
            fresh.rename(self.folder / "armed")
