"""Who may clear an answer, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from inbox.team.roles import may
from inbox.words import Account, Officer, OfficerId


def approvers(
    officers: Iterable[Officer],
    account: Account,
    named: Collection[OfficerId],
    without: Collection[OfficerId] = (),
) -> tuple[Officer, ...]:
    """Return who may clear for an account: those named in that order, else all its approvers."""
    able = [
        one
        for one in officers
        if may(one, "Clear", account) and (not named or one.id in named) and one.id not in without
    ]
    order = list(named)
    return tuple(sorted(able, key=lambda one: order.index(one.id) if order else 0))
