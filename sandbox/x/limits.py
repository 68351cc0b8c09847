"""X's limits per user and endpoint, in fixed windows that start with the first call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

QUARTER = 15 * 60
DAY = 24 * 3600


@dataclass(frozen=True)
class Limit:
    """So many calls in so many seconds."""

    calls: int
    seconds: int = QUARTER


LIMITS: dict[str, tuple[Limit, ...]] = {
    "GET /2/users/me": (Limit(75),),
    "GET /2/tweets": (Limit(5000),),
    "GET /2/users/:id/mentions": (Limit(300),),
    "GET /2/dm_events": (Limit(15),),
    "GET /2/dm_conversations/with/:participant_id/dm_events": (Limit(15),),
    "POST /2/dm_conversations/with/:participant_id/messages": (Limit(15), Limit(1440, DAY)),
    "POST /2/tweets": (Limit(100),),
    "DELETE /2/tweets/:id": (Limit(50),),
    "GET /2/tweets/search/recent": (Limit(300),),
}
"""Per user (docs.x.com, rate limits, August 2026; deletion and search from the same page)."""

DEFAULT = (Limit(900),)
"""User and post look-ups and user timelines, per user, from the same page."""


@dataclass
class _Window:
    opened_ms: int
    used: int = 0


class Meter:
    """Counts calls against X's limits, by the world's clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._windows: dict[tuple[str, str, int], _Window] = {}
        self.limits = dict(LIMITS)
        """The limits in force, by call name; a test may lower one."""

    def spend(self, user_id: str, call: str) -> tuple[bool, dict[str, str]]:
        """Count one call: whether it may pass, and the headers that tell the caller."""
        limits = self.limits.get(call, DEFAULT)
        windows = [self._window(user_id, call, limit) for limit in limits]
        free = all(w.used < limit.calls for w, limit in zip(windows, limits, strict=True))
        headers: dict[str, str] = {}
        for window, limit in zip(windows, limits, strict=True):
            window.used += free
            headers |= _headers(window, limit)
        return free, headers

    def _window(self, user_id: str, call: str, limit: Limit) -> _Window:
        key = (user_id, call, limit.seconds)
        window = self._windows.get(key)
        if window is None or self._now() >= window.opened_ms + limit.seconds * 1000:
            window = self._windows[key] = _Window(self._now())
        return window


def _headers(window: _Window, limit: Limit) -> dict[str, str]:
    prefix = "x-user-limit-24hour" if limit.seconds == DAY else "x-rate-limit"
    return {
        f"{prefix}-limit": str(limit.calls),
        f"{prefix}-remaining": str(limit.calls - window.used),
        f"{prefix}-reset": str(window.opened_ms // 1000 + limit.seconds),
    }
