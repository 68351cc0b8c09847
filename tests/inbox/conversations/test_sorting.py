"""Notes, tags, lanes, snoozes, closing and reopening."""

import pytest

from inbox.conversations.commands import (
    AddNote,
    Claim,
    Close,
    Greet,
    Reopen,
    Report,
    SetLane,
    Snooze,
    Tag,
    Untag,
    Wake,
)
from inbox.conversations.events import (
    Closed,
    Discarded,
    LaneSet,
    Noted,
    Reopened,
    Snoozed,
    Tagged,
    Untagged,
    Woken,
)
from inbox.conversations.state import due_at
from tests.inbox.conversations.house import MINUTE, House


@pytest.fixture
def house() -> House:
    heard = House()
    heard.hears("x:1")
    return heard


def test_a_note_is_kept_and_an_empty_one_is_not(house: House) -> None:
    assert house.must("aj", AddNote("n1", "Called the embassy")) == (
        Noted("n1", "Called the embassy"),
    )
    assert house.refused("aj", AddNote("n2", " \n")).why == "empty"
    assert "embassy" not in repr(house.conversation)


def test_only_the_house_s_tags_are_put_on_and_once(house: House) -> None:
    assert house.must("aj", Tag("visa")) == (Tagged("visa"),)
    assert house.do("aj", Tag("visa")) == ()
    assert house.refused("aj", Tag("nonsense")).facts == {"tag": "nonsense"}
    assert house.do("aj", Untag("thanks")) == ()
    assert house.must("aj", Untag("visa")) == (Untagged("visa"),)
    assert house.conversation.tags == ()


def test_a_lane_is_chosen_from_the_table(house: House) -> None:
    assert house.must("aj", SetLane("consular", "visa")) == (LaneSet("consular", "other", "visa"),)
    assert house.do("aj", SetLane("consular")) == ()
    assert house.refused("aj", SetLane("nowhere")).why == "unknown_lane"


def test_a_rule_never_overrules_an_officer(house: House) -> None:
    house.must("clerk", SetLane("life-safety", "rule:language"))
    house.must("aj", SetLane("consular"))
    assert house.do("clerk", SetLane("life-safety", "rule:language")) == ()
    assert house.conversation.lane == "consular"


def test_an_officer_who_confirms_the_lane_holds_it_there(house: House) -> None:
    house.must("aj", SetLane("other"))
    assert house.conversation.lane_set


def test_it_is_snoozed_until_a_time_to_come(house: House) -> None:
    assert house.refused("aj", Snooze(house.now)).why == "in_the_past"
    until = house.now + 10 * MINUTE
    assert house.must("aj", Snooze(until)) == (Snoozed(until, 1),)
    assert house.do("aj", Snooze(until)) == ()
    assert (house.conversation.state, due_at(house.conversation)) == ("snoozed", until)


def test_what_another_holds_is_neither_snoozed_nor_closed(house: House) -> None:
    house.must("aj", Claim())
    assert house.refused("en", Snooze(house.now + MINUTE)).why == "claimed"
    assert house.refused("en", Close("spam")).why == "claimed"


def test_a_stale_timer_wakes_nobody(house: House) -> None:
    house.must("aj", Snooze(house.now + MINUTE))
    house.must("aj", Snooze(house.now + 2 * MINUTE))
    assert house.refused("clerk", Wake("time", 1)).why == "stale_timer"
    assert house.must("clerk", Wake("time", 2)) == (Woken("time"),)
    assert house.refused("clerk", Wake("time", 2)).why == "stale_timer"


def test_an_officer_wakes_what_is_snoozed_and_nothing_else(house: House) -> None:
    assert house.refused("aj", Wake()).why == "not_snoozed"
    house.must("aj", Snooze(house.now + MINUTE))
    house.must("aj", Wake("early"))
    assert house.conversation.state == "waiting"


def test_closing_ends_the_waiting_and_keeps_the_claim(house: House) -> None:
    house.must("aj", Claim())
    assert house.must("aj", Close("answered")) == (Closed("answered", 1),)
    c = house.conversation
    assert (c.state, c.outcome, c.waiting_since) == ("closed", "answered", 0)
    assert c.claim is not None
    assert house.do("en", Close("spam")) == ()


def test_closing_without_a_claim_sets_no_timer(house: House) -> None:
    assert house.must("aj", Close("spam")) == (Closed("spam", 0),)
    assert due_at(house.conversation) is None
    assert house.refused("aj", Snooze(house.now + MINUTE)).why == "closed"


def test_it_is_not_closed_while_an_answer_is_being_sent(house: House) -> None:
    house.answered()
    assert house.refused("aj", Close("answered")).facts == {"answer": "a1"}
    house.start()
    assert house.refused("aj", Close("answered")).why == "being_sent"


def test_it_is_not_closed_while_nobody_knows_what_became_of_a_part(house: House) -> None:
    house.answered()
    house.start()
    house.must("postroom", Report("a1.1", "unsure"))
    assert house.refused("aj", Close("answered")).facts == {"part": "a1.1"}


def test_closing_gives_up_a_greeting_that_has_not_left() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("greeter", Greet("g1", "We will answer soon."))
    assert house.must("aj", Close("spam"))[1:] == (Discarded("g1", "closed"),)


def test_an_officer_reopens_to_the_queue(house: House) -> None:
    assert house.refused("aj", Reopen()).why == "not_closed"
    house.must("aj", Close("spam"))
    assert house.must("aj", Reopen("a mistake")) == (Reopened("a mistake"),)
    assert house.conversation.waiting_since == house.now
