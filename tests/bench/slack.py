"""Acts through Slack: signed clicks on Claim, by the app's own HTTP door, at sixteen officers.

Slack itself is a server that says yes to everything: what is measured is ours, and Bolt's.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from msgspec.structs import replace

from handlers.say import read
from handlers.slack import ids
from handlers.slack.app import Access, Slack
from inbox import opened
from inbox.team.policies import Policies
from inbox.words import ConversationId
from tests.bench.desk import opened as asked
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.intake import served
from tests.bench.loading import loaded
from tests.bench.texts import ROOT
from tests.inbox import house

OFFICERS = 16
CLICKS = 1600
SECRET = "signing-secret"
TEAM = "T0BENCH"


def policies() -> Policies:
    """Give sixteen officers who have seats in Slack."""
    made = house.policies(OFFICERS)
    people = [
        replace(one, slack=(f"{TEAM}/U{one.id}",), locale="en") for one in made.officers.values()
    ]
    return Policies(made.accounts, people, made.lanes, made.tags, made.profiles)


def yes() -> web.Application:
    """Return a Slack that knows us and does whatever it is told."""
    count = iter(range(10**9))

    async def answer(asked: web.Request) -> web.Response:
        said: dict[str, Any] = {"ok": True, "ts": f"1.{next(count):06d}", "channel": "C1"}
        if asked.match_info["method"] == "conversations.info":
            said["channel"] = {"id": "C1", "is_member": True, "is_private": True}
        us = {"team_id": TEAM, "user_id": "U0BOT", "bot_id": "B0BOT"}
        return web.json_response({**said, **us, "messages": [], "members": []})

    made = web.Application()
    made.router.add_route("*", "/api/{method}", answer)
    return made


def click(ref: ConversationId, n: int) -> bytes:
    """Write the request that tells of an officer's click on Claim, signed as Slack signs."""
    press = ids.pack(ids.Press(ref, 1))
    payload = {
        "type": "block_actions",
        "user": {"id": f"Uo{n % OFFICERS}", "team_id": TEAM, "username": "o", "name": "o"},
        "team": {"id": TEAM, "domain": "bench"},
        "api_app_id": "A0BENCH",
        "token": "t",
        "trigger_id": f"{n}.1.a",
        "container": {"type": "message", "message_ts": f"2.{n:06d}", "channel_id": "C1"},
        "channel": {"id": "C1", "name": "press"},
        "message": {"type": "message", "ts": f"2.{n:06d}", "text": "", "blocks": []},
        "response_url": "https://hooks.slack.com/actions/unused",
        "actions": [
            {
                "type": "button",
                "action_id": ids.CLAIM,
                "block_id": "acts",
                "action_ts": f"3.{n:06d}",
                "value": press,
            }
        ],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={digest}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def measure(url: str, folder: Path) -> list[Figure]:
    """Let sixteen officers claim, each the next; every claim must have been made."""
    tables = policies()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(served(yes()))
        box = await stack.enter_async_context(
            opened(
                url,
                data=folder / "slack",
                secret=house.SECRET,
                policies=tables,
                clock=house.clock,
                ids=house.ids(),
                mode="sandbox",
            )
        )
        access = Access("xoxb-bench", SECRET, api_url=f"http://127.0.0.1:{port}/api/")
        slack = Slack(access, box, tables, read(ROOT / "config" / "demo"), house.ids())
        site = web.Application()
        site.add_routes(slack.routes())
        door = await stack.enter_async_context(served(site))
        await stack.enter_async_context(slack.running())
        while not slack.known:
            await asyncio.sleep(0.01)
        refs = await asked(box.desk, "k", CLICKS)
        file = folder / "clicks"
        cpu = time.process_time()
        seconds, *took = await loaded(
            door, file, [click(ref, n) for n, ref in enumerate(refs)], OFFICERS
        )
        cpu = time.process_time() - cpu
        held = [one.claim for one in await box.read.conversations(refs)]
        assert all(held), f"{held.count(None)} of {CLICKS} were not claimed"
    return [
        Figure(
            *("slack_acts_per_s", rounded(CLICKS / seconds), "1/s"),
            f"claims by signed requests of Slack's to one process, {OFFICERS} officers",
            *("at least", 300),
        ),
        Figure("slack_act_p50_ms", rounded(percentile(took, 50) * 1e3), "ms", "half of them"),
        Figure(
            *("slack_act_p99_ms", rounded(percentile(took, 99) * 1e3), "ms"),
            "all but one in a hundred",
        ),
        Figure("slack_act_cpu_us", rounded(cpu / CLICKS * 1e6), "us", "CPU an act, this process"),
    ]
