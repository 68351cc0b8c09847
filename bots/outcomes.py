"""What a failed call means: the one mapping from transport outcomes to our errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextvars import ContextVar
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.connector import Connection

from bots.contract import Busy, Locked, Unsure
from inbox.words import Millis

REQUEST = aiohttp.ClientTimeout(total=30, connect=5, sock_connect=5)
"""Seconds: a request lasts at most 30, and is written within 5 of asking or not at all."""
PAUSE: Millis = 60 * 1000
"""How long to wait where a platform that is busy does not say."""
SHORT_PAUSE: Millis = 5 * 1000
"""How long to wait where nobody could be reached, or what is said is over already."""
WAIT_MOST: Millis = 15 * 60 * 1000
"""Whatever a busy platform says, it is asked again after so long: what it says may be wrong, and
somebody's life may hang on it. A day's limit that is used up costs a hundred askings in vain."""
DIGITS = 15
"""A number of a header has so many digits at most."""

write_by: ContextVar[float] = ContextVar("write_by", default=math.inf)
"""Until when (the loop's seconds) a request may be written: after that another may have acted."""


class TooLate(aiohttp.ClientError):
    """The time to write this request is over: not a byte of it has left."""


class Punctual(aiohttp.ClientRequest):
    """A request that gives up instead of being written late, by a process that was stopped, say."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Write it, or raise TooLate."""
        self._in_time()  # guard: PUNCTUAL test=tests/bots/test_x_bad_day.py::test_late
        return await super().send(conn)

    def _in_time(self) -> None:
        if self.loop.time() > write_by.get():
            raise TooLate


NEVER_WRITTEN = (
    TooLate,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
"""What can only happen before a byte of the request has left."""


class Declined(Exception):
    """An answer other than success, with all that it said."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


def of_transport(error: Exception, *, writes: bool, now: Millis) -> Busy | Unsure:
    """Say what a broken connection means: Busy where nothing can have happened, else Unsure.

    `writes` says whether the call changes anything; a broken read may simply be made again.
    """
    if isinstance(error, NEVER_WRITTEN) or not writes:
        return Busy(now + SHORT_PAUSE)
    return Unsure()


def of_status(declined: Declined, *, writes: bool, now: Millis) -> Busy | Unsure | Locked | None:
    """Say what a status means on any platform; None where its body must be read."""
    if declined.status == 429:
        return Busy(until(declined.headers, now))
    if declined.status >= 500:
        return Unsure() if writes else Busy(now + SHORT_PAUSE)
    return Locked() if declined.status == 401 else None


def until(headers: Mapping[str, str], now: Millis) -> Millis:
    """Return when a busy platform may be asked again: the latest of its exhausted limits.

    Headers that are absent, unreadable, over already or far ahead make neither a hot loop nor a
    silence: never sooner than in a second, never later than in a quarter of an hour.
    """
    ends = [*_asked(headers.get("Retry-After", ""), now)]
    for name in ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"):
        reset = number(headers.get(f"{name}-reset", ""))
        if reset is not None and headers.get(f"{name}-remaining", "0") == "0":
            ends.append(reset * 1000)
    said = max(ends, default=now + PAUSE)
    past = said <= now
    said = now + SHORT_PAUSE if past else said  # guard: PAST test=tests/bots/test_busy.py::test_bad
    said = min(said, now + WAIT_MOST)  # guard: FAR test=tests/bots/test_busy.py::test_bad
    return max(said, now + 1000)


def _asked(retry_after: str, now: Millis) -> list[Millis]:
    """Read a Retry-After: seconds, or a date as HTTP writes it."""
    seconds = number(retry_after)
    if seconds is not None:
        return [now + seconds * 1000]
    try:
        return [round(parsedate_to_datetime(retry_after).timestamp() * 1000)]
    except (ValueError, OverflowError):
        return []


def number(text: str) -> int | None:
    """Read a header's number; None where it is none that could be meant."""
    plain = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return int(text) if plain else None


def backoff(attempt: int, *, first: float = 1.0, most: float = 300.0) -> float:
    """Return the seconds to wait after this many failures in a row: 1, 2, 4 … 300."""
    return min(most, first * 2.0 ** min(max(attempt - 1, 0), 30))
