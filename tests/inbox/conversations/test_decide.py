"""That the rules are total, and that every order is asked for its right first."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.conversations.apply import CHANGES, apply
from inbox.conversations.commands import AnyCommand, Erase, Order, Release, Tag, Wake
from inbox.conversations.commands import Claim as ClaimIt
from inbox.conversations.decide import RULES, decide
from inbox.conversations.denied import Denied
from inbox.conversations.events import AnyEvent
from inbox.conversations.state import Conversation
from inbox.team.roles import NEEDS
from tests.inbox.conversations.diagram import EXAMPLES
from tests.inbox.conversations.house import POLICY, House


def test_there_is_a_rule_for_every_command_and_a_change_for_every_event() -> None:
    assert set(RULES) == set(get_args(AnyCommand))
    assert set(CHANGES) == set(get_args(AnyEvent))


def heard() -> House:
    house = House()
    house.hears("x:1")
    return house


def test_a_removed_officer_may_nothing() -> None:
    house = heard()
    denial = house.refused("old", ClaimIt())
    assert (denial.why, denial.facts) == ("not_allowed", {"needs": "officer"})


def test_a_reader_only_reads() -> None:
    assert heard().refused("reads", Tag("visa")).facts == {"needs": "officer"}


def test_an_officer_of_another_account_is_told_so() -> None:
    assert heard().refused("away", ClaimIt()).why == "not_your_account"


def test_only_an_admin_erases() -> None:
    house = heard()
    assert house.refused("ml", Erase("x:1", "law")).facts == {"needs": "admin"}
    house.must("root", Erase("x:1", "law"))


def test_an_officer_nobody_knows_may_nothing() -> None:
    house = heard()
    assert house.refused("officer:ghost", ClaimIt()).why == "not_allowed"


@pytest.mark.parametrize("by", ["platform:x", "postroom", "greeter", "clerk", "", "aj"])
def test_nobody_but_an_officer_gives_an_officer_s_order(by: str) -> None:
    order = Order("op", 1, by, ClaimIt())
    assert decide(heard().conversation, order, POLICY) == Denied(
        "not_allowed", {"needs": "officer"}
    )


def test_no_officer_gives_the_postroom_s_or_the_platform_s_orders() -> None:
    house = heard()
    others = [command for command in RULES if command.__name__ not in NEEDS]
    for command in others:
        order = Order("op", 1, "officer:ml", EXAMPLES[command][0])
        policy = replace(POLICY, officer=POLICY.officers["ml"])
        result = decide(house.conversation, order, policy)
        assert isinstance(result, Denied)
        assert result.why == "not_allowed"


def test_the_clerk_wakes_what_its_timer_names() -> None:
    assert heard().refused("clerk", Wake("time", 9)).why == "stale_timer"


def test_deciding_changes_nothing_and_may_be_repeated() -> None:
    house = heard()
    before = house.conversation
    assert house.decide("aj", ClaimIt()) == house.decide("aj", ClaimIt())
    assert house.conversation is before
    assert house.decide("aj", Release()) == ()


commands = st.one_of(*(st.from_type(kind) for kind in get_args(AnyCommand)))
any_event = st.one_of(*(st.from_type(kind) for kind in get_args(AnyEvent)))
anybody = st.sampled_from(["aj", "en", "ml", "root", "old", "platform:x", "clerk", "postroom"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(anybody, commands), max_size=12))
def test_decide_and_apply_are_total(orders: list[tuple[str, AnyCommand]]) -> None:
    house = House()
    house.hears("x:1")
    for by, command in orders:
        result = house.do(by, command)
        assert isinstance(result, (tuple, Denied))


@settings(max_examples=80, deadline=None)
@given(st.lists(any_event, max_size=12))
def test_any_history_folds(events: list[AnyEvent]) -> None:
    conversation = Conversation()
    for version, event in enumerate(events, 1):
        conversation = apply(conversation, event, 10**12, "officer:aj", version)
    assert isinstance(conversation, Conversation)
