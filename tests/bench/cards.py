"""From a public post to its card, through the whole product, at the pace Slack allows."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import islice
from pathlib import Path

from sandbox.slack.records import Json, Message
from sandbox.slack.world import Workspace
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.texts import questions
from tests.promises.ministry import Ministry, ministry

POSTS = 24
EVERY_S = 3.0
"""Seconds between two posts. One channel takes a message a second, and each of these conversations
needs two: its card, and the line in its thread that tells who claimed it."""
CHANNEL = "C0PRESS0001"
OFFICER = "U0ANNA"
PATIENCE_S = 20.0


class Watch:
    """Sees when a post's mark first stands in the channel."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.cards: dict[str, tuple[float, str]] = {}
        self._end = workspace.subscribe(self._hear)

    def _hear(self, what: str, facts: Json) -> None:
        if what not in ("message", "changed") or facts.get("channel") != CHANNEL:
            return
        now = time.perf_counter()
        message = self._message(facts["ts"])
        for mark in _marks(message):
            self.cards.setdefault(mark, (now, message.ts))

    def _message(self, ts: str) -> Message:
        return next(one for one in reversed(self._workspace.messages(CHANNEL)) if one.ts == ts)

    async def card(self, mark: str) -> tuple[float, str]:
        """Return when the card came, and its ts."""
        deadline = time.perf_counter() + PATIENCE_S
        while mark not in self.cards:
            assert time.perf_counter() < deadline, f"no card for {mark}"
            await asyncio.sleep(0.01)
        return self.cards[mark]


def _marks(message: Message) -> list[str]:
    words = json.dumps(message.blocks).replace("\\n", " ").replace('"', " ").split()
    return [word for word in words if word.startswith("bench-")]


async def posted(at: Ministry, watch: Watch, n: int, text: str) -> float:
    """Let somebody post; return the seconds until its card. An officer then claims it."""
    at.world.join(f"person{n}", f"Person {n}")
    mark = f"bench-{n}-"
    began = time.perf_counter()
    at.world.post(f"person{n}", f"@LandetUD {mark} {text}"[:280])
    came, ts = await watch.card(mark)
    await at.workspace.click(OFFICER, CHANNEL, ts, "claim")
    return came - began


async def measure(folder: Path) -> list[Figure]:
    """Measure posts that come now and then; each waits for its turn as Slack's pace has it."""
    texts = list(islice(questions(), POSTS))
    async with ministry(folder / "cards") as at:
        at.workspace.pacing = True
        await at.ready()
        watch = Watch(at.workspace)
        async with asyncio.TaskGroup() as group:
            tasks = []
            for n, text in enumerate(texts):
                tasks.append(group.create_task(posted(at, watch, n, text)))
                await asyncio.sleep(EVERY_S)
        took = [task.result() for task in tasks]
        at.process.stop()
    return [
        Figure(
            *("card_p50_ms", rounded(percentile(took, 50) * 1e3), "ms"),
            f"public post to card, {POSTS} posts, one in {EVERY_S:g} s, at Slack's pace: half",
        ),
        Figure(
            *("card_p95_ms", rounded(percentile(took, 95) * 1e3), "ms"),
            *("the same: all but one in twenty", "at most", 300),
        ),
    ]
