"""The real conversations on a served X, and processes of ours that take them in by every door."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bots import doors
from bots.budgets import Purse
from bots.contract import Secrets, Wiring
from bots.listening import Listener
from bots.platforms import x
from bots.platforms.x.places import Place, Places, kept
from inbox import Inbox, opened
from inbox.team.policies import Policies
from inbox.words import Account, Lane
from sandbox.x.activity import SIGNATURE_HEADER, payloads_of_post, signed
from sandbox.x.records import App
from sandbox.x.server import app as x_app
from sandbox.x.world import World
from tests.promises.ministry import served

AT_ONCE = 24
"""Pushes on their way at once."""
BEGINNING, END = Place("1"), Place(str((1 << 63) - 1))
"""Reading everything of a source, and nothing."""
LANES = (Lane("other", 6, 480),)


def now() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Real:
    """The real conversations on a served X, and the organisations' accounts."""

    said: dict[str, dict[str, Any]]
    world: World
    app: App
    accounts: list[Account]
    secrets: Secrets
    url: str

    @property
    def ours(self) -> dict[str, str]:
        return {account.native_id: account.id for account in self.accounts}

    def pushes(self) -> list[bytes]:
        """Give every delivery that X would make of these posts to the organisations' app."""
        return [raw for post in self.said for raw in self.pushes_of(post)]

    def pushes_of(self, post: str) -> list[bytes]:
        """Give X's deliveries of one post."""
        users = [self.world.users[account.native_id] for account in self.accounts]
        told = self.world.shelf.get(post)
        return [raw for user in users for raw in payloads_of_post(self.world, told, user)]


def conversations(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "x_care_conversations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def posted(world: World, told: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Let all of them post what they once did, each under the post before; return each once."""
    found: dict[str, dict[str, Any]] = {}
    for one in told:
        before = None
        for said in one["messages"]:
            for handle in (one["account"], said["from"]):
                if world.find(handle) is None:
                    world.join(handle, handle)
            if said["id"] not in found:
                at = round(datetime.fromisoformat(said["at"]).timestamp() * 1000)
                world.post(said["from"], said["text"], id=said["id"], at=at, in_reply_to=before)
                found[said["id"]] = {**said, "account": one["account"]}
            before = said["id"]
    return found


@pytest.fixture
async def real(shared_data: Path) -> AsyncIterator[Real]:
    world = World(now)
    said = posted(world, conversations(shared_data))
    app = world.register("x-main", "consumer-key", "consumer-secret", tier="enterprise")
    handles = sorted({one["account"] for one in said.values()})
    accounts = [
        Account(
            id=f"x/{handle.lower()}",
            app="x-main",
            native_id=world.user(handle).id,
            title=handle,
            handle=handle,
            slack_channel="C1",
            private_channel="C2",
        )
        for handle in handles
    ]
    tokens = {account.id: world.grant(app, account.handle) for account in accounts}
    async with served(x_app(world)) as url:
        secrets = Secrets(
            {"x-main": {"consumer_key": "consumer-key", "consumer_secret": "consumer-secret"}},
            {id_: {"token": one.token, "token_secret": one.secret} for id_, one in tokens.items()},
            {"x": url},
        )
        yield Real(said, world, app, accounts, secrets, url)


@dataclass
class Process:
    """One process of ours: an inbox that remembers nothing, its door, and its bots."""

    real: Real
    inbox: Inbox
    data: Path
    door: str
    http: aiohttp.ClientSession
    dice: random.Random

    async def by_webhook(self) -> None:
        """Push everything at the door, many at once."""
        bodies = self.real.pushes()
        self.dice.shuffle(bodies)
        killed = self.dice.randrange(len(bodies))
        free = asyncio.Semaphore(AT_ONCE)

        async def push(number: int, raw: bytes) -> None:
            async with free:
                if number == killed:
                    self.kill_server()
                await self.push(raw)

        async with asyncio.TaskGroup() as group:
            for number, raw in enumerate(bodies):
                group.create_task(push(number, raw))

    async def push(self, raw: bytes) -> None:
        """Push one delivery, as often as it takes."""
        headers = {SIGNATURE_HEADER: signed("consumer-secret", raw)}
        while (status := await self._pushed(raw, headers)) != 200:
            assert status == 503  # X pushes again
            await asyncio.sleep(0.05)

    async def _pushed(self, raw: bytes, headers: dict[str, str]) -> int:
        async with self.http.post(self.door, data=raw, headers=headers) as answer:
            return answer.status

    async def by_polling(self) -> None:
        """Read every account's mentions and own posts from the beginning."""
        await self._read(Places(BEGINNING, BEGINNING, END, (), self.inbox.now()))

    async def by_look_up(self, *, kills: bool = True) -> None:
        """Read every account's own posts only: all else is looked up above them."""
        await self._read(Places(END, BEGINNING, END, (), self.inbox.now()), kills=kills)

    async def _read(self, places: Places, *, kills: bool = True) -> None:
        accounts = list(self.real.accounts)
        self.dice.shuffle(accounts)
        killed = self.dice.choice(accounts)
        for account in accounts:
            await self.inbox.cursors.set(account.id, kept(places), 0)
        free = asyncio.Semaphore(4)

        async def read(account: Account) -> None:
            async with free:
                if kills and account is killed:
                    self.kill_server()
                failures = 1
                while failures:
                    _, failures = await self._listener(account).step(0)

        async with asyncio.TaskGroup() as group:
            for account in accounts:
                group.create_task(read(account))

    def _listener(self, account: Account) -> Listener:
        inbox, real = self.inbox, self.real
        purse = Purse(inbox, account, x.PROFILE)
        wiring = Wiring(self.http, inbox.now, purse, real.ours, real.url)
        bot = x.connect(account, real.secrets.of(account), wiring)
        return Listener(inbox, account, bot, inbox.now)

    def kill_server(self) -> None:
        os.kill(int((self.data / "valkey.pid").read_text()), signal.SIGKILL)


@asynccontextmanager
async def process(
    real: Real,
    data: Path,
    dice: random.Random,
    policies: Policies | None = None,
    clock: Callable[[], int] = now,
) -> AsyncIterator[Process]:
    """Start a process on a folder; it revives the folder's server when that is killed."""
    numbers = count(dice.randrange(10**9) * 10**6)
    policies = policies or Policies(real.accounts, [], LANES, (), {"x": x.PROFILE})
    async with AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(
            opened(
                None,
                data=data,
                secret=b"s" * 32,
                policies=policies,
                clock=clock,
                ids=lambda: f"{next(numbers):016d}",
                mode="sandbox",
            )
        )
        site = web.Application()
        site.add_routes(doors.routes(inbox, policies, real.secrets))
        door = await stack.enter_async_context(served(site))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Process(real, inbox, data, f"{door}/hooks/x/x-main", http, dice)
