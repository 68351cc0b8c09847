"""`/healthz`, `/readyz` and `/metrics` of each process, as Prometheus and a restarter see them."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from config.gauges import metrics
from inbox import Gone, Vitals
from inbox.conversations.commands import Snooze
from inbox.denied import Denied
from inbox.desk.reachouts import Reachouts
from inbox.figures.figures import Figures
from inbox.team.policies import Policies
from tests.promises.ministry import become
from tests.promises.processes import CHANNEL, Kind, Process, Town, town
from tests.servers import free_port

LABEL = re.compile(r'(\w+)="([^"]*)"')
GAUGES = {
    "chancery_store_up",
    "chancery_store_ping_seconds",
    "chancery_clock_skew_seconds",
    "chancery_waiting",
    "chancery_waiting_oldest_seconds",
    "chancery_follower_lag_seconds",
    "chancery_lease_held",
    "chancery_timers_late",
    "chancery_timers_latest_seconds",
    "chancery_set_aside",
    "chancery_halted",
    *("chancery_reachouts_open", "chancery_reachouts_overdue"),
    *("chancery_open", "chancery_unclaimed", "chancery_unclaimed_oldest_seconds"),
    *("chancery_unsure", "chancery_failed"),
}
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


async def asked(at: Town, port: int, path: str) -> tuple[int, str]:
    """Ask a process; 0 where nobody listens."""
    try:
        async with at.http.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 0, ""


def value(text: str, start: str) -> float:
    """Return the value of the one line that begins so."""
    [line] = [line for line in text.splitlines() if line.startswith(start)]
    return float(line.rpartition(" ")[2])


def on_port(at: Town, kind: Kind) -> tuple[Process, int]:
    """Begin a process that has a port for its figures."""
    port = free_port()
    [process] = at.begin(kind, METRICS_PORT=str(port))
    return process, port


@pytest.mark.parametrize("kind", ["bots", "clerk"])
async def test_the_bots_and_the_clerk_answer_on_their_own_port(tmp_path: Path, kind: Kind) -> None:
    async with town(tmp_path) as at:
        process, port = on_port(at, kind)

        async def ready() -> bool:
            assert process.runs, process.said
            return (await asked(at, port, "/readyz"))[0] == 200

        await become(ready, at.said)
        assert await asked(at, port, "/healthz") == (200, '{"alive": true}')
        held = {"bots": "send:x/landetud", "clerk": "timers"}[kind]

        async def leads() -> bool:
            return (
                f'chancery_lease_held{{lease="{held}"}} 1.0'
                in (await asked(at, port, "/metrics"))[1]
            )

        await become(leads, at.said)
        told = (await asked(at, port, "/metrics"))[1]
        assert value(told, "chancery_store_up ") == 1
        await at.stop(process)


async def test_figures_tell_who_waits_what_lags_and_what_is_set_aside(tmp_path: Path) -> None:
    async with town(tmp_path) as at:
        await at.start("web")
        await at.asks("sara", "renew my passport")
        await at.card("renew my passport")
        async with at.inbox() as box:
            await box.aside.put("x/landetud", b"{}", "not understood")
            await box.marks("of").keep(1, dict.fromkeys(box.log.names, "0-0"))
            await box.marks("of").load()
            [waiting] = await box.queue.first([CHANNEL], 9)
            ring = box.desk.order(Snooze(until=box.now() + 100), by="officer:aj")
            told = (await asked(at, at.processes[0].port, "/metrics"))[1]
            assert value(told, "chancery_waiting{") == 1
            assert f'channel="{CHANNEL}"' in told
            assert value(told, "chancery_waiting_oldest_seconds{") >= 0
            assert value(told, "chancery_set_aside ") == 1
            assert value(told, 'chancery_follower_lag_seconds{follower="of"}') > 0
            assert value(told, 'chancery_follower_lag_seconds{follower="board"}') == 0
            assert value(told, "chancery_timers_late ") == 0
            assert not isinstance(await box.desk.do(waiting.id, ring), Denied)

            async def late() -> bool:  # no clerk runs: nobody rings it
                now = (await asked(at, at.processes[0].port, "/metrics"))[1]
                return value(now, "chancery_timers_late ") == 1

            await become(late, at.said)
        assert 'chancery_slack_calls_total{method="chat.postMessage",outcome="ok"}' in told
        await at.stop(*at.running())


async def test_every_figure_stands_in_the_operators_page_and_no_label_tells_of_a_person(
    tmp_path: Path,
) -> None:
    async with town(tmp_path, hold=0) as at:
        await at.start("web", "bots", "clerk")
        await at.asks("sara_secretive", "renew my passport")
        card = await at.card("renew my passport")
        await at.answers("U0ANNA", card, "At the embassy.")
        await at.published("At the embassy.")
        told = (await asked(at, at.processes[0].port, "/metrics"))[1]
        ours = [line for line in told.splitlines() if line.startswith("chancery_")]
        assert 'chancery_failed{account="x/landetud"} 0.0' in told
        names = {re.split(r"[{ ]", line)[0] for line in ours}
        assert names >= GAUGES - {"chancery_waiting", "chancery_waiting_oldest_seconds"}
        page = PAGE.read_text("utf-8")
        for name in names | GAUGES:
            known = re.sub(r"_(total|created|bucket|sum|count)$", "", name)
            assert f"`{known}`" in page, f"{known} does not stand in docs/operations.md"
        for label, said in LABEL.findall("\n".join(ours)):
            assert label in PERMITTED, (label, said)
            assert "sara" not in said
            assert "passport" not in said
        await at.stop(*at.running())


PERMITTED = {"account", "app", "platform", "outcome", "kind", "method", "lease", "follower"} | {
    *("channel", "lane", "call", "currency", "le"),
}
"""Labels whose values come from the tables or from our own code, so that they are bounded."""


class Away:
    """An inbox whose store does not answer."""

    skew = 0

    @property
    def figures(self) -> Figures:
        raise Gone

    @property
    def reachouts(self) -> Reachouts:
        raise Gone

    async def vitals(self) -> Vitals:
        raise Gone


async def test_a_process_whose_store_is_away_still_tells_its_figures() -> None:
    told = (await metrics(Away(), Policies([], [], [], (), {}))).decode()
    assert value(told, "chancery_store_up ") == 0
