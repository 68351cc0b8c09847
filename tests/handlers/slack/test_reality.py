"""What Slack's own server is stricter about than a friendly stand-in would be."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack import ids
from handlers.slack.manifest import HISTORY
from handlers.slack.pace import PER_MINUTE, READS, Pace, SlackRefused
from sandbox.slack.methods import METHODS
from sandbox.slack.server import app as slack_server
from sandbox.slack.world import Workspace
from tests.handlers.slack.conftest import (
    ANNA,
    PRESS,
    PRIVATE,
    Clock,
    House,
    until,
    workspace_of,
)
from tests.sandbox.slack.conftest import serve

WHERE = {"channel": PRESS}


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[Workspace]:
    made = workspace_of(clock)
    runner, made.address = await serve(slack_server(made))
    yield made
    await runner.cleanup()


@pytest.fixture
def pace(slack: Workspace, clock: Clock) -> Pace:
    client = AsyncWebClient(slack.bot_token, base_url=f"{slack.address}/api/", retry_handlers=[])
    return Pace(client, clock.seconds, clock.sleep)


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
    pace: Pace, slack: Workspace
) -> None:
    slack.scopes -= HISTORY.keys()
    await pace.post("nonce", **WHERE, text="hello")
    assert await pace.find("nonce", PRESS) == ""


async def test_what_else_slack_refuses_while_looking_is_a_refusal(
    pace: Pace, slack: Workspace
) -> None:
    slack.channels[PRESS].members.remove(slack.bot_user_id)
    with pytest.raises(SlackRefused, match="not_in_channel"):
        await pace.find("nonce", PRESS)


async def test_what_was_typed_is_kept_as_it_was_typed_and_not_as_slack_writes_it(
    house: House,
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    told = "Read <https://a.example/b?c=1&amp;d=2> &amp; <http://e.example|e.example>"
    await house.workspace.say(ANNA, PRESS, told, thread_ts=card.ts)
    [kept] = await until(
        lambda: [m for m in house.workspace.messages(PRESS) if m.ephemeral_to == ANNA]
    )
    await house.workspace.click(ANNA, PRESS, kept.ts, ids.USE_NOTE)
    assert house.written(ANNA) == "Read https://a.example/b?c=1&d=2 & e.example"
    typed = await house.workspace.say(ANNA, PRESS, "&lt;3", thread_ts=card.ts)
    await house.workspace.shortcut(ANNA, ids.SHORTCUT_NOTE, PRESS, typed.ts)
    reading = await house.inbox.read.reading(ref)
    assert {one.text for one in reading.notes} == {house.written(ANNA), "<3"}
