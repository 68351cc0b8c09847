"""Opening a reachout: what a ladder may consist of, and what is said before anybody climbs it."""

import pytest
from msgspec.structs import replace

from inbox.reachout.case import Facts
from inbox.reachout.commands import Open
from inbox.reachout.ladder import planned
from inbox.reachout.state import Rung, Try
from tests.inbox.reachout.house import (
    ACCOUNT,
    CARL,
    EMAIL,
    FACTS,
    HOUR,
    LADDER,
    NARROW,
    ODA,
    PHONE,
    PRIVATE,
    PROFILE,
    PUBLIC,
    START,
    TOOT,
    House,
)


def order(*rungs: Rung, deadline: int = START + HOUR, purpose: str = "The attack") -> Open:
    return Open("c1", purpose, "urgent", deadline, rungs)


def test_the_first_rung_is_open_and_all_others_wait() -> None:
    house = House().opened()
    assert house.states() == ["open", "waiting", "waiting", "waiting"]
    assert house.reachout.by == "aj"


def test_a_deadline_in_the_past_is_refused() -> None:
    assert House().refused("aj", order(*LADDER, deadline=START)) == "in_the_past"


def test_a_contact_without_any_channel_is_refused() -> None:
    assert House().refused("aj", order()) == "no_channel"


def test_a_contact_that_the_directory_does_not_know_is_refused() -> None:
    house = House(replace(FACTS, known=False))
    assert house.refused("aj", order(*LADDER)) == "unknown_contact"


def test_a_reachout_says_what_it_is_for() -> None:
    assert House().refused("aj", order(*LADDER, purpose="  ")) == "reason_needed"


def test_a_public_mention_comes_last() -> None:
    assert House().refused("aj", order(PUBLIC, PHONE)) == "public_last"


def test_call_back_details_come_from_the_directory() -> None:
    assert House().refused("aj", order(replace(PHONE, way="+666"))) == "unknown_way"
    assert House().refused("aj", order(replace(PRIVATE, person="x:666"))) == "unknown_person"


@pytest.mark.parametrize("level", ["unproven", "probable"])
def test_who_is_not_verified_or_frozen_gets_no_rung_on_a_platform(level: str) -> None:
    facts: Facts = replace(FACTS, levels={CARL: level})
    assert House(facts).refused("aj", order(PHONE, PUBLIC)) == "not_verified"
    assert House(facts).do("aj", order(PHONE))


def test_a_public_rung_says_an_approved_line_only() -> None:
    free = replace(PUBLIC, template="Call us about the hostages")
    assert House().refused("aj", order(free)) == "unknown_template"
    assert House().refused("aj", order(replace(PUBLIC, language="ar"))) == "unknown_template"


def test_a_platform_s_rung_is_of_an_account_that_the_officer_may_speak_from() -> None:
    other = replace(FACTS, accounts={ACCOUNT.id: (replace(ACCOUNT, officers=("en",)), None)})
    assert House(other).refused("aj", order(PUBLIC)) == "not_your_account"
    assert House().refused("aj", order(replace(PUBLIC, person=ODA))) == "unknown_person"
    assert House().refused("re", order(PHONE)) == "not_allowed"
    assert House().refused("clerk", order(PHONE)) == "not_allowed"


def test_what_the_platform_forbids_is_planned_as_posted_by_hand() -> None:
    house = House().opened(
        PHONE, replace(PRIVATE, reach="unknown"), replace(PUBLIC, account=NARROW.id)
    )
    told = [(one.by_hand, one.rule) for one in house.reachout.rungs]
    assert told == [(False, ""), (True, "they_write_first"), (True, "mention_needed")]


def test_an_account_that_may_call_says_the_public_line_by_itself() -> None:
    calls = replace(NARROW, may_call=True)
    facts = replace(FACTS, accounts={**FACTS.accounts, NARROW.id: (calls, PROFILE)})
    house = House(facts).opened(PHONE, replace(PUBLIC, account=NARROW.id))
    assert [one.by_hand for one in house.reachout.rungs] == [False, False]


def test_a_private_rung_that_the_platform_refuses_beforehand_has_failed_from_the_start() -> None:
    house = House().opened(PHONE, replace(PRIVATE, reach="no", reason="blocked"), PUBLIC)
    assert house.states() == ["open", "failed", "waiting"]
    (tried,) = house.reachout.rungs[1].attempts
    assert tried == Try(house.now, "officer:aj", "failed", why="blocked")


def test_a_platform_that_lets_us_write_first_needs_no_hand() -> None:
    oda = replace(PRIVATE, person=ODA, account=TOOT.id, reach="unknown")
    house = House().opened(oda, replace(PUBLIC, person=ODA, account=TOOT.id))
    assert [one.by_hand for one in house.reachout.rungs] == [False, False]


def test_whoever_opens_says_nothing_of_how_far_a_rung_is() -> None:
    done = replace(PHONE, state="failed", attempts=(Try(1, "x", "failed"),))
    house = House().opened(done, EMAIL)
    assert house.states() == ["open", "waiting"]
    assert house.reachout.rungs[0].attempts == ()


def test_a_ladder_is_planned_from_the_quietest_to_the_loudest() -> None:
    rungs = planned((PUBLIC, PRIVATE, EMAIL, PHONE), "immediate")
    assert [one.kind for one in rungs] == ["phone", "email", "private", "public"]
    assert rungs[0].minutes == 5
