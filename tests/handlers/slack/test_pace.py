"""Calls at Slack's pace: never above its limits, never a message twice, never lost in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.pace import Doubt, Pace, SlackRefused
from sandbox.faults import Kind
from sandbox.slack.server import app as slack_server
from sandbox.slack.world import Workspace
from tests.handlers.slack.conftest import PRESS, QASIRA, Clock, served, workspace_of


class Paced:
    """A pace of its own towards a workspace that keeps Slack's limits."""

    def __init__(self, workspace: Workspace, clock: Clock, address: str) -> None:
        client = AsyncWebClient(workspace.bot_token, base_url=f"{address}/api/", retry_handlers=[])
        self.workspace, self.clock = workspace, clock
        self.pace = Pace(client, clock.seconds, clock.sleep)

    def times(self, channel: str) -> list[float]:
        """Return when each message was posted in a channel."""
        return [float(m.ts) for m in self.workspace.messages(channel)]


@pytest.fixture
async def paced(clock: Clock) -> AsyncIterator[Paced]:
    workspace = workspace_of(clock)
    workspace.pacing = True
    async with served(slack_server(workspace)) as address:
        workspace.address = address
        yield Paced(workspace, clock, address)


async def post(paced: Paced, nonce: str, channel: str = PRESS) -> str:
    return await paced.pace.post(nonce, channel=channel, text=nonce)


async def test_one_message_a_second_goes_into_a_channel_and_none_is_refused(paced: Paced) -> None:
    for number in range(10):
        await post(paced, f"n{number}")
    times = paced.times(PRESS)
    assert len(times) == 10
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))
    assert times[-1] - times[0] < 10


async def test_two_channels_do_not_wait_for_each_other(paced: Paced) -> None:
    before = paced.clock.seconds()
    await post(paced, "here")
    await post(paced, "there", QASIRA)
    assert paced.clock.seconds() - before < 1


async def test_updates_stay_below_fifty_a_minute(paced: Paced) -> None:
    ts = await post(paced, "card")
    before = paced.clock.seconds()
    for number in range(60):
        await paced.pace.update(channel=PRESS, ts=ts, text=f"face {number}")
    assert paced.clock.seconds() - before >= 60
    found = paced.workspace.channels[PRESS].find(ts)
    assert found
    assert found.text == "face 59"


async def test_after_a_429_that_method_rests_for_as_long_as_slack_says(paced: Paced) -> None:
    paced.workspace.faults.arm("chat.postMessage", "busy", seconds=7)
    before = paced.clock.seconds()
    await post(paced, "late")
    assert 7 <= paced.clock.seconds() - before < 9
    assert len(paced.times(PRESS)) == 1


async def test_a_429_of_one_method_does_not_stop_another(paced: Paced) -> None:
    ts = await post(paced, "card")
    paced.workspace.faults.arm("chat.postMessage", "busy", seconds=30)
    with pytest.raises(SlackRefused):
        await paced.pace.at_once("chat.postMessage", channel=PRESS, text="too fast")
    before = paced.clock.seconds()
    await paced.pace.update(channel=PRESS, ts=ts, text="still quick")
    assert paced.clock.seconds() - before < 1


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "gateway_before", "gateway_after", "garbage"]
)
async def test_a_message_stands_once_however_the_connection_fails(paced: Paced, kind: Kind) -> None:
    paced.workspace.faults.arm("chat.postMessage", kind, times=2 if "before" in kind else 1)
    ts = await post(paced, "once")
    messages = paced.workspace.channels[PRESS].visible()
    assert [m.ts for m in messages] == [ts]


async def test_a_reply_that_was_cut_is_found_in_its_thread(paced: Paced) -> None:
    root = await post(paced, "root")
    paced.workspace.faults.arm("chat.postMessage", "drop_after")
    ts = await paced.pace.post("reply", channel=PRESS, thread_ts=root, text="below")
    replies = [m.ts for m in paced.workspace.messages(PRESS) if m.thread_ts == root]
    assert replies == [ts]


@pytest.mark.parametrize("kind", ["drop_after", "gateway_after", "garbage", "gateway_before"])
async def test_a_drawing_that_was_cut_is_repeated(paced: Paced, kind: Kind) -> None:
    ts = await post(paced, "card")
    paced.workspace.faults.arm("chat.update", kind)
    await paced.pace.update(channel=PRESS, ts=ts, text="new face")
    found = paced.workspace.channels[PRESS].find(ts)
    assert found
    assert found.text == "new face"


async def test_what_slack_refuses_is_told_in_its_word(paced: Paced) -> None:
    with pytest.raises(SlackRefused) as refused:
        await paced.pace.call("chat.update", channel=PRESS, ts="1.1", text="nothing there")
    assert refused.value.error == "message_not_found"
    assert refused.value.gone


async def test_a_call_that_may_not_wait_says_that_nobody_knows(paced: Paced) -> None:
    paced.workspace.faults.arm("chat.postMessage", "drop_after")
    with pytest.raises(Doubt):
        await paced.pace.at_once("chat.postMessage", channel=PRESS, text="?")


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("", 30, 31),
        ("soon", 30, 31),
        ("nan", 30, 31),
        ("-5", 30, 31),
        ("0.001", 30, 31),
        ("0", 1, 2),
        ("31536000", 120, 121),
        ("9" * 500, 120, 121),
    ],
)
async def test_retry_after(paced: Paced, said: str, least: float, most: float) -> None:
    paced.workspace.faults.arm("chat.update", "busy", times=3, headers={"Retry-After": said})
    ts = await post(paced, "card")
    before = paced.clock.seconds()
    await paced.pace.update(channel=PRESS, ts=ts, text="late")
    assert 3 * least <= paced.clock.seconds() - before <= 3 * most
