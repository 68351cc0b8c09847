"""Which lane a text belongs in."""

import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.triage.lanes import folded, sort
from inbox.words import Lane

LANES = (
    Lane(
        "life-safety",
        0,
        5,
        words={"en": ("trapped", "help us"), "sv": ("instängda",), "ar": ("محاصرون", "أنقذونا")},
    ),
    Lane("locate", 1, 30, words={"en": ("can't reach my",), "ar": ("مفقود",)}),
    Lane("consular", 3, 60, words={"en": ("passport", "visa"), "sv": ("pass", "hem", "gränsen")}),
    Lane("other", 6, 480),
)


@pytest.mark.parametrize(
    ("text", "lane", "word"),
    [
        ("We are TRAPPED!", "life-safety", "trapped"),
        ("vi är instängda här", "life-safety", "instängda"),
        ("HELP   US please", "life-safety", "help us"),
        ("I can’t reach my mother", "locate", "can't reach my"),
        ("نحن مُحَاصَرُونَ في الطابق الثالث", "life-safety", "محاصرون"),
        ("انقذونا", "life-safety", "أنقذونا"),
        ("محـــاصرون", "life-safety", "محاصرون"),
        ("Är GRÄNSEN öppen?", "consular", "gränsen"),
        ("ｐａｓｓｐｏｒｔ", "consular", "passport"),
        ("tra\u200bpped", "life-safety", "trapped"),
        ("Good morning", "other", ""),
        ("", "other", ""),
    ],
)
def test_a_whole_word_puts_a_text_in_its_lane(text: str, lane: str, word: str) -> None:
    assert sort(text, LANES) == (lane, word)


@pytest.mark.parametrize(
    "text", ["entrapped", "compass", "passa på", "help him, not us", "hemma", "help", "us help"]
)
def test_a_part_of_a_word_or_phrase_puts_it_nowhere(text: str) -> None:
    assert sort(text, LANES) == ("other", "")


def test_swedish_letters_are_letters_of_their_own() -> None:
    assert sort("gransen", LANES) == ("other", "")
    assert folded("gra\u0308nsen") == folded("GRÄNSEN") == ["gränsen"]


def test_the_most_urgent_word_counts_wherever_it_stands() -> None:
    assert sort("my passport, can't reach my son, we are trapped", LANES)[0] == "life-safety"
    assert sort("visa and passport", LANES) == ("consular", "visa")


def test_a_house_without_lanes_still_sorts() -> None:
    assert sort("trapped", ()) == ("other", "")


def test_other_lanes_are_not_mistaken_for_those_remembered() -> None:
    for n in range(10):
        assert sort(f"word{n}", (Lane(f"lane{n}", 0, 5, words={"en": (f"word{n}",)}),)) == (
            f"lane{n}",
            f"word{n}",
        )


@given(st.text(max_size=60))
def test_any_text_is_sorted(text: str) -> None:
    lane, word = sort(text, LANES)
    assert (lane == "other") == (word == "")


def steps(text: str) -> int:
    """Count the calls that sorting a text takes: a measure that no clock disturbs."""
    calls = 0

    def count(_frame: FrameType, _event: str, _arg: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        sort(text, LANES)
    finally:
        sys.setprofile(None)
    return calls


def test_the_work_grows_with_a_hostile_text_and_no_faster() -> None:
    sort("help", LANES)  # the table is made once
    assert steps("help " * 4000) <= 2 * steps("help " * 2000)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_are_folded_as_all_others_are(text: str) -> None:
    assert folded(text) == folded(f"{text} \N{GREEK SMALL LETTER OMEGA}")[:-1]
