"""What people do reaches a real Bolt app, by HTTP and by Socket Mode alike."""

from __future__ import annotations

import re
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.payloads import NotThere
from sandbox.slack.world import Workspace

Json = dict[str, Any]

CARD: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Is the border open?"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "answer",
                "text": {"type": "plain_text", "text": "Answer"},
                "value": "c1",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": {"type": "plain_text", "text": "Tag"}, "value": "tag"},
                    {"text": {"type": "plain_text", "text": "Note"}, "value": "note"},
                ],
            },
        ],
    },
]


def modal(block_id: str = "turn1", **more: Any) -> Json:
    """Give a modal with one text input that tells of every character."""
    return {
        "type": "modal",
        "callback_id": "answering",
        "title": {"type": "plain_text", "text": "Public answer"},
        "submit": {"type": "plain_text", "text": "Publish"},
        "blocks": [
            {
                "type": "input",
                "block_id": block_id,
                "dispatch_action": True,
                "label": {"type": "plain_text", "text": "Your answer"},
                "element": {
                    "type": "plain_text_input",
                    "action_id": "text",
                    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
                },
            }
        ],
        **more,
    }


async def test_a_click_opens_a_modal_and_its_submission_carries_what_was_typed(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    heard: list[Json] = []

    @app.action("answer")
    async def answer(ack: Any, body: Json) -> None:
        await ack()
        heard.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.action("text")
    async def typed(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    @app.view("answering")
    async def submitted(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    posted = await client.chat_postMessage(channel="C1", text="a post", blocks=CARD)
    outcome = await workspace.click("U1", "C1", posted["ts"], "answer")
    assert outcome.acknowledged, outcome
    view = workspace.open_view("U1")
    assert view is not None
    assert view["title"]["text"] == "Public answer"
    assert (await workspace.type_in_view("U1", "text", "Yes, it is.")).acknowledged
    assert (await workspace.submit("U1")).acknowledged
    assert workspace.open_view("U1") is None
    click, letters, sent = heard
    assert click["actions"][0]["value"] == "c1"
    assert click["message"]["ts"] == posted["ts"]
    assert letters["actions"][0]["value"] == "Yes, it is."
    assert sent["view"]["state"]["values"]["turn1"]["text"]["value"] == "Yes, it is."


async def test_picking_from_an_overflow_sends_the_option(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    picked: list[str] = []

    @app.action("more")
    async def more(ack: Any, action: Json) -> None:
        await ack()
        picked.append(action["selected_option"]["value"])

    posted = await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    assert (await workspace.click("U1", "C1", posted["ts"], "more", selected="note")).acknowledged
    assert picked == ["note"]


async def test_a_click_is_answered_through_its_response_url(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    @app.action("answer")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await respond("Erik was first", replace_original=False)

    posted = await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    await workspace.click("U1", "C1", posted["ts"], "answer")
    told = workspace.messages("C1")[1]
    assert (told.text, told.ephemeral_to) == ("Erik was first", "U1")


async def test_what_is_not_on_the_screen_cannot_be_touched(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="G1", text="x", blocks=CARD)
    with pytest.raises(NotThere):
        await workspace.click("U1", "G1", posted["ts"], "claim")
    with pytest.raises(NotThere):
        await workspace.click("U2", "G1", posted["ts"], "answer")
    with pytest.raises(NotThere):
        await workspace.submit("U1")


async def test_a_slash_command_is_answered_to_its_writer_alone(
    workspace: Workspace, app: AsyncApp
) -> None:
    @app.command("/inbox")
    async def inbox(ack: Any, command: Json) -> None:
        await ack(f"You asked for {command['text']}")

    outcome = await workspace.command("U1", "C1", "/inbox", "next")
    assert outcome.acknowledged
    told = workspace.messages("C1")[0]
    assert (told.text, told.ephemeral_to) == ("You asked for next", "U1")


async def test_a_slash_command_opens_a_modal_with_its_trigger(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    @app.command("/inbox")
    async def inbox(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    await workspace.command("U1", "C1", "/inbox", "find")
    assert workspace.open_view("U1") is not None
    assert workspace.open_view("U2") is None


async def test_both_kinds_of_shortcut_arrive(workspace: Workspace, app: AsyncApp) -> None:
    heard: list[Json] = []

    @app.message_shortcut("note")
    async def note(ack: Any, shortcut: Json) -> None:
        await ack()
        heard.append(shortcut)

    @app.global_shortcut("reach")
    async def reach(ack: Any, shortcut: Json) -> None:
        await ack()
        heard.append(shortcut)

    @app.event("message")
    async def message() -> None:
        pass

    said = await workspace.say("U2", "C1", "remember this")
    assert (await workspace.shortcut("U1", "note", "C1", said.ts)).acknowledged
    assert (await workspace.shortcut("U1", "reach")).acknowledged
    assert [one["type"] for one in heard] == ["message_action", "shortcut"]
    assert heard[0]["message"]["text"] == "remember this"


async def test_opening_home_brings_the_published_view(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    seen: list[Json] = []

    @app.event("app_home_opened")
    async def opened(event: Json) -> None:
        seen.append(event)
        block = {"type": "section", "text": {"type": "plain_text", "text": "Mine: none"}}
        view = {"type": "home", "blocks": [block]}
        current = event.get("view")
        await client.views_publish(
            user_id=event["user"], view=view, hash=current["hash"] if current else None
        )

    await workspace.open_home("U1")
    await workspace.open_home("U1")
    assert "view" not in seen[0]
    assert seen[1]["view"]["blocks"][0]["text"]["text"] == "Mine: none"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_publish(
            user_id="U1", view={"type": "home", "blocks": []}, hash=seen[1]["view"]["hash"]
        )


async def opened_modal(workspace: Workspace, client: AsyncWebClient, view: Json) -> Json:
    """Open a modal for Anna and give it."""
    answer = await client.views_open(trigger_id=workspace.trigger("U1"), view=view)
    shown: Json = answer["view"]
    return shown


async def test_typed_text_stays_over_an_update_where_both_ids_match(
    workspace: Workspace, client: AsyncWebClient, by_http: AsyncApp
) -> None:
    shown = await opened_modal(workspace, client, modal("turn1"))
    await workspace.type_in_view("U1", "text", "half an answer")
    same = await client.views_update(view_id=shown["id"], view=modal("turn1"))
    values = same["view"]["state"]["values"]
    assert values["turn1"]["text"]["value"] == "half an answer"
    other = await client.views_update(view_id=shown["id"], view=modal("turn2"))
    assert other["view"]["state"]["values"]["turn2"]["text"]["value"] is None


async def test_a_stale_hash_is_refused_and_a_closed_view_is_not_found(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    shown = await opened_modal(workspace, client, modal())
    fresh = await client.views_update(view_id=shown["id"], view=modal(), hash=shown["hash"])
    assert fresh["view"]["hash"] != shown["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=shown["id"], view=modal(), hash=shown["hash"])
    await workspace.close_view("U1")
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=shown["id"], view=modal())


async def test_an_external_id_names_one_open_view(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await opened_modal(workspace, client, modal(external_id="mine"))
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_push(trigger_id=workspace.trigger("U1"), view=modal(external_id="mine"))
    await client.views_update(external_id="mine", view=modal(external_id="mine"))


async def test_required_inputs_are_asked_for_before_anything_is_sent(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await opened_modal(workspace, client, modal())
    outcome = await workspace.submit("U1")
    assert (outcome.sent, outcome.problem) == (False, "missing_input")
    assert workspace.open_view("U1") is not None


BROKEN: Json = {"response_action": "update", "view": {"type": "modal"}}


@pytest.mark.parametrize(("text", "problem"), [("x" * 3001, "too_long"), ("", "missing_input")])
async def test_the_client_itself_refuses_what_is_too_long_or_missing(
    workspace: Workspace, client: AsyncWebClient, text: str, problem: str
) -> None:
    silent = modal()
    silent["blocks"][0]["dispatch_action"] = False
    await opened_modal(workspace, client, silent)
    assert not (await workspace.type_in_view("U1", "text", text)).sent
    outcome = await workspace.submit("U1")
    assert (outcome.sent, outcome.body) == (False, {"errors": {"turn1": problem}})


async def test_a_stranger_acts_under_the_name_of_their_own_team(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    teams: list[tuple[str, str]] = []

    @app.action("answer")
    async def answer(ack: Any, body: Json) -> None:
        await ack()
        teams.append((body["team"]["id"], body["user"]["team_id"]))

    workspace.user("U8", "olga", real_name="Olga", team="T0ELSEWHERE")
    posted = await client.chat_postMessage(channel="C1", text="x", blocks=CARD)
    await workspace.click("U8", "C1", posted["ts"], "answer")
    assert teams == [(workspace.team, "T0ELSEWHERE")]
    assert (await client.users_info(user="U8"))["user"]["is_stranger"]


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ({"response_action": "errors", "errors": {"turn1": "Too long"}}, (None, ["turn1"])),
        (
            {"response_action": "errors", "errors": {"elsewhere": "?"}},
            ("bad_response:errors", ["turn1"]),
        ),
        ({"response_action": "clear"}, (None, [])),
        ({"response_action": "update", "view": modal("turn2")}, (None, ["turn2"])),
        (BROKEN, ("bad_response:invalid_arguments", ["turn1"])),
        ({"response_action": "push", "view": modal("turn2")}, (None, ["turn1", "turn2"])),
    ],
)
async def test_a_submission_does_what_it_was_answered_with(
    workspace: Workspace,
    app: AsyncApp,
    client: AsyncWebClient,
    answer: Json,
    left: tuple[str | None, list[str]],
) -> None:
    @app.view("answering")
    async def submitted(ack: Any) -> None:
        await ack(**answer)

    @app.action("text")
    async def typed(ack: Any) -> None:
        await ack()

    await opened_modal(workspace, client, modal())
    await workspace.type_in_view("U1", "text", "Yes")
    outcome = await workspace.submit("U1")
    stack = [view.body["blocks"][0]["block_id"] for view in workspace.stacks.get("U1", [])]
    assert outcome.acknowledged
    assert (outcome.problem, stack) == left


async def test_closing_is_told_only_where_it_was_asked_for(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    closed: list[bool] = []

    @app.view_closed("answering")
    async def gone(ack: Any, body: Json) -> None:
        await ack()
        closed.append(body["is_cleared"])
        assert body["view"]["state"] == {"values": {}}  # Slack does not say what stood in it

    await opened_modal(workspace, client, modal())
    assert not (await workspace.close_view("U1")).sent
    await opened_modal(workspace, client, modal(notify_on_close=True))
    assert (await workspace.close_view("U1")).acknowledged
    assert closed == [False]


async def test_an_external_menu_asks_for_its_options_and_sends_the_picked_one(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    picked: list[Json] = []

    @app.options("contact")
    async def suggest(ack: Any, payload: Json) -> None:
        found = {"text": {"type": "plain_text", "text": payload["value"].title()}, "value": "c7"}
        await ack(options=[found])

    @app.action("contact")
    async def chosen(ack: Any, action: Json) -> None:
        await ack()
        picked.append(action["selected_option"])

    menu = {"type": "external_select", "action_id": "contact", "min_query_length": 2}
    row = {"type": "actions", "block_id": "who", "elements": [menu]}
    await opened_modal(workspace, client, modal() | {"blocks": [row]})
    offered = await workspace.options("U1", "contact", "qasira")
    assert offered.problem is None
    await workspace.click_in_view("U1", "contact", selected="c7")
    assert picked[0]["text"]["text"] == "Qasira"


async def test_too_many_options_are_a_bad_answer(
    workspace: Workspace, app: AsyncApp, client: AsyncWebClient
) -> None:
    @app.options("contact")
    async def suggest(ack: Any) -> None:
        many = [
            {"text": {"type": "plain_text", "text": str(n)}, "value": str(n)} for n in range(101)
        ]
        await ack(options=many)

    menu = {"type": "external_select", "action_id": "contact"}
    row = {"type": "actions", "block_id": "who", "elements": [menu]}
    await opened_modal(workspace, client, modal() | {"blocks": [row]})
    outcome = await workspace.options("U1", "contact", "q")
    assert outcome.problem == "bad_response:no more than 100 items allowed [json-pointer:/options]"


async def test_a_mention_comes_as_a_message_and_as_a_mention(
    workspace: Workspace, app: AsyncApp
) -> None:
    heard: list[str] = []

    @app.event("message")
    async def message(event: Json) -> None:
        heard.append(event["type"])

    @app.event("app_mention")
    async def mention(event: Json) -> None:
        heard.append(event["type"])

    outcome = await workspace.say("U1", "C1", f"<@{workspace.bot_user_id}> next")
    assert outcome.acknowledged
    assert sorted(heard) == ["app_mention", "message"]


async def test_the_app_hears_what_happens_to_its_channels(
    workspace: Workspace, app: AsyncApp
) -> None:
    heard: list[str] = []

    @app.event(re.compile(".*"))
    async def anything(event: Json) -> None:
        heard.append(event["type"] + (f".{event['subtype']}" if "subtype" in event else ""))

    said = await workspace.say("U1", "C1", "hello")
    await workspace.edit_message("U1", "C1", str(said.ts), "hello again")
    await workspace.react("U2", "C1", str(said.ts), "eyes")
    await workspace.delete_message("C1", str(said.ts))
    await workspace.invite("C1", "U3")
    await workspace.leave("C1", "U3")
    await workspace.share("C1")
    await workspace.rename("C1", "inkorg")
    await workspace.archive("G1")
    await workspace.set_dnd("U1", dnd=True)
    await workspace.set_user("U1", locale="en-GB")
    await workspace.remove_bot("C1")
    await workspace.uninstall()
    assert heard[:12] == [
        "message",
        "message.message_changed",
        "reaction_added",
        "message.message_deleted",
        "member_joined_channel",
        "member_left_channel",
        "channel_shared",
        "channel_rename",
        "group_archive",
        "dnd_updated_user",
        "user_change",
        "channel_left",
    ]
    assert sorted(heard[12:]) == ["app_uninstalled", "tokens_revoked"]


async def test_events_without_subscription_scope_or_membership_stay_away(
    workspace: Workspace, app: AsyncApp
) -> None:
    elsewhere = await workspace.say("U1", "C2", "the bot is not here")
    workspace.subscriptions.discard("reaction_added")
    workspace.scopes.discard("channels:history")
    said = await workspace.say("U1", "C1", "not for the app")
    reacted = await workspace.react("U1", "C1", str(said.ts), "eyes")
    assert [one.sent for one in (said, reacted, elsewhere)] == [False] * 3
    assert workspace.deliveries.attempts == []
