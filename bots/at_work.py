"""The bots at work: for each account one task that listens and one that sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bots.budgets import Purse
from bots.contract import Clock, Secrets, Wiring
from bots.gauges import gauging
from bots.listening import Listener, leased
from bots.platforms import PLATFORMS
from bots.postroom import Sender
from bots.proofs import Proofs
from bots.reaching import Asker
from bots.renewing import Renewer
from inbox import Inbox
from inbox.team.policies import Policies
from inbox.words import Account, Profile


def profiles() -> dict[str, Profile]:
    """Return what each platform can do, by its name."""
    return {name: platform.PROFILE for name, platform in PLATFORMS.items()}


@asynccontextmanager
async def running(
    inbox: Inbox,
    policies: Policies,
    secrets: Secrets,
    http: aiohttp.ClientSession,
    clock: Clock,
    proofs: Proofs | None = None,
) -> AsyncIterator[None]:
    """Listen and send for every account while the block lasts; parts on their way are finished.

    Any number of processes may do this: leases settle who does what. `clock` is the server's time
    (`inbox.now`), since the starts of sends are told in it. `proofs` reads pages again.
    """
    stop = asyncio.Event()
    work = [inbox.follow("out", inbox.pictures.out, stop=stop), gauging(inbox, asyncio.sleep)]
    for account in policies.accounts:
        work += _at_work(account, inbox, policies, secrets, http, clock, proofs)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        try:
            yield
        finally:
            stop.set()
            for task in tasks:
                task.cancel()


def _at_work(
    account: Account,
    inbox: Inbox,
    policies: Policies,
    secrets: Secrets,
    http: aiohttp.ClientSession,
    clock: Clock,
    proofs: Proofs | None,
) -> Iterator[Coroutine[Any, Any, None]]:
    platform = PLATFORMS[account.platform]
    purse = Purse(inbox, account, platform.PROFILE)
    sisters = (one for one in policies.accounts if one.platform == account.platform)
    wiring = Wiring(
        http=http,
        clock=clock,
        spending=purse,
        ours={one.native_id: one.id for one in sisters},
        api_url=secrets.api_urls.get(account.platform),
    )
    bot = platform.connect(account, secrets.of(account), wiring)
    listener = Listener(inbox, account, bot, clock)
    reader = proofs.still if proofs else None
    sender = Sender(inbox, account, bot, purse, clock, policies.lanes, reader=reader)
    yield leased(inbox, f"listen:{account.id}", listener.run, asyncio.sleep)
    asker = Asker(inbox, account, bot, asyncio.sleep)
    yield leased(inbox, f"ask:{account.id}", asker.run, asyncio.sleep)
    yield leased(inbox, f"send:{account.id}", sender.run, asyncio.sleep)
    if proofs:
        renewer = Renewer(inbox, account, bot, proofs, asyncio.sleep)
        yield leased(inbox, f"renew:{account.platform}", renewer.run, asyncio.sleep)
