"""Whether the process lives, whether it can serve, and its figures for Prometheus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from config.gauges import metrics
from config.settings import Settings
from config.start import bound
from inbox import Inbox
from inbox.team.policies import Policies

Checks = Callable[[], Awaitable[Mapping[str, bool]]]
Figures = Callable[[], Awaitable[bytes]]


def routes(checks: Checks, figures: Figures) -> list[web.RouteDef]:
    """Return `/healthz` (the process lives), `/readyz` (200 once every check holds), `/metrics`."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        told = dict(await checks())
        return web.json_response(told, status=200 if all(told.values()) else 503)

    async def shown(_request: web.Request) -> web.Response:
        return web.Response(body=await figures(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", shown)]


def of(
    box: Inbox, policies: Policies, more: Callable[[], Mapping[str, bool]] = dict
) -> list[web.RouteDef]:
    """Return the routes of a process on this inbox; `more` are its own checks."""

    async def checks() -> dict[str, bool]:
        told = await box.ready()
        told.pop("persistence", None)  # a warning: said loudly at start, and no reason to stop
        return {**{name: not fault for name, fault in told.items()}, **more()}

    async def figures() -> bytes:
        return await metrics(box, policies)

    return routes(checks, figures)


@asynccontextmanager
async def serving(settings: Settings, box: Inbox, policies: Policies) -> AsyncIterator[None]:
    """Serve them on METRICS_PORT, where that is asked for; raises CannotStart."""
    if settings.metrics_port is None:
        yield
        return
    door = bound(settings.host, settings.metrics_port, "METRICS_PORT")
    site = web.Application()
    site.add_routes(of(box, policies))
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, door).start()
        yield
    finally:
        await runner.cleanup()
        door.close()
