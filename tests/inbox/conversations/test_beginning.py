"""A conversation that we open: approved lines only, until they answer; and it answers nobody."""

import pytest
from msgspec.structs import replace

from inbox.conversations.commands import Answer, Begin, Claim, Clear, Lapse, SayLine, TurnDown
from inbox.conversations.events import Answered, Begun
from inbox.denied import Denied
from inbox.words import Audience
from tests.inbox.conversations.house import ACCOUNT, POLICY, House

LINES = {"reach": {"en": "@{handle} We are trying to reach you.", "sv": "@{handle} Vi söker dig."}}
RUNG = replace(POLICY, lines=LINES)


def begun(handle: str = "CarlBildt", audience: Audience = "public", **policy: object) -> House:
    house = House(replace(RUNG, **policy))
    begin = Begin("x/landetud", "x:p", audience, "a1", handle, "en", reachout="r1")
    (event,) = house.must("aj", begin)
    assert isinstance(event, Begun)
    assert event.thread == "a1.1"
    house.must("aj", Claim())
    return house


def line(template: str = "reach", language: str = "en") -> SayLine:
    return SayLine("a1", template, language, fence=1, seen=10, rung=3)


def answered(house: House) -> Answered:
    (event, *_) = house.must("aj", line())
    assert isinstance(event, Answered)
    return event


def test_the_core_writes_the_line_from_its_template_and_the_directorys_handle() -> None:
    event = answered(begun())
    assert event.parts == ("@CarlBildt We are trying to reach you. ^AJ",)
    assert (event.kind, event.reachout, event.rung, event.template) == ("rung", "r1", 3, "reach")
    assert event.re == ""


def test_until_they_answer_we_say_approved_lines_only_in_public() -> None:
    house = begun()
    free = Answer("a1", "The hostages are in Qasira.", "public", fence=1, seen=10)
    assert house.refused("aj", free).why == "template_only"
    assert house.refused("aj", replace(free, reachout="r1")).why == "template_only"
    house.hears("x:2", "Yes?")
    house.must("aj", house.answer("aj", "Please look at your private messages."))
    again = replace(house.answer("aj", "x"), answer="a2", reachout="r1")
    assert house.refused("aj", again).why in ("template_only", "answer_open")


@pytest.mark.parametrize("handle", ["Carl they were taken", "a\nb", "", "a" * 70, "x http://e.vil"])
def test_a_handle_carries_no_words_into_a_line(handle: str) -> None:
    assert begun(handle).refused("aj", line()).why == "unknown_person"


def test_a_line_that_is_not_approved_is_refused() -> None:
    assert begun().refused("aj", line("attack")).why == "unknown_template"
    assert begun().refused("aj", line(language="ar")).why == "unknown_template"
    private = begun(audience="private")
    assert private.refused("aj", line()).why == "unknown_template"


def test_only_the_holder_says_a_line_and_a_mention_is_needed_where_the_platform_says_so() -> None:
    assert begun().refused("en", line()).why == "claimed"
    narrow = replace(ACCOUNT, may_reply_to="mentions")
    denied = begun(account=narrow).refused("aj", line())
    assert (denied.why, denied.facts) == ("platform_forbids", {"rule": "mention_needed"})


def test_an_account_that_may_call_names_who_never_named_us_once_and_replies_to_nobody() -> None:
    calls = replace(ACCOUNT, may_reply_to="mentions", may_call=True)
    house = begun(account=calls)
    house.must("ml", Clear("a1", answered(house).seal))
    house.sent()
    house.hears("x:2", "What is it about?", named=False)
    denied = house.refused("aj", replace(line(), answer="a2", seen=99))
    assert (denied.why, denied.facts) == ("platform_forbids", {"rule": "mention_needed"})


def test_a_conversation_is_begun_once_and_with_somebody_of_the_platform() -> None:
    house = begun()
    assert house.must("aj", Begin("x/landetud", "x:p", "public", "a9")) == ()
    heard = House(RUNG)
    heard.hears()
    assert heard.refused("aj", Begin("x/landetud", "x:p", "public", "a1")).why == "known_already"
    foreign = Begin("x/landetud", "mastodon:1", "public", "a1")
    assert House(RUNG).refused("aj", foreign).why == "unknown_person"
    assert isinstance(House(RUNG).do("reads", Begin("x/landetud", "x:p", "public", "a")), Denied)


def test_a_rung_answers_nobody_so_whoever_writes_after_it_waits() -> None:
    house = begun()
    house.must("ml", Clear("a1", answered(house).seal))
    house.sent()
    c = house.conversation
    assert (c.answers[-1].state, c.answered, c.last_out) == ("sent", False, 0)
    assert c.waiting_since == 0
    house.hears("x:2", "What is it about?")
    assert house.conversation.waiting_since
    assert house.conversation.count == 1


def test_a_private_rung_says_what_the_officer_wrote() -> None:
    house = begun(audience="private")
    text = "Please call me. It is urgent."
    house.must("aj", Answer("a1", text, "private", fence=1, seen=10, reachout="r1", rung=2))
    answer = house.conversation.answers[-1]
    assert (answer.kind, answer.reachout, answer.rung) == ("rung", "r1", 2)


def test_an_approved_line_for_no_reachout_waits_for_somebody_else_too() -> None:
    house = House(RUNG)
    house.must("aj", Begin("x/landetud", "x:p", "public", "a1", "CarlBildt", "en"))
    house.must("aj", Claim())
    house.must("aj", SayLine("a1", "reach", "en", fence=1, seen=10))
    answer = house.conversation.answers[-1]
    assert (answer.kind, answer.reachout, answer.state) == ("rung", "", "asked")


def test_what_we_wrote_first_is_held_until_it_has_left_and_no_longer() -> None:
    house = begun()
    assert house.refused("clerk", Lapse()).why == "stale_timer", "nothing has left yet"
    house.must("ml", Clear("a1", answered(house).seal))
    assert house.refused("clerk", Lapse()).why == "stale_timer", "it is leaving"
    house.sent()
    house.must("clerk", Lapse())
    assert house.conversation.claim is None
    house.hears("x:2", "Call me.")
    assert house.conversation.state == "waiting"
    house.must("en", Claim())
    assert house.refused("clerk", Lapse()).why == "stale_timer", "who holds their answer holds it"


def test_a_line_that_was_turned_down_is_held_no_longer_but_a_new_claim_is() -> None:
    house = begun()
    house.must("ml", TurnDown("a1", answered(house).seal, "Not now."))
    house.must("clerk", Lapse())
    house.must("en", Claim())
    assert house.refused("clerk", Lapse()).why == "stale_timer"
