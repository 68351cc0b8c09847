"""What a measurement is, and which of them have a goal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One measurement; `goal` is what it should be at least or at most, if anybody said."""

    name: str
    value: float
    unit: str
    what: str
    sense: Literal["at least", "at most", ""] = ""
    goal: float = 0

    @property
    def missed(self) -> bool:
        """Whether it has a goal and is on the wrong side of it."""
        if self.sense == "at least":
            return self.value < self.goal
        return self.sense == "at most" and self.value > self.goal

    @property
    def line(self) -> str:
        """The line a program reads: `figure NAME VALUE UNIT`."""
        return f"figure {self.name} {self.value:g} {self.unit}"

    @property
    def row(self) -> str:
        """The row of a table a person reads."""
        goal = f"{self.sense} {self.goal:g}" if self.sense else ""
        verdict = "" if not self.sense else "**missed**" if self.missed else "met"
        return f"| {self.what} | {self.value:g} {self.unit} | {goal} | {verdict} | `{self.name}` |"


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the value below which so many percent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def rounded(value: float, digits: int = 3) -> float:
    """Return a measurement with as many digits as it deserves."""
    return float(f"{value:.{digits}g}")


def table(figures: Sequence[Figure]) -> str:
    """Return all of them as Markdown."""
    head = ["| what | measured | goal | | figure |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(figure.row for figure in figures)])
