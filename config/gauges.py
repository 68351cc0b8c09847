"""What Prometheus is told beside the counters: looked up when it asks, named in docs/operations.md.

Labels are names from the tables or from our own code; never a person, a text or an id of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from inbox import Gone, Vitals
from inbox.figures.words import Standing
from inbox.reachout.state import Reachout
from inbox.team.policies import Policies
from inbox.words import AccountId, Millis

COUNTED = {
    "open": "Conversations that are not closed",
    "unclaimed": "Open conversations that nobody holds",
    "unsure": "Answers of which nobody knows whether they left",
    "failed": "Answers that did not leave",
}
Labelled = tuple[tuple[str, ...], float]


class Counting(Protocol):
    """Who counts conversations."""

    async def now(self, accounts: Iterable[AccountId]) -> Standing:
        """Return how things stand; raises Gone."""
        ...


class Seeking(Protocol):
    """Who knows whom the house seeks."""

    async def open(self) -> Sequence[Reachout]:
        """Return what is under way; raises Gone."""
        ...


class Seen(Protocol):
    """What of the inbox is looked at."""

    @property
    def skew(self) -> Millis:
        """How far the server's clock is ahead of ours."""
        ...

    @property
    def reachouts(self) -> Seeking:
        """Whom the house seeks."""
        ...

    @property
    def figures(self) -> Counting:
        """What is counted of conversations."""
        ...

    async def vitals(self) -> Vitals:
        """Look once; raises Gone."""
        ...


class _Once(Collector):
    """Hands over what was looked up just now."""

    def __init__(self, gauges: Iterable[GaugeMetricFamily]) -> None:
        self._gauges = tuple(gauges)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges."""
        yield from self._gauges


async def metrics(box: Seen, policies: Policies) -> bytes:
    """Return this process's counters and the house's gauges; without a store, that it is away."""
    try:
        seen = await box.vitals()
        gauges = list(_gauges(seen, policies))
        gauges += _standing(await box.figures.now([account.id for account in policies.accounts]))
        gauges += _reaching(await box.reachouts.open(), seen.at)
        up = 1.0
    except Gone:
        gauges, up = [], 0.0
    gauges.append(_gauge("chancery_store_up", "Whether the store answers", up))
    gauges.append(_gauge("chancery_clock_skew_seconds", "The server's clock", box.skew / 1000))
    registry = CollectorRegistry()
    registry.register(_Once(gauges))
    return generate_latest(REGISTRY) + generate_latest(registry)


def _gauges(seen: Vitals, policies: Policies) -> Iterator[GaugeMetricFamily]:
    names = {lane.rank: lane.name for lane in policies.lanes}
    lines = [((one.channel, names.get(one.rank, "other")), one) for one in seen.lines]
    yield _family(
        *("chancery_waiting", "Conversations that nobody holds, by Slack channel and lane"),
        *(("channel", "lane"), [(key, one.count) for key, one in lines]),
    )
    yield _family(
        *("chancery_waiting_oldest_seconds", "For how long the first in line has waited"),
        *(("channel", "lane"), [(key, (seen.at - one.since) / 1000) for key, one in lines]),
    )
    lags = [((name,), lag / 1000) for name, lag in seen.lags.items()]
    yield _family(
        "chancery_follower_lag_seconds", "Age of the oldest news not handled", ("follower",), lags
    )
    held = [((name,), 1.0) for name in seen.leases]
    yield _family("chancery_lease_held", "What this process alone does", ("lease",), held)
    yield _gauge("chancery_timers_late", "Timers that should have rung", seen.late)
    yield _gauge("chancery_timers_latest_seconds", "How late the latest is", seen.latest / 1000)
    yield _gauge("chancery_set_aside", "Set aside: python -m bots aside", seen.aside)
    yield _gauge("chancery_store_ping_seconds", "One round trip to the store", seen.ping)
    halted = {account.id: float(account.id in policies.halted) for account in policies.accounts}
    yield _family("chancery_halted", "Nothing may leave", ("account",), _by_name(halted))


def _standing(now: Standing) -> Iterator[GaugeMetricFamily]:
    for field, what in COUNTED.items():
        values = [((share.key,), float(getattr(share, field))) for share in now.accounts]
        yield _family(f"chancery_{field}", what, ("account",), values)
    oldest = [
        ((share.key,), (now.at - share.oldest) / 1000 if share.oldest else 0.0)
        for share in now.accounts
    ]
    what = "For how long the first has been waiting for a holder"
    yield _family("chancery_unclaimed_oldest_seconds", what, ("account",), oldest)


def _reaching(under_way: Sequence[Reachout], now: Millis) -> Iterator[GaugeMetricFamily]:
    running = [one for one in under_way if one.running]
    overdue = sum(one.overdue(now) for one in running)
    yield _gauge("chancery_reachouts_open", "Contacts who have not answered yet", len(running))
    yield _gauge("chancery_reachouts_overdue", "Of these, past their deadline", overdue)


def _by_name(values: Mapping[str, float]) -> list[Labelled]:
    return [((name,), value) for name, value in values.items()]


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _family(
    name: str, what: str, labels: tuple[str, ...], values: Iterable[Labelled]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
