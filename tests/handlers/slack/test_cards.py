import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.say import Say
from handlers.slack import ids
from handlers.slack.cards import (
    card,
    claimed_thread,
    kept_thread,
    news_thread,
    note_thread,
    said,
    shrunk,
)
from handlers.slack.ids import Meta, Press, pack, unpack
from handlers.slack.shown import PHONE_LINE, Shown, line_of
from inbox.conversations.denied import Denied
from inbox.conversations.state import Answer, AnswerState, Claim, OutPart, PartState
from inbox.words import Account, Audience, Message, Person
from tests.handlers.slack.hostile import (
    BOOK,
    LANGUAGES,
    LIFE,
    NOW,
    PLENTY,
    acts,
    all_text,
    check_post,
    labels,
    objects,
    says,
    shown,
    shown_texts,
    showns,
    texts,
)

EN = BOOK.say("en")
HELD = Claim("aj", 3, NOW)


def with_answer(state: AnswerState, part: PartState, why: str = "", until: int = 0) -> Shown:
    parts = (
        OutPart("answer.1", "Ja.", part, why=why, until=until, url="https://x.com/a/status/2"),
    )
    sent = Answer("answer", "aj", "Ja.", state=state, parts=parts, leaves_at=NOW, at=NOW)
    return shown(claim=HELD, answers=(sent,))


@PLENTY
@given(one=showns, say=says)
def test_every_card_is_one_that_slack_takes_and_that_names_nobody(one: Shown, say: Say) -> None:
    check_post(card(one, say))
    check_post(shrunk(one, say))


@PLENTY
@given(one=showns, say=says, text=texts)
def test_every_thread_message_names_the_holder_or_nobody(one: Shown, say: Say, text: str) -> None:
    check_post(news_thread(one, one.lines, "U0ANNA", say), {"U0ANNA"})
    check_post(news_thread(one, one.lines, text, say))
    check_post(note_thread(one, text, text, say))
    check_post(kept_thread(one, "note", say))
    check_post(claimed_thread(one, say))
    check_post(said(say, "thread.took_over", by=text, before=text))


@PLENTY
@given(text=st.text("αβγδεζ", min_size=1, max_size=3_000), say=says)
def test_a_private_card_shows_no_private_word_on_a_lock_screen(text: str, say: Say) -> None:
    one = shown("private", text, lane_word=text, claim=HELD)
    for post in (card(one, say), news_thread(one, one.lines, "U0ANNA", say)):
        assert not set("αβγδεζ") & set(post.text)
        assert not set("αβγδεζ") & set(all_text(post.blocks[0]))
        assert text in all_text(post.blocks)
    assert not set("αβγδεζ") & set(note_thread(one, text, "Anna", say).text)
    assert not set("αβγδεζ") & set(shrunk(one, say).text)


def test_a_public_post_stands_in_full_in_the_text_for_screen_readers() -> None:
    assert card(shown(text="Is <the> border open & safe?"), EN).text.endswith(
        "Is &lt;the&gt; border open &amp; safe?"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", ["public", "private"])
@pytest.mark.parametrize("lane", ["life-safety", "other"])
@pytest.mark.parametrize("claim", [None, HELD])
def test_six_facts_stand_in_two_lines_of_a_phone(
    language: str, audience: Audience, lane: str, claim: Claim | None
) -> None:
    say = BOOK.say(language)
    one = shown(audience, lane=lane, claim=claim)
    elements = card(one, say).blocks[0]["elements"][0]["elements"]
    text = "".join(e.get("text", say("card.sample_age")) for e in elements)
    first, second = text.split("\n")
    assert (say("lane.life-safety") in first) == (lane == "life-safety")
    assert say(f"audience.{audience}") in first
    assert "@LandetUD" in first
    assert "@resenar_k" in second
    assert ("Anna Jansson" if claim else say("card.unclaimed")) in second
    assert any(element["type"] == "date" for element in elements)
    assert max(len(first), len(second)) <= PHONE_LINE + 1  # an emoji counts as one


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, [ids.ANSWER, ids.CLAIM, ids.MORE]),
        ({"lane": "life-safety"}, [ids.ANSWER, ids.CLAIM, ids.NOT_URGENT, ids.MORE]),
        ({"claim": HELD}, [ids.ANSWER, ids.MORE]),
    ],
)
def test_a_card_offers_answer_claim_and_the_menu_and_no_more(
    facts: dict[str, Any], expected: list[str]
) -> None:
    assert acts(card(shown(**facts), EN).blocks) == expected


def test_the_menu_holds_the_five_acts_and_each_option_finds_its_conversation() -> None:
    options = next(
        one["options"] for one in objects(card(shown(), EN).blocks) if one.get("type") == "overflow"
    )
    presses = [unpack(Press, option["value"]) for option in options]
    assert [press.act for press in presses if press] == list(ids.IN_MENU)
    assert {(press.conversation, press.seen) for press in presses if press} == {
        ("abcdefghijklmnop", 7)
    }


def test_the_matched_word_stands_on_the_card() -> None:
    assert "Word: محاصرون" in all_text(card(shown(lane_word="محاصرون"), EN).blocks).replace(
        "\u2068", ""
    ).replace("\u2069", "")


def test_the_card_tells_of_the_persons_other_conversations_and_who_holds_them() -> None:
    one = msgspec.structs.replace(shown(), others=2, other_holders=("Erik Nyström",))
    assert "More from this person: 2; held by Erik Nyström" in all_text(card(one, EN).blocks)


@pytest.mark.parametrize(
    ("one", "line", "buttons"),
    [
        (with_answer("ready", "ready"), "Leaves ", ["Stop"]),
        (with_answer("sending", "sending"), "Leaving now", []),
        (with_answer("ready", "ready", until=NOW + 9), "X did not answer.", []),
        (with_answer("sent", "sent"), "✓ Answered publicly ", []),
        (
            with_answer("stuck", "unsure"),
            "We cannot see whether X posted",
            ["It is there", "It is not"],
        ),
        (
            with_answer("stuck", "failed", "duplicate"),
            "X has this very text already.",
            ["Try again", "Post by hand", "Discard"],
        ),
        (
            with_answer("stuck", "failed", "strange"),
            "X refused it.",
            ["Try again", "Post by hand", "Discard"],
        ),
    ],
)
def test_a_card_tells_how_far_the_answer_has_come_and_the_way(
    one: Shown, line: str, buttons: list[str]
) -> None:
    blocks = card(one, EN).blocks
    assert line in all_text(blocks)
    assert [label for label in labels(blocks) if label != "Answer"] == buttons


def test_an_answered_card_shrinks_to_one_line_with_signature_and_link() -> None:
    blocks = shrunk(with_answer("sent", "sent"), EN).blocks
    assert len(blocks) == 1
    assert all_text(blocks) == "✓ Answered publicly  ^AJ · Open · PUBLIC · @resenar_k"
    assert [one["url"] for one in objects(blocks) if one.get("type") == "link"]


def test_a_telephone_number_is_masked() -> None:
    one = msgspec.structs.replace(
        shown("private"), person=Person("sms:1", handle="+46 70 123 45 41")
    )
    assert "+46 70 ••• 41" in all_text(card(one, EN).blocks)
    assert "123" not in all_text(card(one, EN).blocks[0])


def test_a_deleted_or_encrypted_message_is_told_of_instead_of_shown() -> None:
    message = Message("x:1", "x/a", "x:1", "x:1", Person("x:1"), "secret", "public", NOW)
    gone = msgspec.structs.replace(shown(), lines=(line_of(message, deleted=True),))
    assert "They deleted this." in all_text(card(gone, EN).blocks)
    assert "secret" not in all_text(card(gone, EN).blocks)
    sealed = msgspec.structs.replace(message, kind="encrypted", text="")
    one = msgspec.structs.replace(shown("private"), lines=(line_of(sealed),))
    assert "Encrypted" in all_text(card(one, EN).blocks)


def test_what_the_platform_forbids_is_told_on_the_card_before_anybody_writes() -> None:
    forbidden = Denied("platform_forbids", {"rule": "mention_needed"})
    one = msgspec.structs.replace(shown(), forbidden=forbidden)
    assert "They did not name us" in all_text(card(one, EN).blocks)


def test_arabic_has_its_own_block_with_its_direction_isolated() -> None:
    blocks = card(shown(text="نحن محاصرون"), EN).blocks
    assert "\u2068نحن محاصرون\u2069" in shown_texts(blocks[1])
    assert len(shown_texts(blocks[1])) == 1


def test_a_handle_keeps_its_sign_before_it_in_a_sentence_from_right_to_left() -> None:
    arabic = BOOK.say("ar")
    assert "\u2068@resenar_k\u2069" in all_text(card(shown(), arabic).blocks[0])
    assert "\u2068@resenar_k\u2069" in all_text(shrunk(with_answer("sent", "sent"), arabic).blocks)
    assert "\u2068" not in all_text(card(shown(), EN).blocks[0])


@PLENTY
@given(st.text(string.ascii_lowercase, max_size=16), st.integers(0, 10**12), st.text(max_size=20))
def test_what_buttons_and_modals_carry_comes_back(name: str, number: int, key: str) -> None:
    press = Press(name, number, key=key)
    assert unpack(Press, pack(press)) == press
    meta = Meta(name, number, turn=key)
    assert unpack(Meta, pack(meta)) == meta


@pytest.mark.parametrize("text", ["", "{}", "null", '[["x"]]', "\ud800", "[1,2]"])
def test_what_is_not_ours_is_not_carried(text: str) -> None:
    assert unpack(Press, text) is None


def test_an_account_without_a_handle_goes_by_its_title() -> None:
    account = Account("sms/crisis", "sms", "1", "crisis line")
    one = msgspec.structs.replace(shown("private"), account=account, lane=LIFE)
    assert "→ crisis line" in all_text(card(one, EN).blocks[0])
