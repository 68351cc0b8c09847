"""How many look-alikes are found among ten thousand known handles, and how many marks are right."""

from __future__ import annotations

import random
import time

from inbox.directory.lookalikes import Lookalikes, Named
from inbox.words import Person
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.handles import edits, handles, homoglyphs, honest, stranger

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
    index = Lookalikes(Named(Person(f"x:{n}", one), f"c{n}") for n, one in enumerate(ours))
    alike = [*homoglyphs(dice, ours, pairs), *edits(dice, ours, pairs)]
    others = honest(dice, ours, honest_each)
    took: list[float] = []

    def marked(handle: str) -> bool:
        person, found, times = stranger(len(took), handle), None, []
        for _ in range(AGAIN):
            began = time.perf_counter()
            found = index.near(person)
            times.append(time.perf_counter() - began)
        took.append(min(times))
        return found is not None

    hits = sum(marked(handle) for handle, _ in alike)
    wrong = {why: sum(map(marked, made)) for why, made in others.items()}
    false = sum(wrong.values())
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
            *("lookalike_us", rounded(percentile(took, 50) * 1e6), "us"),
            "one person looked up among them, the fastest of three times: half",
        ),
        Figure(
            *("lookalike_p99_us", rounded(percentile(took, 99) * 1e6), "us"),
            *("the same: all but one in a hundred", "at most", 1000),
        ),
    ]
