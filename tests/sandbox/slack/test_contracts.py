"""The Web API's promises: who may call, what is refused, what is kept, how fast."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.world import Workspace
from tests.sandbox.slack.conftest import Clock
from tests.sandbox.slack.test_acts import CARD, modal

Json = dict[str, Any]


def another(workspace: Workspace, token: str | None) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=f"{workspace.address}/api/", retry_handlers=[])


async def refusal(call: Any) -> Json:
    """Await a call that is refused and give Slack's answer."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Json = caught.value.response.data
    return answer


async def test_the_token_says_who_calls(workspace: Workspace, client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert me["user_id"] == workspace.bot_user_id
    assert (await refusal(another(workspace, None).auth_test()))["error"] == "not_authed"
    assert (await refusal(another(workspace, "xoxb-x").auth_test()))["error"] == "invalid_auth"
    by_app = another(workspace, workspace.app_token)
    assert (await refusal(by_app.auth_test()))["error"] == "not_allowed_token_type"
    wrong = client.apps_connections_open(app_token=workspace.bot_token)
    assert (await refusal(wrong))["error"] == "not_allowed_token_type"
    workspace.revoked = True
    assert (await refusal(client.auth_test()))["error"] == "token_revoked"


async def test_a_missing_scope_is_named(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.scopes = {"channels:read"}
    answer = await refusal(client.chat_postMessage(channel="C1", text="x"))
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "channels:read",
    }
    assert (await refusal(client.conversations_info(channel="G1")))["needed"] == "groups:read"


async def test_an_unknown_method_and_a_missing_argument_are_refused(client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"
    answer = await refusal(client.api_call("chat.postMessage", json={"text": "x"}))
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


async def test_a_method_that_only_reads_finds_nothing_in_json(client: AsyncWebClient) -> None:
    for method, given in (
        ("conversations.info", {"channel": "C1"}),
        ("users.info", {"user": "U1"}),
    ):
        answer = await refusal(client.api_call(method, json=given))
        assert answer["error"] == "invalid_arguments"
        assert (await client.api_call(method, http_verb="GET", params=given))["ok"]
        assert (await client.api_call(method, data=given))["ok"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C404", "channel_not_found"), ("G2", "channel_not_found"), ("C2", "not_in_channel")],
)
async def test_the_bot_writes_only_where_it_is(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    answer = await refusal(client.chat_postMessage(channel=channel, text="x"))
    assert answer["error"] == error


async def test_nothing_is_written_into_an_archived_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await workspace.archive("C1")
    answer = await refusal(client.chat_postMessage(channel="C1", text="x"))
    assert answer["error"] == "is_archived"


async def test_a_channel_can_be_named_and_a_person_written_to(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    assert (await client.chat_postMessage(channel="#inbox", text="x"))["channel"] == "C1"
    direct = (await client.chat_postMessage(channel="U1", text="x"))["channel"]
    opened = await client.conversations_open(users="U1")
    assert opened["channel"]["id"] == direct
    assert [m.text for m in workspace.messages(direct)] == ["x"]


async def test_metadata_is_kept_and_told_only_when_asked(client: AsyncWebClient) -> None:
    nonce = {"event_type": "card", "event_payload": {"nonce": "n1"}}
    posted = await client.chat_postMessage(channel="C1", text="x", metadata=nonce)
    plain = await client.conversations_history(channel="C1")
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert full["messages"][0]["metadata"] == nonce
    await client.chat_update(channel="C1", ts=posted["ts"], text="y")
    kept = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert kept["messages"][0]["metadata"] == nonce
    await client.chat_update(channel="C1", ts=posted["ts"], text="z", metadata={})
    gone = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert "metadata" not in gone["messages"][0]


async def test_history_and_lists_come_in_pages(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    for number in range(7):
        await client.chat_postMessage(channel="C1", text=str(number))
    told: list[str] = []
    async for part in await client.conversations_history(channel="C1", limit=3):
        assert len(part["messages"]) <= 3
        told += [m["text"] for m in part["messages"]]
    assert told == ["6", "5", "4", "3", "2", "1", "0"]
    names: list[str] = []
    async for part in await client.users_list(limit=2):
        names += [member["id"] for member in part["members"]]
    assert names == list(workspace.users)
    assert (await refusal(client.users_list(cursor="?")))["error"] == "invalid_cursor"


async def test_history_can_be_cut_by_time(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="C1", text=str(n)))["ts"] for n in range(3)]
    after = await client.conversations_history(channel="C1", oldest=stamps[0])
    assert [m["text"] for m in after["messages"]] == ["2", "1"]
    exact = await client.conversations_history(
        channel="C1", oldest=stamps[1], latest=stamps[1], inclusive=True
    )
    assert [m["text"] for m in exact["messages"]] == ["1"]


async def test_a_thread_is_read_apart_from_the_channel(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel="C1", text="root")
    await client.chat_postMessage(channel="C1", text="reply", thread_ts=root["ts"])
    top = await client.conversations_history(channel="C1")
    assert [(m["text"], m["reply_count"]) for m in top["messages"]] == [("root", 1)]
    thread = await client.conversations_replies(channel="C1", ts=root["ts"])
    assert [m["text"] for m in thread["messages"]] == ["root", "reply"]
    answer = await refusal(client.conversations_replies(channel="C1", ts="1.000000"))
    assert answer["error"] == "thread_not_found"


async def test_an_update_without_blocks_keeps_them_and_an_empty_list_clears_them(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    message = workspace.messages("C1")[0]
    await client.chat_update(channel="C1", ts=posted["ts"], text="y")
    assert len(message.blocks) == 2
    assert (message.text, message.parse) == ("y", "client")
    await client.chat_update(channel="C1", ts=posted["ts"], text="z", blocks=[], parse="none")
    assert (message.blocks, message.parse) == ([], "none")
    assert [edit["text"] for edit in message.edits] == ["x", "y"]


async def test_only_own_and_present_messages_can_be_changed(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    theirs = await workspace.say("U1", "C1", "mine")
    update = client.chat_update(channel="C1", ts=str(theirs.ts), text="x")
    assert (await refusal(update))["error"] == "cant_update_message"
    posted = await client.chat_postMessage(channel="C1", text="x")
    await client.chat_delete(channel="C1", ts=posted["ts"])
    update = client.chat_update(channel="C1", ts=posted["ts"], text="x")
    assert (await refusal(update))["error"] == "message_not_found"
    again = client.chat_delete(channel="C1", ts=posted["ts"])
    assert (await refusal(again))["error"] == "message_not_found"


async def test_an_ephemeral_message_is_in_no_history_and_cannot_be_updated(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert (await client.conversations_history(channel="C1"))["messages"] == []
    update = client.chat_update(channel="C1", ts=posted["message_ts"], text="x")
    assert (await refusal(update))["error"] == "message_not_found"
    stranger = client.chat_postEphemeral(channel="C1", user="U3", text="psst")
    assert (await refusal(stranger))["error"] == "user_not_in_channel"
    assert [m.ephemeral_to for m in workspace.messages("C1")] == ["U1"]


async def test_blocks_come_back_with_the_ids_they_lacked(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    first, second = workspace.messages("C1")[0].blocks
    assert first["block_id"]
    assert second["block_id"] == "row"


async def test_a_trigger_lasts_three_seconds_and_opens_once(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    late = workspace.trigger("U1")
    clock.pass_by(3.1)
    answer = await refusal(client.views_open(trigger_id=late, view=modal()))
    assert answer["error"] == "expired_trigger_id"
    just = workspace.trigger("U1")
    clock.pass_by(2.9)
    await client.views_open(trigger_id=just, view=modal())
    answer = await refusal(client.views_open(trigger_id=just, view=modal()))
    assert answer["error"] == "exchanged_trigger_id"
    answer = await refusal(client.views_open(trigger_id="made.up", view=modal()))
    assert answer["error"] == "invalid_arguments"


async def test_a_response_url_answers_five_times_in_half_an_hour(
    workspace: Workspace, clock: Clock
) -> None:
    async with aiohttp.ClientSession() as web:
        url = workspace.response_url("C1", "U1", None)
        for _ in range(5):
            async with web.post(url, json={"text": "hello"}) as answer:
                assert (answer.status, await answer.text()) == (200, "ok")
        async with web.post(url, json={"text": "hello"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "used_url")
        late = workspace.response_url("C1", "U1", None)
        clock.pass_by(1801)
        async with web.post(late, json={"text": "hello"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")
    assert [m.ephemeral_to for m in workspace.messages("C1")] == ["U1"] * 5


async def test_a_response_url_replaces_and_deletes_what_was_clicked(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    url = workspace.response_url("C1", "U1", posted["ts"])
    async with aiohttp.ClientSession() as web:
        await web.post(url, json={"replace_original": True, "text": "done"})
        message = workspace.messages("C1")[0]
        assert (message.text, message.blocks) == ("done", [])
        await web.post(url, json={"text": "to all", "response_type": "in_channel"})
        assert [m.ephemeral_to for m in workspace.messages("C1")] == [None, None]
        await web.post(url, json={"delete_original": True})
    assert message.deleted


async def test_a_response_url_can_fail_too(workspace: Workspace) -> None:
    workspace.faults.arm("response_url", "gateway_after")
    url = workspace.response_url("C1", "U1", None)
    async with aiohttp.ClientSession() as web, web.post(url, json={"text": "told"}) as answer:
        assert answer.status == 502
    assert [m.text for m in workspace.messages("C1")] == ["told"]


async def test_one_message_a_second_goes_into_a_channel(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    workspace.pacing = True
    await client.chat_postMessage(channel="C1", text="one")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="too fast")
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="G1", text="elsewhere")
    clock.pass_by(1.0)
    await client.chat_postMessage(channel="C1", text="two")
    assert [m.text for m in workspace.messages("C1")] == ["one", "two"]


async def test_a_person_and_their_direct_messages_are_one_channel_to_the_limit(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.pacing = True
    direct = (await client.chat_postMessage(channel="U1", text="one"))["channel"]
    answer = await refusal(client.chat_postMessage(channel=direct, text="too fast"))
    assert answer["error"] == "ratelimited"


async def test_a_tier_two_method_is_called_twenty_times_a_minute(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    workspace.pacing = True
    for _ in range(20):
        await client.users_list()
        clock.pass_by(1)
    with pytest.raises(SlackApiError) as caught:
        await client.users_list()
    assert caught.value.response.headers["Retry-After"] == "40"
    clock.pass_by(40)
    await client.users_list()


async def test_busy_makes_the_real_retry_handler_wait_and_come_again(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.faults.arm("chat.postMessage", "busy", seconds=1)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel="C1", text="once")
    assert [m.text for m in workspace.messages("C1")] == ["once"]


async def test_a_dropped_answer_leaves_the_message_posted(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.faults.arm("chat.postMessage", "drop_after")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C1", text="kept")
    workspace.faults.arm("chat.postMessage", "drop_before")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C1", text="lost")
    assert [m.text for m in workspace.messages("C1")] == ["kept"]


async def test_people_groups_and_silence_can_be_read(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    workspace.usergroup("S1", "press", ["U1", "U2"])
    user = (await client.users_info(user="U3", include_locale=True))["user"]
    assert (user["is_restricted"], user["locale"]) == (True, "sv-SE")
    assert (await client.usergroups_users_list(usergroup="S1"))["users"] == ["U1", "U2"]
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert groups[0]["handle"] == "press"
    assert (await client.dnd_info(user="U2"))["dnd_enabled"]
    assert not (await client.dnd_info(user="U1"))["dnd_enabled"]
    assert (await client.bots_info(bot=workspace.bot_id))["bot"]["app_id"] == workspace.app_id
    assert (await client.team_info())["team"]["id"] == workspace.team
    assert (await refusal(client.users_info(user="U404")))["error"] == "user_not_found"


async def test_channels_are_listed_as_the_bot_sees_them(client: AsyncWebClient) -> None:
    both = "public_channel,private_channel"
    listed = await client.conversations_list(types=both)
    assert [c["id"] for c in listed["channels"]] == ["C1", "G1", "C2"]
    own = await client.users_conversations(types=both)
    assert [c["id"] for c in own["channels"]] == ["C1", "G1"]
    await client.conversations_join(channel="C2")
    own = await client.users_conversations(types=both)
    assert [c["id"] for c in own["channels"]] == ["C1", "G1", "C2"]
    members = await client.conversations_members(channel="C1")
    assert members["members"] == ["U1", "U2", "U0BOT"]
    info = await client.conversations_info(channel="C1", include_num_members=True)
    assert info["channel"]["num_members"] == 3


async def test_a_reaction_is_added_once(workspace: Workspace, client: AsyncWebClient) -> None:
    said = await workspace.say("U1", "C1", "hello")
    await client.reactions_add(channel="C1", timestamp=str(said.ts), name="memo")
    again = client.reactions_add(channel="C1", timestamp=str(said.ts), name="memo")
    assert (await refusal(again))["error"] == "already_reacted"
    shown = (await client.conversations_history(channel="C1"))["messages"][0]
    assert shown["reactions"] == [{"name": "memo", "users": ["U0BOT"], "count": 1}]


async def test_a_permalink_points_at_the_message(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C1", text="x")
    link = await client.chat_getPermalink(channel="C1", message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/C1/p{posted['ts'].replace('.', '')}")


async def test_listeners_hear_of_every_change(workspace: Workspace, client: AsyncWebClient) -> None:
    heard: list[str] = []
    stop = workspace.subscribe(lambda what, _facts: heard.append(what))
    posted = await client.chat_postMessage(channel="C1", text="x")
    await client.chat_update(channel="C1", ts=posted["ts"], text="y")
    await client.views_open(trigger_id=workspace.trigger("U1"), view=modal())
    await client.chat_delete(channel="C1", ts=posted["ts"])
    stop()
    await client.chat_postMessage(channel="C1", text="unheard")
    assert heard == ["message", "changed", "view", "deleted"]
