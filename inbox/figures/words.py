"""The figures as records: what a page, a Home tab or a metric is given. All of it is JSON-able.

Times are UTC ms, lengths of time ms. A figure never ranks officers: rows come in the order of
their keys.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from inbox.words import AccountId, Millis, OfficerId, Record

By: TypeAlias = Literal["account", "lane", "officer", "hour"]

Count: TypeAlias = Literal[
    "received", "opened", "claimed", "answered", "greeted", "sent", "closed", "unsure", "failed"
]
Why: TypeAlias = Literal["urgent", "unsure", "failed"]
Length: TypeAlias = Literal["to_claim", "to_answer", "to_close"]


class Spread(Record, frozen=True):
    """How a length of time is spread: half took at most `p50`, nine in ten at most `p90`.

    `count` is exact. The lengths are those of the nearest rank, each within one per cent of the
    true one, `most` (the longest) too; 0 where nothing was measured.
    """

    count: int = 0
    p50: Millis = 0
    p90: Millis = 0
    most: Millis = 0


class Row(Record, frozen=True):
    """What happened, added up for one account, lane, officer or hour (`definitions.py` says how).

    `key` is the account's, lane's or officer's id; "" for what no officer did; an hour is the UTC
    ms of its beginning, in digits.
    """

    key: str
    received: int = 0
    opened: int = 0
    claimed: int = 0
    answered: int = 0
    greeted: int = 0
    sent: int = 0
    closed: int = 0
    unsure: int = 0
    failed: int = 0
    to_claim: Spread = Spread()
    to_answer: Spread = Spread()
    to_close: Spread = Spread()


class Held(Record, frozen=True):
    """How many open conversations an officer holds."""

    officer: OfficerId
    count: int


class Share(Record, frozen=True):
    """How things stand in one account or one lane; `key` is its id, "" for all together.

    `open` counts conversations in which they have written and that are not closed; `unclaimed`
    those of them in the queue: somebody waits, nobody holds it, it is not snoozed; `oldest` is
    since when the first of these waits. `urgent` counts those in a lane with reserved seats where
    somebody still waits for an answer, held or not, and `urgent_since` since when. `unsure` and
    `failed` count open conversations with an answer that a person must look at.
    """

    key: str = ""
    open: int = 0
    unclaimed: int = 0
    oldest: Millis = 0
    urgent: int = 0
    urgent_since: Millis = 0
    unsure: int = 0
    failed: int = 0


class Standing(Share, frozen=True):
    """How things stand in the accounts asked for, as of `at`.

    `at` is now where the sums have counted all there is, else the time of the last news counted.
    """

    at: Millis = 0
    holders: tuple[Held, ...] = ()
    """Who holds open conversations, by officer id, on duty or not, still here or not."""
    accounts: tuple[Share, ...] = ()
    lanes: tuple[Share, ...] = ()


class Burning(Record, frozen=True):
    """One conversation that a supervisor should see to, and why; `since` is UTC ms."""

    id: str
    account: AccountId
    why: Why
    since: Millis
