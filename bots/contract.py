"""What a platform gives us: a Bot for each account, a Door for each app, and five errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeAlias

from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive, Report, SetMembers
from inbox.words import (
    Audience,
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


class News(Record, frozen=True):
    """One command a platform gave us, for the account with this native id; `raw` is its payload."""

    account_native_id: str
    command: Inbound
    raw: bytes = b""


class Odd(Record, frozen=True):
    """Something genuine that we did not understand: set aside with its raw bytes."""

    account_native_id: str
    raw: bytes
    why: str


class Batch(Record, frozen=True):
    """What one read or one push brought; `until` says up to when it is complete (0: unknown)."""

    news: tuple[News | Odd, ...]
    cursor: str = ""
    until: Millis = 0


class Finding(Record, frozen=True):
    """One thing `config check` found, and what to do about it."""

    ok: bool
    what: str
    advice: str = ""


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
    """The account or its credentials no longer work."""


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
