"""One bad request for every limit, through a real client, and Slack's own refusal."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.world import Workspace

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(action: str = "a", **more: Any) -> Json:
    return {"type": "button", "action_id": action, "text": plain("Press"), **more}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str = "One", value: str = "1", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def menu(*options: Json, kind: str = "static_select", **more: Any) -> Json:
    return {"type": kind, "action_id": "m", "options": list(options), **more}


def asking(element: Json | None = None, **more: Any) -> Json:
    element = element or {"type": "plain_text_input", "action_id": "t"}
    return {"type": "input", "label": plain("Say"), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "blocks": list(blocks), **more}


DIVIDER = {"type": "divider"}
LINE = section(text=mrkdwn("x"))

AT_INITIAL = "[json-pointer:/blocks/0/elements/0/initial_option]"
BAD_BLOCKS: list[tuple[str, list[Json], str]] = [
    ("51 blocks", [DIVIDER] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (
        "section text 3001",
        [section(text=mrkdwn("x" * 3001))],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "empty section text",
        [section(text=mrkdwn(""))],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "section without anything",
        [section()],
        "must define either `text` or `fields` [json-pointer:/blocks/0]",
    ),
    (
        "11 fields",
        [section(fields=[mrkdwn("x")] * 11)],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        "field 2001",
        [section(fields=[mrkdwn("x" * 2001)])],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        "header 151",
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "header in mrkdwn",
        [{"type": "header", "text": mrkdwn("x")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    (
        "11 in a context",
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "26 in actions",
        [actions(*(button(str(n)) for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "no actions",
        [actions()],
        "no less than 1 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "markdown 12001",
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    (
        "button text 76",
        [actions(button() | {"text": plain("x" * 76)})],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        "button value 2001",
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        "button style",
        [actions(button(style="loud"))],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        "101 options",
        [actions(menu(*(option(value=str(n)) for n in range(101))))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        "option text 76",
        [actions(menu(option("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        "option value 151",
        [actions(menu(option(value="x" * 151)))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        "no options",
        [actions({"type": "static_select", "action_id": "m"})],
        "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "initial option from elsewhere",
        [actions(menu(option(), initial_option=option("Two", "2")))],
        f"initial option must match one of the options {AT_INITIAL}",
    ),
    (
        "overflow of six",
        [actions(menu(*(option(value=str(n)) for n in range(6)), kind="overflow"))],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        "block_id 256",
        [section(text=mrkdwn("x"), block_id="b" * 256)],
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    (
        "action_id 256",
        [actions(button("a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        "action_id twice",
        [actions(button("same"), button("same"))],
        '`action_id` "same" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ),
    (
        "block_id twice",
        [LINE | {"block_id": "same"}, LINE | {"block_id": "same"}],
        '`block_id` "same" already exists [json-pointer:/blocks/1/block_id]',
    ),
    (
        "unknown property",
        [actions(button(disabled=True))],
        "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "unknown block",
        [{"type": "poster"}],
        "unsupported type: poster [json-pointer:/blocks/0/type]",
    ),
    ("no type", [{"text": mrkdwn("x")}], "missing required field: type [json-pointer:/blocks/0]"),
    (
        "an input among buttons",
        [actions({"type": "plain_text_input", "action_id": "t"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "empty rich text",
        [
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}
                ],
            }
        ],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        "image without alt text",
        [{"type": "image", "image_url": "https://example.org/a.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    (
        "confirm title 101",
        [
            actions(
                button(
                    confirm={
                        "title": plain("x" * 101),
                        "text": plain("Sure?"),
                        "confirm": plain("Yes"),
                        "deny": plain("No"),
                    }
                )
            )
        ],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    ("a word for a block", ["words"], "must be a valid object [json-pointer:/blocks/0]"),  # type: ignore[list-item] # the bad input itself
]


@pytest.mark.parametrize(
    ("blocks", "line"), [row[1:] for row in BAD_BLOCKS], ids=[row[0] for row in BAD_BLOCKS]
)
async def test_bad_blocks_are_refused_with_a_pointer_and_nothing_is_posted(
    workspace: Workspace, client: AsyncWebClient, blocks: list[Json], line: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x", blocks=blocks)
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert line in answer["errors"]
    assert f"[ERROR] {line}" in answer["response_metadata"]["messages"]
    assert workspace.messages("C1") == []


BAD_MODALS: list[tuple[str, Json, str]] = [
    (
        "101 blocks",
        modal(*[DIVIDER] * 101),
        "no more than 100 items allowed [json-pointer:/view/blocks]",
    ),
    (
        "title 25",
        modal(title=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/title/text]",
    ),
    (
        "submit 25",
        modal(submit=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/submit/text]",
    ),
    (
        "close 25",
        modal(close=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/close/text]",
    ),
    (
        "private_metadata 3001",
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    (
        "external_id 256",
        modal(external_id="x" * 256),
        "must be less than 256 characters [json-pointer:/view/external_id]",
    ),
    (
        "callback_id 256",
        modal(callback_id="x" * 256),
        "must be less than 256 characters [json-pointer:/view/callback_id]",
    ),
    (
        "an input without submit",
        modal(asking()),
        "must define `submit` to use `input` block [json-pointer:/view/blocks/0/input]",
    ),
    (
        "unknown property",
        modal(submit_disabled=True),
        "invalid additional property: submit_disabled [json-pointer:/view]",
    ),
    (
        "no title",
        {"type": "modal", "blocks": []},
        "missing required field: title [json-pointer:/view]",
    ),
    (
        "action_id twice",
        modal(actions(button("same"), button("same"))),
        '`action_id` "same" already exists [json-pointer:/view/blocks/0/elements/1/action_id]',
    ),
    (
        "two that want the focus",
        modal(
            asking({"type": "plain_text_input", "action_id": "t", "focus_on_load": True}),
            asking({"type": "plain_text_input", "action_id": "u", "focus_on_load": True}),
            submit=plain("Send"),
        ),
        "only one element can have `focus_on_load` set [json-pointer:/view]",
    ),
    (
        "max_length 3001",
        modal(
            asking({"type": "plain_text_input", "action_id": "t", "max_length": 3001}),
            submit=plain("Send"),
        ),
        "must be no more than 3000 [json-pointer:/view/blocks/0/element/max_length]",
    ),
    (
        "a home tab",
        {"type": "home", "blocks": []},
        "unsupported type: home [json-pointer:/view/type]",
    ),
]


@pytest.mark.parametrize(
    ("view", "line"), [row[1:] for row in BAD_MODALS], ids=[row[0] for row in BAD_MODALS]
)
async def test_bad_modals_are_refused_and_leave_the_trigger_unused(
    workspace: Workspace, client: AsyncWebClient, view: Json, line: str
) -> None:
    trigger = workspace.trigger("U1")
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger, view=view)
    answer = caught.value.response
    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {line}" in answer["response_metadata"]["messages"]
    await client.views_open(trigger_id=trigger, view=modal())


async def test_what_is_exactly_at_the_limits_is_taken(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    blocks = [
        section(text=mrkdwn("x" * 3000), block_id="b" * 255),
        section(fields=[mrkdwn("x" * 500)] * 10),
        {"type": "header", "text": plain("x" * 150)},
        actions(*(button(f"{n:0255}"[-255:], value="x" * 2000) for n in range(25))),
        actions(menu(*(option("x" * 75, f"{n:0150}") for n in range(5)), kind="overflow")),
        actions(button("again")),
        actions(button("again")),
    ]
    await client.chat_postMessage(channel="C1", text="x" * 4000, blocks=blocks)
    full = modal(
        *[DIVIDER] * 100,
        title=plain("x" * 24),
        private_metadata="x" * 3000,
        external_id="x" * 255,
    )
    await client.views_open(trigger_id=workspace.trigger("U1"), view=full)


async def test_all_text_of_a_message_together_is_limited(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(
            channel="C1", text="x", blocks=[section(text=mrkdwn("x" * 2800))] * 4
        )


async def test_a_text_too_long_is_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_postMessage(channel="C1", text="x" * 40_001)
    posted = await client.chat_postMessage(channel="C1", text="x")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="C1", ts=posted["ts"], text="x" * 4001)


async def test_a_message_must_say_something(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="no_text"):
        await client.api_call("chat.postMessage", json={"channel": "C1"})


async def test_a_view_above_its_bytes_is_refused(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    heavy = modal(*[section(text=mrkdwn("å" * 1500))] * 90)
    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_open(trigger_id=workspace.trigger("U1"), view=heavy)


async def test_a_fourth_modal_on_the_stack_is_refused(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.views_open(trigger_id=workspace.trigger("U1"), view=modal())
    for _ in range(2):
        await client.views_push(trigger_id=workspace.trigger("U1"), view=modal())
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=workspace.trigger("U1"), view=modal())


async def test_blocks_that_are_no_list_are_refused(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        await client.chat_postMessage(channel="C1", text="x", blocks="{broken")


async def test_metadata_needs_its_type_and_payload_and_has_a_size(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_metadata_format"):
        await client.chat_postMessage(channel="C1", text="x", metadata={"event_type": "card"})
    heavy = {"event_type": "card", "event_payload": {"text": "x" * 16_000}}
    with pytest.raises(SlackApiError, match="metadata_too_large"):
        await client.chat_postMessage(channel="C1", text="x", metadata=heavy)


async def test_blocks_validate_tells_pointer_code_and_message(client: AsyncWebClient) -> None:
    assert (await client.blocks_validate(blocks=[DIVIDER]))["ok"]
    assert (await client.blocks_validate(view=modal()))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await client.blocks_validate(blocks=[{"type": "header", "text": plain("x" * 151)}])
    assert caught.value.response["error"] == "invalid_blocks"
    assert {
        "pointer": "/0/text/text",
        "code": "failed_constraint",
        "message": "must be less than 151 characters",
    } in caught.value.response["errors"]
    with pytest.raises(SlackApiError, match="invalid_view"):
        await client.blocks_validate(view=modal(asking()))
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.blocks_validate(view=modal(), blocks=[DIVIDER])
