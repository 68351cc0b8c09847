"""What a platform gives us: a Bot for each account, a Door for each app, and five errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import aiohttp

from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive, Report, SetMembers
from inbox.words import (
    Account,
    AccountId,
    Audience,
    Finding,
    Media,
    MessageId,
    Millis,
    Part,
    PartId,
    Person,
    PersonId,
    Profile,
    Reach,
    Record,
    Ref,
    RefusedWhy,
    Verdict,
)

Inbound: TypeAlias = Receive | MarkEdited | MarkDeleted | SetMembers | Report
Clock: TypeAlias = Callable[[], Millis]
Ours: TypeAlias = Mapping[str, AccountId]
"""All our accounts on one platform, whatever their app: native id -> account."""


class News(Record, frozen=True):
    """One command a platform gave us, for the account with this native id; `raw` is its payload.

    The native id is "" where the platform does not say whose message it is (a deletion on X).
    """

    account_native_id: str
    command: Inbound
    raw: bytes = b""


class Odd(Record, frozen=True):
    """Something genuine that we did not understand: set aside with its raw bytes."""

    account_native_id: str
    raw: bytes
    why: str


class Batch(Record, frozen=True):
    """What one read or one push brought; `until` says up to when it is complete (0: unknown).

    `hole` is a stretch of time, from and until, that the platform lists no longer.
    """

    news: tuple[News | Odd, ...]
    cursor: str = ""
    until: Millis = 0
    hole: tuple[Millis, Millis] | None = None


class Busy(Exception):
    """The platform asks us to wait until a time (UTC ms); nothing was done."""

    def __init__(self, until: Millis) -> None:
        super().__init__(f"busy until {until}")
        self.until = until


class Refused(Exception):
    """The platform will not do this, however often we ask."""

    def __init__(self, why: RefusedWhy) -> None:
        super().__init__(why)
        self.why: RefusedWhy = why


class Locked(Exception):
    """The account or its credentials no longer work; `unpaid`: its app's credits are used up."""

    def __init__(self, why: Literal["locked", "unpaid"] = "locked") -> None:
        super().__init__(why)
        self.why = why


class Unsure(Exception):
    """The request was written, and nobody knows what became of it."""


class Forged(Exception):
    """A push that does not carry the platform's signature."""


class Door(Protocol):
    """Takes one app's pushes; pure."""

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        """Answer the platform's proof-of-ownership question, or None where it is none."""
        ...

    def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """Parse a push whose signature over the raw body is right; raise Forged otherwise."""
        ...

    def again(self, native_id: str, raw: bytes) -> Batch:
        """Parse what was set aside: a whole push, or one payload read for the account with this id.

        It was verified when it came, and is not verified again.
        """
        ...


@dataclass(frozen=True)
class NoPushes:
    """The door of an app that is pushed nothing: it only reads again what was set aside."""

    read: Callable[[str, bytes], Batch]
    """Reads one payload for the account with this native id."""

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        """Nobody asks."""
        return None

    def receive(self, headers: Mapping[str, str], body: bytes) -> Batch:
        """Nobody vouches for a push."""
        raise Forged

    def again(self, native_id: str, raw: bytes) -> Batch:
        """Read what was listed for an account and set aside."""
        return self.read(native_id, raw)


class Bot(Protocol):
    """Translates for one account: never retries, sleeps between tries, stores or logs."""

    profile: Profile

    def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield what is new since the cursor; the cursor is kept after a batch is committed.

        Ends when it has caught up: the listener calls again after `profile.poll_every`.
        """
        ...

    async def send(self, part: Part, key: PartId) -> Ref:
        """Publish one part; `key` is the same on every attempt."""
        ...

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        """Look for a part of ours in our own timeline."""
        ...

    async def person(self, person: PersonId) -> Person:
        """Look a person up as they are now."""
        ...

    async def reach(self, person: PersonId, audience: Audience) -> Reach:
        """Say whether this person can be written to in this audience."""
        ...

    async def retract(self, ref: Ref) -> None:
        """Take a published part back."""
        ...

    async def moderate(self, message: MessageId, verdict: Verdict) -> None:
        """Judge a comment where the platform lets us."""
        ...

    async def fetch(self, media: Media) -> bytes:
        """Fetch a picture's or film's bytes."""
        ...

    async def check(self) -> tuple[Finding, ...]:
        """Test credentials and abilities."""
        ...

    async def revoke(self) -> None:
        """Give up our own credentials: the kill switch."""
        ...


class Spending(Protocol):
    """What one credential may still ask of its platform."""

    async def take(self, call: str) -> None:
        """Count one call; raise Busy where there is none left."""
        ...

    async def correct(self, call: str, remaining: int, reset: Millis) -> None:
        """Believe the platform's own count: so many left until `reset`."""
        ...

    async def pay(self, what: str, things: Iterable[str] = ("",)) -> None:
        """Count what the platform charges for; a thing with a name is charged once a day."""
        ...


@dataclass(frozen=True)
class Wiring:
    """What a bot needs from outside: HTTP, the time, its budget, and who else is ours."""

    http: aiohttp.ClientSession
    clock: Clock
    spending: Spending
    ours: Ours
    api_url: str | None = None
    """A foreign API host, in the sandbox only."""


@dataclass(frozen=True)
class Secrets:
    """The credentials by app and by account; never shown, never logged."""

    apps: Mapping[str, Mapping[str, str]] = field(repr=False)
    accounts: Mapping[AccountId, Mapping[str, str]] = field(repr=False)
    api_urls: Mapping[str, str] = field(default_factory=dict)
    """Platform -> foreign API host, in the sandbox only."""

    def of(self, account: Account) -> Mapping[str, str]:
        """Return an account's credentials together with its app's."""
        return {**self.apps.get(account.app, {}), **self.accounts.get(account.id, {})}


class Platform(Protocol):
    """What a platform's module or package gives."""

    PROFILE: Profile

    def connect(self, account: Account, secrets: Mapping[str, str], wiring: Wiring) -> Bot:
        """Make the bot of one account."""
        ...

    def door(self, secrets: Mapping[str, str], ours: Ours) -> Door | None:
        """Make the door of one app: `NoPushes` where the platform pushes nothing.

        It is opened to the outside where the Profile says `pushes`. None where not even what was
        set aside can be read again.
        """
        ...
