"""How long something took, and how long ago it was, in plain words."""

from __future__ import annotations

from handlers.say import Say
from inbox.words import Millis

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def ago(at: Millis, now: Millis, say: Say) -> str:
    """Return how long ago something was, in the largest whole unit."""
    passed = max(0, now - at)
    for name, unit in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if passed >= unit:
            return say(f"web.ago_{name}", count=passed // unit)
    return say("web.ago_now")


def span(millis: Millis, say: Say) -> str:
    """Return a length of time, in the largest unit that fits."""
    for name, unit in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if millis >= unit:
            return say(f"web.span_{name}", count=millis // unit)
    return say("web.span_seconds", count=millis // 1000)
