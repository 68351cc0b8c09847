"""Canaries in every token and every text, all loggers at DEBUG: none where it does not belong."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.promises.ministry import MINISTRY, become
from tests.promises.processes import CHANNEL, Town, town
from tests.servers import free_port

PUBLIC, PRIVATE = "CanaryPublicQuestion", "CanaryPrivateQuestion"
ANSWER, DRAFT, NOTE = "CanaryAnswer", "CanaryDraft", "CanaryNote"
HANDLE = "canary_person"
TEXTS = (PUBLIC, PRIVATE, ANSWER, DRAFT, NOTE, HANDLE)
OPEN, CLOSED = CHANNEL, "C0PRESS0002"
"""The account's public channel, and its private one."""
SECRET = ("KEY", "SECRET", "TOKEN")
"""What the names of variables that hold credentials end in."""


def secrets(at: Town) -> set[str]:
    """Give every credential that the product was started with, and the parts of the server's."""
    return {value for name, value in at.environ.items() if name.endswith(SECRET)}


async def asked(at: Town, port: int, path: str, **more: object) -> str:
    """Give what a page or a door answers, whatever the status."""
    method = "POST" if more else "GET"
    url = f"http://127.0.0.1:{port}{path}"
    async with at.http.request(method, url, **more) as answer:  # type: ignore[arg-type]  # the caller names what aiohttp takes
        return f"{answer.status} {dict(answer.headers)} {await answer.text()}"


async def forged(at: Town, port: int) -> list[str]:
    """Knock with wrong signatures, wrong bodies and wrong paths; give every answer."""
    body = f'{{"text": "{PRIVATE}"}}'.encode()
    stamp = str(int(time.time()))
    right = hmac.new(at.workspace.signing_secret.encode(), b"", hashlib.sha256).hexdigest()
    slack = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={right}"}
    x = {"x-twitter-webhooks-signature": "sha256=AAAA"}
    return [
        await asked(at, port, "/slack/events", data=body, headers=slack),
        await asked(at, port, "/hooks/x/x-main", data=body, headers=x),
        await asked(at, port, "/hooks/x/x-main?crc_token=c"),
        await asked(at, port, "/login?token=CanaryLogin"),
        await asked(at, port, "/nothing/here"),
        await asked(at, port, "/healthz"),
        await asked(at, port, "/readyz"),
        await asked(at, port, "/"),
    ]


async def lived(at: Town) -> None:
    """Let people ask and officers answer, with what goes wrong on a bad day."""
    at.world.join(HANDLE, "Canary Person")
    at.world.faults.arm("POST /2/tweets", "busy", seconds=1)
    at.world.faults.arm("GET /2/dm_events", "gateway_before")
    at.workspace.faults.arm("chat.postMessage", "gateway_after")
    at.workspace.faults.arm("chat.update", "busy", seconds=1)
    await at.asks(HANDLE, PUBLIC)
    at.world.dm(HANDLE, MINISTRY, PRIVATE)
    await at.push.drain()
    card = await at.card(PUBLIC)
    await at.answers("U0ANNA", card, ANSWER)
    await become(lambda: shown(at, CLOSED, PRIVATE), at.said)
    await at.published(ANSWER)
    private = next(m for m in at.workspace.channels[CLOSED].visible() if PRIVATE in str(m.blocks))
    await at.workspace.click("U0ANNA", CLOSED, private.ts, "answer")
    await at.workspace.type_in_view("U0ANNA", "text", DRAFT)
    at.workspace.clear_stack("U0ANNA")
    await at.workspace.command("U0ANNA", OPEN, "/inbox", f"find {NOTE}")


def shown(at: Town, channel: str, text: str) -> bool:
    """Whether a text stands, or ever stood, in a channel."""
    said = at.workspace.channels[channel].said
    return any(
        text in f"{face['text']} {face['blocks']}"
        for one in said
        for face in (one.face(), *one.edits)
    )


@pytest.mark.timeout(120)
async def test_no_token_and_no_text_is_where_it_does_not_belong(tmp_path: Path) -> None:
    async with town(tmp_path, hold=0) as at:
        ports = [free_port() for _ in range(2)]
        [web] = at.begin("web", LOUD="1")
        beside = [
            *at.begin("bots", LOUD="1", METRICS_PORT=str(ports[0])),
            *at.begin("clerk", LOUD="1", METRICS_PORT=str(ports[1])),
        ]
        await at.serving(web)
        await become(lambda: all("listening" in one.said for one in beside), at.said)
        await lived(at)
        pages = await forged(at, web.port)
        figures = [await asked(at, port, "/metrics") for port in (web.port, *ports)]
        at.world.revoke(MINISTRY)  # X says 401 from now on
        at.workspace.revoked = True
        await at.asks(HANDLE, f"{PUBLIC} again")
        await at.workspace.command("U0ANNA", OPEN, "/inbox", "next")  # Slack refuses its window
        figures.append(await asked(at, web.port, "/metrics"))
        await at.stop(*at.running())

        logs = {one.log.name: one.said for one in at.processes}
        assert all('"level": "debug"' in said for said in logs.values())
        found = {**logs, "pages": "".join(pages), "metrics": "".join(figures)}
        keys = secrets(at) | {"CanaryLogin"}
        assert len(keys) > 8
        nowhere(found, (*keys, *TEXTS))
        nowhere(told(at), keys)
        nowhere(told(at, inside=False), (PRIVATE, DRAFT, NOTE))


def nowhere(places: Mapping[str, str], canaries: Iterable[str]) -> None:
    """Fail where one of the canaries stands in one of the places."""
    for place, said in places.items():
        assert not [one for one in canaries if one in said], place


def told(at: Town, *, inside: bool = True) -> dict[str, str]:
    """Give all that Slack and X were told: with or without what only the officers' eyes see."""
    found = {
        f"channel {one.name}": "".join(
            str(face) for said in one.said for face in (said.face(), *said.edits)
        )
        for one in at.workspace.channels.values()
        if inside or not (one.private or one.kind == "im")
    }
    return found | {"X": "".join(post.text for post in at.world.posts_by(MINISTRY))}
