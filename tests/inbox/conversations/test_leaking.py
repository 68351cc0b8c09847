"""What would leak waits for its writer's second look, or for another text."""

import pytest
from msgspec.structs import replace

from inbox.answers.leaks import Leak, findings
from inbox.conversations.commands import AddNote, Answer, Claim, Release, SetLane, TakeOver
from inbox.conversations.events import Answered
from inbox.conversations.leaking import remarks
from inbox.words import LeakGuard, Media
from tests.inbox.conversations.house import ACCOUNT, POLICY, House

HIDDEN = "He, Q\u200bаѕ\u2060іm, is safe."
"""A name of the notes: zero-width letters in it, and Cyrillic ones that look Latin."""
LOUD = "Ring 070-174 06 05."


def claimed(guard: LeakGuard = "warn", *ours: str) -> House:
    account = replace(ACCOUNT, leak_guard=guard, ours=ours)
    house = House(replace(POLICY, account=account))
    house.hears("x:1")
    house.must("aj", Claim())
    return house


def noted(command: Answer, note: str = "Told Qasim to wait.") -> Answer:
    """Return the answer as whoever knows the notes gives it."""
    return replace(command, leaks=findings(command.text, secrets=(note,), audience="public"))


def test_a_name_hidden_by_zero_width_and_homoglyph_does_not_leave() -> None:
    house = claimed()
    no = house.refused("aj", noted(house.answer("aj", HIDDEN)))
    assert no.why == "leak"
    assert no.facts["way"] == "confirm"
    assert {"secret", "invisible", "homoglyph"} == {leak.kind for leak in no.facts["findings"]}
    house.must("aj", house.answer("aj", "They are safe."))


def test_what_the_text_alone_shows_is_found_without_any_notes() -> None:
    house = claimed()
    no = house.refused("aj", house.answer("aj", LOUD))
    assert no.facts["findings"] == (Leak("personal", "070-174 06 05", 5),)


def test_who_has_looked_lets_it_leave_and_the_record_says_so() -> None:
    house = claimed()
    (event,) = house.must("aj", replace(noted(house.answer("aj", HIDDEN)), confirmed="x leak"))
    assert isinstance(event, Answered)
    assert set(event.leaks) == {"secret", "invisible", "homoglyph"}


def test_an_account_that_blocks_lets_no_secret_leave_whoever_has_looked() -> None:
    house = claimed("block")
    no = house.refused("aj", replace(noted(house.answer("aj", HIDDEN)), confirmed="leak"))
    assert (no.why, no.facts["way"]) == ("leak", "change")


def test_an_account_that_blocks_lets_the_rest_leave_once_looked_at() -> None:
    house = claimed("block")
    assert house.refused("aj", house.answer("aj", LOUD)).facts["way"] == "confirm"
    house.must("aj", replace(house.answer("aj", LOUD), confirmed="leak"))


def test_an_account_without_a_guard_is_not_asked() -> None:
    house = claimed("off")
    (event,) = house.must("aj", noted(house.answer("aj", HIDDEN)))
    assert isinstance(event, Answered)
    assert event.leaks == ()


@pytest.mark.parametrize("text", [LOUD, "Post 0701740605"])
def test_what_is_the_account_s_own_may_stand_in_any_answer(text: str) -> None:
    house = claimed("block", "+46 70 174 06 05")
    house.must("aj", house.answer("aj", text))


def test_what_stands_for_a_picture_is_read_too() -> None:
    house = claimed()
    picture = Media("image", alt="The letter of 811228-9874")
    no = house.refused("aj", house.answer("aj", "See this.", media=(picture,)))
    assert [leak.found for leak in no.facts["findings"]] == ["811228-9874"]


def test_what_officers_wrote_for_each_other_is_inside() -> None:
    house = claimed()
    house.must("aj", AddNote("n1", "Told Qasim."))
    house.must("aj", SetLane("consular", "Haddad is ill"))
    house.must("aj", Release("Ask Samira"))
    house.must("clerk", SetLane("life-safety", "rule:help"))
    house.must("en", Claim())
    house.must("en", house.answer("en", "12 are safe.", source="Dr Orfani, by telephone"))
    house.must("ml", TakeOver("Erik sleeps"))
    assert remarks(house.entries) == (
        "Told Qasim.",
        "Haddad is ill",
        "Ask Samira",
        "Dr Orfani, by telephone",
        "Erik sleeps",
    )
