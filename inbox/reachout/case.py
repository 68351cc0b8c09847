"""One decision to be made about a reachout, and all that may be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from inbox.denied import Denied, Why
from inbox.reachout import commands
from inbox.reachout.commands import Order
from inbox.reachout.events import AnyEvent
from inbox.reachout.state import Level, Reachout, Rung
from inbox.team.roles import NEEDS, hindrance
from inbox.words import Account, AccountId, Millis, Officer, OfficerId, PersonId, Profile

Decision: TypeAlias = tuple[AnyEvent, ...] | Denied
Lines: TypeAlias = Mapping[str, Mapping[str, str]]
"""The approved lines: template -> language -> sentence, with `{handle}` as its only place."""


class Facts(msgspec.Struct, frozen=True):
    """What the tables, the directory and the platforms say: nothing here is read from outside.

    `ways` are the contact's channels by kind and value, `levels` how sure we are of its persons.
    """

    officer: Officer | None = None
    known: bool = True
    """Whether the directory has the contact."""
    ways: frozenset[tuple[str, str]] = frozenset()
    levels: Mapping[PersonId, Level] = {}
    lines: Lines = {}
    accounts: Mapping[AccountId, tuple[Account, Profile]] = {}


class Case(msgspec.Struct, frozen=True):
    """What a rule looks at."""

    reachout: Reachout
    order: Order
    facts: Facts

    @property
    def at(self) -> Millis:
        """When it was ordered."""
        return self.order.at

    @property
    def me(self) -> OfficerId:
        """The officer who orders, or "" when nobody of ours does."""
        who, _, name = self.order.by.partition(":")
        return name if who == "officer" else ""

    def rung(self, n: int) -> Rung | None:
        """Return one of its rungs, counted from 0."""
        return self.reachout.rungs[n] if 0 <= n < len(self.reachout.rungs) else None

    def may_speak(self, account: AccountId) -> Denied | None:
        """Refuse an officer who may not answer from this account, and an account nobody knows."""
        found = self.facts.accounts.get(account)
        if found is None:
            return denied("not_your_account")
        why = hindrance(self.facts.officer, "Answer", found[0])
        return (
            denied(why, **({"needs": "officer"} if why == "not_allowed" else {})) if why else None
        )


CLERKS: tuple[type[commands.Command], ...] = (
    commands.TimeOut,
    commands.Miss,
    commands.Hear,
    commands.Settle,
    commands.Find,
    commands.Erase,
)
"""What the clerk orders; an erasure only where a backup undid it."""


def hindered(case: Case) -> Denied | None:
    """Refuse officers what their role forbids, and everybody else what is an officer's."""
    act = type(case.order.command).__name__
    needs = NEEDS.get(act)
    if case.me:
        why = hindrance(case.facts.officer, act, None)
        return denied(why, **({"needs": needs} if needs else {})) if why else None
    return None if isinstance(case.order.command, CLERKS) else denied("not_allowed", needs=needs)


def denied(why: Why, **facts: Any) -> Denied:
    """Return a refusal with its facts."""
    return Denied(why, facts)
