"""Who may do what: one pure question, asked before every act and every read."""

from __future__ import annotations

from typing import Literal

from inbox.words import Account, Officer, Role

RANKS: dict[Role, int] = {"reader": 0, "officer": 1, "approver": 2, "supervisor": 3, "admin": 4}
"""Each role may do what the roles before it may."""

NEEDS: dict[str, Role] = {
    "read": "reader",
    "statistics": "reader",
    "read_private": "officer",
    **dict.fromkeys(
        (
            "Begin",
            "Link",
            "Claim",
            "TakeOver",
            "Assign",
            "Release",
            "AddNote",
            "Tag",
            "Untag",
            "SetLane",
            "Snooze",
            "Wake",
            "Close",
            "Reopen",
            "Draft",
            "Discard",
            "Answer",
            "SayLine",
            "Recall",
            "Resume",
            "Retract",
            "Resolve",
            "PostByHand",
            "Moderate",
        ),
        "officer",
    ),
    **dict.fromkeys(("Clear", "TurnDown", "Return"), "approver"),
    "AssignAnyone": "supervisor",
    **dict.fromkeys(
        (
            "directory",
            "Add",
            "Rename",
            "Describe",
            "AddWay",
            "RemoveWay",
            "Attach",
            "Detach",
            "Freeze",
        ),
        "officer",
    ),
    **dict.fromkeys(
        ("reachouts", "Open", "Extend", "Attempt", "Skip", "Record", "HandOver"), "officer"
    ),
    **dict.fromkeys(("Prove", "Unfreeze"), "approver"),
    **dict.fromkeys(("Merge", "Split", "Yield", "Regain"), "supervisor"),
    "Override": "supervisor",
    "Erase": "admin",
    "admin": "admin",
}
"""Act -> the lowest role that may do it; an act that is not named here is no officer's."""

Hindrance = Literal["not_allowed", "not_your_account"]


def may(officer: Officer | None, act: str, account: Account | None) -> bool:
    """Say whether this officer may do this for this account; nobody and the removed may nothing.

    `act` is a command's class name, or `read`, `read_private`, `statistics`, `admin`, `directory`
    and `reachouts` (read them), or `AssignAnyone` (move what others hold). What belongs to no
    account, such as the directory, has None.
    """
    return hindrance(officer, act, account) is None


def hindrance(officer: Officer | None, act: str, account: Account | None) -> Hindrance | None:
    """Return why an officer may not, or None."""
    needs = NEEDS.get(act)
    if officer is None or not officer.active or needs is None:
        return "not_allowed"
    if max((RANKS[role] for role in officer.roles), default=-1) < RANKS[needs]:
        return "not_allowed"
    if account is None:
        return None
    return None if acts_for(officer, account) else "not_your_account"


def acts_for(officer: Officer, account: Account) -> bool:
    """Say whether the account is one of theirs: listed with them, or naming them."""
    if officer.accounts:
        return account.id in officer.accounts
    return officer.id in account.officers
