"""A sender that freezes between its commit and its socket, while another officer takes over."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from inbox import Done
from inbox.conversations.commands import TakeOver
from inbox.conversations.state import Conversation
from tests.promises.ministry import become
from tests.promises.processes import Town, town
from tests.servers import free_port

COMMITTED = "delivery: commit.commit: commit_1 | after\nstop"
"""Here the start of the send is on disk, and nothing is written to the platform yet."""


HOLDS = 'chancery_lease_held{lease="send:x/landetud"} 1.0'


def frozen(at: Town, pid: int) -> bool:
    """Whether the kernel holds a process still."""
    stat = Path(f"/proc/{pid}/stat")
    assert stat.exists(), at.said()
    return stat.read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.timeout(120)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux who stands still")
async def test_a_sender_frozen_past_its_lease_does_not_send_what_was_taken_over(
    tmp_path: Path,
) -> None:
    points = tmp_path / "points"
    points.mkdir()
    async with town(tmp_path, hold=0) as at:
        await at.start("web", "clerk")
        [first] = at.begin("bots", POINTS=str(points))
        await at.serving(first)
        await at.asks("sara", "renew my passport")
        card = await at.card("renew my passport")
        (points / "armed").write_text(COMMITTED, "utf-8")
        await at.answers("U0ANNA", card, "At the embassy.")
        await become(lambda: frozen(at, first.popen.pid), at.said)
        assert not at.times("At the embassy.")
        try:
            async with at.inbox() as box:
                [found] = [one.id async for touched in box.log.everything() for one in touched]

                async def now() -> Conversation:
                    conversation = await box.read.conversation(found)
                    assert conversation
                    return conversation

                assert [p.state for a in (await now()).answers for p in a.parts] == ["sending"]
                port = free_port()
                at.begin("bots", METRICS_PORT=str(port))

                async def taken_over() -> bool:
                    with suppress(aiohttp.ClientError):
                        async with at.http.get(f"http://127.0.0.1:{port}/metrics") as told:
                            return HOLDS in await told.text()
                    return False

                await become(taken_over, at.said)
                order = box.desk.order(TakeOver(reason="she is away"), by="officer:en")
                done = await box.desk.do(found, order)
                assert isinstance(done, Done), done
                first.popen.send_signal(signal.SIGCONT)

                async def given_up() -> bool:
                    return "Postponed" in str(await box.read.history(found))

                await become(given_up, at.said)
                assert not at.times("At the embassy.")
                assert [p.state for a in (await now()).answers for p in a.parts] == ["ready"]
        finally:
            first.popen.send_signal(signal.SIGCONT)
        assert not at.times("At the embassy.")
        await at.stop(*at.running())
        assert not at.times("At the embassy.")
