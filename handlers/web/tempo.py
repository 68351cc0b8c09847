"""How often somebody may knock: modest, so that nobody guesses, and no officer notices."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from inbox.words import Millis

REMEMBERED = 10_000
"""So many who knock are remembered; then the memory begins anew."""


class Tempo:
    """At most `most` in `seconds`, for each who knocks."""

    def __init__(self, most: int, seconds: int, now: Callable[[], Millis]) -> None:
        self._most, self._span, self._now = most, seconds * 1000, now
        self._knocks: dict[str, deque[Millis]] = {}

    def fits(self, who: str) -> bool:
        """Count one knock, and say whether it is not one too many."""
        now = self._now()
        if len(self._knocks) > REMEMBERED:
            self._knocks.clear()
        knocks = self._knocks.setdefault(who, deque(maxlen=self._most + 1))
        while knocks and knocks[0] <= now - self._span:
            knocks.popleft()
        knocks.append(now)
        return len(knocks) <= self._most
