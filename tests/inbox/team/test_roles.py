"""Who may do what."""

from typing import get_args

import pytest

from inbox.conversations.commands import AnyCommand
from inbox.team.roles import NEEDS, may
from inbox.words import Account, Officer, Role

ACCOUNT = Account(id="x/a", app="x", native_id="1", title="A", officers=("aj",))
OURS = (
    "Receive",
    "MarkEdited",
    "MarkDeleted",
    "SetMembers",
    "Greet",
    "SetLanguage",
    "Lapse",
    "Expire",
    "StartSend",
    "Report",
)


def officer(*roles: Role, active: bool = True, accounts: tuple[str, ...] = ()) -> Officer:
    return Officer("aj", "AJ", "Anna", roles=roles, active=active, accounts=accounts)


def test_every_command_is_an_officer_s_or_nobody_s() -> None:
    commands = {command.__name__ for command in get_args(AnyCommand)}
    assert commands == (NEEDS.keys() & commands) | set(OURS)
    assert not NEEDS.keys() & set(OURS)


@pytest.mark.parametrize("act", OURS)
def test_what_the_house_does_itself_is_no_officer_s(act: str) -> None:
    assert not may(officer("admin"), act, ACCOUNT)


@pytest.mark.parametrize(
    ("role", "may_do", "may_not"),
    [
        ("reader", ("read", "statistics"), ("read_private", "Claim", "Answer", "admin")),
        ("officer", ("read_private", "Claim", "Answer", "Retract"), ("AssignAnyone", "Erase")),
        ("approver", ("Claim",), ("AssignAnyone", "Erase")),
        ("supervisor", ("AssignAnyone", "Assign", "TakeOver"), ("Erase", "admin")),
        ("admin", ("Erase", "admin", "Claim"), ("no such act",)),
    ],
)
def test_each_role_may_what_the_one_before_it_may_and_more(
    role: Role, may_do: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    assert [act for act in may_do if not may(officer(role), act, ACCOUNT)] == []
    assert [act for act in may_not if may(officer(role), act, ACCOUNT)] == []


def test_the_highest_of_several_roles_counts() -> None:
    assert may(officer("reader", "supervisor"), "AssignAnyone", ACCOUNT)
    assert not may(officer(), "read", ACCOUNT)


def test_nobody_and_the_removed_may_nothing() -> None:
    for act in NEEDS:
        assert not may(None, act, ACCOUNT)
        assert not may(officer("admin", active=False), act, ACCOUNT)


def test_an_officer_acts_for_the_accounts_listed_with_them_or_that_name_them() -> None:
    assert may(officer("officer"), "Claim", ACCOUNT)
    assert not may(Officer("en", "EN", "Erik"), "Claim", ACCOUNT)
    assert may(officer("officer", accounts=("x/a",)), "Claim", ACCOUNT)
    assert not may(officer("officer", accounts=("x/b",)), "Claim", ACCOUNT)
