"""How many look-alikes are found among ten thousand known handles, and how many marks are right."""

from __future__ import annotations

import random
import time
from itertools import starmap

from inbox.directory.lookalikes import Lookalikes, Named
from inbox.words import Person
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.handles import (
    OTHER,
    borrowed,
    called,
    edits,
    handles,
    homoglyphs,
    honest,
    namesakes,
    stranger,
)

KNOWN = 10_000
PAIRS = 4_000
HONEST = 1_500
SEED = 20110511
AGAIN = 3
"""Each is looked up so often, and the fastest counts: the machine has other work."""


def measure(known: int = KNOWN, pairs: int = PAIRS, honest_each: int = HONEST) -> list[Figure]:
    """Make them from one seed, so that every run asks the same."""
    dice = random.Random(SEED)
    ours = handles(dice, known)
    names = [called(dice) for _ in ours]
    persons = (Person(f"x:{n}", one, names[n]) for n, one in enumerate(ours))
    index = Lookalikes(Named(one, one.id) for one in persons)
    alike = [(handle, "") for handle, _ in homoglyphs(dice, ours, pairs)]
    alike += [(handle, "") for handle, _ in edits(dice, ours, pairs)]
    alike += [(f"zq{n}jx", name) for n, (name, _) in enumerate(borrowed(dice, names, pairs // 4))]
    near = honest(dice, ours, honest_each)
    others = {why: [(one, "") for one in made] for why, made in near.items()}
    others["other names"] = [(f"zq{n}jx", called(dice, OTHER)) for n in range(honest_each)]
    took: list[float] = []

    def marked(handle: str, name: str) -> bool:
        person, found, times = stranger(len(took), handle, name), None, []
        for _ in range(AGAIN):
            began = time.perf_counter()
            found = index.near(person)
            times.append(time.perf_counter() - began)
        took.append(min(times))
        return found is not None

    hits = sum(starmap(marked, alike))
    wrong = {why: sum(starmap(marked, made)) for why, made in others.items()}
    false = sum(wrong.values())
    named = sum(marked(one, "") for one in namesakes(dice, honest_each))
    told = ", ".join(f"{why} {n}" for why, n in wrong.items() if n) or "none"
    return [
        Figure(
            *("lookalike_recall", rounded(hits / len(alike), 4), "of 1"),
            f"look-alikes marked, of {len(alike):,} made from {known:,} known handles",
            *("at least", 0.99),
        ),
        Figure(
            *("lookalike_precision", rounded(hits / (hits + false), 4), "of 1"),
            f"marks that are right, beside {sum(map(len, others.values())):,} honest near names "
            f"(wrongly marked: {told})",
            *("at least", 0.98),
        ),
        Figure(
            *("lookalike_namesakes", rounded(named / honest_each, 3), "of 1"),
            "strangers made of the very same first and last names who are marked: nobody can tell "
            "an honest namesake from an impostor by the handle",
        ),
        Figure(
            *("lookalike_us", rounded(percentile(took, 50) * 1e6), "us"),
            "one person looked up among them, the fastest of three times: half",
        ),
        Figure(
            *("lookalike_p99_us", rounded(percentile(took, 99) * 1e6), "us"),
            *("the same: all but one in a hundred", "at most", 1000),
        ),
    ]
