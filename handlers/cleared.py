"""A clearance in words: whose it needs, whose it has, and how it ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.safe import one_line
from handlers.say import At, Fact, Say
from handlers.shown import NAME, Line, Shown, Told
from inbox.conversations.reading import Reply, Ruling
from inbox.conversations.state import Answer
from inbox.team.approvers import approvers
from inbox.words import OfficerId, Record

NAMED = 2
"""So many are named of those who may clear; the others are counted."""


class Question(Record, frozen=True):
    """What an approver is asked: exactly what leaves, in answer to what, and what came since.

    `mine` says whether this officer may say their word; `over` tells how it ended, None while it
    waits; `found` is what the leak guard found.
    """

    shown: Shown
    answer: Answer
    their: Line | None = None
    since: tuple[Line, ...] = ()
    mine: bool = False
    over: Told | None = None
    found: tuple[str, ...] = ()

    @property
    def is_line(self) -> bool:
        """Whether it is a reachout's public line, which nobody puts in other words."""
        return self.answer.kind == "rung" and self.answer.audience == "public"


def ended(reply: Reply | None, shown: Shown) -> Told:
    """Tell how a clearance ended: in words that hold no text of anybody's."""
    said = last_word(reply)
    if said is None:
        return Told("clearance.withdrawn")
    return told_of(said, shown.names)


def last_word(reply: Reply | None) -> Ruling | None:
    """Return what was last said of an answer that waited or waits."""
    rulings = [one for one in reply.clearance if one.what != "asked"] if reply else []
    return rulings[-1] if rulings else None


def told_of(said: Ruling, names: Mapping[OfficerId, str]) -> Told:
    """Say a ruling: who, what, when."""
    key = f"clearance.void_{said.reason}" if said.what == "void" else f"clearance.{said.what}"
    by = one_line(names.get(said.by, said.by), NAME)
    return Told(key, {"by": by, "at": At(said.at)})


def plainly(told: Told, say: Say) -> str:
    """Return it as plain text."""
    facts: dict[str, Fact] = dict(told.facts)
    return say(told.key, **facts)


def asked_names(shown: Shown, answer: Answer, say: Say) -> str:
    """Name who may still clear an answer: two at most, the others counted."""
    clearing = answer.clearing
    if clearing is None:
        return ""
    without = (answer.author, *clearing.writers, *clearing.cleared)
    people = approvers(shown.officers.values(), shown.account, clearing.from_, without)
    return named([one.name for one in people], say)


def named(names: Sequence[str], say: Say) -> str:
    """Join names for a sentence: two at most, the others counted."""
    first = ", ".join(one_line(name, NAME) for name in names[:NAMED])
    more = len(names) - NAMED
    return first + (f" +{more}" if more > 0 else "") or say("clearance.nobody")


def cleared_by(answer: Answer, shown: Shown) -> tuple[OfficerId, ...]:
    """Return the names of those whose word an answer has."""
    clearing = answer.clearing
    if clearing is None:
        return ()
    return tuple(shown.name(one) for one in (*clearing.cleared, clearing.overridden) if one)
