"""Webhooks: `/hooks/<platform>/<app>`, signed over the raw body, acknowledged after the commit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from bots.contract import Batch, Door, Forged, News, Odd, Secrets
from bots.counters import PUSHES
from bots.intake import TOLD_EVERY, aside, take, tried
from bots.needs import Inbox, Policies
from bots.platforms import PLATFORMS
from inbox import Gone, Unavailable
from inbox.conversations.commands import MarkDeleted
from inbox.words import Account

BODY_MOST = 1 << 20
"""Bytes of a push: more is refused unread."""


class Foreign(Exception):
    """A push of one app about an account that belongs to another."""


NONE_OF_OURS = "for an account that is none of ours"


@dataclass(frozen=True)
class Hook:
    """One app's door, and where its news go."""

    platform: str
    app: str
    door: Door
    inbox: Inbox
    policies: Policies

    @property
    def place(self) -> str:
        """Where it is mounted, without the leading slash."""
        return f"hooks/{self.platform}/{self.app}"

    async def challenge(self, request: web.Request) -> web.Response:
        """Answer the platform's proof-of-ownership question."""
        answer = self.door.challenge(request.query)
        if answer is None:
            return self._said(400, "no_challenge")
        return web.Response(body=answer, content_type="application/json")

    async def push(self, request: web.Request) -> web.Response:
        """Take a push in: 200 once all of it is committed or set aside, 503 to be asked again."""
        body = await _read(request)
        if body is None:
            return self._said(413, "too_large")
        try:
            batch = self.door.receive(request.headers, body)
            await self._take(batch, body)  # guard: ACK test=tests/bots/test_doors.py::test_ack
        except Forged:
            return self._said(401, "forged")
        except Foreign:
            return self._said(403, "foreign")
        except (Unavailable, Gone):
            return self._said(503, "unavailable")
        return self._said(200, "taken")

    async def again(self, native_id: str, raw: bytes) -> tuple[str, ...]:
        """Take in what was set aside; return why something of it still cannot be.

        Raises Foreign where it turns out to be another app's account's, Unavailable and Gone.
        """
        batch = self.door.again(native_id, raw)
        if not batch.news:
            return ("nothing in it is for us",)
        homes = [await self._home(one) for one in batch.news]
        pairs = zip(batch.news, homes, strict=True)
        whys = [await tried(self.inbox, home, one) if home else _lost(one) for one, home in pairs]
        return tuple(dict.fromkeys(why for why in whys if why))

    async def _take(self, batch: Batch, body: bytes) -> None:
        homes = [await self._home(one) for one in batch.news]
        for one, account in zip(batch.news, homes, strict=True):
            if account is not None:
                await take(self.inbox, account, one, body)
                with suppress(Gone):  # it is committed: that pushes come may be told later
                    await self.inbox.gaps.pushed(account.id)
            else:
                await aside(self.inbox, self.place, body, _lost(one))

    async def _home(self, one: News | Odd) -> Account | None:
        """Return whose news this is; raises Foreign where it is another app's account's."""
        account = self.policies.by_native(self.platform, one.account_native_id)
        if account is None and isinstance(one, News) and isinstance(one.command, MarkDeleted):
            account = await self._whose(one.command)
        await self._told(
            account
        )  # guard: BETRAYED test=tests/bots/test_x_bad_day.py::test_betrayed
        self._not_foreign(account)  # guard: FOREIGN_APP test=tests/bots/test_doors.py::test_foreign
        return account

    async def _whose(self, deletion: MarkDeleted) -> Account | None:
        """Return whose conversation a deleted message is in; else any of ours, for a tombstone."""
        ref = await self.inbox.read.where(deletion.message)
        known = await self.inbox.read.conversation(ref) if ref else None
        if known is not None:
            return self.policies.account(known.account)
        mine = (one for one in self.policies.accounts if one.app == self.app)
        return next(mine, None)

    async def _told(self, account: Account | None) -> None:
        """Tell once an hour: who has an app's secret speaks of an account that is not the app's."""
        if account is None or account.app == self.app:
            return
        await self.inbox.notices.put_once(TOLD_EVERY, "foreign_push", account.id, self.app)

    def _not_foreign(self, account: Account | None) -> None:
        if account is not None and account.app != self.app:
            raise Foreign

    def _said(self, status: int, outcome: str) -> web.Response:
        PUSHES.labels(self.platform, self.app, outcome).inc()
        return web.Response(status=status, text=outcome)


def _lost(one: News | Odd) -> str:
    """Say why something for no account of ours is kept."""
    return one.why if isinstance(one, Odd) else NONE_OF_OURS


async def _read(request: web.Request) -> bytes | None:
    """Return the raw body; None, the rest unread, where it is too large."""
    if (request.content_length or 0) > BODY_MOST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_MOST:
            return None
    return bytes(body)


def routes(inbox: Inbox, policies: Policies, secrets: Secrets) -> list[web.RouteDef]:
    """Return the doors of every app that is pushed to, to be mounted by whoever serves the web."""
    found = list[web.RouteDef]()
    for hook in hooks(inbox, policies, secrets):
        if not PLATFORMS[hook.platform].PROFILE.pushes:
            continue
        path = f"/{hook.place}"
        found += [web.get(path, hook.challenge), web.post(path, hook.push)]
    return found


def hooks(inbox: Inbox, policies: Policies, secrets: Secrets) -> list[Hook]:
    """Return the doors of every app that has accounts: what was set aside is read again by them."""
    found = list[Hook]()
    apps = dict.fromkeys((one.platform, one.app) for one in policies.accounts)
    for platform, app in apps:
        ours = {one.native_id: one.id for one in policies.accounts if one.platform == platform}
        door = PLATFORMS[platform].door(secrets.apps.get(app, {}), ours)
        if door is not None:
            found.append(Hook(platform, app, door, inbox, policies))
    return found
