"""Toy signs up for the conformance suite, with its stand-in: the whole platform, in memory."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bots.contract import Secrets
from inbox.words import Account, Audience, MessageId, PersonId
from sandbox.faults import Faults, with_fault
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
from tests.bots.toy import toy

US = "100"
IDS: Mapping[Whom, str] = {"us": US, "citizen": "101", "other": "102"}
PEOPLE = {US: "ministry", "101": "citizen", "102": "other"}
TOKEN = "token-of-the-ministry"
LIMITS: Mapping[Fault, str] = {
    "busy_silent": "",
    "busy_garbled": "soon",
    "busy_past": "Mon, 01 Jan 2024 00:00:00 GMT",
    "busy_far": "1000000000",
}
"""What Retry-After says, instead of when to come again."""
MOST = {"public": 300, "private": 1000}


class Board:
    """The toy itself: what was written, and what happened, numbered."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.faults = Faults()
        self.tokens = {TOKEN}
        self.messages = dict[str, Any]()
        self.events = list[Any]()
        self._keys = dict[str, Any]()
        self._ids = itertools.count(1000)

    def write(
        self, author: str, text: str, to: tuple[str, ...] = (), re: str = "", alts: Any = ()
    ) -> Any:
        """Let somebody write, to everybody or to some."""
        id_ = str(next(self._ids))
        parent: Any = self.messages.get(re)
        told = parent["author"]["id"] if parent else ""
        pictures = [{"url": f"https://toy.example/pictures/{id_}", "alt": alt} for alt in alts]
        self.messages[id_] = {
            "id": id_,
            "author": {"id": author, "handle": PEOPLE[author]},
            "text": text,
            "audience": "private" if to else "public",
            "to": list(to),
            "re": re,
            "answers": parent["answers"] if told == US else told,
            "thread": "" if to else parent["thread"] if parent else id_,
            "written": self.clock(),
            "pictures": pictures,
        }
        return self.tell("wrote", id_)

    def change(self, id_: str, text: str) -> None:
        """Let its author change a message."""
        self.messages[id_] = self.messages[id_] | {"text": text}
        self.tell("edited", id_)

    def delete(self, id_: str) -> None:
        """Take a message away."""
        self.messages[id_] = self.messages[id_] | {"gone": True}
        self.tell("deleted", id_)

    def tell(self, kind: str, id_: str) -> Any:
        """Keep what happened under the next number, and return the message."""
        message = self.messages[id_]
        at = self.clock()
        self.events.append({"n": len(self.events) + 1, "kind": kind, "at": at, "message": message})
        return message

    # Its HTTP API

    def served(self) -> web.Application:
        """Return the API, to be served on any port."""
        app = web.Application(middlewares=[self._checked])
        app.add_routes(
            [
                web.get("/me", self._me),
                web.get("/events", self._events),
                web.get("/mine", self._mine),
                web.get("/people/{id}", self._person),
                web.post("/messages", self._post),
                web.delete("/messages/{id}", self._delete),
            ]
        )
        return app

    @web.middleware
    async def _checked(self, request: web.Request, handler: Any) -> web.StreamResponse:
        call = "read" if request.method == "GET" else "delete"
        if request.method == "POST":
            call = (await request.json())["audience"]

        async def answer(request: web.Request) -> web.StreamResponse:
            if request.headers["Authorization"].removeprefix("Bearer ") not in self.tokens:
                return web.Response(status=401)
            found: web.StreamResponse = await handler(request)
            return found

        return await with_fault(request, answer, self.faults.take(call), _busy)

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response({"id": US, "handle": PEOPLE[US]})

    async def _events(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        found = [one for one in self.events if one["n"] > after and _concerns_us(one["message"])]
        return web.json_response({"events": found[:20]})

    async def _mine(self, request: web.Request) -> web.Response:
        since = int(request.query["since"])
        found = [one for one in self.ours() if one["written"] >= since and not one.get("gone")]
        return web.json_response({"messages": found})

    async def _person(self, request: web.Request) -> web.Response:
        id_ = request.match_info["id"]
        if id_ not in PEOPLE:
            return web.Response(status=404, text="gone")
        return web.json_response({"id": id_, "handle": PEOPLE[id_]})

    async def _post(self, request: web.Request) -> web.Response:
        said, key = await request.json(), request.headers["Idempotency-Key"]
        if known := self._keys.get(key):
            return web.json_response(known)
        if not takes(said["text"], said["audience"]):
            return web.Response(status=422, text="too long")
        if said["re"] and self.messages.get(said["re"], {"gone": True}).get("gone"):
            return web.Response(status=404, text="gone")
        self._keys[key] = self.write(US, said["text"], tuple(said["to"]), said["re"])
        return web.json_response(self._keys[key])

    async def _delete(self, request: web.Request) -> web.Response:
        found = self.messages.get(request.match_info["id"], {"gone": True})
        if found.get("gone"):
            return web.Response(status=404, text="gone")
        if found["author"]["id"] != US:
            return web.Response(status=403, text="not yours")
        self.delete(found["id"])
        return web.json_response({})

    def ours(self) -> list[Any]:
        """Return all that our account ever wrote."""
        return [one for one in self.messages.values() if one["author"]["id"] == US]


def _busy(seconds: float) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": str(int(seconds))})


def _concerns_us(message: Any) -> bool:
    private = message["audience"] == "private"
    return not private or US in (message["author"]["id"], *message["to"])


def takes(text: str, audience: Audience) -> bool:
    """Whether the toy takes a text of this length."""
    return 0 < len(text) <= MOST[audience]


@dataclass
class ToyStage:
    """The toy with the ministry's account, as the suite plays on it."""

    url: str
    clock: Clock
    board: Board
    account: Account = field(
        default=Account(
            id="toy/ministry",
            app="toy-main",
            native_id=US,
            title="The Ministry",
            handle="ministry",
            slack_channel="C1",
            private_channel="C2",
            officers=("aj", "eb"),
        )
    )
    faults: frozenset[Fault] = FAULTS
    foreign: bool = False

    @property
    def secrets(self) -> Secrets:
        return Secrets({"toy-main": {}}, {self.account.id: {"token": TOKEN}}, {"toy": self.url})

    async def say(
        self,
        who: Who,
        text: str,
        *,
        private: bool = False,
        re: MessageId = "",
        alts: tuple[str, ...] = (),
    ) -> Written:
        to = (US,) if private else ()
        said = self.board.write(IDS[who], text, to, toy.native(re), alts)
        return Written(toy.ours(said["id"]), text)

    async def edit(self, message: MessageId, text: str) -> Written:
        self.board.change(toy.native(message), text)
        return Written(message, text)

    async def delete(self, message: MessageId) -> None:
        self.board.delete(toy.native(message))

    async def by_hand(self, text: str, re: MessageId = "") -> Written:
        said = self.board.write(US, text, re=toy.native(re))
        return Written(toy.ours(said["id"]), text)

    def person(self, whom: Whom) -> PersonId:
        return toy.ours(IDS.get(whom, "1"))

    def mention(self, who: Who) -> str:
        return f"@{who}"

    async def heard(self) -> tuple[Heard, ...]:
        return tuple(map(self._heard, self.board.ours()))

    def _heard(self, one: Any) -> Heard:
        parent = self.board.messages.get(one["re"])
        called = [id_ for name, id_ in IDS.items() if f"@{name}" in one["text"]]
        to = one["to"] or ([parent["author"]["id"]] if parent else called)
        return Heard(
            id=toy.ours(one["id"]),
            text=one["text"],
            audience=one["audience"],
            re=toy.ours(one["re"]) if one["re"] else "",
            to=tuple(map(toy.ours, to)),
            gone=one.get("gone", False),
        )

    def takes(self, text: str, audience: Audience) -> bool:
        return takes(text, audience)

    async def fault(self, call: Call, kind: Fault, *, seconds: float = 60, times: int = 1) -> None:
        said = {"Retry-After": LIMITS[kind]} if kind in LIMITS else None
        known: Any = "busy" if kind in LIMITS else kind
        self.board.faults.arm(call, known, seconds=seconds, times=times, headers=said)

    async def calm(self) -> None:
        self.board.faults.clear()

    async def lock(self) -> None:
        self.board.tokens.clear()

    async def unlock(self) -> None:
        self.board.tokens.add(TOKEN)

    async def strange(self) -> bytes:
        self.board.messages["1"] = {"id": "1", "audience": "public"}
        self.board.tell("brand new", "1")
        del self.board.messages["1"]
        return b"brand new"

    async def pushes(self, message: MessageId) -> tuple[Pushed, ...]:
        raise NotImplementedError("Toy pushes nothing")

    def signed(self, body: bytes) -> Pushed:
        raise NotImplementedError("Toy pushes nothing")

    def challenge(self) -> tuple[Mapping[str, str], bytes]:
        return {}, b""


class TestToy(Conformance):
    platform = toy

    @pytest.fixture
    async def stage(self) -> AsyncIterator[ToyStage]:
        clock = Clock()
        board = Board(clock)
        runner = web.AppRunner(board.served())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield ToyStage(f"http://127.0.0.1:{runner.addresses[0][1]}", clock, board)
        await runner.cleanup()
