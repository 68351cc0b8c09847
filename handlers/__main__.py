"""The web process: Slack, doors for webhooks, health; `all` runs the bots and the clerk too."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

import bots
import inbox.clerk
from bots import doors
from bots.contract import Secrets
from bots.doors import BODY_MOST
from config import health, logs
from config.start import Start, bound, clock, ids, started, stop_asked
from handlers import say
from handlers.slack.app import Access, Slack
from handlers.slack.way import Way
from handlers.web.app import Site, Web
from inbox import CannotStart, Gone, Unfit, opened

log = structlog.stdlib.get_logger("handlers")


async def main(start: Start, *, everything: bool) -> None:
    """Serve until told to stop; then finish what was begun, the last started first."""
    stop, settings, policies = stop_asked(), start.settings, start.policies
    secrets = Secrets(
        start.tables.app_secrets, start.tables.account_secrets, start.settings.api_urls
    )
    async with AsyncExitStack() as house:
        door = house.enter_context(bound(settings.host, settings.port))
        box = await house.enter_async_context(opened(**start.opening))
        book = say.read(settings.config)
        slack = Slack(access(start), box, policies, book, ids)
        outbound, sandbox = settings.outbound, settings.mode == "sandbox"
        proofs = bots.proving(outbound.proxy, outbound.tls, box.now, sandbox=sandbox)
        slack.office.proofs = proofs
        if everything:
            http = await house.enter_async_context(settings.outbound.session(bots.Punctual))
            if settings.anchor_url:
                box.archive.anchoring.post = bots.witness(http, settings.anchor_url)
            phrases = start.tables.phrases
            await house.enter_async_context(inbox.clerk.running(box, policies, clock, phrases))
            await house.enter_async_context(
                bots.running(box, policies, secrets, http, box.now, proofs)
            )
        await house.enter_async_context(slack.running())
        pages = Web(page(start), box, policies, book, ids, slack.team)
        await house.enter_async_context(pages.running())

        site = web.Application(client_max_size=BODY_MOST)
        site.add_routes(slack.routes())
        site.add_routes(pages.routes())
        site.on_shutdown.append(pages.hang_up)
        site.add_routes(doors.routes(box, policies, secrets))
        site.add_routes(health.of(box, policies, lambda: {"slack": slack.known}))
        runner = web.AppRunner(site, access_log=None, shutdown_timeout=10)
        await runner.setup()
        house.push_async_callback(runner.cleanup)
        await web.SockSite(runner, door).start()
        log.info("listening", host=settings.host, port=settings.port, mode=settings.mode)
        await stop.wait()
        log.info("stopping")


def access(start: Start) -> Access:
    """Return the slice of the settings that Slack needs."""
    slack, outbound = start.settings.slack, start.settings.outbound
    return Access(
        slack.bot_token,
        slack.signing_secret,
        slack.app_token,
        slack.api_url,
        slack.command,
        start.settings.public_url,
        way=Way(outbound.proxy(slack.api_url), outbound.tls),
    )


def page(start: Start) -> Site:
    """Return the slice of the settings that the web page needs."""
    settings = start.settings
    slack = settings.slack
    return Site(
        settings.public_url,
        settings.secret,
        slack.client_id,
        slack.client_secret,
        slack.api_url,
        settings.outbound.session,
    )


async def link(start: Start, officer: str) -> None:
    """Print a login link for an officer: it opens once, within ten minutes, also without Slack."""
    known = start.policies.officer(officer)
    if known is None or not known.active:
        sys.exit(f"There is no officer {officer} in officers.toml, or no longer.")
    settings, token = start.settings, ids() + ids()
    async with opened(**start.opening) as box:
        await box.logins.mint(token, known.id)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    sys.stdout.write(f"{address}/login/{token}\n")


if __name__ == "__main__":
    asked = sys.argv[1:]
    linked = len(asked) == 2 and asked[0] == "link"
    if not linked and asked not in ([], ["all"]):
        sys.exit("usage: python -m handlers [all | link OFFICER]")
    logs.start("WARNING" if linked else "INFO")
    try:
        begun = started(os.environ, bots.profiles())
        asyncio.run(link(begun, asked[1]) if linked else main(begun, everything=bool(asked)))
    except (CannotStart, Gone, Unfit) as error:
        sys.exit(f"Chancery cannot start: {error}")
