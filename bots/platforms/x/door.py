"""X's webhook: its challenge, its signature, and its events as news (X Activity API)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from bots.contract import Batch, Forged, News, Odd, Ours
from bots.platforms.x.news import dm_of, home, of_dm, of_post, other_side
from bots.platforms.x.payloads import Included, Json, included, ours_of, post_of
from inbox.conversations.commands import MarkDeleted
from inbox.words import PersonId

SIGNATURE = "x-twitter-webhooks-signature"
NOT_FOR_US = (
    "profile.",
    "follow.",
    "like.",
    "mute.",
    "block.",
    "news.",
    "spaces.",
    "broadcast.",
    "oauth.",
    "chat.conversation",
    "chat.update",
    "dm.indicate_typing",
    "dm.read",
    "post.repost.",
)
"""Events that an app may be subscribed to and that say nothing to an inbox."""


class XDoor:
    """The door of one app, keyed by its consumer secret; pure."""

    def __init__(self, consumer_secret: str, ours: Ours) -> None:
        self._key = consumer_secret.encode()
        self._ours = ours

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        """Answer X's CRC, which proves that this address is the app's."""
        token = query.get("crc_token")
        if not token:
            return None
        return msgspec.json.encode({"response_token": self._signed(token.encode())})

    def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """Read a push signed by X; raises Forged where it is not."""
        self._verify(headers, body)  # guard: SIGNED test=tests/bots/test_x.py::TestX::test_forged
        return self._push(body)

    def again(self, native_id: str, raw: bytes) -> Batch:
        """Read what was set aside: a push, or one post or message as it was listed for us."""
        try:
            payload = msgspec.json.decode(raw)
            if "data" in payload:
                return self._push(raw)
            kind = "post.create" if "author_id" in payload else "dm.received"
        except (msgspec.DecodeError, TypeError):
            return Batch((Odd(native_id, raw, "not JSON"),))
        event = {"event_type": kind, "payload": payload}
        return Batch(tuple(self._event(event, {"for_user_id": native_id}, raw)))

    def _push(self, body: bytes) -> Batch:
        try:
            said = msgspec.json.decode(body)
            events = said["data"] if isinstance(said["data"], list) else [said["data"]]
        except (msgspec.DecodeError, KeyError, TypeError):
            return Batch((Odd("", body, "not JSON with data"),))
        return Batch(tuple(news for event in events for news in self._event(event, said, body)))

    def _signed(self, message: bytes) -> str:
        return "sha256=" + base64.b64encode(hmac.digest(self._key, message, sha256)).decode()

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        sent = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
        if not hmac.compare_digest(sent.encode(), self._signed(body).encode()):
            raise Forged

    def _event(self, event: Any, said: Json, body: bytes) -> Iterator[News | Odd]:
        native_id = ""
        try:
            native_id = str((event.get("filter") or {}).get("user_id") or said.get("for_user_id"))
            kind = str(event["event_type"]).replace("tweet.", "post.", 1)
            if not kind.startswith(NOT_FOR_US):
                yield from self._read(kind)(native_id, event["payload"], included(event))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield Odd(native_id, body, f"not understood: {type(error).__name__}")

    def _read(self, kind: str) -> Callable[[str, Json, Included], Iterator[News]]:
        match kind:
            case "post.delete":
                return self._deleted
            case "post.create" | "post.mention.create" | "post.reply.create" | "post.quote.create":
                return self._post
            case "dm.received" | "dm.sent" | "chat.received" | "chat.sent":
                return self._dm
            case _:
                raise ValueError(kind)

    def _deleted(self, native_id: str, payload: Json, beside: Included) -> Iterator[News]:
        """Tell of a deletion; whose message it was only the registry knows."""
        author = str(payload["author_id"])
        known = next((one for one in (native_id, author) if one in self._ours), "")
        yield News(known, MarkDeleted(ours_of(str(payload["id"]))), msgspec.json.encode(payload))

    def _post(self, native_id: str, payload: Json, beside: Included) -> Iterator[News]:
        """Tell of a post at its home; one of ours whose other side is not named is left to poll."""
        post = post_of(payload, beside)
        if post.repost or home(post, self._ours) != native_id:
            return
        person: PersonId | None = post.author.id
        if post.author_id == native_id:
            known = {one: post_of(shown, beside) for one, shown in beside.posts.items()}
            person = other_side(post, self._ours, known)
        if person is not None:
            yield from of_post(post, native_id, self._ours[native_id], person)

    def _dm(self, native_id: str, payload: Json, beside: Included) -> Iterator[News]:
        shown = payload.get("users") or {}
        people = {key: user.get("data", user) for key, user in shown.items()}
        beside = Included(users={**beside.users, **people})
        for one in payload.get("direct_message_events") or [payload]:
            yield of_dm(dm_of(one), native_id, self._ours[native_id], beside)
