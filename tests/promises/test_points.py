"""kill -9 at every await of intake and delivery, before the call is made and after its answer."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.promises.ministry import ministry
from tests.promises.points import COMMAND, Patient, Points

CROSSED = (
    "push: registry._do: registry_1",
    "push: commit.commit: take_1",
    "push: ?: acknowledged",
    "poll: commit.commit: take_1",
    "poll: cursors.set: HSET",
    "delivery: commit.commit: commit_1",
    "delivery: calls.request: POST /2/tweets",
)
"""Some of the points that there must be: the name of a step that vanished is seen here."""


@pytest.mark.timeout(1200)
async def test_killed_at_each_await_of_intake_and_delivery_nothing_is_lost_and_nothing_is_doubled(
    tmp_path: Path, long_run: bool, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    dice = random.Random(seed)
    folder = tmp_path / "points"
    folder.mkdir()
    async with ministry(tmp_path, command=COMMAND, POINTS=str(folder)) as at:
        await at.ready()
        points = Points(Patient(at, dice), folder)
        every = await points.found()
        told = "\n".join(every)
        assert not [name for name in CROSSED if name not in told], told
        sure = [one for one in every if one.startswith(CROSSED)]
        chosen = every if long_run else dice.sample(sure, 4)
        try:
            for point in dice.sample(chosen, len(chosen)):
                await points.kill_at(point)
        finally:
            hits = f"SEED={seed}, {len(points.hit)} of {len(every)} points hit"
            record_property("told", f"kill -9 at points: {hits}: {'; '.join(sorted(points.hit))}")
        missed = set(chosen) - points.hit
        assert not [one for one in missed if one.startswith(CROSSED)], missed
        # What else a round crosses depends on what it finds to do: a look-up, a budget corrected.
        assert len(missed) <= len(chosen) // 4, missed
        if long_run:
            await points.run.decided()
            points.run.check()
        at.process.stop()
