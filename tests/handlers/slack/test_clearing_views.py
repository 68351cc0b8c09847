"""The approver's screen: Slack takes it whatever people wrote; nothing is approved half read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.cleared import Question, told_of
from handlers.say import Say
from handlers.slack import ids
from handlers.slack.cards import card
from handlers.slack.clearing import (
    EXACTLY,
    asked_view,
    author_post,
    clear_view,
    give_back_view,
    loud_post,
    override_view,
    question_post,
    queue_view,
    refuse_view,
)
from handlers.slack.shown import Line
from inbox.conversations.reading import Ruling
from inbox.conversations.state import Answer, Clearing, OutPart
from tests.handlers.slack.hostile import (
    BOOK,
    LANGUAGES,
    NOW,
    PLENTY,
    acts,
    all_text,
    check_post,
    check_view,
    labels,
    lines,
    says,
    shown,
    showns,
    texts,
)
from tests.handlers.slack.test_views import OPENED

EN = BOOK.say("en")
CLEARING = Clearing(2, NOW + 7_200_000, 3, from_=("el", "ml", "en"), cleared=("ml",))


def answer_of(*parts: str) -> Answer:
    return Answer(
        "answeranswer0001",
        "aj",
        text="\n".join(parts),
        state="asked",
        parts=tuple(OutPart(f"answeranswer0001.{n}", text) for n, text in enumerate(parts, 1)),
        seal="5" * 64,
        clearing=CLEARING,
    )


questions = st.builds(
    Question,
    shown=showns,
    answer=st.lists(texts, min_size=1, max_size=4).map(lambda parts: answer_of(*parts)),
    their=lines.map(lambda some: some[0] if some else None),
    since=lines,
    mine=st.booleans(),
    found=st.lists(texts, max_size=3).map(tuple),
)


@PLENTY
@given(asks=questions, say=says, by=texts)
def test_slack_takes_whatever_is_shown_to_an_approver(asks: Question, say: Say, by: str) -> None:
    check_post(question_post(asks, say))
    for make in (clear_view, give_back_view, refuse_view, override_view):
        check_view(make(asks, say, OPENED))
    check_view(asked_view(asks.shown, asks.answer, say, OPENED))
    check_view(queue_view([asks.shown] * 3, say, OPENED))
    told = told_of(Ruling("cleared", "el", NOW), {"el": by})
    check_post(question_post(replace(asks, over=told), say))
    check_post(author_post(asks.shown, told, say))
    check_post(loud_post(asks.shown, by, say))


def test_what_does_not_fit_one_screen_is_not_approved_there() -> None:
    long = Question(shown("private"), answer_of("x" * (EXACTLY + 1)), mine=True)
    assert ids.APPROVE not in acts(question_post(long, EN).blocks)
    assert "submit" not in clear_view(long, EN, OPENED)
    assert "Read it whole on the web page" in all_text(question_post(long, EN).blocks)
    lines_ = Question(shown(), answer_of("ا\n" * (EXACTLY // 3)), mine=True)
    assert ids.APPROVE not in acts(question_post(lines_, EN).blocks)


def test_who_may_not_clear_sees_whose_word_is_waited_for() -> None:
    asks = Question(shown(), answer_of("Yes. ^AJ"))
    assert acts(question_post(asks, EN).blocks) == []
    view = clear_view(asks, EN, OPENED)
    assert "submit" not in view
    assert "Waits for the word of:" in all_text(view["blocks"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_short_buttons_and_facts_fit_a_phone(language: str) -> None:
    say = BOOK.say(language)
    asks = Question(shown(), answer_of("Yes. ^AJ"), their=Line("Hm?", NOW), mine=True)
    post = question_post(asks, say)
    assert len(labels(post.blocks)) == 3
    assert all(len(label) <= 12 for label in labels(post.blocks))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_private_question_s_text_and_first_block_hold_no_word_of_it(language: str) -> None:
    say = BOOK.say(language)
    asks = Question(
        shown("private", "My passport is gone"),
        answer_of("Come to us. ^AJ"),
        their=Line("My passport is gone", NOW),
        mine=True,
    )
    post = question_post(asks, say)
    for word in ("passport", "Come to us"):
        assert word not in post.text + all_text(post.blocks[:1])
        assert word in all_text(post.blocks)


def test_a_card_that_waits_offers_no_other_answer() -> None:
    waits = shown(answers=(answer_of("Yes. ^AJ"),))
    assert [name for name in acts(card(waits, EN).blocks) if name != ids.MORE] == [
        ids.CLEAR,
        ids.WITHDRAW,
    ]


def test_a_reachout_s_public_line_is_not_put_in_other_words() -> None:
    line = replace(answer_of("Please write to us. ^AJ"), kind="rung")
    asks = Question(shown(), line, mine=True)
    assert acts(question_post(asks, EN).blocks) == [ids.APPROVE, ids.REFUSE]
    assert ids.GIVE_BACK not in acts(clear_view(asks, EN, OPENED))
