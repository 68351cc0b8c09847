"""What Slack's own server is stricter about than a friendly stand-in would be."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.manifest import HISTORY
from handlers.slack.pace import PER_MINUTE, READS, Pace, SlackRefused
from sandbox.slack.methods import METHODS
from sandbox.slack.server import app as slack_server
from sandbox.slack.world import Workspace
from tests.sandbox.slack.conftest import Clock, serve

ANNA, PRESS, PRIVATE = "U0ANNA", "C0PRESS0001", "C0PRESS0002"
WHERE = {"channel": PRESS}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def workspace(clock: Clock) -> AsyncIterator[Workspace]:
    made = Workspace(clock)
    made.user(ANNA, "anna", real_name="Anna Jansson")
    made.channel(PRESS, "press", members=[ANNA])
    made.channel(PRIVATE, "private", private=True, members=[ANNA])
    runner, made.address = await serve(slack_server(made))
    yield made
    await runner.cleanup()


@pytest.fixture
def pace(workspace: Workspace, clock: Clock) -> Pace:
    async def sleep(seconds: float) -> None:
        clock.pass_by(seconds)

    client = AsyncWebClient(
        workspace.bot_token, base_url=f"{workspace.address}/api/", retry_handlers=[]
    )
    return Pace(client, clock, sleep)


async def test_what_only_reads_is_asked_in_the_address_and_never_in_json(pace: Pace) -> None:
    assert {name for name in PER_MINUTE if METHODS[name].reads} == READS
    ts = await pace.post("nonce", **WHERE, text="hello")
    for channel in (PRESS, PRIVATE):
        told = await pace.call("conversations.info", channel=channel)
        assert told["channel"]["id"] == channel
        assert ANNA in (await pace.call("conversations.members", channel=channel))["members"]
    assert (await pace.call("users.info", user=ANNA))["user"]["id"] == ANNA
    assert (await pace.at_once("dnd.info", user=ANNA))["dnd_enabled"] is False
    assert (await pace.call("conversations.replies", **WHERE, ts=ts))["messages"][0]["ts"] == ts


async def test_our_own_message_is_found_again_by_its_nonce(pace: Pace) -> None:
    root = await pace.post("the-root", **WHERE, text="hello")
    reply = await pace.post("the-reply", **WHERE, text="below", thread_ts=root)
    assert await pace.find("the-root", PRESS) == root
    assert await pace.find("the-reply", PRESS, root) == reply
    assert await pace.find("another", PRESS) == ""


async def test_where_history_is_withheld_a_message_is_not_found_and_nothing_stands_still(
    pace: Pace, workspace: Workspace
) -> None:
    workspace.scopes -= HISTORY.keys()
    await pace.post("nonce", **WHERE, text="hello")
    assert await pace.find("nonce", PRESS) == ""


async def test_what_else_slack_refuses_while_looking_is_a_refusal(
    pace: Pace, workspace: Workspace
) -> None:
    workspace.channels[PRESS].members.remove(workspace.bot_user_id)
    with pytest.raises(SlackRefused, match="not_in_channel"):
        await pace.find("nonce", PRESS)
