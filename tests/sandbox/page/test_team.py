"""The right pane: each member sees and does what is theirs."""

import json
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.page.conftest import Visit, served

PRIVATE = "C0QASIRA002"
PUBLIC = "C0PRESS0001"


def bot(visit: Visit) -> Any:
    """Return a real client of the workspace, as the product has one."""
    token = visit.stage.workspace.bot_token
    return AsyncWebClient(token, base_url=f"{visit.slack}/api/", retry_handlers=[])


def button(name: str) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Answer"}
    one = {"type": "button", "action_id": name, "text": label, "value": "7"}
    return {"type": "actions", "elements": [one]}


async def test_the_team_is_the_one_in_the_operators_table(visit: Visit) -> None:
    team = (await visit.state())["team"]
    assert [one["name"].split()[0] for one in team] == ["Anna", "Erik", "Samira", "Maria", "Eva"]
    assert [one["user"] for one in team if one["supervisor"]] == ["U0MARIA"]


async def test_a_private_channel_is_hidden_from_who_is_not_in_it(visit: Visit) -> None:
    visit.stage.workspace.channels[PRIVATE].members.remove("U0ERIK")
    seen = {
        user: {one["id"] for one in (await visit.state(user))["slack"]["channels"]}
        for user in ("U0ERIK", "U0SAMIRA")
    }
    assert PRIVATE not in seen["U0ERIK"]
    assert PRIVATE in seen["U0SAMIRA"]


async def test_what_the_product_posts_is_seen_block_by_block(visit: Visit) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}, button("answer")]
    await bot(visit).chat_postMessage(channel=PUBLIC, text="Hi", blocks=blocks)
    (message,) = (await visit.channel(PUBLIC))["messages"]
    assert [one["type"] for one in message["blocks"]] == ["section", "actions"]


async def test_an_ephemeral_message_is_seen_by_one_member_alone(visit: Visit) -> None:
    await bot(visit).chat_postEphemeral(channel=PUBLIC, user="U0ANNA", text="Only you")
    assert [m["text"] for m in (await visit.channel(PUBLIC))["messages"]] == ["Only you"]
    assert (await visit.channel(PUBLIC, "U0ERIK"))["messages"] == []


async def test_what_a_person_types_can_notify_nobody_by_accident(visit: Visit) -> None:
    await visit.does("/slack", user="U0ANNA", act="say", channel=PUBLIC, text="<!channel> & all")
    (message,) = (await visit.channel(PUBLIC))["messages"]
    assert message["text"] == "&lt;!channel&gt; &amp; all"


async def test_a_thread_reply_carries_its_thread(visit: Visit) -> None:
    sent = await bot(visit).chat_postMessage(channel=PUBLIC, text="Card")
    said = {"act": "say", "channel": PUBLIC, "text": "I know him", "thread": sent["ts"]}
    await visit.does("/slack", user="U0ERIK", **said)
    reply = (await visit.channel(PUBLIC))["messages"][-1]
    assert (reply["user"], reply["thread"]) == ("U0ERIK", sent["ts"])


async def test_a_click_that_the_product_does_not_hear_is_told(visit: Visit) -> None:
    sent = await bot(visit).chat_postMessage(channel=PUBLIC, text="x", blocks=[button("answer")])
    status, outcome = await visit.does(
        "/slack", user="U0ANNA", act="click", channel=PUBLIC, ts=sent["ts"], action="answer"
    )
    assert status == 200
    assert not outcome["acknowledged"]


async def test_a_click_on_what_is_gone_is_a_sentence(visit: Visit) -> None:
    status, said = await visit.does(
        "/slack", user="U0ANNA", act="click", channel=PUBLIC, ts="1.0", action="answer"
    )
    assert (status, said["problem"]) == (409, "That is no longer on the screen.")


async def test_an_unknown_act_or_member_is_a_sentence(visit: Visit) -> None:
    assert (await visit.does("/slack", user="U0ANNA", act="fly"))[0] == 409
    async with visit.browser.get(f"{visit.address}/state?user=U0NOBODY") as answer:
        assert answer.status == 409


async def test_an_external_menu_on_the_page_asks_the_app_and_picks_what_it_offered(
    visit: Visit,
) -> None:
    asked: list[dict[str, Any]] = []

    async def product(request: web.Request) -> web.Response:
        payload = json.loads(str((await request.post())["payload"]))
        asked.append(payload)
        label = {"type": "plain_text", "text": "Foreign Minister, Qasira"}
        offered = {"options": [{"text": label, "value": "7"}]}
        return web.json_response(offered if payload["type"] == "block_suggestion" else {})

    app = web.Application()
    app.router.add_post("/", product)
    async with served(app) as address:
        visit.stage.workspace.deliveries.request_url = address
        menu = {"type": "external_select", "action_id": "who", "min_query_length": 1}
        label = {"type": "plain_text", "text": "Who"}
        block = {"type": "input", "block_id": "b", "label": label, "element": menu}
        title = {"type": "plain_text", "text": "Reach"}
        view = {"type": "modal", "title": title, "submit": title, "blocks": [block]}
        trigger = visit.stage.workspace.trigger("U0ANNA")
        await bot(visit).views_open(trigger_id=trigger, view=view)
        menu_of = {"user": "U0ANNA", "action": "who"}
        _, said = await visit.does("/slack", act="options", text="qas", **menu_of)
        assert [one["value"] for one in said["body"]["options"]] == ["7"]
        await visit.does("/slack", act="click_in_view", selected="7", **menu_of)
        await visit.does("/slack", act="submit", user="U0ANNA")
    assert [one["type"] for one in asked] == ["block_suggestion", "view_submission"]
    assert asked[0]["value"] == "qas"
    chosen = asked[1]["view"]["state"]["values"]["b"]["who"]["selected_option"]
    assert chosen["value"] == "7"
