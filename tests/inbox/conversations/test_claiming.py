"""Who holds a conversation, and what others are told."""

from msgspec.structs import replace

from inbox.conversations.commands import (
    Assign,
    Claim,
    Close,
    Greet,
    Lapse,
    Release,
    Snooze,
    TakeOver,
)
from inbox.conversations.events import Claimed, Discarded, Recalled, Released, Woken
from inbox.conversations.state import LAPSES_AFTER, due_at
from tests.inbox.conversations.house import MINUTE, POLICY, House


def heard() -> House:
    house = House()
    house.hears("x:1")
    return house


def test_the_second_claim_is_told_who_was_first() -> None:
    house = heard()
    house.must("aj", Claim())
    since = house.now
    denial = house.refused("en", Claim())
    assert (denial.why, denial.facts) == ("claimed", {"by": "aj", "since": since})


def test_claiming_what_one_holds_changes_nothing() -> None:
    house = heard()
    house.must("aj", Claim())
    assert house.do("aj", Claim()) == ()


def test_the_fence_grows_with_every_new_claim() -> None:
    house = heard()
    assert house.must("aj", Claim()) == (Claimed("aj", 1),)
    house.must("aj", Release())
    assert house.conversation.state == "waiting"
    assert house.conversation.claimant == "aj"
    assert house.must("en", Claim()) == (Claimed("en", 2),)
    assert house.must("aj", TakeOver("shift")) == (Claimed("aj", 3, "en", "take_over", "shift"),)
    assert house.do("aj", TakeOver()) == ()


def test_a_claim_wakes_a_snoozed_conversation() -> None:
    house = heard()
    house.must("aj", Snooze(house.now + MINUTE))
    house.must("aj", Claim())
    assert house.conversation.state == "claimed"
    house.must("aj", Snooze(house.now + MINUTE))
    assert house.must("aj", Claim()) == (Woken(cause="claim"),)


def test_a_closed_conversation_is_reopened_before_it_is_claimed() -> None:
    house = heard()
    house.must("aj", Close("spam"))
    for command in (Claim(), TakeOver(), Assign("en")):
        assert house.refused("aj", command).why == "closed"


def test_an_officer_assigns_only_what_they_hold() -> None:
    house = heard()
    assert house.refused("aj", Assign("en")).why == "claim_first"
    house.must("en", Claim())
    assert house.refused("aj", Assign("aj")).facts["by"] == "en"
    assert house.must("en", Assign("aj", "lunch")) == (Claimed("aj", 2, "en", "assign", "lunch"),)


def test_a_supervisor_assigns_anybody_s() -> None:
    house = heard()
    assert house.must("ml", Assign("en")) == (Claimed("en", 1, "", "assign"),)
    house.must("ml", Assign("aj"))
    assert house.do("ml", Assign("aj")) == ()


def test_nobody_assigns_to_who_may_not_act() -> None:
    house = heard()
    house.must("aj", Claim())
    for to in ("nobody", "old", "reads", "away"):
        assert house.refused("aj", Assign(to)).why == "unknown_officer"


def test_nobody_assigns_to_who_is_off_duty_when_a_rota_is_kept() -> None:
    house = heard()
    house.must("aj", Claim())
    house.policy = replace(POLICY, on_duty=frozenset({"aj"}))
    assert house.refused("aj", Assign("en")).why == "off_duty"
    house.policy = replace(POLICY, on_duty=frozenset({"aj", "en"}))
    house.must("aj", Assign("en"))


def test_only_the_holder_releases() -> None:
    house = heard()
    assert house.do("aj", Release()) == ()
    house.must("aj", Claim())
    assert house.refused("en", Release()).why == "claimed"
    assert house.must("aj", Release("home")) == (Released("aj", 1, "home"),)


def test_a_claim_outlives_the_closing_by_twelve_hours() -> None:
    house = heard()
    house.must("aj", Claim())
    house.must("aj", Close("answered"))
    closed = house.conversation.closed
    assert closed is not None
    assert due_at(house.conversation) == house.now + LAPSES_AFTER
    assert house.refused("clerk", Lapse(closed.timer + 1)).why == "stale_timer"
    assert house.must("clerk", Lapse(closed.timer)) == (Released("aj", 1, "lapsed"),)
    assert due_at(house.conversation) is None
    assert house.refused("clerk", Lapse(closed.timer)).why == "stale_timer"


def test_a_reopened_conversation_keeps_its_claim_from_lapsing() -> None:
    house = heard()
    house.must("aj", Claim())
    house.must("aj", Close("answered"))
    assert house.conversation.closed is not None
    timer = house.conversation.closed.timer
    house.hears("x:2")
    assert house.refused("clerk", Lapse(timer)).why == "stale_timer"


def test_a_new_holder_makes_the_other_s_held_answer_a_draft_again() -> None:
    house = heard()
    house.answered("aj", "Yes.")
    events = house.must("en", TakeOver())
    assert events[1:] == (Recalled("a1"),)
    answer = house.conversation.answer("a1")
    assert answer is not None
    assert (answer.state, answer.text, answer.parts) == ("draft", "Yes.", ())


def test_the_author_s_new_claim_leaves_their_answer_on_its_way() -> None:
    house = heard()
    house.answered("aj")
    house.must("aj", Release())
    assert len(house.must("aj", Claim())) == 1
    house.sent()


def test_a_claim_gives_up_a_greeting_that_has_not_left() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("greeter", Greet("g1", "We will answer soon."))
    events = house.must("aj", Claim())
    assert events[1:] == (Discarded("g1", "human_first"),)
