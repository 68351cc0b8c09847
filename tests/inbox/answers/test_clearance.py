"""Which answers need somebody else's word, and which figures a source."""

import pytest
from msgspec.structs import replace

from inbox.answers.casualties import figure
from inbox.answers.clearance import needed
from inbox.team.approvers import approvers
from inbox.words import Clearance, Officer
from tests.inbox.conversations.house import ACCOUNT, POLICY

PRESS = Clearance(audience="public", lanes=("press",), needs=2, from_=("el",))
VISA = Clearance(tags=("visa",))
NONE = Clearance(lanes=("life-safety",), needs=0)
RULED = replace(POLICY, account=replace(ACCOUNT, clearance=(NONE, PRESS, VISA)))


def test_without_a_rule_an_answer_leaves_on_its_author_s_word() -> None:
    assert needed(POLICY, audience="public", lane="press", kind="human") is None


def test_the_first_rule_that_fits_counts_by_audience_lane_and_tag() -> None:
    assert needed(RULED, audience="public", lane="press", kind="human") == PRESS
    assert needed(RULED, audience="private", lane="press", kind="human") is None
    assert needed(RULED, audience="private", lane="other", tags=["visa"], kind="human") == VISA
    assert needed(RULED, audience="public", lane="press", tags=["visa"], kind="human") == PRESS


def test_a_rule_that_needs_nobody_lets_answers_leave_that_a_later_one_would_ask_about() -> None:
    assert needed(RULED, audience="public", lane="life-safety", tags=["visa"], kind="human") is None


@pytest.mark.parametrize("policy", [POLICY, RULED])
def test_a_public_rung_always_needs_an_approver(policy: object) -> None:
    assert isinstance(policy, type(POLICY))
    rule = needed(policy, audience="public", lane="life-safety", kind="rung")
    assert rule is not None
    assert rule.needs == 1


def test_a_private_rung_needs_what_the_table_says() -> None:
    assert needed(POLICY, audience="private", lane="other", kind="rung") is None


def test_approvers_come_as_the_rule_names_them_and_only_those_who_may() -> None:
    account = replace(ACCOUNT, officers=("el", "ob", "aj"))
    people = (
        Officer("aj", "AJ", "Anna", roles=("officer",)),
        Officer("el", "EL", "Eva", roles=("approver",)),
        Officer("ob", "OB", "Ola", roles=("supervisor",)),
        Officer("xx", "XX", "Elsewhere", roles=("approver",), accounts=("x/other",)),
    )
    assert [one.id for one in approvers(people, account, ("ob", "aj", "el"))] == ["ob", "el"]
    assert [one.id for one in approvers(people, account, (), without=("ob",))] == ["el"]


WORDS = ("killed", "dead", "lost their lives", "döda", "قتلى", "جرحى")
NUMBERS = ("dozens", "tre", "عشرات")


@pytest.mark.parametrize(
    "text",
    [
        "At least 25 people were killed.",
        "KILLED: 3",
        "We know of dozens dead",
        "Tre döda i olyckan.",
        "Twelve men, 12 of them, lost their lives.",
        "سقط ٢٥ قتلى",
        "هناك عشرات الجرحى",
        "3 وجرحى كثيرون",
        "2\u200b5 kil\u200bled",
    ],
)
def test_a_number_of_the_dead_or_hurt_is_a_figure(text: str) -> None:
    assert figure(text, WORDS, NUMBERS)


@pytest.mark.parametrize(
    "text",
    [
        "The office opens at 9.",
        "We mourn those who were killed. The office opens at 9.",
        "Nobody was killed.",
        "Call 112 now",
        "",
    ],
)
def test_a_number_of_anything_else_is_none(text: str) -> None:
    assert not figure(text, WORDS, NUMBERS)
