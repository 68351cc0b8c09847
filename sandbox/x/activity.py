"""X Activity events as X writes them, one per subscription that a change matches.

Shapes after docs.x.com/x-api/activity/event-payloads (2026) in the `tweet` vocabulary, and
after X's OpenAPI description 2.167 in `post`, where a direct message is a flat DmEvent.
`event_uuid` is per delivery: two deliveries of one event differ in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from itertools import count

from sandbox.x.records import DirectMessage, Post, User
from sandbox.x.shapes import Json, Shapes, Vocabulary
from sandbox.x.texts import handles_in
from sandbox.x.world import World

SIGNATURE_HEADER = "x-twitter-webhooks-signature"
EVENT_TYPES = (
    "post.create",
    "post.delete",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "dm.received",
    "dm.sent",
    "chat.received",
    "chat.sent",
)
"""What an account can be subscribed to here."""

Subscription = tuple[str, str]
"""An event type and the id of the user it is about, X's `filter.user_id`."""


def signed(consumer_secret: str, raw: bytes) -> str:
    """Return the value of X's signature header, or of a CRC answer, over these bytes."""
    digest = hmac.digest(consumer_secret.encode(), raw, hashlib.sha256)
    return "sha256=" + base64.b64encode(digest).decode()


class Activity:
    """Writes deliveries; each gets its own `event_uuid`."""

    def __init__(self, world: World, vocabulary: Vocabulary = "tweet") -> None:
        self._world = world
        self._shapes = Shapes(world, vocabulary)
        self._uuids = count(2_080_761_390_344_937_796)

    def of_post(self, post: Post) -> Iterator[Subscription]:
        """Yield the subscriptions that a new post, or a new version of one, matches."""
        yield "post.create", post.author_id
        for handle in handles_in(post.text):
            named = self._world.find(handle)
            if named is not None and named.id != post.author_id:
                yield "post.mention.create", named.id
        for event_type, target in (
            ("post.reply.create", post.in_reply_to),
            ("post.quote.create", post.quotes),
        ):
            if target is not None and self._world.shelf.has(target):
                yield event_type, self._world.shelf.get(target).author_id

    def of_dm(self, message: DirectMessage) -> Iterator[Subscription]:
        """Yield the subscriptions that a direct message matches; an encrypted one is chat."""
        kind = "chat" if message.encrypted else "dm"
        yield f"{kind}.received", message.recipient_id
        yield f"{kind}.sent", message.sender_id

    def post(self, post: Post, event_type: str, user_id: str) -> bytes:
        """Return the delivery of a post; an edit is one whose history has earlier ids."""
        targets = (target for _, target in self._shapes.references(post))
        around = [post, *(self._world.shelf.get(t) for t in targets if self._world.shelf.has(t))]
        people = dict.fromkeys([*(one.author_id for one in around), user_id])
        includes = {
            "users": [self._shapes.user(self._world.users[one]) for one in people],
            self._shapes.name("tweets"): [self._shapes.post(one) for one in around],
        }
        if pictures := self._shapes.media(post):
            includes["media"] = pictures
        return self._delivery(event_type, user_id, self._shapes.post(post), includes)

    def deletion(self, post: Post, user_id: str) -> bytes:
        """Return the delivery of a deletion: two ids, no text, no thread; its user is wrapped."""
        payload = {"id": post.id, "author_id": post.author_id}
        author = self._shapes.user(self._world.users[post.author_id])
        return self._delivery("post.delete", user_id, payload, {"users": [{"data": author}]})

    def dm(self, message: DirectMessage, event_type: str, user_id: str) -> bytes:
        """Return the delivery of a direct message; an encrypted one shows only who and when."""
        if message.encrypted:
            return self._delivery(event_type, user_id, _chat(message))
        if self._shapes.vocabulary == "post":
            return self._delivery(event_type, user_id, self._shapes.dm(message))
        people = (self._world.users[message.sender_id], self._world.users[message.recipient_id])
        payload = {
            "direct_message_events": [self._legacy(message)],
            "users": {user.id: {"data": self._shapes.user(user)} for user in people},
        }
        return self._delivery(event_type, user_id, payload)

    def _legacy(self, message: DirectMessage) -> Json:
        shape = self._shapes.dm(message)
        entities: Json = {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []}
        data = {"text": shape["text"], "entities": entities | shape.get("entities", {})}
        return {
            "type": "message_create",
            "id": message.id,
            "created_timestamp": str(message.written_ms),
            "message_create": {
                "target": {"recipient_id": message.recipient_id},
                "sender_id": message.sender_id,
                "message_data": data,
            },
        }

    def _delivery(
        self, event_type: str, user_id: str, payload: Json, includes: Json | None = None
    ) -> bytes:
        event: Json = {
            "event_uuid": str(next(self._uuids)),
            "filter": {"user_id": user_id},
            "event_type": event_type,
            "tag": event_type,
            "payload": payload,
        }
        if includes:
            event["includes"] = includes
        return json.dumps({"data": event}, ensure_ascii=False).encode()


def _chat(message: DirectMessage) -> Json:
    sealed = hashlib.sha256(message.text.encode()).digest()
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, message.id)),
        "created_at_msec": str(message.written_ms),
        "sender_id": message.sender_id,
        "conversation_id": f"{message.sender_id}:{message.recipient_id}",
        "conversation_key_version": "1768236281331",
        "encoded_event": base64.b64encode(sealed).decode(),
        "message_event_signature": {"signature_version": "7"},
    }


def payloads_of_post(
    world: World, post: Post, account: User, vocabulary: Vocabulary = "tweet"
) -> list[bytes]:
    """Return every delivery about `account` that a post causes, for a test to sign and send."""
    activity = Activity(world, vocabulary)
    return [
        activity.post(post, event_type, user_id)
        for event_type, user_id in activity.of_post(post)
        if user_id == account.id
    ]


def payload_of_dm(
    world: World, message: DirectMessage, account: User, vocabulary: Vocabulary = "tweet"
) -> bytes:
    """Return the delivery about `account` of a direct message it wrote or got."""
    activity = Activity(world, vocabulary)
    event_type = next(what for what, who in activity.of_dm(message) if who == account.id)
    return activity.dm(message, event_type, account.id)


def payload_of_deletion(
    world: World, post: Post, account: User, vocabulary: Vocabulary = "tweet"
) -> bytes:
    """Return the delivery of a deletion, as subscribed under `account`."""
    return Activity(world, vocabulary).deletion(post, account.id)
