"""Sign in with Slack: one-use codes, identities that verify, refusals."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.rsa import make_key
from sandbox.slack.world import Workspace
from tests.sandbox.slack.conftest import Clock

Json = dict[str, Any]
pytestmark = pytest.mark.filterwarnings(
    # slack_sdk 3.47 makes the Basic header by a helper that aiohttp 3.14 calls old.
    "ignore:BasicAuth is deprecated:DeprecationWarning"
)
BACK = "http://127.0.0.1/login/back"
SMALL = make_key(1024)
"""A small key, made once: these tests are about the road, not the lock."""
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(token: str, keys: Json) -> Json:
    """Check an RS256 token against a key set, by the standard and not by our signer."""
    head, body, signature = token.split(".")
    kid = json.loads(decoded(head))["kid"]
    key = next(one for one in keys["keys"] if one["kid"] == kid)
    n, e = (int.from_bytes(decoded(key[name]), "big") for name in ("n", "e"))
    size = (n.bit_length() + 7) // 8
    opened = pow(int.from_bytes(decoded(signature), "big"), e, n).to_bytes(size, "big")
    digest = hashlib.sha256(f"{head}.{body}".encode()).digest()
    padding = b"\xff" * (size - 3 - len(PREFIX) - len(digest))
    assert opened == b"\x00\x01" + padding + b"\x00" + PREFIX + digest
    claims: Json = json.loads(decoded(body))
    return claims


async def signed_in(workspace: Workspace, **more: str) -> tuple[int, dict[str, list[str]]]:
    """Walk to Slack as Anna; give the status and what came back in the address."""
    asked = {
        "response_type": "code",
        "scope": "openid profile",
        "client_id": workspace.client_id,
        "redirect_uri": BACK,
        "state": "s1",
        "nonce": "n1",
        "as": "U1",
    }
    where = f"{workspace.address}/openid/connect/authorize?{urlencode(asked | more)}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(where, allow_redirects=False) as answer,
    ):
        target = answer.headers.get("Location", "")
        return answer.status, parse_qs(urlsplit(target).query)


async def test_a_sign_in_ends_in_an_identity_that_verifies(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    workspace.openid.__dict__["key"] = SMALL
    status, back = await signed_in(workspace)
    assert (status, back["state"]) == (302, ["s1"])
    answer = await client.openid_connect_token(
        client_id=workspace.client_id,
        client_secret=workspace.client_secret,
        code=back["code"][0],
        redirect_uri=BACK,
    )
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{workspace.address}/openid/connect/keys") as keys,
    ):
        claims = verified(answer["id_token"], await keys.json())
    assert claims["aud"] == workspace.client_id
    assert claims["nonce"] == "n1"
    assert claims["https://slack.com/user_id"] == "U1"
    assert claims["https://slack.com/team_id"] == workspace.team
    assert claims["iat"] <= clock() < claims["exp"]
    by_anna = AsyncWebClient(answer["access_token"], base_url=f"{workspace.address}/api/")
    assert (await by_anna.openid_connect_userInfo())["sub"] == "U1"
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await by_anna.auth_test()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "guessed"}, "bad_client_secret"),
        ({"client_id": "another"}, "invalid_client_id"),
        ({"code": "made up"}, "invalid_code"),
        ({"redirect_uri": "https://evil.example"}, "bad_redirect_uri"),
    ],
)
async def test_a_wrong_exchange_is_refused(
    workspace: Workspace, client: AsyncWebClient, changed: Json, error: str
) -> None:
    _, back = await signed_in(workspace)
    right = {
        "client_id": workspace.client_id,
        "client_secret": workspace.client_secret,
        "code": back["code"][0],
        "redirect_uri": BACK,
    }
    with pytest.raises(SlackApiError, match=error):
        await client.openid_connect_token(**(right | changed))


async def test_a_code_is_used_once_and_grows_old(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    workspace.openid.__dict__["key"] = SMALL
    app = {"client_id": workspace.client_id, "client_secret": workspace.client_secret}
    _, back = await signed_in(workspace)
    await client.openid_connect_token(code=back["code"][0], **app)
    with pytest.raises(SlackApiError, match="code_already_used"):
        await client.openid_connect_token(code=back["code"][0], **app)
    _, back = await signed_in(workspace)
    clock.pass_by(601)
    with pytest.raises(SlackApiError, match="invalid_code"):
        await client.openid_connect_token(code=back["code"][0], **app)


async def test_slack_asks_who_is_there_and_knows_its_clients(workspace: Workspace) -> None:
    assert (await signed_in(workspace, **{"as": ""}))[0] == 200
    assert (await signed_in(workspace, client_id="another"))[0] == 400
    assert (await signed_in(workspace, scope="email"))[0] == 400
