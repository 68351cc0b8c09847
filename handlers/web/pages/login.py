"""Signing in: with Slack, or by a link made on the host; and out again."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import hmac
import re
import secrets

import structlog
from aiohttp import web

from handlers.forms import Wrong
from handlers.web import session
from handlers.web.openid import NotSignedIn
from handlers.web.visit import Turned, Visit
from inbox.words import Officer

log = structlog.stdlib.get_logger(__name__)

OURS = re.compile(r"/(?:c/[a-z2-7]{16}|find|figures|reachouts(?:/[A-Za-z0-9_-]{8,40})?)?")
"""Where a sign-in may lead: pages of ours, and never an address that somebody gave."""


def and_then(path: str) -> str:
    """Return what remembers a page over the sign-in."""
    return f"?to={path}" if OURS.fullmatch(path) and path != "/" else ""


def _to(asked: str) -> str:
    return asked if OURS.fullmatch(asked) else "/"


async def login(visit: Visit) -> web.StreamResponse:
    """Offer the ways in; who is in already goes on."""
    to = _to(visit.request.query.get("to", "/"))
    if visit.who:
        raise web.HTTPSeeOther(to)
    return visit.page("login.html", slack=visit.entrance.openid.possible, to=to)


async def to_slack(visit: Visit) -> web.StreamResponse:
    """Send them to Slack with a state and a nonce that only this browser knows."""
    if not visit.entrance.openid.possible:
        raise Turned(404, Wrong("not_here"))
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    to = _to(visit.request.query.get("to", "/"))
    visit.session["walk"] = {"state": state, "nonce": nonce, "to": to}
    raise web.HTTPSeeOther(visit.entrance.openid.begin(_back(visit), state, nonce))


def _back(visit: Visit) -> str:
    request = visit.request
    here = visit.entrance.public_url or f"{request.scheme}://{request.host}"
    return f"{here}/login/slack/back"


async def from_slack(visit: Visit) -> web.StreamResponse:
    """Believe Slack who it is, if this walk was begun here and they are an officer of ours."""
    walk, query = visit.session.pop("walk", None), visit.request.query
    if not walk or not hmac.compare_digest(walk["state"].encode(), query.get("state", "").encode()):
        raise Turned(
            400, Wrong("not_confirmed")
        )  # guard: openid-state test=tests/handlers/web/test_login.py::test_a_walk_that_was_not_begun_here_signs_nobody_in
    try:
        known = await visit.entrance.openid.end(query.get("code", ""), _back(visit), walk["nonce"])
    except NotSignedIn as why:
        log.warning("sign_in_failed", why=str(why))
        raise Turned(400, Wrong("not_confirmed")) from why
    ours = visit.entrance.team()
    if ours and ours not in known.teams:
        return await _stranger(visit, known.teams, known.user, "foreign")
    policies = visit.acting.policies
    found = (policies.by_slack(team, known.user) for team in known.teams)
    officer = next((one for one in found if one and one.active), None)
    if officer is None:
        return await _stranger(visit, known.teams, known.user, "nobody")
    return await _entered(visit, officer, walk["to"])


async def _stranger(
    visit: Visit, teams: tuple[str, ...], user: str, why: str
) -> web.StreamResponse:
    who = "/".join((*teams[:1], user))
    inbox = visit.acting.inbox
    await inbox.refusals.put(who, "login", "", why, inbox.now())
    raise Turned(403, Wrong(why))


async def _entered(visit: Visit, officer: Officer, to: str) -> web.StreamResponse:
    visit.session = session.begin(officer.id)
    log.info("signed_in", officer=officer.id)
    raise web.HTTPSeeOther(_to(to))


async def link(visit: Visit) -> web.StreamResponse:
    """Show a button: a preview of a link must not use it up, nor learn whether it is good."""
    return visit.page("link.html")


async def use_link(visit: Visit) -> web.StreamResponse:
    """Let in for whom the link was made, once."""
    inbox = visit.acting.inbox
    officer = visit.acting.policies.officer(
        await inbox.logins.use(visit.request.match_info["token"])
    )
    if officer is None or not officer.active:
        await inbox.refusals.put("", "login", "", "stale_link", inbox.now())
        raise Turned(403, Wrong("stale_link"))
    return await _entered(visit, officer, "/")


async def logout(visit: Visit) -> web.StreamResponse:
    """Forget who they are."""
    visit.session.invalidate()
    raise web.HTTPSeeOther("/login")
