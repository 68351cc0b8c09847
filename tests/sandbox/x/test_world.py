"""The world behind the stand-in: ids, threads, edits, deletions, private messages."""

from __future__ import annotations

from itertools import permutations

import pytest

from sandbox.x.shapes import iso
from sandbox.x.snowflake import time_of
from sandbox.x.texts import dress, handles_in
from sandbox.x.world import World
from tests.sandbox.x.conftest import START, Clock, peopled


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return peopled(clock)[0]


def test_ids_carry_their_time_and_grow_even_when_the_clock_goes_back(
    world: World, clock: Clock
) -> None:
    first = world.post("citizen", "one")
    clock.forward(-5)
    second = world.post("citizen", "two")
    assert time_of(int(first.id)) == START
    assert int(second.id) > int(first.id)


def test_a_replayed_id_gives_its_own_time(world: World) -> None:
    post = world.post("citizen", "@MinistryX once", id="1245403438755852288")
    assert iso(post.written_ms).startswith("2020-04-01T17:31:32.")


def test_two_posts_of_the_same_replayed_moment_have_two_ids(world: World) -> None:
    ids = {world.post("citizen", f"post {n}", at=START - 5000).id for n in range(3)}
    assert len(ids) == 3


def test_an_id_is_taken_once(world: World) -> None:
    world.post("citizen", "one", id="1245403438755852288")
    with pytest.raises(ValueError, match="exists"):
        world.post("other", "two", id="1245403438755852288")


def test_a_handle_is_taken_once_in_any_case(world: World) -> None:
    with pytest.raises(ValueError, match="taken"):
        world.join("ministryx", "Not The Ministry", mark="parody")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_thread_has_one_root_whatever_order_it_came_in(
    world: World, order: tuple[int, ...]
) -> None:
    chain = [("citizen", "11", None), ("MinistryX", "12", "11"), ("citizen", "13", "12")]
    for handle, number, parent in (chain[n] for n in order):
        world.post(handle, f"text {number}", id=number, in_reply_to=parent, at=START)
    assert [post.id for post in world.thread("11")] == ["11", "12", "13"]


def test_a_parent_that_never_comes_is_the_root(world: World) -> None:
    post = world.post("citizen", "an answer", in_reply_to="1245403438755852288")
    assert post.conversation_id == "1245403438755852288"


def test_an_edit_is_a_new_post_that_names_the_old_one(world: World) -> None:
    old = world.post("citizen", "hepl")
    new = world.edit(old.id, "help")
    assert new.edit_history == (old.id, new.id)
    assert [post.text for post in world.posts_by("citizen")] == ["help"]
    assert new.conversation_id == old.id


def test_a_deletion_takes_every_version_away(world: World) -> None:
    old = world.post("citizen", "hepl")
    world.edit(old.id, "help")
    world.delete(old.id)
    assert world.posts_by("citizen") == []
    with pytest.raises(KeyError):
        world.delete(old.id)


def test_whoever_subscribed_hears_each_change_until_they_stop(world: World) -> None:
    heard: list[str] = []
    stop = world.subscribe(lambda what, _: heard.append(what))
    post = world.post("citizen", "hepl")
    world.edit(post.id, "help")
    world.delete(post.id)
    world.dm("citizen", "MinistryX", "hello")
    stop()
    world.post("citizen", "unheard")
    assert heard == ["post.created", "post.edited", "post.deleted", "dm.created"]


def test_private_messages_of_two_people_are_theirs_alone(world: World) -> None:
    world.dm("citizen", "MinistryX", "one")
    world.dm("MinistryX", "citizen", "two")
    world.dm("other", "MinistryX", "three")
    assert [m.text for m in world.dms_between("citizen", "MinistryX")] == ["one", "two"]
    assert len({m.conversation_id for m in world.dms_between("citizen", "MinistryX")}) == 1


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@MinistryX help", ("ministryx",)),
        ("hej @MinistryX, @citizen och @MinistryX", ("ministryx", "citizen")),
        ("write to name@example.org", ()),
        ("see https://example.org/@MinistryX", ()),
        ("مرحبا @MinistryX", ("ministryx",)),
        ("@@MinistryX", ()),
    ],
)
def test_handles_are_read_as_x_reads_them(text: str, handles: tuple[str, ...]) -> None:
    assert handles_in(text) == handles


def test_a_text_leaves_dressed_and_its_spans_fit() -> None:
    dressed = dress("a & b <c> https://example.org/x?y=1&z=2. @citizen #news")
    (link,) = dressed.links
    assert link.says == "https://example.org/x?y=1&z=2"
    assert dressed.text.startswith("a &amp; b &lt;c&gt; https://t.co/")
    assert len(dressed.text[link.start : link.end]) == 23
    assert [dressed.text[s.start : s.end] for s in dressed.mentions] == ["@citizen"]
    assert [dressed.text[s.start : s.end] for s in dressed.hashtags] == ["#news"]
