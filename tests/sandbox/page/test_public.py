"""The left pane: anyone can be anyone."""

from tests.sandbox.page.conftest import Visit


async def test_a_post_by_a_chosen_persona_stands_on_the_pane(visit: Visit) -> None:
    status, made = await visit.does("/public/x/post", **{"as": "leila_q", "text": "Hi @LandetUD"})
    assert status == 200
    (post,) = (await visit.state())["public"]["x"]["posts"]
    assert (post["id"], post["by"], post["text"]) == (made["id"], "leila_q", "Hi @LandetUD")


async def test_a_reply_joins_the_thread_it_answers(visit: Visit) -> None:
    _, first = await visit.does("/public/x/post", **{"as": "leila_q", "text": "First"})
    await visit.does("/public/x/post", **{"as": "nour_hb", "text": "Second", "re": first["id"]})
    posts = (await visit.state())["public"]["x"]["posts"]
    assert [(one["thread"], one["re"]) for one in posts] == [
        (first["id"], None),
        (first["id"], first["id"]),
    ]


async def test_an_edit_replaces_the_post_and_says_so(visit: Visit) -> None:
    _, first = await visit.does("/public/x/post", **{"as": "leila_q", "text": "Frist"})
    await visit.does("/public/x/edit", post=first["id"], text="First")
    (post,) = (await visit.state())["public"]["x"]["posts"]
    assert (post["text"], post["edited"]) == ("First", True)


async def test_a_deleted_post_is_gone_and_cannot_be_edited(visit: Visit) -> None:
    _, first = await visit.does("/public/x/post", **{"as": "leila_q", "text": "Oops"})
    await visit.does("/public/x/delete", post=first["id"])
    assert (await visit.state())["public"]["x"]["posts"] == []
    status, said = await visit.does("/public/x/edit", post=first["id"], text="Back")
    assert status == 409
    assert "gone" in said["problem"]


async def test_a_private_message_is_seen_on_the_pane_with_both_its_ends(visit: Visit) -> None:
    await visit.does("/public/x/direct", **{"as": "nour_hb", "to": "LandetInQasira", "text": "سر"})
    (letter,) = (await visit.state())["public"]["x"]["direct"]
    assert (letter["by"], letter["to"], letter["text"]) == ("nour_hb", "LandetInQasira", "سر")


async def test_somebody_new_joins_under_a_free_handle_only(visit: Visit) -> None:
    assert (await visit.does("/public/x/join", name="Omar", handle="@omar_1"))[0] == 200
    status, said = await visit.does("/public/x/join", name="Other", handle="OMAR_1")
    assert (status, said["problem"]) == (409, "@OMAR_1 is taken")
    assert (await visit.does("/public/x/join", name="Bad", handle="no spaces"))[0] == 409


async def test_an_empty_post_is_refused_with_a_sentence(visit: Visit) -> None:
    status, said = await visit.does("/public/x/post", **{"as": "leila_q", "text": "  "})
    assert (status, said["problem"]) == (409, "Write something first.")


async def test_hostile_text_reaches_the_pane_as_text(visit: Visit) -> None:
    hostile = "<img src=x onerror=alert(1)> <!channel> &amp;"
    await visit.does("/public/x/post", **{"as": "leila_q", "text": hostile})
    assert (await visit.state())["public"]["x"]["posts"][0]["text"] == hostile
