"""Two networks on one stage: people write on either, and a call on one is answered on the other."""

from __future__ import annotations

import asyncio

from tests.sandbox.page.conftest import Visit
from tests.sandbox.page.test_server import at_once

MASTODON = "/public/mastodon"


async def test_each_network_shows_its_own_people_and_posts(visit: Visit) -> None:
    joined = await visit.does(f"{MASTODON}/join", name="Omar", handle="@omar@far.example")
    assert joined == (200, {"handle": "omar@far.example"})
    said = {"as": "omar@far.example", "text": "@LandetUD hello"}
    _, made = await visit.does(f"{MASTODON}/post", **said)
    public = (await visit.state())["public"]
    assert list(public) == ["x", "mastodon"]
    assert [one["id"] for one in public["mastodon"]["posts"]] == [made["id"]]
    assert public["x"]["posts"] == []
    assert (public["x"]["title"], public["mastodon"]["title"]) == ("X", "Mastodon")
    assert public["mastodon"]["posts"][0]["url"].endswith(f"/@omar@far.example/{made['id']}")


async def test_on_mastodon_a_post_is_edited_deleted_and_written_to_one_alone(visit: Visit) -> None:
    writer = "hodan@relief.example"
    _, made = await visit.does(f"{MASTODON}/post", **{"as": writer, "text": "Frist"})
    await visit.does(f"{MASTODON}/edit", post=made["id"], text="First")
    _, reply = await visit.does(
        f"{MASTODON}/post", **{"as": writer, "text": "Second", "re": made["id"]}
    )
    first, second = (await visit.state())["public"]["mastodon"]["posts"]
    assert (first["text"], first["edited"]) == ("First", True)
    assert (second["id"], second["thread"], second["re"]) == (
        reply["id"],
        made["id"],
        made["id"],
    )
    await visit.does(f"{MASTODON}/delete", post=made["id"])
    await visit.does(f"{MASTODON}/direct", **{"as": writer, "to": "LandetUD", "text": "alone"})
    shown = (await visit.state())["public"]["mastodon"]
    assert [one["text"] for one in shown["posts"]] == ["Second"]
    assert [(one["by"], one["to"]) for one in shown["direct"]] == [(writer, "LandetUD")]


async def test_what_cannot_be_is_a_sentence(visit: Visit) -> None:
    for path, asked in (
        (f"{MASTODON}/join", {"handle": "no spaces"}),
        (f"{MASTODON}/join", {"handle": "LandetUD"}),
        (f"{MASTODON}/post", {"as": "nobody", "text": "hi"}),
        (f"{MASTODON}/dance", {}),
        ("/public/telegraph/post", {"as": "nobody", "text": "hi"}),
    ):
        status, said = await visit.does(path, **asked)
        assert status == 409
        assert said["problem"].endswith((".", "taken"))


async def test_who_is_called_on_one_network_may_answer_on_the_other(visit: Visit) -> None:
    play = visit.stage.play
    attending = asyncio.create_task(play.attend(at_once))
    visit.world.post("LandetUD", "@JalilOrfani Please call our duty officer. ^AJ")
    async with asyncio.timeout(5):
        await attending
    (post,) = (await visit.state())["public"]["mastodon"]["posts"]
    assert (post["by"], post["re"]) == ("orfani@mfa.qasira.example", None)
    on_mastodon = visit.stage.networks["mastodon"]
    assert on_mastodon.known_as("109").endswith("social.landet.example/109")


async def test_mastodon_misbehaves_on_request(visit: Visit) -> None:
    for name, left in (("mastodon-busy", 4), ("mastodon-drop", 2), ("mastodon-deaf", 1)):
        for on in (True, False):
            assert (await visit.does("/switch", name=name, on=on))[0] == 200
            shown = {one["name"]: one["left"] for one in (await visit.state())["switches"]}
            assert shown[name] == (left if on else 0)
