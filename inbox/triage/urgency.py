"""Where a conversation waits: its Slack channel, and its place in that channel's queue."""

from __future__ import annotations

from collections.abc import Sequence

from inbox.conversations.state import Conversation
from inbox.words import Account, Lane, Policy

RANK = 10**13
"""One rank outweighs every time in milliseconds until the year 2286."""
INFO = "info"
"""The lane above which a language that nobody on duty reads is served (UX.md, 8)."""
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
    return channel, _rank(conversation, policy) * RANK + conversation.waiting_since


def _rank(conversation: Conversation, policy: Policy) -> int:
    """Return how early it is served: its lane's turn, but one that nobody can read before info.

    It may be anything: until somebody has read it, it is not known to be no more than a question.
    """
    rank = rank_of(conversation.lane, policy.lanes)
    info = next((lane.rank for lane in policy.lanes if lane.name == INFO), None)
    if info is None or rank < info or not unread(conversation.language, policy):
        return rank
    ahead = info - 1
    return rank if any(lane.reserved and lane.rank >= ahead for lane in policy.lanes) else ahead


def unread(language: str, policy: Policy) -> bool:
    """Say whether people are on duty and none of them reads this language."""
    duty = [policy.officers[one] for one in policy.on_duty if one in policy.officers]
    return bool(language and duty) and all(language not in one.languages for one in duty)


def rank_of(lane: str, lanes: Sequence[Lane]) -> int:
    """Return how early a lane is served: 0 first."""
    return next((known.rank for known in lanes if known.name == lane), UNKNOWN_LANE)
