"""What the desk is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inbox.conversations.commands import AnyCommand, Order
from inbox.conversations.events import AnyEvent
from inbox.conversations.state import Conversation
from inbox.store.registry import Place
from inbox.words import Account, AccountId, ConversationId, MessageId, Policy


class Policies(Protocol):
    """What the tables say, as `inbox.team.policies` reads them."""

    def of(self, account_id: AccountId, by: str) -> Policy:
        """Return all that a decision about this account's conversations may look at."""
        ...

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account."""
        ...


@dataclass(frozen=True)
class Done:
    """What an order made of a conversation; no events where it was so already."""

    conversation: Conversation
    events: tuple[AnyEvent, ...]


class Unavailable(Exception):
    """The store stays away: nothing is known to have happened; repeat with the same op."""


@dataclass(frozen=True)
class Errand:
    """An order and all that stays the same however often it is tried."""

    ref: ConversationId
    order: Order
    salt: str
    also: tuple[AnyCommand, ...] = ()
    taken: tuple[str, ...] = ()
    payload: bytes = b""
    message: MessageId = ""
    route: bool = False
    """Whether the message is routed here in the same step as it is committed."""


class Elsewhere(Exception):
    """A message belongs elsewhere, or is marked: nothing was committed."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
