"""What an officer typed or chose becomes a command, in Slack and on the web alike.

Each form returns the command(s), or `Wrong`: a sentence about what was typed, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from inbox.conversations.commands import (
    AddNote,
    Assign,
    Close,
    PostByHand,
    Release,
    Resolve,
    SetLane,
    Snooze,
    Tag,
    Untag,
)
from inbox.conversations.state import Conversation, Outcome
from inbox.triage.lanes import folded
from inbox.words import Millis, OfficerId, PartId, Record

EVERYONE = "everyone"
"""Handing over to everyone gives a conversation back to the queue."""
NOTE_MOST = 10_000
REASON_MOST = 1_000
LONGEST_SNOOZE = timedelta(days=366)
MORNING = 9
"""The hour meant by a day without an hour."""

Verb = Literal["next", "mine", "clear", "find", "who", "reach", "on", "off", "help"]
VERBS: Mapping[str, Verb] = {verb: verb for verb in get_args(Verb)}
"""What is understood whatever the languages."""

UNITS: dict[str, str] = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minut", "minuter"), "minutes"),
    **dict.fromkeys(("د", "دقيقة", "دقائق"), "minutes"),
    **dict.fromkeys(("h", "hour", "hours", "t", "tim", "timme", "timmar"), "hours"),
    **dict.fromkeys(("س", "ساعة", "ساعات"), "hours"),
    **dict.fromkeys(("d", "day", "days", "dag", "dagar", "يوم", "أيام"), "days"),
    **dict.fromkeys(("w", "week", "weeks", "v", "vecka", "veckor", "أسبوع"), "weeks"),
}
DAYS: dict[str, int] = {
    **dict.fromkeys(("today", "tonight", "idag", "i dag", "ikväll", "اليوم"), 0),
    **dict.fromkeys(("tomorrow", "imorgon", "i morgon", "غدا", "غداً"), 1),
    **dict.fromkeys(("övermorgon", "i övermorgon", "بعد غد"), 2),
}
WEEKDAYS: dict[str, int] = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "mon tue wed thu fri sat sun",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "mån tis ons tor fre lör sön",
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    )
    for number, name in enumerate(names.split())
}
EVENINGS = ("tonight", "ikväll")
SPAN = re.compile(r"(?:in |om )?(\d{1,4})\s*([^\W\d]+)")
CLOCK = re.compile(r"(?:at |kl\.? ?|klockan )?(\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?$", re.IGNORECASE)
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
STATUS = re.compile(r"/status(?:es)?/(\d{1,20})(?:/|$)")
EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


class Wrong(Record, frozen=True):
    """What was typed cannot be used; its sentence stands in the phrases under `wrong`."""

    why: str
    facts: dict[str, Any] = msgspec.field(default_factory=dict)


class Asked(Record, frozen=True):
    """What was typed after the slash command, or said to us in plain words."""

    verb: Verb
    words: str = ""


Sorting: TypeAlias = tuple[Tag | Untag | SetLane, ...]


def asked(text: str, verbs: Mapping[str, Verb] = VERBS) -> Asked:
    """Read what follows the slash command; nothing means next, and unknown words mean help."""
    verb, _, words = text.strip().partition(" ")
    known = verbs.get(" ".join(folded(verb)))
    if known is None:
        return Asked("help") if verb else Asked("next")
    return Asked(known, words.strip())


def said(text: str, verbs: Mapping[str, Verb]) -> Asked:
    """Read what was said to us in plain words.

    Talk is no order: nothing, or more words than the order has, mean help and claim nothing.
    """
    found = asked(text, verbs)
    needs_words = found.verb in ("find", "who")
    short = bool(found.words) is needs_words or found.verb in ("on", "reach")
    return found if text.strip() and short else Asked("help")


def verbs(languages: Mapping[str, Mapping[str, str]]) -> Mapping[str, Verb]:
    """Return what each word of `[verb]` asks for, in every language there is."""
    words = {
        " ".join(folded(phrases[f"verb.{verb}"])): verb
        for phrases in languages.values()
        for verb in VERBS.values()
        if f"verb.{verb}" in phrases
    }
    return {**words, **VERBS}


def note(name: str, text: str) -> AddNote | Wrong:
    """Keep a remark under this fresh id; at most 10,000 characters."""
    if not text.strip():
        return Wrong("no_text")
    if len(text) > NOTE_MOST:
        return Wrong("note_too_long", {"most": NOTE_MOST})
    return AddNote(name, text.strip())


def sorting(conversation: Conversation, chosen: Collection[str], lane: str = "") -> Sorting:
    """Return what makes the tags those chosen and the lane that one; () when nothing changes."""
    before = set(conversation.tags)
    put = [Tag(tag) for tag in sorted(set(chosen) - before)]
    off = [Untag(tag) for tag in sorted(before - set(chosen))]
    moved = [SetLane(lane)] if lane and lane != conversation.lane else []
    return (*put, *off, *moved)


def hand_over(to: OfficerId, reason: str = "") -> Assign | Release | Wrong:
    """Give it to an officer, or back to everyone."""
    if not to:
        return Wrong("nobody_chosen")
    short = reason.strip()[:REASON_MOST]
    return Release(short) if to == EVERYONE else Assign(to, short)


def close(outcome: str) -> Close | Wrong:
    """Close it with this outcome."""
    known: Sequence[Outcome] = get_args(Outcome)
    found = next((one for one in known if one == outcome), None)
    return Close(found) if found else Wrong("no_outcome")


def by_hand(part: PartId, url: str) -> PostByHand | Wrong:
    """Say at which address a part was posted by hand."""
    found = address(url)
    return found if isinstance(found, Wrong) else PostByHand(part, found)


def it_is_there(part: PartId, platform: str, url: str) -> Resolve | Wrong:
    """Say at which address an unsure part was found; its id on the platform is read from it."""
    found = address(url)
    if isinstance(found, Wrong):
        return found
    number = STATUS.search(urlsplit(found).path)
    return Resolve(part, f"{platform}:{number[1] if number else found}")


def it_is_not(part: PartId) -> Resolve:
    """Say that an unsure part is not on the platform: it will be sent again."""
    return Resolve(part, None)


def address(url: str) -> str | Wrong:
    """Read the address of a public post: https, a host, no user name, at most 500 characters."""
    text = url.strip().strip("<>")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return Wrong("no_address")
    fine = parts.scheme == "https" and "." in host and "@" not in parts.netloc
    if not fine or len(text) > 500 or re.search(r"[\s\x00-\x1f<>|\"]", text):
        return Wrong("no_address")
    return text


def snooze(typed: str, chosen: Millis, now: Millis, zone: str) -> Snooze | Wrong:
    """Put it aside until what was typed, or else until the moment chosen (0: none).

    Understands "2h", "in 30 min", "9", "15:30", "tomorrow 9", "imorgon kl 9", "friday", and
    "2026-12-24 08:00", in this time zone. A clock time that has passed today means tomorrow; a day
    without a clock time means nine in the morning.
    """
    if not typed.strip():
        return Wrong("no_time") if chosen <= 0 else _within(chosen, now)
    here = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    try:
        then = _moment(" ".join(typed.lower().translate(EASTERN).split()), here)
    except (ValueError, OverflowError):
        then = None
    if then is None:
        return Wrong("no_time")
    return _within(round(then.timestamp() * 1000), now)


def _within(until: Millis, now: Millis) -> Snooze | Wrong:
    if until <= now:
        return Wrong("time_passed")
    if until - now > LONGEST_SNOOZE.total_seconds() * 1000:
        return Wrong("too_far")
    return Snooze(until)


def _moment(text: str, here: datetime) -> datetime | None:
    if span := SPAN.fullmatch(text):
        unit = UNITS.get(span[2])
        if unit:
            return _later(here, timedelta(**{unit: int(span[1])}))
    day, rest = _day(text, here)
    clock = _clock(rest)
    if clock is None or (day is None and not rest):
        return None
    hour, minute = clock
    base = day or here
    evening = not rest and text in EVENINGS
    then = base.replace(hour=20 if evening else hour, minute=minute, second=0, microsecond=0)
    return then + timedelta(days=1) if day is None and then <= here else then


def _later(here: datetime, span: timedelta) -> datetime:
    """Add real time, also across the change to summer time; whole days keep the clock's hour."""
    if span.seconds == 0:
        return here + span
    return (here.astimezone(ZoneInfo("UTC")) + span).astimezone(here.tzinfo)


def _day(text: str, here: datetime) -> tuple[datetime | None, str]:
    if date := DATE.match(text):
        day = here.replace(year=int(date[1]), month=int(date[2]), day=int(date[3]))
        return day, text[date.end() :].strip()
    for name in sorted([*DAYS, *WEEKDAYS], key=len, reverse=True):
        if text == name or text.startswith(f"{name} "):
            ahead = DAYS.get(name)
            if ahead is None:
                ahead = (WEEKDAYS[name] - here.weekday() - 1) % 7 + 1
            return here + timedelta(days=ahead), text[len(name) :].strip()
    return None, text


def _clock(text: str) -> tuple[int, int] | None:
    if not text:
        return MORNING, 0
    found = CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    return (hour, minute) if hour < 24 and minute < 60 else None
