"""X signs up for the conformance suite, on a stage over its stand-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from bots.contract import Secrets
from bots.platforms import x
from inbox.words import Account, Audience, MessageId, PersonId
from sandbox.faults import Kind
from sandbox.x.activity import (
    SIGNATURE_HEADER,
    payload_of_deletion,
    payload_of_dm,
    payloads_of_post,
    signed,
)
from sandbox.x.rules import DM_CHARACTERS, refusal_of_post
from tests.bots.conformance import (
    FAULTS,
    Call,
    Clock,
    Conformance,
    Fault,
    Heard,
    Pushed,
    Who,
    Whom,
    Written,
)
from tests.bots.conftest import SECRET, START, Scene
from tests.seals import heard_on_x

US = "MinistryX"
CALLS: Mapping[Call, str] = {
    "read": "*",
    "public": "POST /2/tweets",
    "private": "POST /2/dm_conversations/with/:participant_id/messages",
}
LIMITS: Mapping[Fault, Mapping[str, str]] = {
    "busy_silent": {"x-rate-limit-reset": "", "x-rate-limit-remaining": ""},
    "busy_garbled": {"x-rate-limit-reset": "soon", "Retry-After": "later"},
    "busy_past": {"x-rate-limit-reset": str(START // 1000 - 3600)},
    "busy_far": {"x-rate-limit-reset": str(START // 1000 + 10**9)},
}
"""What a limit says in its headers, instead of when to come again."""


@dataclass
class XStage:
    """X with the ministry's account, played on `sandbox.x`."""

    scene: Scene
    faults: frozenset[Fault] = FAULTS
    foreign: bool = False

    def __post_init__(self) -> None:
        self.account: Account = self.scene.accounts[US]
        tokens = self.scene.tokens[US]
        app = self.scene.app
        self.secrets = Secrets(
            apps={
                self.account.app: {
                    "consumer_key": app.consumer_key,
                    "consumer_secret": app.consumer_secret,
                }
            },
            accounts={self.account.id: {"token": tokens.token, "token_secret": tokens.secret}},
            api_urls={"x": self.scene.url},
        )

    @property
    def clock(self) -> Clock:
        return self.scene.clock

    # What people do

    async def say(
        self,
        who: Who,
        text: str,
        *,
        private: bool = False,
        re: MessageId = "",
        alts: tuple[str, ...] = (),
    ) -> Written:
        if private:
            dm = self.scene.world.dm(who, US, text)
            return Written(f"x:{dm.id}", text)
        named = f"@{US} {text}"
        parent = _native(re) or None
        post = self.scene.world.post(who, named, in_reply_to=parent, pictures=alts)
        return Written(f"x:{post.id}", named)

    async def edit(self, message: MessageId, text: str) -> Written:
        self.scene.world.edit(_native(message), f"@{US} {text}")
        return Written(message, f"@{US} {text}")

    async def delete(self, message: MessageId) -> None:
        self.scene.world.delete(_native(message))

    async def by_hand(self, text: str, re: MessageId = "") -> Written:
        post = self.scene.world.post(US, text, in_reply_to=_native(re) or None)
        return Written(f"x:{post.id}", text)

    def person(self, whom: Whom) -> PersonId:
        if whom == "nobody":
            return "x:1"
        return f"x:{self.scene.world.user(US if whom == 'us' else whom).id}"

    def mention(self, who: Who) -> str:
        return f"@{who}"

    # What stands there

    async def heard(self) -> tuple[Heard, ...]:
        return heard_on_x(self.scene.world, US)

    def takes(self, text: str, audience: Audience) -> bool:
        if audience == "private":
            return 0 < len(text) <= DM_CHARACTERS
        world = self.scene.world
        return refusal_of_post(world, self.scene.app, world.user(US), text, None) is None

    # What goes wrong

    async def fault(self, call: Call, kind: Fault, *, seconds: float = 60, times: int = 1) -> None:
        kinds: Kind = "busy" if kind.startswith("busy") else kind  # type: ignore[assignment]  # the others are the stand-in's own
        arm = self.scene.world.faults.arm
        arm(CALLS[call], kinds, times=times, seconds=seconds, headers=LIMITS.get(kind))

    async def calm(self) -> None:
        self.scene.world.faults.clear()

    async def lock(self) -> None:
        self.scene.world.revoke(US)

    async def unlock(self) -> None:
        self.scene.world.grant_as(self.scene.app, US, self.scene.tokens[US])

    async def strange(self) -> bytes:
        later = self.scene.world.post("other", "no mention")
        known = {"id": later.id, "text": "a kind that nobody knows"}
        self.scene.world.strange += [known, {"text": "no id"}, {"id": "abc"}, {"id": None}, "x", 7]
        return b"a kind that nobody knows"

    # What is pushed

    async def pushes(self, message: MessageId) -> tuple[Pushed, ...]:
        world, me = self.scene.world, self.scene.world.user(US)
        for dm in world.direct:
            if f"x:{dm.id}" == message:
                return (self.signed(payload_of_dm(world, dm, me)),)
        post = world.shelf.get(_native(message))
        while post.replaced_by:
            post = world.shelf.get(post.replaced_by)
        if post.deleted:
            return (self.signed(payload_of_deletion(world, post, me)),)
        return tuple(map(self.signed, payloads_of_post(world, post, me)))

    def signed(self, body: bytes) -> Pushed:
        return Pushed(body, {SIGNATURE_HEADER: signed(SECRET, body)})

    def challenge(self) -> tuple[Mapping[str, str], bytes]:
        digest = hmac.digest(SECRET.encode(), b"token", hashlib.sha256)
        answer = {"response_token": "sha256=" + base64.b64encode(digest).decode()}
        return {"crc_token": "token"}, json.dumps(answer, separators=(",", ":")).encode()


def _native(id_: str) -> str:
    return id_.removeprefix("x:")


class TestX(Conformance):
    platform = x

    @pytest.fixture
    async def stage(self, scene: Scene) -> XStage:
        return XStage(scene)
