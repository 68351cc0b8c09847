"""The tables, looked up the ways the house asks for them."""

import pytest

from inbox.team.policies import Policies
from inbox.words import Account, Lane, Officer, Profile

ANNA = Officer("aj", "AJ", "Anna", slack=("T1/U1", "E1/U1"), accounts=("x/a",))
ERIK = Officer("en", "EN", "Erik", slack=("U2",))
GONE = Officer("old", "OL", "Olle", slack=("T1/U3",), active=False)
X = Profile("x", "X", ("public",), len, {"public": 280})
NARROWED = Profile("x", "X", ("public",), len, {"public": 4000})


def account(id_: str, **more: str) -> Account:
    return Account(id=id_, app="x", native_id=f"native {id_}", title=id_, officers=("en",), **more)  # type: ignore[arg-type] # only texts here


def policies(*officers: Officer) -> Policies:
    return Policies(
        accounts=(
            account("x/a", slack_channel="C1", private_channel="C2"),
            account("x/b", slack_channel="C1"),
        ),
        officers=officers or (ANNA, ERIK, GONE),
        lanes=(Lane("other", 6, 480),),
        tags=("visa",),
        profiles={"x": X, "x/b": NARROWED},
    )


def test_a_policy_holds_all_that_a_decision_may_look_at() -> None:
    house = policies()
    house.epoch, house.halted, house.on_duty = "e1", frozenset({"x/a"}), frozenset({"aj"})
    policy = house.of("x/a", "officer:aj")
    assert (policy.officer, policy.account.id, policy.profile) == (ANNA, "x/a", X)
    assert (policy.epoch, policy.halted, policy.on_duty) == ("e1", True, frozenset({"aj"}))
    assert policy.tags == ("visa",)
    assert not house.of("x/b", "officer:aj").halted


def test_only_officers_order_as_officers() -> None:
    house = policies()
    for by in ("platform:x", "clerk", "greeter", "aj", "officer:ghost", "clerk:aj"):
        assert house.of("x/a", by).officer is None


def test_a_profile_narrowed_by_the_server_counts_before_the_platform_s() -> None:
    assert policies().of("x/b", "clerk").profile is NARROWED


def test_an_account_nobody_knows_has_no_policy() -> None:
    house = policies()
    with pytest.raises(KeyError):
        house.of("x/none", "clerk")
    assert house.account("x/none") is None
    assert house.by_native("x", "none") is None
    assert house.by_native("mastodon", "native x/a") is None


def test_an_account_is_found_by_the_id_its_platform_gives_it() -> None:
    found = policies().by_native("x", "native x/a")
    assert found is not None
    assert found.id == "x/a"


def test_an_officer_is_found_by_workspace_and_by_enterprise() -> None:
    house = policies()
    assert house.by_slack("T1", "U1") == ANNA
    assert house.by_slack("E1", "U1") == ANNA
    assert house.by_slack("T1", "U3") == GONE


def test_somebody_of_a_foreign_team_is_nobody() -> None:
    house = policies()
    assert house.by_slack("T9", "U1") is None
    assert house.by_slack("T9", "U2") is None
    assert house.by_slack("", "U1") is None


def test_a_bare_slack_id_counts_in_the_teams_of_the_table_or_where_none_is_named() -> None:
    assert policies().by_slack("T1", "U2") == ERIK
    assert policies(ERIK).by_slack("T7", "U2") == ERIK


def test_every_channel_is_named_once() -> None:
    assert policies().channels() == ("C1", "C2")


def test_an_officer_reads_the_accounts_that_are_theirs() -> None:
    house = policies()
    assert [one.id for one in house.accounts_for(ANNA)] == ["x/a"]
    assert [one.id for one in house.accounts_for(ERIK)] == ["x/a", "x/b"]
    assert house.accounts_for(GONE) == ()


def test_a_removed_officer_is_still_known_by_name() -> None:
    assert policies().officer("old") == GONE
    assert policies().officer("nobody") is None
