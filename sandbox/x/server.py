"""X's HTTP API over a world: real paths, parameters, limits, refusals and signatures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.faults import with_fault
from sandbox.x import endpoints as x
from sandbox.x.answers import Answer
from sandbox.x.endpoints import Call
from sandbox.x.limits import Meter
from sandbox.x.oauth import verified
from sandbox.x.problems import Refused, forbidden, too_many, unpaid
from sandbox.x.query import Query
from sandbox.x.records import Access, User
from sandbox.x.shapes import Json
from sandbox.x.world import World

METER = web.AppKey("meter", Meter)
"""Where the limits of a served API are found, for a test that lowers one."""

PAGED = frozenset(
    ("max_results", "since_id", "until_id", "start_time", "end_time", "pagination_token")
)
DM_PAGED = frozenset(("max_results", "pagination_token", "event_types"))


Act = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True)
class Endpoint:
    """One of X's endpoints: its own name is also its limit's and its faults'."""

    method: str
    path: str
    act: Act
    own: frozenset[str] = frozenset()
    status: int = 200

    @property
    def name(self) -> str:
        """The call's name, as `GET /2/users/:id/mentions`."""
        return f"{self.method} {self.path.replace('{', ':').replace('}', '')}"


WITH = "/2/dm_conversations/with/{participant_id}"
ENDPOINTS = (
    Endpoint("GET", "/2/users/me", x.users_me),
    Endpoint("GET", "/2/users", x.users_by_ids, frozenset(("ids",))),
    Endpoint("GET", "/2/users/by/username/{username}", x.user_by_handle),
    Endpoint("GET", "/2/users/{id}", x.user_by_id),
    Endpoint("GET", "/2/users/{id}/mentions", x.mentions, PAGED),
    Endpoint("GET", "/2/users/{id}/tweets", x.posts_of_user, PAGED | {"exclude"}),
    Endpoint("GET", "/2/tweets/search/recent", x.search_recent, PAGED | {"query", "next_token"}),
    Endpoint("GET", "/2/tweets", x.posts_by_ids, frozenset(("ids",))),
    Endpoint("GET", "/2/tweets/{id}", x.post_by_id),
    Endpoint("POST", "/2/tweets", x.create_post, status=201),
    Endpoint("DELETE", "/2/tweets/{id}", x.delete_post),
    Endpoint("GET", "/2/dm_events", x.dm_events, DM_PAGED),
    Endpoint("GET", f"{WITH}/dm_events", x.dm_events_with, DM_PAGED),
    Endpoint("POST", f"{WITH}/messages", x.send_dm, status=201),
)


def app(world: World) -> web.Application:
    """Return X's API over this world, to be served on any host and port."""
    served = web.Application(client_max_size=1 << 20)
    meter = served[METER] = Meter(world.now)
    for endpoint in ENDPOINTS:
        served.router.add_route(endpoint.method, endpoint.path, _handler(world, meter, endpoint))
    return served


def _handler(
    world: World, meter: Meter, endpoint: Endpoint
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def carry_out(request: web.Request) -> web.StreamResponse:
        headers: dict[str, str] = {}
        try:
            app, viewer, access = verified(world, request)
            free, headers = meter.spend(viewer.id, endpoint.name)
            headers |= {"x-access-level": access}
            if not free:
                raise too_many()
            _let(world, viewer, access, endpoint)
            answer = Answer(world, viewer, Query(request.query, endpoint.own))
            body = await endpoint.act(Call(request, app, viewer, answer))
        except Refused as refused:
            return _problem(refused, headers)
        return web.json_response(body, status=endpoint.status, headers=headers)

    def busy(seconds: float) -> web.Response:
        reset = {"x-rate-limit-reset": str(int(world.now() / 1000 + seconds))}
        return _problem(too_many(), {"x-rate-limit-limit": "0"} | LEFT_NONE | reset)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await with_fault(request, carry_out, world.faults.take(endpoint.name), busy)

    return handle


def _let(world: World, viewer: User, access: Access, endpoint: Endpoint) -> None:
    """Raise where the app has no credits, the account is suspended, or the token may not do it."""
    if not world.paid:
        raise unpaid()
    if viewer.suspended and not world.quiet:
        raise forbidden(SUSPENDED)
    if not _permitted(access, endpoint):
        raise forbidden(NOT_PERMITTED)


def _permitted(access: Access, endpoint: Endpoint) -> bool:
    if "/dm_" in endpoint.path:
        return "directmessages" in access
    return endpoint.method == "GET" or "write" in access


LEFT_NONE = {"x-rate-limit-remaining": "0"}
NOT_PERMITTED = (
    "Your client app is not configured with the appropriate oauth1 app permissions for this"
    " endpoint."
)
SUSPENDED = "Your account is suspended and is not permitted to access this feature."


def _problem(refused: Refused, headers: dict[str, str]) -> web.Response:
    return web.json_response(
        refused.body,
        status=refused.status,
        headers=headers,
        content_type="application/problem+json",
    )
