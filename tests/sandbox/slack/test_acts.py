"""What people do reaches a real Bolt app, by HTTP and by Socket Mode alike."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

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
