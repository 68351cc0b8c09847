"""What would leak: held back until its writer has looked, or for good, as the account wants it."""

from __future__ import annotations

from collections.abc import Iterable

from inbox.answers.leaks import ALWAYS, Kind, Leak, findings, own
from inbox.conversations import events as e
from inbox.conversations.case import Case, denied
from inbox.conversations.commands import Answer
from inbox.conversations.denied import Denied
from inbox.words import Account

LEAK = "leak"
"""The word by which an officer lets a text leave in spite of what the guard found."""
UNKNOWN: tuple[Kind, ...] = ("mention",)
"""What the text alone does not show here: a conversation keeps no handles."""


REASONED = (e.Claimed, e.Released, e.LaneSet, e.TurnedDown, e.ClearanceReturned, e.Overridden)
"""Events whose reason an officer wrote for colleagues."""


def remarks(entries: Iterable[e.Entry]) -> tuple[str, ...]:
    """Return what officers wrote for each other: notes, reasons, whence a figure is."""
    told = (
        _told(event) for one in entries if one.by.startswith("officer:") for event in one.events
    )
    return tuple(dict.fromkeys(text for text in told if text))


def _told(event: e.AnyEvent) -> str:
    match event:
        case e.Noted():
            return event.text
        case e.Answered():
            return event.source
        case _:
            return event.reason if isinstance(event, REASONED) else ""


def leaks_of(case: Case, command: Answer) -> tuple[Leak, ...]:
    """Return what was found in the text, with the notes and without."""
    account = case.policy.account
    if account.leak_guard == "off":
        return ()
    alone = findings(command.whole, ours=own(account), audience=command.audience)
    shown = (leak for leak in alone if leak.kind not in UNKNOWN)
    return tuple(dict.fromkeys((*command.leaks, *shown)))


def held_back(case: Case, command: Answer) -> Denied | None:
    """Return the findings that hold a text back, if any do."""
    return judged(case.policy.account, leaks_of(case, command), command.confirmed)


def judged(account: Account, leaks: tuple[Leak, ...], confirmed: str) -> Denied | None:
    """Return what the account makes of findings; `way` says whether a confirmation helps."""
    never = account.leak_guard == "block" and any(leak.kind in ALWAYS for leak in leaks)
    if not leaks or (not never and LEAK in confirmed.split()):
        return None
    return denied("leak", findings=leaks, way="change" if never else "confirm")


def let_through(case: Case, command: Answer) -> tuple[str, ...]:
    """Return the kinds of what leaves all the same: the record says that its writer knew."""
    return tuple(dict.fromkeys(leak.kind for leak in leaks_of(case, command)))
