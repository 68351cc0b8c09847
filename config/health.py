"""Whether the process lives, whether it can serve, and its figures for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Checks = Callable[[], Awaitable[Mapping[str, bool]]]


def routes(checks: Checks) -> list[web.RouteDef]:
    """Return `/healthz` (the process lives), `/readyz` (200 once every check holds), `/metrics`."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        told = dict(await checks())
        return web.json_response(told, status=200 if all(told.values()) else 503)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)]
