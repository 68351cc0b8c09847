"""Climbing the ladder: what opens the next rung, who is first, and what ends by itself."""

from msgspec.structs import replace

from inbox.denied import Denied
from inbox.reachout.commands import (
    Attempt,
    Close,
    Extend,
    HandOver,
    Miss,
    Record,
    Settle,
    Skip,
    TimeOut,
)
from inbox.reachout.events import Attempted, Left, Missed, RungFailed, Withdrawn
from inbox.reachout.ladder import is_ours
from tests.inbox.reachout.house import (
    EMAIL,
    FACTS,
    HOUR,
    MINUTE,
    NARROW,
    PHONE,
    PRIVATE,
    PUBLIC,
    START,
    TOOT,
    House,
)


def test_the_next_rung_opens_only_after_a_failure_a_timeout_or_a_named_skip() -> None:
    house = House().opened()
    for n in (1, 2, 3):
        assert isinstance(house.fires(n), Denied)
    assert house.refused("aj", Attempt(1)) == "rung_waits"
    house.must("aj", Attempt(0))
    assert house.refused("aj", Attempt(1)) == "rung_waits"
    house.must("aj", Record(0, "failed", "Nobody answers."))
    assert house.states() == ["failed", "open", "waiting", "waiting"]
    house.now += 45 * MINUTE
    house.must("clerk", TimeOut(1))
    assert house.states() == ["failed", "failed", "open", "waiting"]
    house.must("en", Skip(2, "Their account was stolen in May."))
    assert house.states() == ["failed", "failed", "skipped", "open"]


def test_a_skip_names_its_reason() -> None:
    assert House().opened().refused("aj", Skip(0, " ")) == "reason_needed"


def test_only_the_present_rung_is_skipped() -> None:
    house = House().opened()
    assert house.refused("aj", Skip(1, "later")) == "rung_waits"
    house.must("aj", Skip(0, "no telephone there"))
    assert house.must("aj", Skip(0, "no telephone there")) == ()


def test_two_officers_who_try_a_rung_at_once_are_one_winner_and_one_who_is_told() -> None:
    house = House().opened(PRIVATE, PUBLIC)
    house.fires(0, "aj")
    second = house.fires(0, "en", answer="other")
    assert isinstance(second, Denied)
    assert (second.why, second.facts["by"]) == ("rung_taken", "aj")
    assert house.reachout.rungs[0].answer == "a0"
    assert house.fires(0, "aj") == (), "the same try again is so already"


def test_what_an_officer_only_tells_the_end_of_was_tried_too() -> None:
    house = House().opened()
    events = house.must("aj", Record(0, "failed", "Engaged."))
    assert [type(one) for one in events] == [Attempted, RungFailed]
    assert [one.result for one in house.reachout.rungs[0].attempts] == ["attempted", "failed"]


def test_a_call_that_got_through_stops_the_clock_and_a_post_never_does_by_an_officer_s_word() -> (
    None
):
    house = House().opened(PHONE, PUBLIC)
    house.must("aj", Record(0, "failed"))
    house.fires(1)
    house.left(1)
    assert house.refused("aj", Record(1, "reached")) == "not_by_hand"
    house.must("aj", Record(0, "reached", "His secretary rang back."))
    assert (house.reachout.state, house.due) == ("heard", None)


def test_a_number_may_be_called_again_while_a_later_rung_is_open() -> None:
    house = House().opened(PHONE, EMAIL)
    house.must("aj", Record(0, "failed"))
    house.must("aj", Attempt(0))
    house.must("aj", Record(0, "failed"))
    assert house.states() == ["failed", "open"]


def test_a_timer_of_an_earlier_rung_ends_nothing() -> None:
    house = House().opened()
    house.must("aj", Record(0, "failed"))
    house.now += 40 * MINUTE
    assert house.refused("clerk", TimeOut(0)) == "stale_timer"
    assert house.refused("clerk", TimeOut(1)) == "stale_timer"
    assert house.states()[1] == "open"


def test_what_waits_for_approval_has_no_end_of_its_own() -> None:
    house = House().opened(PRIVATE, PUBLIC, deadline=START + 100 * HOUR)
    house.fires(0)
    house.now += 50 * HOUR
    assert house.refused("clerk", TimeOut(0)) == "stale_timer"
    house.left(0)
    house.now += 30 * MINUTE
    house.must("clerk", TimeOut(0))
    assert house.states() == ["failed", "open"]


def test_the_last_rung_never_tried_stays_open() -> None:
    house = House().opened(PHONE, deadline=START + 100 * HOUR)
    house.now += 50 * HOUR
    assert house.refused("clerk", TimeOut(0)) == "stale_timer"
    assert house.due == START + 100 * HOUR


def test_a_deadline_that_passes_is_told_once_and_overdue_is_derived() -> None:
    house = House().opened(PHONE, deadline=START + HOUR)
    assert house.refused("clerk", Miss()) == "stale_timer"
    house.now = START + HOUR
    assert house.reachout.overdue(house.now)
    assert house.must("clerk", Miss()) == (Missed(START + HOUR),)
    assert house.refused("clerk", Miss()) == "stale_timer"
    assert house.reachout.running, "an overdue reachout goes on"
    house.must("aj", Extend(house.now + HOUR, "They are on a plane."))
    assert not house.reachout.overdue(house.now)
    assert house.due == house.reachout.deadline
    assert house.refused("aj", Extend(START)) == "in_the_past"


def test_who_was_frozen_since_gets_no_rung_on_a_platform() -> None:
    house = House().opened(PUBLIC)
    denied = house.fires(0, level="unproven")
    assert isinstance(denied, Denied)
    assert denied.why == "not_verified"


def test_a_private_rung_that_cannot_be_delivered_is_not_tried() -> None:
    denied = House().opened(PRIVATE).fires(0, reach="no", reason="blocked")
    assert isinstance(denied, Denied)
    assert (denied.why, denied.facts) == ("private_impossible", {"reason": "blocked"})


def test_what_the_platform_forbids_is_posted_by_hand_and_its_link_logged() -> None:
    house = House().opened(replace(PUBLIC, account=NARROW.id))
    denied = house.fires(0)
    assert isinstance(denied, Denied)
    assert (denied.why, denied.facts["rule"]) == ("platform_forbids", "mention_needed")
    url = "https://x.com/LandetNarrow/status/123"
    house.fires(0, by_hand=url)
    assert house.reachout.rungs[0].left
    assert house.reachout.rungs[0].attempts[-1].url == url


def test_a_link_to_somebody_elses_post_is_no_rung_of_ours() -> None:
    house = House().opened(replace(PUBLIC, account=NARROW.id))
    for url in (
        "https://x.com/CarlBiIdt/status/9",
        "http://x.com/LandetNarrow/status/9",
        "https://x.com.evil.example/LandetNarrow/status/9",
        "https://evil.example/LandetNarrow/status/9",
        "x",
    ):
        denied = house.fires(0, by_hand=url)
        assert isinstance(denied, Denied)
        assert denied.why == "not_our_post"


def test_a_rung_follows_its_answer() -> None:
    house = House().opened(PRIVATE, PUBLIC)
    house.fires(0)
    assert house.must("clerk", Settle(0, "another", "failed")) == ()
    assert house.must("clerk", Settle(0, "a0", "withdrawn", "turned_down")) == (
        Withdrawn(0, "a0", "turned_down"),
    )
    assert house.states() == ["open", "waiting"], "what never left the house may be tried again"
    house.fires(0, answer="b0")
    assert house.must("clerk", Settle(0, "b0", "failed", "blocked")) == (RungFailed(0, "blocked"),)
    assert house.states() == ["failed", "open"]
    house.fires(1)
    assert isinstance(house.must("clerk", Settle(1, "a1", "sent"))[0], Left)
    assert house.must("clerk", Settle(1, "a1", "sent")) == ()


def test_a_ladder_that_came_to_its_end_may_say_its_last_line_once_more() -> None:
    house = House().opened(PUBLIC)
    house.fires(0)
    house.must("clerk", Settle(0, "a0", "failed", "unknown"))
    assert house.reachout.current is None
    house.fires(0, answer="b0")
    assert house.states() == ["attempted"]


def test_nothing_is_ended_over_an_answer_on_its_way() -> None:
    house = House().opened(PRIVATE, PUBLIC)
    house.fires(0)
    assert house.refused("aj", Skip(0, "too slow")) == "answer_open"
    assert house.refused("aj", Close("no_longer_needed")) == "answer_open"
    assert house.refused("aj", HandOver("the secure line")) == "answer_open"


def test_a_reachout_that_is_over_is_not_climbed() -> None:
    house = House().opened()
    assert house.refused("aj", HandOver(" ")) == "empty"
    house.must("aj", HandOver("The embassy's secure line"))
    assert house.reachout.state == "handed_over"
    assert house.refused("aj", Attempt(0)) == "reachout_over"
    assert house.refused("aj", Record(0, "failed")) == "reachout_over"
    house.must("aj", Close("handed_over"))
    assert (house.reachout.state, house.reachout.outcome) == ("closed", "handed_over")
    assert house.must("aj", Close("handed_over")) == ()
    assert house.refused("aj", HandOver("another")) == "reachout_over"


def test_nobody_climbs_what_does_not_exist() -> None:
    assert House().refused("aj", Attempt(0)) == "unknown_reachout"
    assert House().opened().refused("aj", Attempt(9)) == "unknown_rung"
    assert House().opened().refused("aj", TimeOut(0)) == "not_allowed"


def test_a_post_by_hand_on_an_instance_is_at_that_instance() -> None:
    fedi = FACTS.accounts[TOOT.id][1]
    assert is_ours("https://social.example/@landet/123", TOOT, fedi)
    assert not is_ours("https://other.example/@landet/123", TOOT, fedi)
    assert not is_ours("https://social.example/@lander/123", TOOT, fedi)
