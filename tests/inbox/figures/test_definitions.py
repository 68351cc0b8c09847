"""What each figure means, one sentence at a time: pure, on one conversation's history."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from inbox.conversations.commands import (
    Begin,
    Claim,
    Clear,
    Close,
    Greet,
    Receive,
    Release,
    Reopen,
    SayLine,
    TakeOver,
)
from inbox.figures.definitions import Counted, tell
from tests.inbox.conversations.house import MINUTE, POLICY, House, message


def counted(house: House, figure: str) -> list[Counted]:
    return [one for one in tell(house.entries).counted if one.figure == figure]


def lengths(house: House, figure: str) -> list[tuple[str, int]]:
    """Give each length that was measured, and whose it is."""
    return [(one.officer, one.length) for one in counted(house, figure)]


def waited(house: House, since: int) -> int:
    """Give how long it is until now since they wrote."""
    return house.now - since


def asked(audience: str = "public") -> tuple[House, int]:
    """Let them write just now; return when."""
    house = House()
    written = house.now
    house.hears("x:1", audience=audience)
    return house, written


def later(house: House, minutes: int) -> None:
    house.now += minutes * MINUTE


def test_a_greeting_never_stops_the_clock() -> None:
    house, written = asked("private")
    house.must("greeter", Greet("g1", "Automatic reply"))
    house.sent("g1.1", "x:800")
    assert len(counted(house, "greeted")) == 1
    assert [counted(house, name) for name in ("answered", "to_answer", "sent")] == [[], [], []]
    later(house, 10)
    house.answered("aj")
    house.sent()
    assert lengths(house, "to_answer") == [("aj", waited(house, written))]


def test_a_rung_seeks_somebody_and_answers_nobody() -> None:
    house = House(replace(POLICY, lines={"reach": {"en": "@{handle} We seek you."}}))
    house.must("aj", Begin("x/landetud", "x:p", "public", "a1", "carl", "en", "r1"))
    house.must("aj", Claim())
    house.must("aj", SayLine("a1", "reach", "en", fence=1, seen=9))
    house.must("ml", Clear("a1", house.conversation.answers[-1].seal))
    house.sent()
    assert {one.figure for one in tell(house.entries).counted} == {"claimed"}
    assert not tell(house.entries).after.open
    house.hears("x:2", "Yes?")
    assert [len(counted(house, name)) for name in ("received", "opened", "sent")] == [1, 1, 0]
    assert tell(house.entries).after.open


def test_a_post_by_hand_of_ours_stops_the_clock_when_it_was_written_for_no_officer() -> None:
    house, written = asked()
    by_hand = written + 5 * MINUTE
    later(house, 60)
    house.must("platform:x", Receive(message("x:o", ours=True, written=by_hand, re="x:1")))
    assert lengths(house, "to_answer") == [("", 5 * MINUTE)]
    assert [one.officer for one in counted(house, "answered")] == [""]
    house.answered("aj")
    house.sent()
    assert len(counted(house, "answered")) == 1  # one turn is answered once
    assert len(counted(house, "sent")) == 1


def test_a_post_of_ours_from_before_they_wrote_stops_no_clock() -> None:
    house, written = asked()
    house.must("platform:x", Receive(message("x:o", ours=True, written=written - MINUTE)))
    assert lengths(house, "to_answer") == []


def test_a_reopening_begins_a_new_turn_with_clocks_of_its_own() -> None:
    house, _ = asked()
    house.answered("aj")
    house.sent()
    house.must("aj", Release())
    house.must("aj", Close("answered"))
    later(house, 600)
    again = house.now
    house.hears("x:2")
    later(house, 3)
    house.must("en", Claim())
    claimed = waited(house, again)
    house.must("en", house.answer("en", answer="a2"))
    house.sent("a2.1", "x:901")
    answered = waited(house, again)
    house.must("en", Close("answered"))
    assert lengths(house, "to_claim")[1:] == [("en", claimed)]
    assert lengths(house, "to_answer")[1:] == [("en", answered)]
    assert lengths(house, "to_close")[1:] == [("en", waited(house, again))]
    assert len(counted(house, "opened")) == 1


def test_a_turn_that_we_began_ourselves_is_counted_from_then() -> None:
    house, _ = asked()
    house.must("aj", Claim())
    house.must("aj", Release())
    house.must("aj", Close("no_answer_needed"))
    later(house, 600)
    house.must("en", Reopen("again"))
    began = house.now
    later(house, 2)
    house.must("en", Claim())
    assert lengths(house, "to_claim")[1:] == [("en", waited(house, began))]


def test_a_take_over_counts_once_more_but_does_not_move_the_first_claim_s_time() -> None:
    house, written = asked()
    later(house, 4)
    house.must("aj", Claim())
    first = waited(house, written)
    later(house, 30)
    house.must("ml", TakeOver("urgent"))
    assert lengths(house, "to_claim") == [("aj", first)]
    assert [one.officer for one in counted(house, "claimed")] == ["aj", "ml"]


def test_an_officer_who_left_keeps_their_figures() -> None:
    house, written = asked()
    house.answered("aj")
    house.sent()
    answered = waited(house, written)
    before = tell(house.entries).counted
    gone = replace(POLICY.officers["aj"], active=False)
    house.policy = replace(POLICY, officers={**POLICY.officers, "aj": gone})
    house.refused("aj", Claim())
    later(house, 5)
    house.must("ml", TakeOver("has left"))
    after = tell(house.entries).counted
    assert after[: len(before)] == before
    assert lengths(house, "to_answer") == [("aj", answered)]
    whose = Counter(one.officer for one in after if one.figure in ("claimed", "sent", "answered"))
    assert whose == {"aj": 3, "ml": 1}
