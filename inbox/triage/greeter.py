"""What the public is told at once by an automatic reply: whether, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from inbox.conversations.state import Conversation, has_human_answer
from inbox.team import hours
from inbox.triage.lanes import folded
from inbox.words import Account, Millis, PersonId, Record

Phrases: TypeAlias = Mapping[str, Mapping[str, str]]
"""Language → key → sentence, as `[greeting]` and `[weekday]` of the phrase files have them."""

LATE: Millis = 3_600_000
"""After an hour an automatic "we have received it" only confuses: nothing is said any more."""
LAST_RESORT = "en"
AUTOMATIC = ("auto-reply", "autoreply", "out of office", "autosvar", "frånvaromeddelande")
"""How other houses' automatic replies begin; ours begin with `mark`."""


class Greeting(Record, frozen=True):
    """An automatic reply, and the language it is in."""

    text: str
    language: str


def may_greet(c: Conversation, account: Account, ours: Collection[PersonId], now: Millis) -> bool:
    """Say whether this conversation gets an automatic reply now.

    Private, by policy and hours, once, to one person who is not ourselves, soon after they wrote,
    and never where a human has been: who claimed it, answered it, closed it, or wrote by hand.
    """
    private = c.audience == "private" and bool(c.person) and not c.members
    untouched = not (c.fence or c.claim or c.closed or c.last_out or has_human_answer(c))
    fresh = bool(c.count) and now - c.last_in <= LATE
    first = not c.greeted
    stranger = c.person not in ours
    return private and untouched and fresh and first and stranger and _by_policy(account, now)


def _by_policy(account: Account, now: Millis) -> bool:
    """Say whether the account greets at this hour; a minister's never does (UX.md, 16)."""
    if account.greeting == "off" or account.kind == "minister":
        return False
    if account.greeting == "always":
        return True
    return not hours.is_open(hours.read(account.hours), account.time_zone, now)


def automatic(texts: Iterable[str], phrases: Phrases) -> bool:
    """Say whether one of these is itself an automatic reply: to those nobody ever replies."""
    marks = (*(words.get("mark", "") for words in phrases.values()), *AUTOMATIC)
    begins = [tuple(folded(mark)) for mark in marks if mark]
    return any(tuple(folded(text[:200])[: len(mark)]) == mark for text in texts for mark in begins)


def greeting(c: Conversation, account: Account, phrases: Phrases, now: Millis) -> Greeting | None:
    """Return what to say: that it came, who reads it and when, and whom to call meanwhile."""
    wanted = (c.language, *account.languages, LAST_RESORT)
    language = next((one for one in wanted if phrases.get(one, {}).get("first")), None)
    if language is None:
        return None
    say = phrases[language]
    lines = [say["first"], _opening(account, say, now), _whom_to_call(account, say)]
    return Greeting(f"{say['mark']}: {' '.join(line for line in lines if line)}", language)


def _opening(account: Account, say: Mapping[str, str], now: Millis) -> str:
    """Say when the office opens, where it is closed; "" where that is not known."""
    spans, zone = hours.read(account.hours), account.time_zone
    opens = hours.opens_next(spans, zone, now)
    if opens is None or hours.is_open(spans, zone, now):
        return ""
    day = say[hours.DAYS[opens.weekday()]]
    return say["closed"].format(day=day, time=f"{opens:%H:%M}")


def _whom_to_call(account: Account, say: Mapping[str, str]) -> str:
    return say["call"].format(call=account.call) if account.call else say["danger"]
