"""The stand-in's doors: the Web API, Socket Mode's WebSockets and the response URLs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from aiohttp import web

from sandbox.faults import with_fault
from sandbox.slack.methods import METHODS
from sandbox.slack.methods.method import HEADER, Arguments, Method, need_scope
from sandbox.slack.openid import ISSUER
from sandbox.slack.records import Json, Problem, TooFast
from sandbox.slack.world import Workspace

WORLD: web.AppKey[Workspace] = web.AppKey("workspace", Workspace)
RETRY_TICK = 0.2


def app(workspace: Workspace) -> web.Application:
    """Make the server of one workspace; slack_sdk's base_url is `http://host:port/api/`."""
    made = web.Application(client_max_size=4 * 1024**2)
    made[WORLD] = workspace
    made.router.add_route("*", "/api/{method}", call)
    made.router.add_get("/link/", workspace.sockets.serve)
    made.router.add_post("/response/{token}", respond)
    made.router.add_get("/openid/connect/authorize", authorize)
    made.router.add_get("/openid/connect/keys", keys)
    made.router.add_get("/.well-known/openid-configuration", discovery)
    made.cleanup_ctx.append(_running)
    made.on_shutdown.append(_hang_up)
    return made


async def _running(made: web.Application) -> AsyncIterator[None]:
    """Send events again while the server runs, and hang up with it."""
    workspace = made[WORLD]
    retrying = asyncio.create_task(_retry(workspace))
    yield
    retrying.cancel()
    with suppress(asyncio.CancelledError):
        await retrying
    await workspace.close()


async def _hang_up(made: web.Application) -> None:
    await made[WORLD].sockets.close()


async def _retry(workspace: Workspace) -> None:
    while True:
        await asyncio.sleep(RETRY_TICK)
        await workspace.redeliver_due()


async def call(request: web.Request) -> web.StreamResponse:
    """Carry out one Web API call, under the fault that is armed for it."""
    workspace, name = request.app[WORLD], request.match_info["method"]
    workspace.address = str(request.url.origin())
    workspace.calls[name] += 1
    fault = workspace.faults.take(name)
    return await with_fault(request, _carry_out, fault, too_fast)


def too_fast(seconds: float) -> web.Response:
    """Give Slack's 429."""
    return web.json_response(
        {"ok": False, "error": "ratelimited"},
        status=429,
        headers={"Retry-After": str(max(1, int(seconds)))},
    )


async def _carry_out(request: web.Request) -> web.Response:
    workspace, name = request.app[WORLD], request.match_info["method"]
    try:
        method = method_named(name)
        given = await arguments_of(request, json_too=not method.reads)
        authorise(workspace, method, token_of(request, given))
        pace(workspace, name, method, given)
        body = {"ok": True} | method.run(workspace, Arguments(given))
    except Problem as problem:
        body = problem.as_slack()
    except TooFast as wait:
        return too_fast(wait.seconds)
    finally:
        workspace.take_emitted()
    return web.json_response(body, headers={"X-OAuth-Scopes": ",".join(sorted(workspace.scopes))})


async def authorize(request: web.Request) -> web.Response:
    """Let a person sign in."""
    workspace = request.app[WORLD]
    return workspace.openid.authorize(request, workspace.users)


async def keys(request: web.Request) -> web.Response:
    """Give the keys that identities are signed with."""
    return web.json_response(request.app[WORLD].openid.keys())


async def discovery(request: web.Request) -> web.Response:
    """Say where everything of OpenID Connect is."""
    here = str(request.url.origin())
    return web.json_response(
        {
            "issuer": ISSUER,
            "authorization_endpoint": f"{here}/openid/connect/authorize",
            "token_endpoint": f"{here}/api/openid.connect.token",
            "userinfo_endpoint": f"{here}/api/openid.connect.userInfo",
            "jwks_uri": f"{here}/openid/connect/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


async def arguments_of(request: web.Request, *, json_too: bool) -> dict[str, Any]:
    """Read the arguments of a call from its query, its form and, where it takes one, its JSON.

    "Most write methods allow arguments with application/json" (docs.slack.dev/apis/web-api); a
    method that reads says `missing required field` (github.com/rneatherway/gh-slack/issues/74).
    """
    given: dict[str, Any] = {**request.query, HEADER: request.headers.get("Authorization", "")}
    if request.content_type == "application/json":
        if not json_too:
            return given
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise Problem("invalid_json") from None
        if not isinstance(body, dict):
            raise Problem("json_not_object")
        return given | body
    return given | dict(await request.post())


def method_named(name: str) -> Method:
    """Find a method, or raise unknown_method."""
    if name not in METHODS:
        raise Problem("unknown_method", req_method=name)
    return METHODS[name]


def token_of(request: web.Request, given: dict[str, Any]) -> str | None:
    """Find the token: in the header, else among the arguments."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return str(given["token"]) if given.get("token") else None


def authorise(workspace: Workspace, method: Method, token: str | None) -> None:
    """Let a token call a method, or raise Slack's refusal."""
    if method.caller == "none":
        return
    if token is None:
        raise Problem("not_authed")
    known = {workspace.bot_token: "bot", workspace.app_token: "app"}
    whose = known.get(token, "user" if token in workspace.openid.tokens else None)
    if whose is None:
        raise Problem("invalid_auth")
    if workspace.revoked:
        raise Problem("token_revoked")
    if whose != method.caller:
        raise Problem("not_allowed_token_type")
    if whose == "bot":
        need_scope(workspace, *method.scopes)


def pace(workspace: Workspace, name: str, method: Method, given: Json) -> None:
    """Count the call, or raise TooFast."""
    if not workspace.pacing:
        return
    workspace.paces.check(name, method.a_minute)
    if name == "chat.postMessage":
        named = str(given.get("channel"))
        place = workspace.direct(named).id if named in workspace.users else named
        workspace.paces.check_channel(place)


async def respond(request: web.Request) -> web.StreamResponse:
    """Take an answer by response URL, under the fault armed for `response_url`."""
    fault = request.app[WORLD].faults.take("response_url")
    return await with_fault(request, _respond, fault, too_fast)


async def _respond(request: web.Request) -> web.Response:
    workspace = request.app[WORLD]
    try:
        url = workspace.use_response_url(request.match_info["token"])
        body = json.loads(await request.text())
        workspace.respond(url.user, workspace.channels[url.channel], body, url.message)
    except Problem as problem:
        status = 404 if problem.error in ("used_url", "expired_url") else 400
        return web.json_response(problem.as_slack(), status=status)
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    finally:
        workspace.take_emitted()
    return web.Response(text="ok")
