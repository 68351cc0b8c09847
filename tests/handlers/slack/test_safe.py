import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.safe import clip, decoded, escape, masked, one_line, public, size
from tests.handlers.slack.hostile import PLENTY, entities_whole, isolates_closed, texts


@PLENTY
@given(text=texts, most=st.integers(1, 400))
def test_a_clipped_text_fits_and_ends_between_graphemes(text: str, most: int) -> None:
    cut = clip(text, most)
    assert size(cut) <= most
    if cut != text:
        assert cut.endswith("…")
        kept = regex.findall(r"\X", cut[:-1])
        assert kept == regex.findall(r"\X", text)[: len(kept)]


@PLENTY
@given(text=texts, most=st.integers(1, 400))
def test_an_escaped_text_fits_and_no_entity_is_cut(text: str, most: int) -> None:
    cut = clip(text, most, escaped=True)
    assert size(cut) <= most
    assert entities_whole(cut)
    if size(escape(text)) <= most:
        assert cut == escape(text)


@PLENTY
@given(text=texts, most=st.integers(20, 3_000))
def test_a_public_text_fits_and_cannot_turn_what_follows_it(text: str, most: int) -> None:
    shown = public(text, most)
    assert size(shown) <= most
    assert isolates_closed(shown)
    assert not regex.search(r"[\x00-\x08\x0b-\x1f]|\n{3}", shown)


@PLENTY
@given(text=texts)
def test_a_name_is_one_short_line_without_anything_invisible(text: str) -> None:
    name = one_line(text, 18)
    assert size(name) <= 18
    assert isolates_closed(name)
    assert not regex.search(r"[\n\u200b\u202e]", name)


def test_an_ordinary_text_is_shown_as_it_was_written() -> None:
    for text in ("Är gränsen öppen?\nHej & hå <3", "👩\u200d👩\u200d👧", "می\u200cخواهم"):
        assert public(text, 3_000).strip("\u2068\u2069") == text


def test_only_telephone_numbers_are_masked() -> None:
    assert masked("+46701234541") == "+46 70 ••• 41"
    assert masked("070-123 45 41") == "070 12 ••• 41"
    for handle in ("resenar_k", "user12345678", "", "@a:b.example"):
        assert masked(handle) == handle


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        ("Read &lt;this&gt; &amp; that", "Read <this> & that"),
        ("&amp;lt;", "&lt;"),
        ("See <https://a.example/b?c=1&amp;d=2>", "See https://a.example/b?c=1&d=2"),
        ("See <http://a.example|a.example>.", "See a.example."),
        ("See <https://a.example/x|the page>", "See https://a.example/x"),
        ("Write to <mailto:a@b.example|a@b.example>", "Write to a@b.example"),
        ("<@U0ANNA> knows", "@U0ANNA knows"),
        ("<@U0ANNA|anna> in <#C0PRESS|press>", "@anna in #press"),
        ("<!here> and <!subteam^S1|@duty>", "@here and @duty"),
        ("a < b", "a < b"),
    ],
)
def test_what_slack_made_of_a_text_is_undone(told: str, typed: str) -> None:
    assert decoded(told) == typed


@given(st.text(max_size=60))
def test_what_was_escaped_is_decoded_to_itself(text: str) -> None:
    assert decoded(escape(text)) == text
