"""What the bots count for operators: numbers by account and outcome, never a text."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

PUSHES = Counter("chancery_pushes", "Pushes by their outcome", ("platform", "app", "outcome"))
NEWS = Counter("chancery_news", "What platforms told us, taken in", ("account", "kind"))
ASIDE = Counter("chancery_aside", "What was set aside, not understood", ("account",))
READS = Counter("chancery_reads", "Rounds of reading by their outcome", ("account", "outcome"))
SENDS = Counter("chancery_sends", "Parts by what became of a try", ("account", "outcome"))
CALLS = Counter(
    "chancery_platform_calls",
    "Calls within a budget: made, or held back",
    ("account", "call", "outcome"),
)

COMPLETE = Gauge(
    "chancery_complete_until_seconds", "Up to when everything was read (UNIX time)", ("account",)
)
UNREADABLE = Gauge("chancery_unreadable", "Messages set aside or encrypted", ("account",))
UNDELIVERED = Gauge("chancery_undelivered", "Answers failed, unsure or late", ("account",))
SPENT = Gauge("chancery_spent", "What this month has cost", ("account", "currency"))
BUDGET = Gauge("chancery_budget", "What a month may cost; 0: no bound", ("account", "currency"))
HOLES = Gauge("chancery_holes", "Stretches of time that nobody can read any more", ("account",))
