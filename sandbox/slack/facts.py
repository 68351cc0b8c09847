"""The workspace as a store: people, channels, messages, and who is told when they change."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from sandbox.faults import Faults
from sandbox.slack.delivery import Deliveries
from sandbox.slack.openid import OpenId
from sandbox.slack.pacing import Pacing
from sandbox.slack.records import Channel, Json, Message, Outcome, Problem, User
from sandbox.slack.sockets import Sockets

Listener = Callable[[str, Json], None]
EVENTS: dict[str, frozenset[str]] = {
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
    "app_mention": frozenset({"app_mentions:read"}),
    "app_home_opened": frozenset(),
    "app_uninstalled": frozenset(),
    "tokens_revoked": frozenset(),
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "channel_rename": frozenset({"channels:read"}),
    "channel_left": frozenset({"channels:read"}),
    "channel_deleted": frozenset({"channels:read"}),
    "channel_shared": frozenset({"channels:read", "groups:read"}),
    "channel_unshared": frozenset({"channels:read", "groups:read"}),
    "group_archive": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
    "group_rename": frozenset({"groups:read"}),
    "group_left": frozenset({"groups:read"}),
    "group_deleted": frozenset({"groups:read"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "reaction_added": frozenset({"reactions:read"}),
    "user_change": frozenset({"users:read"}),
    "team_join": frozenset({"users:read"}),
    "dnd_updated_user": frozenset({"dnd:read"}),
}
"""Event subscriptions and the scopes of which one is needed (docs.slack.dev/reference/events)."""

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "dnd:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "reactions:write",
        "users:read",
    }
)
"""What the app is granted: the scopes of its manifest (a test holds them together)."""
SUBSCRIBED = frozenset(EVENTS) - {
    *("channel_rename", "group_rename", "reaction_added", "user_change", "team_join"),
    "dnd_updated_user",
}
"""The events of its manifest; the others are sent to nobody unless a test subscribes to them."""


class Facts:
    """What Slack knows, and the one road by which the app hears of changes.

    `now` gives seconds since 1970 and decides triggers, response URLs, pacing and retries.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        team: str = "T0SANDBOX",
        request_url: str | None = None,
    ) -> None:
        self.now = now
        self.team = team
        self.team_name = "sandbox"
        self.app_id = "A0SANDBOX"
        self.bot_id = "B0SANDBOX"
        self.bot_user_id = "U0BOT"
        self.bot_token = f"xoxb-sandbox-{secrets.token_hex(12)}"
        self.app_token = f"xapp-sandbox-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.client_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        self.client_secret = secrets.token_hex(16)
        self.openid = OpenId(now, team, (self.client_id, self.client_secret))
        self.verification_token = secrets.token_hex(12)
        self.scopes: set[str] = set(SCOPES)
        self.subscriptions: set[str] = set(SUBSCRIBED)
        self.revoked = False
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        """How often each method was called, under a fault too."""
        self.pacing = True
        self.paces = Pacing(now)
        self.address = "http://127.0.0.1:0"
        """Where the server listens; it learns this from the requests that reach it."""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, tuple[str, list[str]]] = {}
        """id → (handle, user ids)"""
        self.sockets = Sockets(self.app_id)
        self.deliveries = Deliveries(self.signing_secret, self.sockets, now, request_url)
        self._listeners: list[Listener] = []
        self._numbers = count(1)
        self._last_ts = 0
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._emitted: list[asyncio.Task[Outcome]] = []
        self.user(self.bot_user_id, "chancery", real_name="Chancery", bot=True)

    # who is here

    def user(  # noqa: PLR0913 (a person has that many sides; the public shape is agreed)
        self,
        id: str,
        name: str,
        *,
        real_name: str,
        locale: str = "sv-SE",
        tz: str = "Europe/Stockholm",
        dnd: bool = False,
        guest: bool = False,
        bot: bool = False,
        team: str = "",
    ) -> User:
        """Add a member, or with `team` a stranger from another organisation."""
        made = User(id, name, real_name, locale, tz, dnd, guest, bot, team=team)
        self.users[id] = made
        return self.users[id]

    def channel(
        self,
        id: str,
        name: str,
        *,
        private: bool = False,
        shared: bool = False,
        members: Iterable[str] = (),
        with_bot: bool = True,
    ) -> Channel:
        """Add a channel; the bot is in it unless told otherwise."""
        inside = [*members, *([self.bot_user_id] if with_bot else [])]
        self.channels[id] = Channel(id, name, private, shared, members=list(dict.fromkeys(inside)))
        return self.channels[id]

    def usergroup(self, id: str, handle: str, members: Iterable[str]) -> None:
        """Add a user group."""
        self.usergroups[id] = (handle, list(members))

    def direct(self, user: str) -> Channel:
        """Give the direct message channel between the bot and a person, made on first use."""
        if user not in self.users:
            raise Problem("user_not_found")
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        made = Channel(f"D{user[1:]}", "", kind="im", members=[user, self.bot_user_id])
        self.channels[made.id] = made
        return made

    def messages(self, channel: str) -> list[Message]:
        """Give everything ever said in a channel, oldest first, the deleted and ephemeral too."""
        return list(self.channels[channel].said)

    # telling others

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(what, facts)` at every change; the result ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, what: str, **facts: Any) -> None:
        """Tell the listeners of one change."""
        for listener in list(self._listeners):
            listener(what, facts)

    def emit(self, subscription: str, event: Json, channel: Channel | None = None) -> None:
        """Send an event to the app, if it asked for it, may have it and is in the channel."""
        if subscription not in self.subscriptions or self.revoked:
            return
        if EVENTS[subscription] and not EVENTS[subscription] & self.scopes:
            return
        if channel is not None and self.bot_user_id not in channel.members:
            return
        event = {"event_ts": self.stamp(), **event}
        envelope = {
            "token": self.verification_token,
            "team_id": self.team,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{next(self._numbers):010d}",
            "event_time": int(self.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team,
                    "user_id": self.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel.shared if channel else False,
        }
        task = asyncio.get_running_loop().create_task(self.deliveries.event(envelope))
        self._tasks.add(task)
        self._emitted.append(task)
        task.add_done_callback(self._tasks.discard)

    def take_emitted(self) -> list[asyncio.Task[Outcome]]:
        """Take the deliveries begun since the last call: those of one act or one API call."""
        emitted, self._emitted = self._emitted, []
        return emitted

    async def settled(self) -> list[Outcome]:
        """Wait for the outcome of every event sent so far; never returns while they are held."""
        outcomes: list[Outcome] = []
        while self._tasks:
            outcomes += await asyncio.gather(*self._tasks)
            await asyncio.sleep(0)
        return outcomes

    async def close(self) -> None:
        """End everything that still runs, and every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        await self.deliveries.close()

    # names

    def stamp(self) -> str:
        """Make a ts: unique, growing, seconds with six decimals."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def make_id(self, prefix: str) -> str:
        """Make an id."""
        return f"{prefix}{next(self._numbers):08d}"
