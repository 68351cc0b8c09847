"""The page's doors: its files, its state as JSON, its live events, and what a visitor does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.cast import Cast
from sandbox.page import public, switches, team
from sandbox.page.guard import dress, guard
from sandbox.page.live import Live
from sandbox.page.public import Wrong
from sandbox.product import Product
from sandbox.scenes.scene import Play
from sandbox.slack.world import Workspace
from sandbox.x.push import Push
from sandbox.x.world import World

Json = dict[str, Any]
STATIC = Path(__file__).with_name("static")
LARGEST = 64 * 1024


@dataclass
class Stage:
    """All that the page shows and moves."""

    cast: Cast
    world: World
    workspace: Workspace
    push: Push
    play: Play
    product: Product
    live: Live = field(default_factory=Live)

    def __post_init__(self) -> None:
        self.switches = switches.on_stage(self.world, self.workspace, self.push, self.product.kill)

    def listen(self) -> Callable[[], None]:
        """Pass every change of the two worlds on to the open pages; returns how to stop."""
        deaf_to_x = self.world.subscribe(lambda what, _: self.live.tell("public", what=what))
        deaf_to_slack = self.workspace.subscribe(self._on_slack)

        def stop() -> None:
            deaf_to_x()
            deaf_to_slack()

        return stop

    def _on_slack(self, what: str, facts: Json) -> None:
        self.live.tell("slack", what=what)
        if what != "message":
            return
        for user in team.rung(self.workspace, facts["channel"], facts["ts"]):
            self.live.tell("push", user=user, channel=facts["channel"], ts=facts["ts"])

    def state(self, user: str) -> Json:
        """Return everything one visitor's page shows while they are this member."""
        return {
            "now": self.world.now(),
            "product": {
                "state": self.product.state,
                "falls": self.product.falls,
                "url": self.product.url,
            },
            "public": public.shown(self.world),
            "slack": team.shown(self.workspace, user),
            "team": [
                {"user": one.user, "name": one.name, "supervisor": one.supervisor}
                for one in self.cast.members
            ],
            "shortcuts": [
                {"callback": one.callback, "title": one.title, "where": one.where}
                for one in self.cast.shortcuts
            ],
            "command": self.cast.command,
            "guide": self._guide(),
            "switches": switches.shown(self.switches),
        }

    def _guide(self) -> Json:
        """Say which post the first minute is about, and which post answered it."""
        post = self.play.heroine
        answer = public.answer_to(self.world, post) if post else None
        return {
            "post": post,
            "by": self.world.users[self.world.shelf.get(post).author_id].name if post else "",
            "answer": answer.id if answer else None,
        }


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
    made.router.add_post("/public/{what}", _in_public)
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
    what = request.match_info["what"]
    return web.json_response(public.act(request.app[STAGE].world, what, await _asked(request)))


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
