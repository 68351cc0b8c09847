"""A process whose clock is seven minutes off does no harm, and says that it is."""

from __future__ import annotations

import hmac
import time
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from inbox import Done
from inbox.conversations.commands import Snooze
from tests.promises.ministry import become
from tests.promises.processes import CHANNEL, Process, Town, town

SEVEN = 7 * 60


async def told(at: Town, process: Process) -> tuple[int, object]:
    """Ask a web process whether it is ready; 0 while nobody listens."""
    try:
        async with at.readiness(process) as answer:
            return answer.status, await answer.json()
    except aiohttp.ClientError:
        return 0, None


@pytest.mark.parametrize("shift", [SEVEN, -SEVEN])
async def test_a_web_process_with_a_wrong_clock_is_not_ready_and_refuses_slacks_signatures(
    tmp_path: Path, shift: int
) -> None:
    async with town(tmp_path) as at:
        [wrong] = at.begin("web", SHIFT=str(shift))

        async def known() -> bool:
            return (await told(at, wrong))[1] == {"store": True, "clock": False, "slack": True}

        await become(known, at.said)
        assert (await told(at, wrong))[0] == 503
        body = b'{"type": "url_verification", "challenge": "c"}'
        stamp = str(int(time.time()))
        secret = at.workspace.signing_secret.encode()
        signed = hmac.new(secret, f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed}",
            "Content-Type": "application/json",
        }
        url = f"http://127.0.0.1:{wrong.port}/slack/events"
        async with at.http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 401
        await at.stop(wrong)


@pytest.mark.timeout(90)
async def test_with_clocks_fourteen_minutes_apart_order_and_timers_hold(tmp_path: Path) -> None:
    """The bots are seven minutes ahead, the clerk as much behind; each orders by the server's."""
    began = int(time.time() * 1000)
    async with town(tmp_path) as at:
        strange = [*at.begin("bots", SHIFT=str(SEVEN)), *at.begin("clerk", SHIFT=str(-SEVEN))]
        await at.start("web")
        await at.serving(*strange)
        await at.asks("sara", "renew my passport")
        await at.card("renew my passport")
        async with at.inbox() as box:
            [waiting] = await box.queue.first([CHANNEL], 9)
            ring = box.now() + 1500
            order = box.desk.order(Snooze(until=ring), by="officer:aj")
            assert isinstance(await box.desk.do(waiting.id, order), Done)

            async def woken() -> bool:
                now = await box.read.conversation(waiting.id)
                return now is not None and now.state == "waiting"

            await become(woken, at.said)
            assert 0 <= box.now() - ring < 20_000  # not seven minutes early, nor late
            await at.answers("U0ANNA", await at.card("renew my passport"), "At the embassy.")
            await at.published("At the embassy.")

            async def reported() -> bool:
                return "Sent" in str(await box.read.history(waiting.id))

            await become(reported, at.said)
            entries = await box.read.history(waiting.id)
            assert {"clerk", "postroom"} <= {entry.by for entry in entries}
            assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
            times = [entry.at for entry in entries]
            assert times == sorted(times)
            assert began - 2000 <= times[0] <= times[-1] <= int(time.time() * 1000) + 2000
        await at.stop(*at.running())


@pytest.mark.parametrize(("shift", "ready"), [(-1_900, True), (1_900, True), (2_100, False)])
async def test_two_seconds_are_the_bound(tmp_path: Path, shift: int, ready: bool) -> None:
    async with town(tmp_path) as at, at.inbox() as box:
        right = partial(time.time_ns)
        box._clock = lambda: right() // 1_000_000 + shift  # noqa: SLF001 - its clock is what is wrong
        await box.measure()
        assert ((await box.ready())["clock"] == "") is ready
        assert abs(box.now() - right() // 1_000_000) < 100
