"""The web's door: who asks, whether they may, and a clear page for everything else."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

from handlers.acting import Acting
from handlers.forms import Wrong
from handlers.say import Book
from handlers.web import session
from handlers.web.drawing import Drawing
from handlers.web.live import Live
from handlers.web.openid import Entrance, OpenId
from handlers.web.pages import ROUTES, Route, login
from handlers.web.tempo import Tempo
from handlers.web.visit import Turned, Visit
from inbox import Gone, Inbox, Unavailable
from inbox.conversations.denied import Denied
from inbox.team.policies import Policies
from inbox.team.roles import NEEDS, hindrance
from inbox.words import Record

log = structlog.stdlib.get_logger(__name__)

STATIC = Path(__file__).with_name("static")
LARGEST = 256 * 1024
"""Bytes of one form: a note has at most 10,000 characters."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ACTS_A_MINUTE, LOGINS_A_MINUTE, OPEN_A_MINUTE = 300, 20, 120


class Site(Record, frozen=True):
    """What the web must be told: its address, the house's secret, and the app's at Slack."""

    public_url: str
    secret: bytes
    client_id: str = ""
    client_secret: str = ""
    api_url: str = "https://slack.com/api/"
    session: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession

    def __repr__(self) -> str:
        return f"Site({self.public_url})"


class Web:
    """The web page; `team` tells which workspace is ours, "" until it is known."""

    def __init__(
        self,
        site: Site,
        inbox: Inbox,
        policies: Policies,
        book: Book,
        ids: Callable[[], str],
        team: Callable[[], str] = str,
    ) -> None:
        self._acting = Acting(inbox, policies, book, ids)
        self._drawing = Drawing()
        self._live = Live(self._acting)
        https = site.public_url.startswith("https://")
        self._headers = HEADERS | (
            {"Strict-Transport-Security": "max-age=31536000"} if https else {}
        )
        self._sessions = session.storage(site.secret, https=https)
        client = (site.client_id, site.client_secret)
        openid = OpenId(client, site.api_url, inbox.now, site.session)
        self._entrance = Entrance(openid, site.public_url.rstrip("/"), team)
        self._acts = Tempo(ACTS_A_MINUTE, 60, inbox.now)
        self._logins = Tempo(LOGINS_A_MINUTE, 60, inbox.now)
        self._open = Tempo(OPEN_A_MINUTE, 60, inbox.now)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the open pages told of what changes."""
        async with self._live.running():
            yield

    async def hang_up(self, _application: web.Application) -> None:
        """End what would keep a stopping process waiting: the open pages' streams."""
        self._live.close()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every door, each with its own question of who may pass."""
        made: list[web.AbstractRouteDef] = [
            web.route(route.method, route.path, self._door(route)) for route in ROUTES
        ]
        return [*made, web.get("/static/{name}", self._static)]

    async def _static(self, request: web.Request) -> web.StreamResponse:
        """Give a file of ours: style, script, picture; nothing else has such a name."""
        known = {file.name: file for file in STATIC.iterdir()}
        file = known.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        headers = self._headers | {"Cache-Control": "no-cache"}
        return web.FileResponse(file, headers=headers)

    def _door(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def door(request: web.Request) -> web.StreamResponse:
            known = await self._sessions.load_session(request)
            before = dict(known)
            visit = Visit(request, self._acting, self._drawing, self._entrance, self._live, known)
            response = await self._answered(route, visit)
            if response.prepared:
                return response
            if dict(visit.session) != before:
                await self._sessions.save_session(request, response, visit.session)
            for name, value in self._headers.items():
                response.headers.setdefault(name, value)
            return response

        return door

    async def _answered(self, route: Route, visit: Visit) -> web.StreamResponse:
        """Answer one request; whatever goes wrong, no trace and no word of anybody's is shown."""
        try:
            await self._let_in(route, visit)
            return await route.handle(visit)
        except Turned as turned:
            return await self._turned(visit, turned)
        except web.HTTPSeeOther as elsewhere:
            return web.Response(
                status=elsewhere.status, headers={"Location": str(elsewhere.location)}
            )
        except (Unavailable, Gone):
            log.warning("store_out_of_reach", path=route.path)
            return await self._turned(visit, Turned(503, Wrong("unavailable")))
        except web.HTTPException as error:
            return await self._turned(visit, Turned(error.status, Wrong("unreadable")))
        except Exception as error:  # noqa: BLE001 - the last door: what fails behind it is logged by its kind alone
            log.error("page_failed", path=route.path, error=type(error).__name__)  # noqa: TRY400 - a trace may quote what people wrote
            return await self._turned(visit, Turned(500, Wrong("broken")))

    async def _let_in(self, route: Route, visit: Visit) -> None:
        request, policies = visit.request, self._acting.policies
        visit.who = session.actor(visit.session, policies)
        self._not_too_often(route, visit)
        if request.method == "POST":
            await self._read_form(visit)
        if not route.act:
            return
        if visit.who is None:
            if request.method == "GET" and not route.path.endswith((".json", ".svg", "live")):
                raise web.HTTPSeeOther("/login" + login.and_then(request.path))
            raise Turned(401, Wrong("signed_out"))
        if "{id}" in route.path:
            await self._may_here(route, visit)
        elif not visit.accounts(route.act):
            await self._refuse(visit, route.act, "", "not_allowed")

    def _not_too_often(self, route: Route, visit: Visit) -> None:
        """Bound what one officer does, and how often one address looks or tries to come in."""
        if route.path.startswith("/open/"):
            fits = self._open.fits(visit.remote)
        elif visit.who:
            fits = self._acts.fits(visit.who.officer.id)
        else:
            fits = route.act != "" or route.path == "/login" or self._logins.fits(visit.remote)
        if not fits:
            raise Turned(429, Wrong("too_often"))

    async def _read_form(self, visit: Visit) -> None:
        request = visit.request
        if (request.content_length or 0) > LARGEST:
            raise Turned(413, Wrong("unreadable"))
        visit.fields = await request.post()
        if not session.own_form(request, visit.session, visit.text("csrf")):
            status, why = (403, "too_old") if visit.who else (401, "signed_out")
            raise Turned(
                status, Wrong(why)
            )  # guard: own-forms-only test=tests/handlers/web/test_doors.py::test_a_form_of_another_page_does_nothing

    async def _may_here(self, route: Route, visit: Visit) -> None:
        """Look whether they may read it, then whether they may act: the unreadable is not there."""
        who, ref = visit.actor, visit.request.match_info["id"]
        found = await self._acting.read(who, ref)
        if isinstance(found, Denied):
            raise Turned(404, Wrong("not_here"))
        visit.known = found
        if hindrance(who.officer, route.act, found.account):
            await self._refuse(
                visit, route.act, found.account.id, "not_allowed"
            )  # guard: act-asks-may test=tests/handlers/web/test_doors.py::test_a_reader_reads_and_does_nothing_else

    async def _refuse(self, visit: Visit, act: str, account: str, why: str) -> None:
        await self._acting.refused(visit.actor, act, account, why)
        raise Turned(403, Denied("not_allowed", {"needs": NEEDS.get(act, "officer")}))

    async def _turned(self, visit: Visit, turned: Turned) -> web.StreamResponse:
        """Say what happened, what is safe and what next; what they typed is given back to them."""
        say = visit.say
        sentence = say.plain(say.because(turned.why))
        if visit.request.path.endswith(".json"):
            return web.json_response({"problem": sentence}, status=turned.status)
        # Only a signed-out officer's own, same-origin words are shown again.
        text = visit.text("text") if turned.status in (401, 403, 503) else ""
        known = visit.who is not None
        return visit.page(
            "told.html",
            turned.status,
            title=say("web.not_done"),
            sentence=sentence,
            typed=text,
            known=known,
        )
