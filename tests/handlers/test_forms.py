import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import forms
from handlers.forms import Asked, Wrong
from handlers.say import read
from inbox.conversations.commands import (
    AddNote,
    Assign,
    Close,
    PostByHand,
    Release,
    Resolve,
    SetLane,
    Snooze,
    Tag,
    Untag,
)
from inbox.conversations.state import Conversation

STOCKHOLM = "Europe/Stockholm"
BOOK = read(Path(__file__).parents[2] / "config" / "demo")


def at(text: str, zone: str = STOCKHOLM) -> int:
    """Give the UTC milliseconds of a local time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOW = at("2026-11-23 20:05")  # a Monday


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("2h", "2026-11-23 22:05"),
        ("in 30 min", "2026-11-23 20:35"),
        ("om 2 timmar", "2026-11-23 22:05"),
        ("3 dagar", "2026-11-26 20:05"),
        ("1 vecka", "2026-11-30 20:05"),
        ("tomorrow 9", "2026-11-24 09:00"),
        ("Tomorrow  at 9:30", "2026-11-24 09:30"),
        ("imorgon 9", "2026-11-24 09:00"),
        ("i morgon kl 14.30", "2026-11-24 14:30"),
        ("i övermorgon", "2026-11-25 09:00"),
        ("غدا 9", "2026-11-24 09:00"),
        ("غدا ٩", "2026-11-24 09:00"),
        ("22", "2026-11-23 22:00"),
        ("9", "2026-11-24 09:00"),
        ("9pm", "2026-11-23 21:00"),
        ("12am", "2026-11-24 00:00"),
        ("tomorrow", "2026-11-24 09:00"),
        ("friday 14:30", "2026-11-27 14:30"),
        ("fredag", "2026-11-27 09:00"),
        ("monday", "2026-11-30 09:00"),
        ("2026-12-24 08:00", "2026-12-24 08:00"),
        ("2026-12-24", "2026-12-24 09:00"),
        ("today 23:59", "2026-11-23 23:59"),
    ],
)
def test_a_typed_time_is_read_in_the_officers_zone(typed: str, then: str) -> None:
    assert forms.snooze(typed, 0, NOW, STOCKHOLM) == Snooze(at(then))


def test_tonight_means_eight_in_the_evening() -> None:
    noon = at("2026-11-23 12:00")
    assert forms.snooze("tonight", 0, noon, STOCKHOLM) == Snooze(at("2026-11-23 20:00"))


def test_the_same_words_mean_another_moment_in_another_zone() -> None:
    assert forms.snooze("tomorrow 9", 0, NOW, "Asia/Riyadh") == Snooze(
        at("2026-11-24 09:00", "Asia/Riyadh")
    )


def test_nine_tomorrow_is_nine_on_the_clock_also_when_summer_time_begins() -> None:
    eve = at("2026-03-28 20:00")
    assert forms.snooze("tomorrow 9", 0, eve, STOCKHOLM) == Snooze(at("2026-03-29 09:00"))
    assert forms.snooze("12h", 0, eve, STOCKHOLM) == Snooze(eve + 12 * 3_600_000)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no_time"),
        ("soon", "no_time"),
        ("25:00", "no_time"),
        ("9:75", "no_time"),
        ("13pm", "no_time"),
        ("2026-13-40 8", "no_time"),
        ("2026-11-20 8", "time_passed"),
        ("today 8", "time_passed"),
        ("0 min", "time_passed"),
        ("2028-01-01", "too_far"),
        ("9999 weeks", "too_far"),
        ("5 horses", "no_time"),
        ("10 februari", "no_time"),
    ],
)
def test_a_time_that_cannot_be_meant_is_told_of(typed: str, why: str) -> None:
    assert forms.snooze(typed, 0, NOW, STOCKHOLM) == Wrong(why)


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(max_size=30), st.from_regex(r"\d{1,5} ?[a-zå:.-]{0,8} ?\d{0,4}")))
def test_whatever_is_typed_gives_a_later_time_or_a_sentence(typed: str) -> None:
    found = forms.snooze(typed, 0, NOW, STOCKHOLM)
    assert isinstance(found, Wrong) or found.until > NOW


def test_a_chosen_moment_counts_where_nothing_is_typed() -> None:
    assert forms.snooze(" ", NOW + 1, NOW, STOCKHOLM) == Snooze(NOW + 1)
    assert forms.snooze("", NOW, NOW, STOCKHOLM) == Wrong("time_passed")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Asked("next")),
        ("next", Asked("next")),
        ("Find passport lost ", Asked("find", "passport lost")),
        ("on until 16:00", Asked("on", "until 16:00")),
        ("frobnicate", Asked("help")),
    ],
)
def test_a_command_line_is_a_verb_and_words(typed: str, expected: Asked) -> None:
    assert forms.asked(typed) == expected


def test_sorting_gives_only_what_changes() -> None:
    now = Conversation(tags=("visa", "press"), lane="info")
    assert forms.sorting(now, ("press", "thanks"), "press") == (
        Tag("thanks"),
        Untag("visa"),
        SetLane("press"),
    )
    assert forms.sorting(now, ("visa", "press"), "info") == ()
    assert forms.sorting(now, ("visa", "press")) == ()


def test_handing_over_to_everyone_gives_it_back() -> None:
    assert forms.hand_over("en", " off shift ") == Assign("en", "off shift")
    assert forms.hand_over(forms.EVERYONE) == Release()
    assert forms.hand_over("") == Wrong("nobody_chosen")


def test_a_note_needs_a_text_and_has_an_end() -> None:
    assert forms.note("n1", " she called ") == AddNote("n1", "she called")
    assert forms.note("n1", " \n") == Wrong("no_text")
    assert forms.note("n1", "x" * 10_001) == Wrong("note_too_long", {"most": 10_000})


def test_closing_needs_a_known_outcome() -> None:
    assert forms.close("spam") == Close("spam")
    assert forms.close("gone fishing") == Wrong("no_outcome")


def test_a_post_by_hand_is_named_by_its_address() -> None:
    url = "https://x.com/LandetUD/status/1234567890123456789"
    assert forms.by_hand("a.1", f" <{url}> ") == PostByHand("a.1", url)
    assert forms.it_is_there("a.1", "x", url) == Resolve("a.1", "x:1234567890123456789")
    assert forms.it_is_there("a.1", "x", f"{url}?s=20") == Resolve("a.1", "x:1234567890123456789")
    assert forms.it_is_not("a.1") == Resolve("a.1", None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://x.com/a/status/1",
        "javascript:alert(1)",
        "https://",
        "https://localhost/a",
        "https://x.com@evil.example/a",
        "https://x.com/a b",
        "https://[::1",
        "https://x.com/<!channel>",
        f"https://x.com/{'a' * 500}",
    ],
)
def test_what_is_not_a_public_address_is_told_of(url: str) -> None:
    assert forms.address(url) == Wrong("no_address")


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_sentence(url: str) -> None:
    found = forms.address(url)
    assert found == Wrong("no_address") or str(found).startswith("https://")


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_every_wrong_has_its_sentence(language: str) -> None:
    source = Path(forms.__file__).read_text()
    say = BOOK.say(language)
    whys = set(re.findall(r'Wrong\("([a-z_]+)"', source))
    assert len(whys) >= 8
    for why in whys:
        assert say.knows(f"wrong.{why}")
        assert "…" not in say.plain(say.because(Wrong(why, {"most": 10})))
