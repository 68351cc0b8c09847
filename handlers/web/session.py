"""Who has signed in: one encrypted cookie, and an officer looked up anew at each request."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import hmac
import secrets
from hashlib import blake2b

from aiohttp import web
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage

from handlers.acting import Actor
from inbox.team.policies import Policies
from inbox.words import OfficerId

LASTS = 8 * 3600
"""Seconds for which a sign-in lasts: a shift."""
COOKIE = "chancery"


def storage(secret: bytes, *, https: bool) -> EncryptedCookieStorage:
    """Return the cookie's lock; its key is made from the house's secret and of use for nothing else."""
    key = blake2b(secret, digest_size=32, person=b"web sessions").digest()
    return EncryptedCookieStorage(
        key,
        cookie_name=COOKIE,
        max_age=LASTS,
        secure=https,
        httponly=True,
        samesite="Lax",
    )


def actor(session: Session, policies: Policies) -> Actor | None:
    """Return the officer who has signed in, or None; one who was removed is nobody at once."""
    officer = policies.officer(str(session.get("officer", "")))
    if officer is None:
        return None
    if not officer.active:
        return None  # guard: removed-is-nobody test=tests/handlers/web/test_doors.py::test_an_officer_who_is_removed_is_out_at_once
    return Actor(officer, officer.id, "web")


def begin(officer: OfficerId) -> Session:
    """Return a session of its own for this officer: nothing of the one before lives on."""
    session = Session(None, data=None, new=True, max_age=LASTS)
    session["officer"] = officer
    return session


def token(session: Session) -> str:
    """Return what every form of this session carries, so that no other page can send one."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def own_form(request: web.Request, session: Session, given: str) -> bool:
    """Whether a form came from a page of ours, of this very session."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    # A page that sends no referrer sends "null": then the token alone, and Sec-Fetch-Site, tell.
    origin = request.headers.get("Origin", "null")
    if origin not in ("null", f"http://{request.host}", f"https://{request.host}"):
        return False
    kept = str(session.get("csrf", ""))
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())
