"""Webhooks: signed over raw bytes, checked by CRC, tried again, and misbehaving on request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from sandbox.x.activity import (
    SIGNATURE_HEADER,
    payload_of_deletion,
    payload_of_dm,
    payloads_of_post,
)
from sandbox.x.push import Push
from sandbox.x.shapes import Vocabulary
from tests.sandbox.x.conftest import SECRET, Scene
from tests.sandbox.x.description import Description


def hashed(raw: bytes) -> str:
    """Compute a signature as X's documentation says, apart from the stand-in's code."""
    return (
        "sha256="
        + base64.b64encode(hmac.new(SECRET.encode(), raw, hashlib.sha256).digest()).decode()
    )


@dataclass
class Door:
    """A webhook as a product would have one."""

    scene: Scene
    url: str = ""
    secret: str = SECRET
    challenges: int = 0
    failures: int = 0
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    standing: list[int] = field(default_factory=list)

    async def challenge(self, request: web.Request) -> web.Response:
        self.challenges += 1
        token = request.query["crc_token"].encode()
        digest = hmac.new(self.secret.encode(), token, hashlib.sha256).digest()
        return web.json_response({"response_token": "sha256=" + base64.b64encode(digest).decode()})

    async def event(self, request: web.Request) -> web.Response:
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        self.bodies.append(await request.read())
        self.signatures.append(request.headers[SIGNATURE_HEADER])
        self.standing.append(len(self.scene.wire.heard))
        return web.Response()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(raw)["data"] for raw in self.bodies]

    def types(self) -> list[str]:
        return [event["event_type"] for event in self.events()]


@pytest.fixture
async def door(scene: Scene) -> AsyncIterator[Door]:
    made = Door(scene)
    served = web.Application()
    served.router.add_get("/hooks/x", made.challenge)
    served.router.add_post("/hooks/x", made.event)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/x"
    scene.world.register("app", scene.app.consumer_key, SECRET, webhook_url=made.url)
    yield made
    await runner.cleanup()


@pytest.fixture
async def push(scene: Scene, door: Door) -> AsyncIterator[Push]:
    async with Push(scene.world, backoff=(0, 0)) as made:
        yield made


async def test_a_mention_arrives_signed_over_its_raw_bytes(
    scene: Scene, door: Door, push: Push
) -> None:
    post = scene.world.post("citizen", "@MinistryX hjälp")
    await push.drain()
    (event,) = door.events()
    assert event["event_type"] == "post.mention.create"
    assert event["filter"] == {"user_id": scene.world.user("MinistryX").id}
    assert (event["payload"]["id"], event["payload"]["text"]) == (post.id, "@MinistryX hjälp")
    assert event["payload"]["edit_history_tweet_ids"] == [post.id]
    assert event["includes"]["users"][0]["username"] == "citizen"
    assert door.signatures == [hashed(raw) for raw in door.bodies]


async def test_a_webhook_is_challenged_once_before_it_hears_anything(
    scene: Scene, door: Door, push: Push
) -> None:
    for number in range(3):
        scene.world.post("citizen", f"@MinistryX {number}")
    await push.drain()
    assert (door.challenges, len(door.bodies)) == (1, 3)


async def test_a_webhook_that_does_not_know_the_secret_hears_nothing(
    scene: Scene, door: Door, push: Push
) -> None:
    door.secret = "another"
    scene.world.post("citizen", "@MinistryX help")
    await push.drain()
    assert not await push.crc(scene.world.apps["app"])
    assert door.bodies == []
    assert [status for _, status in push.delivered] == [0]


async def test_a_delivery_is_tried_again_and_given_up_at_last(
    scene: Scene, door: Door, push: Push
) -> None:
    door.failures = 2
    scene.world.post("citizen", "@MinistryX one")
    await push.drain()
    door.failures = 3
    scene.world.post("citizen", "@MinistryX two")
    await push.drain()
    assert [status for _, status in push.delivered] == [200, 500]
    assert len(door.bodies) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RE: thanks", ["post.reply.create"]),
        ("RE: @MinistryX thanks", ["post.mention.create", "post.reply.create"]),
        ("@MinistryX see", ["post.mention.create"]),
        ("nothing to do with you", []),
    ],
)
async def test_explicit_mentions_and_direct_replies_are_different_events(
    scene: Scene, door: Door, push: Push, text: str, expected: list[str]
) -> None:
    ours = scene.world.post("MinistryX", "Travel advice")
    await push.drain()
    door.bodies.clear()
    scene.world.post("citizen", text, in_reply_to=ours.id if text.startswith("RE:") else None)
    await push.drain()
    assert door.types() == expected


async def test_our_own_posts_and_messages_come_back_as_echoes(
    scene: Scene, door: Door, push: Push
) -> None:
    await scene.x.create_tweet(text="Hello ^AJ")
    await scene.x.create_direct_message(participant_id=scene.world.user("citizen").id, text="Hello")
    await push.drain()
    assert door.types() == ["post.create", "dm.sent"]


async def test_with_echo_first_the_webhook_hears_before_the_caller(
    scene: Scene, door: Door, push: Push
) -> None:
    scene.world.echo_first = True
    await scene.x.create_tweet(text="Hello ^AJ")
    assert door.types() == ["post.create"]
    assert door.standing == [0]
    assert len(scene.wire.heard) == 1


async def test_an_edit_is_the_same_event_with_a_longer_history(
    scene: Scene, door: Door, push: Push
) -> None:
    old = scene.world.post("citizen", "@MinistryX hepl")
    new = scene.world.edit(old.id, "@MinistryX help")
    await push.drain()
    assert [event["payload"]["edit_history_tweet_ids"] for event in door.events()] == [
        [old.id],
        [old.id, new.id],
    ]


async def test_a_deletion_is_told_to_who_watches_its_author(
    scene: Scene, door: Door, push: Push
) -> None:
    post = scene.world.post("citizen", "hello")
    scene.world.delete(post.id)
    await push.drain()
    assert door.bodies == []
    push.watch(scene.world.apps["app"], post.author_id, "post.delete")
    second = scene.world.post("citizen", "hello again")
    scene.world.delete(second.id)
    await push.drain()
    assert [event["payload"] for event in door.events()] == [
        {"id": second.id, "author_id": post.author_id}
    ]


async def test_an_encrypted_message_shows_only_that_it_came(
    scene: Scene, door: Door, push: Push
) -> None:
    message = scene.world.dm("citizen", "MinistryX", "the secret words", encrypted=True)
    await push.drain()
    assert door.types() == ["chat.received"]
    assert door.events()[0]["payload"]["sender_id"] == message.sender_id
    assert b"secret words" not in door.bodies[0]


async def test_duplicate_sends_the_same_bytes_again(scene: Scene, door: Door, push: Push) -> None:
    push.switches.duplicate = 2
    scene.world.post("citizen", "@MinistryX help")
    await push.drain()
    assert len(door.bodies) == 3
    assert len(set(door.bodies)) == 1


async def test_reorder_swaps_neighbours_and_loses_nothing(
    scene: Scene, door: Door, push: Push
) -> None:
    push.switches.reorder = True
    posts = [scene.world.post("citizen", f"@MinistryX {n}") for n in range(3)]
    await push.drain()
    heard = [event["payload"]["id"] for event in door.events()]
    assert heard == [posts[1].id, posts[0].id, posts[2].id]


async def test_drop_loses_so_many_and_no_more(scene: Scene, door: Door, push: Push) -> None:
    push.switches.drop = 1
    scene.world.post("citizen", "@MinistryX lost")
    kept = scene.world.post("citizen", "@MinistryX kept")
    await push.drain()
    assert [event["payload"]["id"] for event in door.events()] == [kept.id]


async def test_a_replay_sends_what_was_sent_once_more(scene: Scene, door: Door, push: Push) -> None:
    scene.world.post("citizen", "@MinistryX help")
    await push.drain()
    push.replay(scene.world.apps["app"])
    await push.drain()
    assert len(door.bodies) == 2
    assert len(set(door.bodies)) == 1


async def test_two_events_of_one_post_differ_in_their_uuid(
    scene: Scene, door: Door, push: Push
) -> None:
    ours = scene.world.post("MinistryX", "Travel advice")
    scene.world.post("citizen", "@MinistryX thanks", in_reply_to=ours.id)
    await push.drain()
    uuids = [event["event_uuid"] for event in door.events()]
    assert len(set(uuids)) == len(uuids) == 3


@pytest.mark.parametrize(
    ("vocabulary", "history", "references", "included"),
    [
        ("tweet", "edit_history_tweet_ids", "referenced_tweets", "tweets"),
        ("post", "edit_history_post_ids", "referenced_posts", "posts"),
    ],
)
def test_payloads_can_be_made_in_both_vocabularies(
    scene: Scene, vocabulary: Vocabulary, history: str, references: str, included: str
) -> None:
    ministry = scene.world.user("MinistryX")
    ours = scene.world.post("MinistryX", "Travel advice")
    post = scene.world.post("citizen", "@MinistryX thanks", in_reply_to=ours.id)
    mention, reply = payloads_of_post(scene.world, post, ministry, vocabulary)
    data = json.loads(mention)["data"]
    assert data["payload"][history] == [post.id]
    assert data["payload"][references] == [{"type": "replied_to", "id": ours.id}]
    assert [one["id"] for one in data["includes"][included]] == [post.id, ours.id]
    assert json.loads(reply)["data"]["event_type"] == "post.reply.create"


def test_a_private_message_has_its_old_shape_and_its_flat_one(scene: Scene) -> None:
    ministry = scene.world.user("MinistryX")
    message = scene.world.dm("citizen", "MinistryX", "Hello")
    old, flat = (
        json.loads(payload_of_dm(scene.world, message, ministry, vocabulary))["data"]["payload"]
        for vocabulary in ("tweet", "post")
    )
    assert old["direct_message_events"][0]["message_create"]["message_data"]["text"] == "Hello"
    assert old["users"][message.sender_id]["data"]["username"] == "citizen"
    assert (flat["text"], flat["event_type"]) == ("Hello", "MessageCreate")


def test_payloads_of_the_present_vocabulary_are_as_x_describes_them(
    scene: Scene, description: Description
) -> None:
    ministry = scene.world.user("MinistryX")
    ours = scene.world.post("MinistryX", "Travel advice")
    post = scene.world.post("citizen", "@MinistryX see https://example.org", in_reply_to=ours.id)
    payloads = payloads_of_post(scene.world, post, ministry, "post")
    for raw in payloads:
        data = json.loads(raw)["data"]
        payload, includes = data.pop("payload"), data.pop("includes")
        # the payload's oneOf has no discriminator value inside it, so its branch is named
        description.validate({"data": data}, description.named("ActivityStreamResponse"))
        description.validate(payload, description.named("Post"))
        description.validate(includes, description.named("Expansions"))
    deletion = json.loads(payload_of_deletion(scene.world, post, ministry, "post"))["data"]
    description.validate(
        deletion["payload"], description.named("PostDeleteActivityResponsePayload")
    )
