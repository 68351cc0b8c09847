"""The page's doors: its files, its state as JSON, its live events, and what a visitor does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.cast import Cast
from sandbox.networks import Network, Wrong
from sandbox.page import switches, team
from sandbox.page.guard import dress, guard
from sandbox.page.live import Live
from sandbox.product import Product
from sandbox.scenes.scene import Play
from sandbox.slack.world import Workspace

Json = dict[str, Any]
STATIC = Path(__file__).with_name("static")
LARGEST = 64 * 1024


@dataclass
class Stage:
    """All that the page shows and moves."""

    cast: Cast
    networks: Mapping[str, Network]
    workspace: Workspace
    play: Play
    product: Product
    live: Live = field(default_factory=Live)

    def __post_init__(self) -> None:
        kill = self.product.kill
        self.switches = switches.on_stage(self.networks.values(), self.workspace, kill)

    def listen(self) -> Callable[[], None]:
        """Pass every change of the worlds on to the open pages; returns how to stop."""
        deaf = [one.subscribe(self._in_public) for one in self.networks.values()]
        deaf.append(self.workspace.subscribe(self._on_slack))

        def stop() -> None:
            for one in deaf:
                one()

        return stop

    def _in_public(self, what: str) -> None:
        self.live.tell("public", what=what)

    def _on_slack(self, what: str, facts: Json) -> None:
        self.live.tell("slack", what=what)
        if what != "message":
            return
        for user in team.rung(self.workspace, facts["channel"], facts["ts"]):
            self.live.tell("push", user=user, channel=facts["channel"], ts=facts["ts"])

    def state(self, user: str) -> Json:
        """Return everything one visitor's page shows while they are this member."""
        return {
            "product": {
                "state": self.product.state,
                "falls": self.product.falls,
                "url": self.product.url,
            },
            "public": {
                name: {**asdict(one.looks), **one.shown()} for name, one in self.networks.items()
            },
            "slack": team.shown(self.workspace, user),
            "team": [
                {"user": one.user, "name": one.name, "supervisor": one.supervisor}
                for one in self.cast.members
            ],
            "shortcuts": [
                {"callback": one.callback, "title": one.title, "where": one.where}
                for one in self.cast.shortcuts
            ],
            "command": self.cast.commands[0],
            "guide": self._guide(),
            "switches": switches.shown(self.switches),
        }

    def _guide(self) -> Json:
        """Say which post the first minute is about, and which post answered it."""
        post, where = self.play.heroine, self.play.where
        by, answer = self.networks[where].told(post) if post else ("", None)
        return {"network": where, "post": post, "by": by, "answer": answer}


STAGE: web.AppKey[Stage] = web.AppKey("stage", Stage)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def app(stage: Stage) -> web.Application:
    """Return the page over one stage, to be served on a loopback address."""
    made = web.Application(middlewares=[guard, _plainly], client_max_size=LARGEST)
    made[STAGE] = stage
    made.on_response_prepare.append(dress)
    made.router.add_get("/", _index)
    made.router.add_get("/state", _state)
    made.router.add_get("/events", stage.live.serve)
    made.router.add_get("/readyz", _readyz)
    made.router.add_post("/public/{network}/{what}", _in_public)
    made.router.add_post("/slack", _in_slack)
    made.router.add_post("/switch", _switch)
    made.router.add_static("/static/", STATIC)
    made.on_shutdown.append(_hang_up)
    return made


@web.middleware
async def _plainly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what cannot be done with a sentence."""
    try:
        return await handler(request)
    except Wrong as wrong:
        return web.json_response({"problem": str(wrong)}, status=409)


async def _hang_up(made: web.Application) -> None:
    made[STAGE].live.close()


async def _index(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html")


async def _state(request: web.Request) -> web.StreamResponse:
    stage = request.app[STAGE]
    return web.json_response(stage.state(request.query.get("user") or stage.cast.members[0].user))


async def _readyz(request: web.Request) -> web.StreamResponse:
    product = request.app[STAGE].product
    status = 200 if product.state == "ready" else 503
    return web.json_response({"product": product.state}, status=status)


async def _in_public(request: web.Request) -> web.StreamResponse:
    network = request.app[STAGE].networks.get(request.match_info["network"])
    if network is None:
        raise Wrong("There is no such network.")
    return web.json_response(network.act(request.match_info["what"], await _asked(request)))


async def _in_slack(request: web.Request) -> web.StreamResponse:
    return web.json_response(await team.act(request.app[STAGE].workspace, await _asked(request)))


async def _switch(request: web.Request) -> web.StreamResponse:
    stage, asked = request.app[STAGE], await _asked(request)
    switches.throw(stage.switches, str(asked.get("name")), on=bool(asked.get("on")))
    stage.live.tell("switches")
    return web.json_response({})


async def _asked(request: web.Request) -> Json:
    try:
        asked = json.loads(await request.text())
    except ValueError as wrong:
        raise Wrong("That was not JSON.") from wrong
    if not isinstance(asked, dict):
        raise Wrong("That was not a JSON object.")
    return asked
