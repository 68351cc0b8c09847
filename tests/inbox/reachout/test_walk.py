"""Whatever anybody orders, in whatever order: the ladder is climbed one rung at a time."""

from __future__ import annotations

import random

import pytest

from inbox.denied import Denied
from inbox.reachout.apply import fold
from inbox.reachout.commands import (
    AnyCommand,
    Attempt,
    Close,
    Extend,
    Find,
    HandOver,
    Hear,
    Miss,
    Record,
    Settle,
    Skip,
    TimeOut,
)
from inbox.reachout.decide import RULES
from inbox.reachout.events import AnyEvent, Heard, Reached
from inbox.reachout.state import CURRENT, Level, Reachout, due_at
from tests.inbox.reachout.house import CARL, HOUR, MINUTE, START, House

ENDED = ("failed", "skipped", "reached")


def ordered(dice: random.Random, house: House) -> tuple[str, AnyCommand]:
    n, by = dice.randrange(4), dice.choice(("aj", "en"))
    answer = house.reachout.rungs[n].answer or "none"
    post = "https://x.com/LandetUD/status/9"
    levels: tuple[Level, ...] = ("unproven", "probable", "verified")
    level = dice.choice(levels)
    choices: tuple[tuple[str, AnyCommand], ...] = (
        *((by, Attempt(n, f"a{house.now}", "c", level="verified")) for _ in range(4)),
        (by, Attempt(n, by_hand=post, level="verified")),
        *((by, Record(n, "failed")) for _ in range(3)),
        *(("clerk", Settle(n, answer, o)) for o in ("sent", "withdrawn", "failed")),
        *(("clerk", TimeOut(n)) for _ in range(2)),
        ("clerk", Find(n, post, same=True)),
        ("clerk", Hear("x:666", "c", "x:1", like=CARL)),
        ("clerk", Hear(CARL, "c", "x:1", level)),
        ("clerk", Miss()),
        (by, Skip(n, "a reason")),
        (by, Extend(house.now + HOUR)),
        *(((by, Record(n, "reached")), (by, HandOver("the line")), (by, Close("not_reached")))
          if dice.random() < 0.1 else ()),
    )  # fmt: skip
    return dice.choice(choices)


def holds(before: Reachout, after: Reachout, events: tuple[AnyEvent, ...], at: int) -> None:
    """Check what is true whatever happened."""
    states = [one.state for one in after.rungs]
    assert sum(state in CURRENT for state in states) <= 1
    opened = [
        n
        for n, (was, is_) in enumerate(zip(before.rungs, after.rungs, strict=True))
        if was.state == "waiting" and is_.state != "waiting"
    ]
    for n in opened:
        assert all(state in ENDED for state in states[:n]), "an earlier rung had not ended"
    if before.state == "open" and after.state == "heard":
        assert any(isinstance(event, Heard | Reached) for event in events)
    if not after.running:
        assert due_at(after) is None
    assert after.deadline >= before.deadline or at


@pytest.mark.parametrize("seed", range(40))
def test_a_ladder_is_climbed_one_rung_at_a_time_whatever_is_ordered(seed: int) -> None:
    dice, house = random.Random(seed), House().opened(deadline=START + 3 * HOUR)
    for _ in range(150):
        house.now += dice.choice((1000, MINUTE, 20 * MINUTE))
        by, command = ordered(dice, house)
        before = house.reachout
        events = house.do(by, command)
        if not isinstance(events, Denied):
            holds(before, house.reachout, events, house.now)
    again = Reachout(id=house.reachout.id)
    for entry in house.entries:
        again = fold(again, entry)
    assert again == house.reachout, "the history is the truth"


def test_the_walk_orders_every_command_but_those_that_begin_and_end_a_history() -> None:
    dice, house = random.Random(1), House().opened()
    seen = {type(ordered(dice, house)[1]).__name__ for _ in range(3000)}
    assert {one.__name__ for one in RULES} - seen == {"Open", "Erase"}
