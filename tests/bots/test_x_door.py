"""X's webhook: challenge, signature, and every event in both vocabularies."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from bots.contract import Batch, Door, Odd
from bots.platforms import x
from inbox.conversations.commands import MarkDeleted, MarkEdited
from sandbox.x.activity import (
    SIGNATURE_HEADER,
    Activity,
    payload_of_deletion,
    payload_of_dm,
    payloads_of_post,
    signed,
)
from tests.bots.conftest import SECRET, Scene, commands, messages, news_of, read

Vocabulary = Literal["tweet", "post"]
both = pytest.mark.parametrize("vocabulary", ["tweet", "post"])


@pytest.fixture
def door(scene: Scene) -> Door:
    found = x.door({"consumer_secret": SECRET}, scene.ours)
    assert found
    return found


def pushed(door: Door, *bodies: bytes) -> list[Batch]:
    return [door.receive({SIGNATURE_HEADER: signed(SECRET, body)}, body) for body in bodies]


def test_the_signatures_header_may_be_written_in_any_case(door: Door) -> None:
    body = b'{"data": {}}'
    door.receive({SIGNATURE_HEADER.upper(): signed(SECRET, body)}, body)


@both
async def test_a_push_and_a_poll_say_the_same(
    scene: Scene, door: Door, vocabulary: Vocabulary
) -> None:
    root = scene.world.post("other", "root")
    post = scene.world.post("citizen", "@MinistryX <see> https://example.org", in_reply_to=root.id)
    me = scene.world.user("MinistryX")
    [pushed_message] = messages(pushed(door, *payloads_of_post(scene.world, post, me, vocabulary)))
    [polled] = messages(await read(scene.bot()))
    assert replace(pushed_message, raw="") == replace(polled, raw="")


@both
async def test_an_edit_pushed_is_an_edit_polled(
    scene: Scene, door: Door, vocabulary: Vocabulary
) -> None:
    first = scene.world.post("citizen", "@MinistryX one")
    second = scene.world.edit(first.id, "@MinistryX two")
    me = scene.world.user("MinistryX")
    batches = pushed(door, *payloads_of_post(scene.world, second, me, vocabulary))
    assert commands(batches, MarkEdited) == commands(await read(scene.bot()), MarkEdited)
    [edit] = commands(batches, MarkEdited)
    assert (edit.message, edit.new_id) == (f"x:{first.id}", f"x:{second.id}")


@both
def test_a_deletion_names_the_message_and_nothing_else(
    scene: Scene, door: Door, vocabulary: Vocabulary
) -> None:
    post = scene.world.post("citizen", "@MinistryX oops")
    me, citizen = scene.world.user("MinistryX"), scene.world.user("citizen")
    for subscribed, native_id in ((me, me.id), (citizen, "")):
        body = payload_of_deletion(scene.world, post, subscribed, vocabulary)
        [news] = news_of(pushed(door, body))
        assert news.account_native_id == native_id
        assert news.command == MarkDeleted(f"x:{post.id}")


@both
async def test_a_direct_message_pushed_is_one_polled(
    scene: Scene, door: Door, vocabulary: Vocabulary
) -> None:
    theirs = scene.world.dm("citizen", "MinistryX", "hello <you>")
    ours = scene.world.dm("MinistryX", "citizen", "hello & welcome")
    me = scene.world.user("MinistryX")
    bodies = [payload_of_dm(scene.world, one, me, vocabulary) for one in (theirs, ours)]
    found = messages(pushed(door, *bodies))
    polled = messages(await read(scene.bot()))

    def bare(message: Any) -> Any:
        author = replace(message.author, handle="", name="", url="", avatar="", since=0)
        return replace(message, raw="", author=replace(author, mark="none"))

    assert list(map(bare, found)) == list(map(bare, polled))


def test_an_encrypted_message_shows_who_and_when(scene: Scene, door: Door) -> None:
    dm = scene.world.dm("citizen", "MinistryX", "sealed", encrypted=True)
    body = payload_of_dm(scene.world, dm, scene.world.user("MinistryX"))
    [message] = messages(pushed(door, body))
    assert (message.kind, message.text, message.audience) == ("encrypted", "", "private")
    assert message.thread == dm.conversation_id
    assert message.person == f"x:{scene.world.user('citizen').id}"
    assert message.written == dm.written_ms


@both
def test_our_own_posts_are_ours_and_know_the_other_side(
    scene: Scene, door: Door, vocabulary: Vocabulary
) -> None:
    root = scene.world.post("citizen", "nobody named")
    first = scene.world.post("MinistryX", "one", in_reply_to=root.id)
    second = scene.world.post("MinistryX", "two", in_reply_to=first.id)
    third = scene.world.post("MinistryX", "three", in_reply_to=second.id)
    me, citizen = scene.world.user("MinistryX"), scene.world.user("citizen")
    activity = Activity(scene.world, vocabulary)
    for post in (first, second):
        [message] = messages(pushed(door, activity.post(post, "post.create", me.id)))
        assert (message.ours, message.person) == (True, f"x:{citizen.id}")
        assert message.thread == root.id
    # Two of ours above it: whom it talks to is not in the push. The poll looks it up.
    assert news_of(pushed(door, activity.post(third, "post.create", me.id))) == []


def test_a_post_that_names_two_of_us_is_told_for_the_first_only(scene: Scene, door: Door) -> None:
    post = scene.world.post("citizen", "@EmbassyX @MinistryX who knows?")
    for handle, most in (("MinistryX", 0), ("EmbassyX", 1)):
        user = scene.world.user(handle)
        found = messages(pushed(door, *payloads_of_post(scene.world, post, user)))
        assert len(found) == most


def test_a_quote_of_ours_reaches_us(scene: Scene, door: Door) -> None:
    ours = scene.world.post("MinistryX", "The border is open.")
    post = scene.world.post("citizen", "Is it?", quotes=ours.id)
    me = scene.world.user("MinistryX")
    [message] = messages(pushed(door, *payloads_of_post(scene.world, post, me)))
    assert message.named
    assert message.thread == post.id


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON",
        b"[]",
        b'{"data": 7}',
        b'{"data": {"event_type": "post.create", "filter": {"user_id": "1"}}}',
        b'{"data": {"event_type": "post.create", "payload": {"id": "1"}}}',
        b'{"data": {"event_type": "dm.received", "payload": {"id": "1"}}}',
        b'{"data": {"event_type": "brand.new", "filter": {"user_id": "1"}, "payload": {}}}',
    ],
)
def test_what_is_signed_and_not_understood_is_kept_with_its_raw_bytes(
    door: Door, body: bytes
) -> None:
    [batch] = pushed(door, body)
    [odd] = batch.news
    assert isinstance(odd, Odd)
    assert odd.raw == body


def test_events_that_say_nothing_to_an_inbox_are_no_news(door: Door) -> None:
    body = b'{"data": {"event_type": "like.create", "filter": {"user_id": "1"}, "payload": {}}}'
    assert pushed(door, body)[0].news == ()


@pytest.mark.parametrize(
    "kind", ["chat.conversation_join", "chat.update.group_name", "oauth.revoke"]
)
def test_what_happens_around_a_chat_is_no_news(door: Door, kind: str) -> None:
    event = {"event_type": kind, "filter": {"user_id": "1"}, "payload": {}}
    assert pushed(door, json.dumps({"data": event}).encode())[0].news == ()


def test_the_milliseconds_that_x_leaves_out_are_read_from_the_id(scene: Scene, door: Door) -> None:
    post = scene.world.post("citizen", "@MinistryX hello", at=scene.clock() // 1000 * 1000 + 345)
    me = scene.world.user("MinistryX")
    [body] = payloads_of_post(scene.world, post, me)
    assert json.loads(body)["data"]["payload"]["created_at"].endswith(".000Z")
    [message] = messages(pushed(door, body))
    assert message.written == post.written_ms


def test_one_push_may_tell_of_several_events(scene: Scene, door: Door) -> None:
    post = scene.world.post("citizen", "@MinistryX @EmbassyX hello")
    dm = scene.world.dm("citizen", "EmbassyX", "hello")
    me, embassy = scene.world.user("MinistryX"), scene.world.user("EmbassyX")
    events = [
        json.loads(body)["data"]
        for body in (
            *payloads_of_post(scene.world, post, me),
            payload_of_dm(scene.world, dm, embassy),
        )
    ]
    found = news_of(pushed(door, json.dumps({"data": events}).encode()))
    assert [one.account_native_id for one in found] == [me.id, embassy.id]
    assert all(one.raw for one in found)
