"""What is counted of our calls to Slack: by method and outcome, never by channel or person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

CALLS = Counter("chancery_slack_calls", "Calls to Slack by outcome", ("method", "outcome"))
"""Outcomes: ok, busy (429), refused, doubt (nobody knows)."""
LOCKED_OUT = Gauge("chancery_slack_locked_out", "1 while Slack refuses our token, else 0")
