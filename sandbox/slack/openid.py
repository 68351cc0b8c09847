"""Sign in with Slack: OpenID Connect with one-use codes and RS256 identities."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from aiohttp import web

from sandbox.slack.records import Json, Problem, User
from sandbox.slack.rsa import Key, base64url, make_key

ISSUER = "https://slack.com"
SITS_HERE = "slack_sandbox_user"
CODE_LASTS = 600.0
IDENTITY_LASTS = 300


@dataclass
class Code:
    """What a person agreed to, to be exchanged once."""

    user: str
    nonce: str | None
    redirect_uri: str
    at: float
    used: bool = False


class OpenId:
    """Slack as an identity provider."""

    def __init__(self, now: Callable[[], float], team: str, client: tuple[str, str]) -> None:
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, str] = {}
        """access token → user id"""
        self._now = now
        self._team = team
        self._client_id, self._client_secret = client

    @cached_property
    def key(self) -> Key:
        """Make the signing key when it is first needed."""
        return make_key()

    def authorize(self, request: web.Request, users: dict[str, User]) -> web.Response:
        """Ask who is signing in (`as=U…` answers at once), then send them back with a code."""
        query = request.query
        if query.get("client_id") != self._client_id:
            return web.Response(status=400, text="invalid_client_id")
        if query.get("response_type") != "code" or "openid" not in query.get("scope", ""):
            return web.Response(status=400, text="invalid_scope")
        if not query.get("redirect_uri"):
            return web.Response(status=400, text="bad_redirect_uri")
        # Slack knows by a cookie of its own who sits at this browser; the demo's page sets ours.
        who = query.get("as") or request.cookies.get(SITS_HERE, "")
        if who in users:
            raise web.HTTPFound(self._back(request, who))
        return web.Response(text=_choices(request, users), content_type="text/html")

    def _back(self, request: web.Request, who: str) -> str:
        query = request.query
        code = secrets.token_hex(16)
        target = query["redirect_uri"]
        self.codes[code] = Code(who, query.get("nonce"), target, self._now())
        join = "&" if "?" in target else "?"
        return f"{target}{join}{urlencode({'code': code, 'state': query.get('state', '')})}"

    def exchange(self, given: Json, authorization: str, users: dict[str, User]) -> Json:
        """Turn a code into an access token and an identity: openid.connect.token."""
        self._check_client(given, authorization)
        code = self.codes.get(str(given.get("code")))
        if code is None or self._now() - code.at > CODE_LASTS:
            raise Problem("invalid_code")
        if code.used:
            raise Problem("code_already_used")
        if given.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise Problem("bad_redirect_uri")
        code.used = True
        access = f"xoxp-sandbox-{secrets.token_hex(12)}"
        self.tokens[access] = code.user
        claims = self._claims(users[code.user], code, access)
        identity = self.key.token(claims)
        return {"access_token": access, "token_type": "Bearer", "id_token": identity}

    def _check_client(self, given: Json, authorization: str) -> None:
        client, secret = str(given.get("client_id", "")), str(given.get("client_secret", ""))
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            client, _, secret = pair.partition(":")
        if client != self._client_id:
            raise Problem("invalid_client_id")
        if not secrets.compare_digest(secret, self._client_secret):
            raise Problem("bad_client_secret")

    def _claims(self, user: User, code: Code, access: str) -> Json:
        now = int(self._now())
        half = hashlib.sha256(access.encode()).digest()[:16]
        when = {"iat": now, "auth_time": now, "exp": now + IDENTITY_LASTS}
        said = {"nonce": code.nonce} if code.nonce else {}
        whose = {"iss": ISSUER, "aud": self._client_id, "at_hash": base64url(half)}
        return whose | when | said | self.facts_of(user)

    def facts_of(self, user: User) -> Json:
        """Give what Slack tells of a person who signed in: openid.connect.userInfo."""
        return {
            "sub": user.id,
            "https://slack.com/user_id": user.id,
            "https://slack.com/team_id": self._team,
            "name": user.real_name,
            "locale": user.locale,
            "email": f"{user.name}@sandbox.invalid",
            "email_verified": True,
        }

    def keys(self) -> Json:
        """Give the public keys."""
        return {"keys": [self.key.jwk()]}


def _choices(request: web.Request, users: dict[str, User]) -> str:
    people = [user for user in users.values() if not user.bot and not user.deleted]
    links = "".join(
        f'<li><a href="{html.escape(str(request.rel_url.update_query({"as": user.id})))}">'
        f"{html.escape(user.real_name)}</a></li>"
        for user in people
    )
    return f"<!doctype html><title>Sign in</title><h1>Sign in with Slack</h1><ul>{links}</ul>"
