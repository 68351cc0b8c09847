"""What the bots count for operators: numbers by account and outcome, never a text."""

from __future__ import annotations

from prometheus_client import Counter

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
