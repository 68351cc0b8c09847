"""OAuth 1.0a user context, verified for real (RFC 5849, HMAC-SHA1).

The caller's library signs the address it believes in (tweepy: api.twitter.com) while the
bytes arrive here, so a signature over any of X's own hosts, or over ours, is right.
Timestamps are not compared with the world's clock, which a test may set to another year.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from sandbox.x.problems import unauthorized
from sandbox.x.records import Access, App, Grant, User
from sandbox.x.world import World

HOSTS = ("https://api.twitter.com", "https://api.x.com")


def escape(text: str) -> str:
    """Percent-encode as RFC 5849 section 3.6 says."""
    return quote(text, safe="~")


def authorization(header: str) -> dict[str, str]:
    """Read the parameters of an `Authorization: OAuth …` header; empty where it is none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {unquote(key): unquote(value.strip('"')) for key, _, value in pairs}


def signature(
    method: str,
    url: str,
    parameters: Iterable[tuple[str, str]],
    consumer_secret: str,
    token_secret: str,
) -> str:
    """Return the HMAC-SHA1 signature of a call; `url` without its query."""
    pairs = sorted((escape(key), escape(value)) for key, value in parameters)
    joined = "&".join(f"{key}={value}" for key, value in pairs)
    base = "&".join((method.upper(), escape(url), escape(joined)))
    key = f"{escape(consumer_secret)}&{escape(token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()


def verified(world: World, request: web.Request) -> tuple[App, User, Access]:
    """Return the app and the user that signed a request, and what the token may do; else 401."""
    said = authorization(request.headers.get("Authorization", ""))
    grant = world.grants.get(said.get("oauth_token", ""))
    app = world.apps.get(grant.app_id) if grant else None
    if grant is None or app is None or said.get("oauth_consumer_key") != app.consumer_key:
        raise unauthorized()
    if not _signed(request, said, app, grant):
        raise unauthorized()
    return app, world.users[grant.user_id], grant.access


def _signed(request: web.Request, said: dict[str, str], app: App, grant: Grant) -> bool:
    if said.get("oauth_signature_method") != "HMAC-SHA1" or not said.get("oauth_nonce"):
        return False
    path, _, query = request.raw_path.partition("?")
    sent = [(key, value) for key, value in said.items() if key not in ("oauth_signature", "realm")]
    sent += parse_qsl(query, keep_blank_values=True)
    claimed = said.get("oauth_signature", "").encode()
    return any(
        hmac.compare_digest(
            signature(
                request.method, host + path, sent, app.consumer_secret, grant.tokens.secret
            ).encode(),
            claimed,
        )
        for host in (*HOSTS, f"http://{request.host}")
    )
