"""Who may use the page: this computer, by this page's own address, and no other web page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK = ("127.0.0.1", "::1")
NAMES = ("127.0.0.1", "localhost", "[::1]")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign caller, name or origin.

    The name in Host is checked on every request, so that a foreign name pointed at 127.0.0.1
    (DNS rebinding) reads nothing; Origin and a JSON body are asked of everything that acts.
    """
    if refusal := _refusal(request):
        return web.json_response({"problem": refusal}, status=403, headers=HEADERS)
    return await handler(request)


async def dress(_: web.Request, answer: web.StreamResponse) -> None:
    """Put the policy on every answer, streams included."""
    answer.headers.update(HEADERS)


def _refusal(request: web.Request) -> str | None:
    if request.remote not in LOOPBACK:
        return "The demo answers to this computer only."
    if not _own(request.host, request):
        return "This is not the demo's own address."
    if request.method in ("GET", "HEAD"):
        return None
    origin = request.headers.get("Origin")
    if origin is not None and not _own(origin.removeprefix("http://"), request):
        return "Another web page may not drive the demo."
    if request.content_type != "application/json":
        return "The demo takes JSON only."
    return None


def _own(host: str, request: web.Request) -> bool:
    name, _, port = host.rpartition(":")
    if not name or name.endswith(":"):  # a bare name, or a bare [::1]
        name, port = host, "80"
    transport = request.transport
    here = transport.get_extra_info("sockname")[1] if transport else None
    return name in NAMES and port == str(here)
