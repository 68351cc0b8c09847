"""Composing: what an officer wrote becomes signed parts, and nothing of it is lost or cut."""

from __future__ import annotations

import unicodedata

import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.answers.compose import WHOLE, compose
from inbox.answers.seal import seal
from inbox.answers.signatures import signature
from inbox.words import Account, Media, Officer, Profile, Signature

ACCOUNT = Account(id="x/a", app="x", native_id="1", title="Landet UD")
OFFICER = Officer(
    id="aj", initials="AJ", name="Anna Jansson", title="Press officer", pseudonym="Duty 7"
)
TAIL = regex.compile(r"(?: \((\d+)/(\d+)\))?[ \n]\^AJ\Z")


def graphemes(text: str) -> int:
    """Count as Bluesky does: what a reader sees as one letter is one."""
    return len(regex.findall(r"\X", text))


def profile(limit: int = 280) -> Profile:
    return Profile(
        platform="x",
        title="X",
        audiences=("public", "private"),
        count=graphemes,
        limits={"public": limit, "private": limit * 4},
    )


def parts(text: str, limit: int = 280, language: str = "") -> tuple[str, ...]:
    return compose(text, ACCOUNT, OFFICER, profile(limit), "public", language).parts


def bodies(composed: tuple[str, ...]) -> list[str]:
    """Take signature and number off every part, and check the numbers."""
    found = []
    for n, part in enumerate(composed, 1):
        tail = TAIL.search(part)
        assert tail is not None
        assert tail.groups() == (
            (str(n), str(len(composed))) if len(composed) > 1 else (None, None)
        )
        found.append(part[: tail.start()])
    return found


def test_a_short_text_is_one_part_signed_after_a_space() -> None:
    assert parts("  The border is open. ") == ("The border is open. ^AJ",)


def test_an_empty_text_is_no_part() -> None:
    assert parts(" \n ") == ()


def test_the_signature_is_whatever_the_account_chose() -> None:
    wanted: dict[Signature, str] = {
        "none": "",
        "initials": "^AJ",
        "first_name": "^Anna",
        "title": "^Press officer",
        "pseudonym": "^Duty 7",
    }
    for kind, mark in wanted.items():
        assert signature(OFFICER, replace(ACCOUNT, signature=kind), "en") == mark
    titled = replace(ACCOUNT, signature="title")
    assert signature(replace(OFFICER, title=""), titled) == "^Landet UD"
    hidden = replace(ACCOUNT, signature="pseudonym")
    assert signature(replace(OFFICER, pseudonym=""), hidden) == ""


def test_what_nobody_signs_carries_no_mark() -> None:
    assert compose("Hi", ACCOUNT, None, profile(), "public", "en").parts == ("Hi",)


def test_in_arabic_the_signature_stands_on_its_own_line() -> None:
    assert parts("الحدود مفتوحة") == ("الحدود مفتوحة\n^AJ",)
    assert parts("The border", language="ar-SY") == ("The border\n^AJ",)
    assert parts("الحدود", language="en") == ("الحدود ^AJ",)


def test_several_parts_are_numbered_and_each_is_signed() -> None:
    assert parts("The border is open all day.", limit=22) == (
        "The border (1/3) ^AJ",
        "is open all (2/3) ^AJ",
        "day. (3/3) ^AJ",
    )


def test_a_cut_falls_after_a_sentence_where_that_costs_little() -> None:
    text = "The border is open. The road beyond it is closed until the morning."
    assert bodies(parts(text, limit=44))[0] == "The border is open."


def test_a_cut_falls_between_words_where_a_sentence_would_cost_much() -> None:
    text = "No. The road beyond the border is closed until the morning comes."
    assert bodies(parts(text, limit=44))[0] == "No. The road beyond the border is"


def test_a_line_break_within_a_part_is_kept() -> None:
    assert parts("One\r\n\r\ntwo") == ("One\n\ntwo ^AJ",)


def test_a_link_longer_than_a_part_stays_whole_for_decide_to_refuse() -> None:
    link = "https://landet.example/" + "a" * 50
    assert parts(link, limit=40) == (f"{link} ^AJ",)
    assert any(link in part for part in parts(f"see {link} today", limit=40))


def test_a_text_without_spaces_is_cut_between_letters() -> None:
    family = "👨‍👩‍👧‍👦"
    composed = parts(family * 60, limit=40)
    assert len(composed) > 1
    assert "".join(bodies(composed)) == family * 60
    assert all(set(regex.findall(r"\X", body)) == {family} for body in bodies(composed))


def test_ten_parts_and_more_leave_room_for_their_numbers() -> None:
    composed = parts("word " * 100, limit=30)
    assert len(composed) >= 10
    assert all(graphemes(part) <= 30 for part in composed)
    assert len(bodies(composed)) == len(composed)


words = st.one_of(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
    ),
    st.sampled_from(
        [
            "https://landet.example/a?b=c",
            "landet.example/visa",
            "@resenar_k",
            "#evakuering",
            "الحدود",
            "gränsen.",
            "👩🏽‍🚒",
            "e\u0301",
            "long" * 9,
        ]
    ),
)
written = st.lists(words, min_size=1, max_size=60).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(written, st.integers(40, 90))
def test_every_part_fits_and_no_word_is_lost_or_out_of_order(text: str, limit: int) -> None:
    composed = parts(text, limit)
    fit = [graphemes(part) <= limit for part in composed]
    assert all(fit)
    joined = "".join("".join(bodies(composed)).split())
    assert joined == "".join(_normal(text).split())


@settings(max_examples=150, deadline=None)
@given(written, st.integers(40, 90))
def test_no_link_mention_or_letter_is_cut(text: str, limit: int) -> None:
    text = _normal(text)
    ends, at = set[int](), 0
    for body in bodies(parts(text, limit)):
        at = text.index(body, at) + len(body)
        ends.add(at)
    letters = {match.end() for match in regex.finditer(r"\X", text)}
    assert ends <= letters
    for match in WHOLE.finditer(text):
        assert not any(match.start() < end < match.end() for end in ends)


@settings(max_examples=50, deadline=None)
@given(written)
def test_composing_is_the_same_every_time(text: str) -> None:
    assert parts(text, 60) == parts(text, 60)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def test_the_seal_binds_everything_a_reader_sees() -> None:
    picture = Media("image", url="https://a", alt="A map", digest="d1")
    one = seal("x/a", "public", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), (picture,))
    assert one == seal("x/a", "public", ("x:2", "x:1"), "x:9", ["Yes. ^AJ"], [picture])
    others = [
        seal("x/b", "public", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), (picture,)),
        seal("x/a", "private", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), (picture,)),
        seal("x/a", "public", ("x:1",), "x:9", ("Yes. ^AJ",), (picture,)),
        seal("x/a", "public", ("x:1", "x:2"), "x:8", ("Yes. ^AJ",), (picture,)),
        seal("x/a", "public", ("x:1", "x:2"), "x:9", ("Yes.", "^AJ"), (picture,)),
        seal("x/a", "public", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), (replace(picture, alt=""),)),
        seal("x/a", "public", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), ()),
    ]
    assert len({one, *others}) == 8
    moved = replace(picture, url="https://elsewhere", size=7)
    assert seal("x/a", "public", ("x:1", "x:2"), "x:9", ("Yes. ^AJ",), (moved,)) == one
