"""One decision to be made: the conversation, the order, and all that may be looked at."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from inbox.conversations.commands import Order
from inbox.conversations.denied import Denied, Why
from inbox.conversations.events import AnyEvent
from inbox.conversations.state import Conversation
from inbox.team.roles import may
from inbox.words import Millis, OfficerId, Policy

Decision: TypeAlias = tuple[AnyEvent, ...] | Denied


class Case(msgspec.Struct, frozen=True):
    """What a rule looks at."""

    conversation: Conversation
    order: Order
    policy: Policy

    @property
    def at(self) -> Millis:
        """When it was ordered."""
        return self.order.at

    @property
    def me(self) -> OfficerId:
        """The officer who orders, or "" when nobody of ours does."""
        who, _, name = self.order.by.partition(":")
        return name if who == "officer" else ""

    @property
    def supervises(self) -> bool:
        """Whether the officer who orders may move what others hold."""
        return may(self.policy.officer, "AssignAnyone", self.policy.account)

    def held_by_another(self) -> Denied | None:
        """Return the refusal of whoever comes second, naming who was first."""
        claim = self.conversation.claim
        if claim is None or claim.holder == self.me:
            return None
        return denied("claimed", by=claim.holder, since=claim.since)


def denied(why: Why, **facts: Any) -> Denied:
    """Return a refusal with its facts."""
    return Denied(why, facts)
