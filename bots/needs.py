"""What the bots need of the inbox: the members they use, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bots.contract import Inbound
from inbox import Done, Gap
from inbox.conversations.commands import AnyCommand, Order
from inbox.conversations.denied import Denied
from inbox.conversations.events import Entry
from inbox.conversations.state import Conversation
from inbox.directory import commands as directory
from inbox.directory.state import Contact
from inbox.words import (
    Account,
    AccountId,
    Audience,
    Budget,
    ContactId,
    ConversationId,
    MessageId,
    Millis,
    PersonId,
    Reach,
)


class Desk(Protocol):
    """The one door through which anything changes."""

    async def take(self, account: AccountId, command: Inbound, raw: bytes = b"") -> Done | Denied:
        """Take in what a platform says; raises Unavailable."""
        ...

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        """Let an order happen once; raises Unavailable."""
        ...

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Order:
        """Write an order, its time being fixed here."""
        ...


class Read(Protocol):
    """What is known of conversations."""

    async def conversation(self, id_: ConversationId, /) -> Conversation | None:
        """Return one."""
        ...

    async def history(self, id_: ConversationId, /) -> Sequence[Entry]:
        """Return every entry of one, the oldest first."""
        ...

    async def where(self, message: MessageId) -> ConversationId | None:
        """Return the conversation a message belongs to."""
        ...


class SetAside(Protocol):
    """Something kept: from where, and its raw bytes."""

    @property
    def account(self) -> AccountId:
        """The account, or the door it came through; "" where it came through none."""
        ...

    @property
    def raw(self) -> bytes:
        """What came, byte for byte."""
        ...


class Aside(Protocol):
    """Keeps what is genuine but not understood."""

    async def put(self, account: AccountId, raw: bytes, why: str) -> Any:
        """Keep raw bytes and the reason."""
        ...

    async def take(self, id_: str) -> SetAside | None:
        """Return one; it stays."""
        ...

    async def drop(self, id_: str) -> None:
        """Forget one that was seen to."""
        ...


class Cursors(Protocol):
    """How far each account was read."""

    async def get(self, account: AccountId) -> str | None:
        """Return a platform's cursor."""
        ...

    async def set(self, account: AccountId, cursor: str, until: Millis) -> None:
        """Keep it."""
        ...


class Lease(Protocol):
    """One holding of what only one may do."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when it ends unasked."""
        ...


class Leases(Protocol):
    """Lets one process at a time do what a name stands for."""

    def hold(self, name: str, seconds: float = 10) -> AbstractAsyncContextManager[Lease]:
        """Wait for it, hold it, renew it."""
        ...


class Budgets(Protocol):
    """Counts calls for all processes together."""

    async def take(
        self, credential: str, call: str, budgets: tuple[Budget, ...], *, share: float = 1.0
    ) -> Millis:
        """Take one call; 0 when granted, else until when to wait."""
        ...

    async def correct(self, credential: str, call: str, remaining: int, reset: Millis) -> None:
        """Believe the platform."""
        ...


class Gaps(Protocol):
    """Tells what is missing, and what is spent."""

    async def list(self) -> Sequence[Gap]:
        """Return every account's."""
        ...

    async def read(self, account: AccountId, reason: str) -> None:
        """Remember how a round of reading ended."""
        ...

    async def pushed(self, account: AccountId) -> None:
        """Remember that pushes come."""
        ...

    async def missed(self, account: AccountId) -> bool:
        """Remember what a push should have brought; True once pushes count as lost."""
        ...

    async def hole(self, account: AccountId, start: Millis, end: Millis) -> None:
        """Remember what cannot be read any more."""
        ...

    async def unread(self, account: AccountId, message: MessageId, written: Millis) -> None:
        """Remember a message that we cannot read."""
        ...

    async def spend(
        self, account: AccountId, what: str, cost: float, things: Iterable[str] = ("",)
    ) -> float:
        """Count what was charged; return what this month has cost."""
        ...

    @property
    def month(self) -> str:
        """The month that spending is counted in."""
        ...

    async def spent(self, account: AccountId) -> float:
        """Return what this month has cost."""
        ...


class Outbox(Protocol):
    """Which conversations have something to send or to take back."""

    async def due(self, account: AccountId, now: Millis, most: int) -> tuple[ConversationId, ...]:
        """Return those whose time has come."""
        ...

    async def next(self, account: AccountId) -> Millis | None:
        """Return when the next one's comes."""
        ...


class Contacts(Protocol):
    """Whom the ministry knows."""

    async def of_person(self, person: PersonId) -> Contact | None:
        """Return the one contact whose person this is."""
        ...

    async def everyone(self) -> tuple[Contact, ...]:
        """Return every contact that stands for itself."""
        ...

    def order(self, command: directory.AnyCommand, *, by: str) -> directory.Order:
        """Write an order, its time being fixed here."""
        ...

    async def do(self, id_: ContactId, order: directory.Order) -> object:
        """Let an order happen once; raises Unavailable."""
        ...


class Notices(Protocol):
    """What acts by itself tells the people."""

    async def put(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Tell something, once."""
        ...

    async def put_once(self, seconds: int, kind: str, account: AccountId, about: str = "") -> bool:
        """Tell something, unless it was told in so many seconds; returns whether it was now."""
        ...


class Asks(Protocol):
    """What others want to know of people on a platform."""

    async def open(self, account: AccountId) -> tuple[tuple[PersonId, Audience], ...]:
        """Return what is asked."""
        ...

    async def answer(
        self, account: AccountId, person: PersonId, audience: Audience, reach: Reach
    ) -> None:
        """Answer one question."""
        ...


class Reachouts(Protocol):
    """Whom the house seeks."""

    async def expects(self, account: AccountId, text: str) -> bool:
        """Say whether an officer was asked to post just this by hand from this account."""
        ...


class Policies(Protocol):
    """What the tables say of accounts."""

    @property
    def accounts(self) -> Sequence[Account]:
        """All of them."""
        ...

    def by_native(self, platform: str, native_id: str) -> Account | None:
        """Return the account a platform calls by this id."""
        ...

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account by its slug."""
        ...


class Inbox(Protocol):
    """The face of the inbox, as far as the bots see it."""

    @property
    def desk(self) -> Desk:
        """Where orders go."""
        ...

    @property
    def read(self) -> Read:
        """Where conversations are read."""
        ...

    @property
    def aside(self) -> Aside:
        """Where the odd goes."""
        ...

    @property
    def cursors(self) -> Cursors:
        """How far we are."""
        ...

    @property
    def leases(self) -> Leases:
        """Who does what."""
        ...

    @property
    def budgets(self) -> Budgets:
        """What is left."""
        ...

    @property
    def gaps(self) -> Gaps:
        """What is missing, and what is spent."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        ...

    @property
    def contacts(self) -> Contacts:
        """Whom we know."""
        ...

    @property
    def reachouts(self) -> Reachouts:
        """Whom the house seeks."""
        ...

    @property
    def asks(self) -> Asks:
        """What is asked of a platform."""
        ...

    @property
    def notices(self) -> Notices:
        """Where people are told."""
        ...

    @property
    def epoch(self) -> str:
        """The store's epoch: it changes after a restore."""
        ...

    def now(self) -> Millis:
        """Return the server's time."""
        ...

    async def narrow(self, account: AccountId, limits: Mapping[Audience, int]) -> None:
        """Let what an account's own server says of its limits count, in every process."""
        ...

    async def halted(self) -> frozenset[AccountId]:
        """Return the accounts from which nothing may leave."""
        ...
