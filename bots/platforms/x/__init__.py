"""X (formerly Twitter), through tweepy: mentions, replies and direct messages, poll and push."""

from __future__ import annotations

from collections.abc import Mapping

from bots.contract import Bot, Door, Ours, Wiring
from bots.platforms.x.bot import XBot
from bots.platforms.x.door import XDoor
from bots.platforms.x.limits import PROFILE
from inbox.words import Account

__all__ = ["PROFILE", "connect", "door"]


def connect(account: Account, secrets: Mapping[str, str], wiring: Wiring) -> Bot:
    """Make the bot of one account.

    Secrets: `consumer_key`, `consumer_secret` (the app's), `token`, `token_secret`.
    """
    return XBot(account, secrets, wiring)


def door(secrets: Mapping[str, str], ours: Ours) -> Door | None:
    """Make the door of one app, keyed by its `consumer_secret`."""
    return XDoor(secrets["consumer_secret"], ours)
