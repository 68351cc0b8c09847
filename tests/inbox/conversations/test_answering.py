"""Letting a text leave, and everything that may speak against it."""

import pytest
from msgspec.structs import replace

from inbox.answers.seal import seal
from inbox.conversations.commands import (
    Assign,
    Claim,
    Close,
    Draft,
    Greet,
    MarkDeleted,
    MarkEdited,
    Recall,
    Release,
    Report,
    SetLane,
    TakeOver,
)
from inbox.conversations.events import Answered, Discarded, Drafted
from inbox.conversations.state import part_to_send
from inbox.words import Media
from tests.inbox.conversations.house import ACCOUNT, POLICY, PROFILE, House, long_text


def claimed(by: str = "aj") -> House:
    house = House()
    house.hears("x:1")
    house.must(by, Claim())
    return house


def test_an_answer_is_composed_once_signed_sealed_and_held() -> None:
    house = claimed()
    (event,) = house.must("aj", house.answer("aj", "Yes, all day."))
    assert isinstance(event, Answered)
    assert event.parts == ("Yes, all day. ^AJ",)
    assert event.seal == seal(ACCOUNT.id, "public", ("x:p",), "x:1", event.parts, ())
    assert (event.fence, event.epoch, event.leaves_at) == (1, "e1", house.now + 10_000)
    offered = part_to_send(house.conversation)
    assert offered is not None
    _, part, at = offered
    assert (part.id, part.text, part.re, at) == ("a1.1", event.parts[0], "x:1", event.leaves_at)


def test_a_life_safety_answer_is_not_held() -> None:
    house = claimed()
    house.must("aj", SetLane("life-safety"))
    (event,) = house.must("aj", house.answer())
    assert isinstance(event, Answered)
    assert event.leaves_at == house.now


def test_a_public_answer_replies_to_their_last_message() -> None:
    house = claimed()
    (event,) = house.must("aj", house.answer(re=""))
    assert isinstance(event, Answered)
    assert event.re == "x:1"


def test_answering_twice_with_one_id_is_already_so() -> None:
    house = claimed()
    house.must("aj", house.answer())
    assert house.do("aj", house.answer()) == ()


def test_only_the_holder_answers() -> None:
    house = House()
    house.hears("x:1")
    assert house.refused("aj", house.answer()).why == "claim_first"
    house.must("en", Claim())
    assert house.refused("aj", house.answer()).facts["by"] == "en"


def test_an_answer_written_under_an_older_claim_is_refused() -> None:
    house = claimed()
    old = house.answer()
    house.must("aj", Release())
    house.must("aj", Claim())
    assert house.refused("aj", old).facts == {"by": "aj"}
    assert house.refused("aj", old).why == "stale_claim"


def test_an_empty_text_is_no_answer() -> None:
    house = claimed()
    assert house.refused("aj", house.answer(text=" \n ")).why == "empty"


def test_a_text_of_too_many_parts_is_told_with_their_number() -> None:
    house = claimed()
    denial = house.refused("aj", house.answer(text=long_text(400)))
    assert denial.why == "too_long"
    assert denial.facts["parts"] > denial.facts["most"] == 4


def test_a_link_that_fits_no_part_is_too_long() -> None:
    house = claimed()
    link = "https://landet.example/" + "a" * 300
    assert house.refused("aj", house.answer(text=link)).why == "too_long"


def test_a_message_that_came_while_writing_is_told_first() -> None:
    house = claimed()
    written = house.answer()
    house.hears("x:2", "Hallo?")
    house.hears("x:3", "Anybody?")
    denial = house.refused("aj", written)
    assert (denial.why, denial.facts) == ("newer_messages", {"count": 2})
    house.must("aj", replace(written, confirmed="newer"))


def test_our_own_acts_are_no_newer_messages() -> None:
    house = claimed()
    written = house.answer()
    house.must("aj", SetLane("consular"))
    house.must("aj", written)


def test_there_is_one_open_answer_at_a_time() -> None:
    house = claimed()
    house.must("aj", house.answer())
    denial = house.refused("aj", house.answer(answer="a2"))
    assert (denial.why, denial.facts) == ("answer_open", {"answer": "a1", "by": "aj"})


def test_an_own_draft_is_spent_by_the_answer_and_another_s_is_kept() -> None:
    house = claimed()
    house.must("aj", Draft("d1", "mine"))
    house.must("en", Draft("d2", "for Anna", to="aj"))
    house.must("en", Draft("d3", "Erik's own"))
    house.must("aj", house.answer(answer="a9"))
    assert [answer.id for answer in house.conversation.answers] == ["d3", "a9"]


def test_a_draft_is_handed_over_to_an_officer() -> None:
    house = claimed()
    assert house.must("aj", Draft("d1", "Hello", to="en")) == (Drafted("d1", "Hello", to="en"),)
    assert house.refused("aj", Draft("d2", "Hello", to="nobody")).why == "unknown_officer"
    assert house.refused("aj", Draft("d2", "  ")).why == "empty"
    assert part_to_send(house.conversation) is None


def test_a_text_on_its_way_is_no_draft_any_more() -> None:
    house = claimed()
    house.must("aj", house.answer())
    assert house.refused("aj", Draft("a1", "Hello")).why == "answer_open"


@pytest.mark.parametrize("how", ["edited", "deleted", "unknown"])
def test_a_target_that_changed_since_it_was_seen_is_told(how: str) -> None:
    house = claimed()
    written = house.answer(confirmed="newer")
    if how == "edited":
        house.must("platform:x", MarkEdited("x:1", "x:1", "changed", written=house.now))
    elif how == "deleted":
        house.must("platform:x", MarkDeleted("x:1"))
    else:
        written = replace(written, re="x:77")
    denial = house.refused("aj", written)
    assert (denial.why, denial.facts) == ("target_changed", {"how": how})


def test_an_edit_that_was_seen_does_not_hinder() -> None:
    house = claimed()
    house.must("platform:x", MarkEdited("x:1", "x:2", "changed", written=house.now))
    (event,) = house.must("aj", house.answer())
    assert isinstance(event, Answered)
    assert event.re == "x:2"


def test_a_self_serve_account_answers_only_where_it_was_named() -> None:
    house = House(replace(POLICY, account=replace(ACCOUNT, may_reply_to="mentions")))
    house.hears("x:1", named=False)
    house.must("aj", Claim())
    denial = house.refused("aj", house.answer())
    assert (denial.why, denial.facts) == ("platform_forbids", {"rule": "mention_needed"})
    house.hears("x:2", named=True)
    house.must("aj", house.answer())


def test_more_pictures_than_the_platform_takes_are_refused() -> None:
    house = claimed()
    pictures = tuple(Media("image", digest=str(n)) for n in range(5))
    assert house.refused("aj", house.answer(media=pictures)).facts == {"rule": "media"}
    house.must("aj", house.answer(media=pictures[:4]))
    assert len(house.conversation.answers[0].parts[0].media) == 4


def test_after_the_reply_window_the_officer_is_told_since_when() -> None:
    house = House()
    house.hears("x:1", audience="private")
    until = house.conversation.window_until
    house.must("aj", Claim())
    house.now = until - 1000
    assert not isinstance(house.decide("aj", house.answer()), Release)
    house.must("aj", house.answer())
    house.must("aj", Recall("a1"))
    house.now = until + 1
    denial = house.refused("aj", house.answer())
    assert (denial.why, denial.facts) == ("window_closed", {"since": until})


def test_a_private_conversation_is_never_answered_in_public() -> None:
    house = House()
    house.hears("x:1", audience="private")
    house.must("aj", Claim())
    assert house.refused("aj", house.answer(audience="public")).why == "private_impossible"


def test_a_halted_account_takes_no_answer() -> None:
    house = claimed()
    house.policy = replace(POLICY, halted=True)
    assert house.refused("aj", house.answer()).why == "account_halted"


def test_without_money_only_what_is_of_life_safety_is_answered() -> None:
    house = claimed()
    house.policy = replace(POLICY, spent=True)
    assert house.refused("aj", house.answer()).why == "budget_spent"
    house.must("aj", SetLane("life-safety", reason="they are trapped"))
    house.must("aj", house.answer())


def test_a_closed_conversation_takes_no_answer() -> None:
    house = claimed()
    house.must("aj", Close("answered"))
    assert house.refused("aj", house.answer()).why == "closed"


def test_a_minister_s_account_asks_for_its_typed_handle() -> None:
    house = House(replace(POLICY, account=replace(ACCOUNT, kind="minister")))
    house.hears("x:1")
    house.must("aj", Claim())
    denial = house.refused("aj", house.answer())
    assert (denial.why, denial.facts) == ("confirmation_needed", {"handle": "LandetUD"})
    assert house.refused("aj", house.answer(confirmed="newer")).why == "confirmation_needed"
    house.must("aj", house.answer(confirmed="@landetud"))


def test_the_typed_handle_does_not_hide_a_newer_message() -> None:
    house = House(replace(POLICY, account=replace(ACCOUNT, kind="minister")))
    house.hears("x:1")
    house.must("aj", Claim())
    written = house.answer(confirmed="LandetUD")
    house.hears("x:2")
    assert house.refused("aj", written).why == "newer_messages"
    house.must("aj", replace(written, confirmed="LandetUD newer"))


def test_an_answer_s_key_never_carries_a_second_text() -> None:
    house = claimed()
    house.must("aj", house.answer())
    house.sent()
    denial = house.refused("aj", house.answer(text="Another text"))
    assert (denial.why, denial.facts) == ("already_sent", {"answer": "a1"})


def test_a_recalled_answer_may_be_changed_and_let_go_again() -> None:
    house = claimed()
    house.must("aj", house.answer())
    house.must("aj", Recall("a1"))
    (event,) = house.must("aj", house.answer(text="No."))
    assert isinstance(event, Answered)
    assert event.parts == ("No. ^AJ",)


def test_a_new_holder_s_answer_is_not_hindered_by_the_old_one() -> None:
    house = claimed()
    house.must("aj", house.answer())
    house.must("en", TakeOver())
    house.must("en", house.answer("en", answer="a2"))
    assert part_to_send(house.conversation) is not None


def test_a_half_sent_answer_of_the_old_holder_must_be_settled_first() -> None:
    house = claimed()
    house.must("aj", house.answer(text=long_text()))
    house.sent("a1.1")
    house.must("en", TakeOver())
    assert house.refused("en", house.answer("en", answer="a2")).facts["answer"] == "a1"


def test_an_answer_under_an_assigned_claim_leaves() -> None:
    house = claimed()
    house.must("aj", Assign("en"))
    house.must("en", house.answer("en"))
    house.sent()


def private() -> House:
    house = House()
    house.hears("x:1", audience="private")
    return house


def test_a_greeting_answers_a_private_message_once_and_unsigned() -> None:
    house = private()
    (event,) = house.must("greeter", Greet("g1", "Automatic reply.", "en"))
    assert isinstance(event, Answered)
    assert (event.kind, event.parts) == ("greeting", ("Automatic reply.",))
    house.sent("g1.1")
    assert house.conversation.waiting_since > 0
    assert not house.conversation.answered
    assert house.refused("greeter", Greet("g2", "Again.")).why == "greeted"


def test_no_greeting_in_public() -> None:
    house = House()
    house.hears("x:1")
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "platform_forbids"


def test_no_greeting_over_a_human() -> None:
    house = private()
    house.must("aj", Claim())
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "human_first"
    house.must("aj", house.answer())
    house.must("aj", Release())
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "human_first"


def test_no_greeting_after_a_human_held_it_and_gave_it_back() -> None:
    house = private()
    house.must("aj", Claim())
    house.must("aj", Release())
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "human_first"


def test_no_greeting_that_is_empty_late_halted_or_closed() -> None:
    house = private()
    assert house.refused("greeter", Greet("g1", " ")).why == "empty"
    assert house.refused("greeter", Greet("g1", "a" * 9000)).why == "too_long"
    house.policy = replace(POLICY, halted=True)
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "account_halted"
    house.policy = POLICY
    house.must("aj", Close("spam"))
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "closed"
    house.hears("x:2", audience="private", written=house.now)
    house.now += 25 * 3600 * 1000
    assert house.refused("greeter", Greet("g1", "Hi.")).why == "window_closed"


def test_a_human_s_answer_replaces_a_greeting_that_is_stuck() -> None:
    house = private()
    house.must("greeter", Greet("g1", "Hi."))
    house.start("g1.1")
    house.must("postroom", Report("g1.1", "failed", why="unknown"))
    house.must("aj", Claim())
    events = house.must("aj", house.answer())
    assert events[0] == Discarded("g1", "superseded")
    house.sent("a1.1")


def test_the_profile_decides_what_a_part_may_count() -> None:
    house = claimed()
    house.policy = replace(POLICY, profile=replace(PROFILE, limits={"public": 20, "private": 9}))
    (event,) = house.must("aj", house.answer(text="The border is open all day."))
    assert isinstance(event, Answered)
    assert event.parts == ("The border (1/3) ^AJ", "is open (2/3) ^AJ", "all day. (3/3) ^AJ")
