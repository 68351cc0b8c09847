"""Slack's rate limits: calls a minute per method, and one message a second per channel."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from sandbox.slack.records import TooFast

MINUTE = 60.0


class Pacing:
    """Counts accepted calls in a sliding window (docs.slack.dev/apis/web-api/rate-limits)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._said: dict[str, float] = {}

    def check(self, method: str, a_minute: int) -> None:
        """Count one call, or raise TooFast with the wait in whole seconds."""
        calls, now = self._calls[method], self._now()
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= a_minute:
            raise TooFast(max(1, math.ceil(calls[0] + MINUTE - now)))
        calls.append(now)

    def check_channel(self, channel: str) -> None:
        """Let one message a second into a channel, or raise TooFast."""
        now = self._now()
        if now - self._said.get(channel, -MINUTE) < 1.0:
            raise TooFast(1)
        self._said[channel] = now
