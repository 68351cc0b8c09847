"""The page's doors: who may come in, what they hear, and the scene."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.page.conftest import Visit

JSON = {"Content-Type": "application/json"}


async def at_once(_: float) -> None:
    """Let a scene play without its pauses."""


async def next_event(lines: aiohttp.StreamReader) -> tuple[str, dict[str, Any]]:
    """Read one server-sent event."""
    name = (await lines.readline()).decode().strip().removeprefix("event: ")
    told = json.loads((await lines.readline()).decode().removeprefix("data: "))
    await lines.readline()
    return name, told


@pytest.mark.parametrize("path", ["/", "/state", "/static/page.js", "/events"])
async def test_every_answer_carries_a_strict_policy(visit: Visit, path: str) -> None:
    async with visit.browser.get(visit.address + path) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


async def test_the_page_itself_has_nothing_inline_and_nothing_from_outside(visit: Visit) -> None:
    async with visit.browser.get(visit.address) as answer:
        html = await answer.text()
    assert "<style" not in html
    assert "style=" not in html
    assert "http" not in html.replace('<html lang="en">', "")
    assert html.count("<script") == html.count('<script type="module" src="/static/')


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Content-Type": "text/plain"},
    ],
)
async def test_a_foreign_page_cannot_drive_the_demo(visit: Visit, headers: dict[str, str]) -> None:
    asked = json.dumps({"as": "leila_q", "text": "By force"})
    url = f"{visit.address}/public/x/post"
    async with visit.browser.post(url, data=asked, headers=JSON | headers) as answer:
        assert answer.status == 403
    assert (await visit.state())["public"]["x"]["posts"] == []


async def test_a_foreign_name_pointed_at_this_computer_reads_nothing(visit: Visit) -> None:
    port = visit.address.rpartition(":")[2]
    headers = {"Host": f"evil.example:{port}"}
    async with visit.browser.get(f"{visit.address}/state", headers=headers) as answer:
        assert answer.status == 403


async def test_the_pages_own_origin_may_act(visit: Visit) -> None:
    asked = json.dumps({"as": "leila_q", "text": "By right"})
    url, origin = f"{visit.address}/public/x/post", {"Origin": visit.address}
    async with visit.browser.post(url, data=asked, headers=JSON | origin) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("body", ["{", "[]", "null"])
async def test_a_body_that_is_no_json_object_is_a_sentence(visit: Visit, body: str) -> None:
    url = f"{visit.address}/public/x/post"
    async with visit.browser.post(url, data=body, headers=JSON) as answer:
        assert answer.status == 409


async def test_an_open_page_hears_of_each_change(visit: Visit) -> None:
    async with visit.browser.get(f"{visit.address}/events") as stream:
        assert (await next_event(stream.content))[0] == "hello"
        visit.world.post("leila_q", "Hi")
        assert await next_event(stream.content) == ("public", {"what": "post.created"})
        await visit.stage.workspace.say("U0ANNA", "C0PRESS0001", "Hello <@U0ERIK>")
        heard = [await next_event(stream.content) for _ in range(2)]
    assert [name for name, _ in heard] == ["slack", "push"]
    assert heard[1][1]["user"] == "U0ERIK"


async def test_somebody_in_do_not_disturb_hears_no_push(visit: Visit) -> None:
    visit.stage.workspace.users["U0ERIK"].dnd = True
    async with visit.browser.get(f"{visit.address}/events") as stream:
        await next_event(stream.content)
        await visit.stage.workspace.say("U0ANNA", "C0PRESS0001", "Hello <@U0ERIK>")
        visit.world.post("leila_q", "The end")
        heard = [(await next_event(stream.content))[0] for _ in range(2)]
    assert heard == ["slack", "public"]


async def test_the_page_is_ready_only_while_the_product_is(visit: Visit) -> None:
    async with visit.browser.get(f"{visit.address}/readyz") as answer:
        assert answer.status == 503
    visit.stage.product.state = "ready"
    async with visit.browser.get(f"{visit.address}/readyz") as answer:
        assert answer.status == 200


async def test_the_scene_is_played_in_three_languages_with_a_parody_and_a_private_plea(
    visit: Visit,
) -> None:
    await visit.stage.play.perform(at_once)
    public = (await visit.state())["public"]["x"]
    said = {post["by"]: post["text"] for post in public["posts"]}
    assert {"leila_q", "JalilOrfani", "JaIilOrfani", "resenar_k", "nour_hb"} <= set(said)
    assert "JalilOrfani".lower() != "JaIilOrfani".lower()
    assert "محاصرون" in public["direct"][0]["text"]
    assert all(len(post["text"]) <= 280 for post in public["posts"])


async def test_who_is_called_by_name_in_a_post_of_ours_is_answered_for_by_the_parody_once(
    visit: Visit,
) -> None:
    world, play = visit.world, visit.stage.play
    attending = asyncio.create_task(play.attend(at_once))
    world.post("leila_q", "@JalilOrfani please answer")
    call = world.post("LandetUD", "@JalilOrfani Please call our duty officer. ^AJ")
    world.post("LandetUD", "@JalilOrfani Please call our duty officer again. ^AJ")
    async with asyncio.timeout(5):
        await attending
    (answer,) = world.posts_by("JaIilOrfani")
    assert answer.in_reply_to == call.id
    assert not world.user("JalilOrfani").receives_dm


async def test_the_guide_knows_the_heroines_post_and_its_answer(visit: Visit) -> None:
    assert (await visit.state())["guide"]["post"] is None
    await visit.stage.play.perform(at_once)
    guide = (await visit.state())["guide"]
    assert (guide["by"], guide["answer"]) == ("Leila Qadir", None)
    visit.world.post("nour_hb", "I would like to know too", in_reply_to=guide["post"])
    assert (await visit.state())["guide"]["answer"] is None
    answer = visit.world.post("LandetUD", "Yes. ^AJ", in_reply_to=guide["post"])
    assert (await visit.state())["guide"]["answer"] == answer.id


async def test_a_fault_is_armed_counted_and_spent(visit: Visit) -> None:
    await visit.does("/switch", name="x-busy", on=True)

    async def left() -> int:
        switches = (await visit.state())["switches"]
        return next(int(one["left"]) for one in switches if one["name"] == "x-busy")

    assert await left() == 3
    visit.world.faults.take("POST /2/tweets")
    assert await left() == 2
    await visit.does("/switch", name="x-busy", on=False)
    assert await left() == 0
    assert visit.world.faults.take("POST /2/tweets") is None


async def test_the_echo_of_a_post_is_made_to_come_before_its_answer_and_back(visit: Visit) -> None:
    await visit.does("/switch", name="x-echo", on=True)
    assert visit.world.echo_first
    await visit.does("/switch", name="x-echo", on=False)
    assert not visit.world.echo_first


async def test_a_lagging_timeline_is_switched_on_and_off(visit: Visit) -> None:
    await visit.does("/switch", name="x-lag", on=True)
    assert visit.world.lag_ms == 30_000
    await visit.does("/switch", name="x-lag", on=False)
    assert visit.world.lag_ms == 0


async def test_an_unknown_switch_is_a_sentence(visit: Visit) -> None:
    assert (await visit.does("/switch", name="everything", on=True))[0] == 409
