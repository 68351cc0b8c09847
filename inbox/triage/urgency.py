"""Where a conversation waits: its Slack channel, and its place in that channel's queue."""

from __future__ import annotations

from collections.abc import Sequence

from inbox.conversations.state import Conversation
from inbox.words import Account, Lane, Policy

RANK = 10**13
"""One rank outweighs every time in milliseconds until the year 2286."""
UNKNOWN_LANE = 99
"""The rank of a lane that the tables no longer know: behind all others, never lost."""


def channel_of(conversation: Conversation, account: Account) -> str:
    """Return the Slack channel that may show it; "" where a private one has no private channel."""
    if conversation.audience == "private":
        return account.private_channel
    return account.slack_channel


def place(conversation: Conversation, policy: Policy) -> tuple[str, int] | None:
    """Return its queue's channel and its score, the lowest first; None while nobody waits in it."""
    channel = channel_of(conversation, policy.account)
    if conversation.state != "waiting" or conversation.waiting_since <= 0 or not channel:
        return None
    rank = rank_of(conversation.lane, policy.lanes)
    return channel, rank * RANK + conversation.waiting_since


def rank_of(lane: str, lanes: Sequence[Lane]) -> int:
    """Return how early a lane is served: 0 first."""
    return next((known.rank for known in lanes if known.name == lane), UNKNOWN_LANE)
