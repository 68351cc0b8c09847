"""What a platform's test file must offer over its stand-in, for the suite to play on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from bots.contract import Secrets
from inbox.words import Account, Audience, MessageId, Millis, PersonId
from tests.seals import Heard

START: Millis = 1_793_000_000_000
"""The first moment of the tests' clock, in October 2026."""

Who: TypeAlias = Literal["citizen", "other"]
"""The two people whom every stage has; they are nobody's officers."""

Whom: TypeAlias = Literal["citizen", "other", "us", "nobody"]
"""Also our own account, and somebody whom the platform does not know."""

Call: TypeAlias = Literal["read", "public", "private"]
"""Which calls a fault is for: every call that reads, or the one that sends in an audience."""

Fault: TypeAlias = Literal[
    "busy",  # 429 that says when to come again: in `seconds`
    "busy_silent",  # 429 that says nothing
    "busy_garbled",  # 429 whose headers nobody can read
    "busy_past",  # 429 that names a time that is over
    "busy_far",  # 429 that names a time years ahead
    "gateway_before",  # 5xx, nothing done
    "gateway_after",  # the call is carried out, then 5xx
    "drop_before",  # hang up, nothing done
    "drop_after",  # the call is carried out, then hang up
    "garbage",  # the call is carried out; the answer is no JSON
    "slow",  # the call is carried out after `seconds`, even if nobody waits any more
    "strange",  # a listing brings something of an unknown kind (`strange`)
    "gone",  # who answers what is deleted is refused
    "clock",  # what is written bears the time of the test's own clock
]
"""What goes wrong. The last ones are no calls', but a foreign server may not know them either."""
FAULTS: frozenset[Fault] = frozenset(
    (
        *("busy", "busy_silent", "busy_garbled", "busy_past", "busy_far", "garbage", "slow"),
        *("gateway_before", "gateway_after", "drop_before", "drop_after"),
        *("strange", "gone", "clock"),
    )
)
"""What a stand-in of ours must be able to cause: all of it."""


class Clock:
    """A clock that a test moves."""

    def __init__(self, ms: Millis = START) -> None:
        self.ms = ms

    def __call__(self) -> Millis:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@dataclass(frozen=True)
class Written:
    """What somebody wrote: its id, and its text as an inbox must read it."""

    id: MessageId
    text: str


@dataclass(frozen=True)
class Pushed:
    """One delivery of a webhook: the headers that vouch for it, and its raw body."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Stage(Protocol):
    """A served stand-in with one account of ours and two people, `citizen` and `other`.

    What a Profile says the platform has not (pushes, edits, deletes) its stage need not play: raise
    NotImplementedError there, the suite never asks. A foreign server's stage names in `faults` what
    it can cause; a stand-in of ours must cause them all.
    """

    account: Account
    secrets: Secrets
    """The app's and the account's credentials, and in `api_urls` where the stand-in is served."""
    clock: Clock
    """A foreign server has its own: set this one a day behind it, so that it is never ahead."""
    faults: frozenset[Fault]
    foreign: bool
    """Whether another project's server plays: the only reason to cause fewer faults."""

    # What people do

    async def say(
        self,
        who: Who,
        text: str,
        *,
        private: bool = False,
        re: MessageId = "",
        alts: tuple[str, ...] = (),
    ) -> Written:
        """Let somebody write to our account, with a picture for each alternative text."""
        ...

    async def edit(self, message: MessageId, text: str) -> Written:
        """Let its author change what they wrote to us; the id is the message's first one."""
        ...

    async def delete(self, message: MessageId) -> None:
        """Let its author take a message away."""
        ...

    async def by_hand(self, text: str, re: MessageId = "") -> Written:
        """Let our account post in the platform's own app, past Chancery."""
        ...

    def person(self, whom: Whom) -> PersonId:
        """Return somebody's id, as the bot must give it."""
        ...

    def mention(self, who: Who) -> str:
        """Return how a text names somebody, such as "@other"."""
        ...

    # What stands there

    async def heard(self) -> tuple[Heard, ...]:
        """Return all that the platform ever received from our account, the oldest first."""
        ...

    def takes(self, text: str, audience: Audience) -> bool:
        """Whether the platform itself, not our bot, would take a text of this length."""
        ...

    # What goes wrong

    async def fault(self, call: Call, kind: Fault, *, seconds: float = 60, times: int = 1) -> None:
        """Let the next `times` calls fail in this way."""
        ...

    async def calm(self) -> None:
        """Forget the faults that have not happened."""
        ...

    async def lock(self) -> None:
        """Withdraw our credentials."""
        ...

    async def unlock(self) -> None:
        """Give the same credentials back."""
        ...

    async def strange(self) -> bytes:
        """Let every reading bring something of an unknown kind; return what its raw bytes hold."""
        ...

    # What is pushed

    async def pushes(self, message: MessageId) -> tuple[Pushed, ...]:
        """Return the signed deliveries to our app that tell of a message as it stands now.

        Asked again they are other deliveries of the same; of a deleted one, that it was deleted.
        """
        ...

    def signed(self, body: bytes) -> Pushed:
        """Sign any body as the platform does."""
        ...

    def challenge(self) -> tuple[Mapping[str, str], bytes]:
        """Return a proof-of-ownership question (its query) and the right answer.

        ({}, b"") where the platform asks nothing.
        """
        ...
