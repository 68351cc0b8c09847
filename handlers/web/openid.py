"""Sign in with Slack: OpenID Connect, its keys fetched once an hour, its claims believed only then.

https://docs.slack.dev/authentication/sign-in-with-slack
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp
import jwt

from inbox.words import Millis, Record

ISSUER = "https://slack.com"
SCOPES = "openid profile"
KEYS_LAST = 3_600_000
SKEW = 60
"""Seconds that Slack's clock and ours may differ."""
PATIENCE = aiohttp.ClientTimeout(total=8)
TEAM, ENTERPRISE, USER = (
    f"https://slack.com/{name}" for name in ("team_id", "enterprise_id", "user_id")
)


class NotSignedIn(Exception):
    """Slack did not say who it is; the text is for the log and names no secret."""


class Known(Record, frozen=True):
    """Who signed in, as Slack says: the person's own team and enterprise, and their user id."""

    user: str
    teams: tuple[str, ...]


class OpenId:
    """Slack as the one who knows who somebody is."""

    def __init__(
        self,
        client: tuple[str, str],
        api_url: str,
        now: Callable[[], Millis],
        session: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession,
    ) -> None:
        self._id, self._secret = client
        self._now, self._session = now, session
        self._api = api_url.rstrip("/")
        self._host = self._api.removesuffix("/api")
        self._keys: dict[str, Any] = {}
        self._fetched: Millis = 0

    @property
    def possible(self) -> bool:
        """Whether the app has the credentials for it."""
        return bool(self._id and self._secret)

    def begin(self, back: str, state: str, nonce: str) -> str:
        """Return the address at Slack where somebody says who they are."""
        asked = {
            "response_type": "code",
            "scope": SCOPES,
            "client_id": self._id,
            "redirect_uri": back,
            "state": state,
            "nonce": nonce,
        }
        return f"{self._host}/openid/connect/authorize?{urlencode(asked)}"

    async def end(self, code: str, back: str, nonce: str) -> Known:
        """Turn what came back into who it is; raises NotSignedIn."""
        try:
            async with self._session(timeout=PATIENCE) as http:
                told = await self._exchanged(http, code, back)
                claims = await self._believed(http, str(told.get("id_token", "")))
        except (aiohttp.ClientError, TimeoutError, jwt.PyJWTError, ValueError, KeyError) as error:
            raise NotSignedIn(type(error).__name__) from error
        if not nonce or claims.get("nonce") != nonce:
            raise NotSignedIn(
                "nonce"
            )  # guard: openid-nonce test=tests/handlers/web/test_login.py::test_an_identity_made_for_another_walk_is_not_believed
        teams = (claims.get(TEAM), claims.get(ENTERPRISE))
        return Known(str(claims[USER]), tuple(str(one) for one in teams if one))

    async def _exchanged(self, http: aiohttp.ClientSession, code: str, back: str) -> dict[str, Any]:
        given = {
            "client_id": self._id,
            "client_secret": self._secret,
            "code": code,
            "redirect_uri": back,
            "grant_type": "authorization_code",
        }
        async with http.post(f"{self._api}/openid.connect.token", data=given) as answer:
            told: dict[str, Any] = await answer.json()
        if not told.get("ok"):
            raise NotSignedIn("refused")
        return told

    async def _believed(self, http: aiohttp.ClientSession, token: str) -> dict[str, Any]:
        """Return the claims of an identity that Slack signed for us and that has not run out."""
        key = await self._key(http, str(jwt.get_unverified_header(token).get("kid", "")))
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=self._id,
            issuer=ISSUER,
            # The clock is ours: the library would look at its own.
            options={
                "require": ["exp", "iat", "aud", "iss", USER, TEAM],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        if int(claims["exp"]) + SKEW < self._now() // 1000:
            raise NotSignedIn("expired")
        return claims

    async def _key(self, http: aiohttp.ClientSession, kid: str) -> Any:
        """Return the key of this name; Slack changes its keys, so a new name is asked for."""
        now = self._now()
        if kid not in self._keys or now - self._fetched > KEYS_LAST:
            async with http.get(f"{self._host}/openid/connect/keys") as answer:
                found = jwt.PyJWKSet.from_dict(await answer.json())
            self._keys = {str(one.key_id): one.key for one in found.keys}
            self._fetched = now
        return self._keys[kid]


class Entrance(Record, frozen=True):
    """How people come in: Slack's word, our own address, and which workspace is ours."""

    openid: OpenId
    public_url: str
    team: Callable[[], str]
