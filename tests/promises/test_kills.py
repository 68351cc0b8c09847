"""A message acknowledged is never lost, and an answer leaves at most once, whatever is killed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.promises.kills import PLANS, Run
from tests.promises.ministry import ministry


@pytest.mark.timeout(1800)
async def test_nothing_acknowledged_is_lost_and_nothing_is_sent_twice(
    tmp_path: Path, long_run: bool, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    dice = random.Random(seed)
    rounds = 200 if long_run else 10
    async with ministry(tmp_path) as at:
        await at.ready()
        run = Run(at, dice)
        try:
            for _ in range(rounds // len(PLANS)):
                for moment, victim in dice.sample(PLANS, len(PLANS)):
                    await run.round(moment, victim)
        finally:
            fell = ", ".join(f"{count} {where}" for where, count in run.fell.items())
            record_property("told", f"kill -9: SEED={seed}, {fell}, {len(run.promised)} answers")
        assert run.fell["inside a commit"]
        assert run.fell["inside a send"]
        assert run.promised
        assert at.unsealed() == []
        at.process.stop()
