"""When an account's office is open: "sun-thu 08:00-16:00", by the clock on its own wall. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from inbox.words import Millis, Record

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
SPAN = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")


class Span(Record, frozen=True):
    """Some days of the week, 0 for Monday, and when the office opens and closes on them.

    Minutes after midnight; an office that closes on the next day closes after more than 1440.
    """

    days: frozenset[int]
    opens: int
    closes: int


Hours: TypeAlias = tuple[Span, ...]


def read(text: str) -> Hours:
    """Read "mon-thu 08:00-17:00, fri 08:00-12:00"; nothing written is never open.

    Days may run over the end of a week ("fri-mon") and times over midnight ("22:00-06:00").
    Raises ValueError with words for whoever wrote it.
    """
    return tuple(_span(part.strip().lower()) for part in text.split(",")) if text.strip() else ()


def is_open(hours: Hours, zone: str, at: Millis) -> bool:
    """Say whether the office is open; an hour that the clock goes through twice counts twice."""
    here = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    today, minute = here.weekday(), here.hour * 60 + here.minute
    return any(
        (today in span.days and span.opens <= minute < span.closes)
        or ((today - 1) % 7 in span.days and minute < span.closes - MIDNIGHT)
        for span in hours
    )


def opens_next(hours: Hours, zone: str, at: Millis) -> datetime | None:
    """Return when the office opens next, by its own clock; None where it never does."""
    here = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    found = (
        _at(here + timedelta(days=ahead), span.opens)
        for ahead in range(8)
        for span in hours
        if (here.weekday() + ahead) % 7 in span.days
    )
    return min((one for one in found if one.timestamp() * 1000 > at), default=None)


def _at(day: datetime, minutes: int) -> datetime:
    """Return a time of the day's clock; one that the clock skips is the moment it skips to."""
    wall = day.replace(hour=minutes // 60, minute=minutes % 60, second=0, microsecond=0, fold=0)
    return datetime.fromtimestamp(wall.timestamp(), day.tzinfo)


def _span(text: str) -> Span:
    found = SPAN.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not like "mon-fri 08:00-17:00"')
    first, last = _day(found[1]), _day(found[2] or found[1])
    opens, closes = _minutes(found[3], found[4]), _minutes(found[5], found[6])
    if opens in (MIDNIGHT, closes):
        raise ValueError(f'"{text}" opens at no time; the whole day is 00:00-24:00')
    days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
    return Span(days, opens, closes if closes > opens else closes + MIDNIGHT)


def _day(name: str) -> int:
    if name not in DAYS:
        raise ValueError(f'"{name}" is no day; days are {", ".join(DAYS)}')
    return DAYS.index(name)


def _minutes(hour: str, minute: str) -> int:
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > MIDNIGHT:
        raise ValueError(f'"{hour}:{minute}" is no time of day')
    return found
