"""Approved lines: what may stand in one, and that the demo's may."""

from pathlib import Path

import pytest

from bots.platforms import PLATFORMS
from config.phrases import lines
from inbox.answers.lines import by_template, faults, filled
from inbox.words import Profile

PROFILES = tuple(one.PROFILE for one in PLATFORMS.values())
GOOD = "@{handle} We are trying to reach you. Please contact us as usual."


def test_the_demos_lines_are_free_of_content_in_all_three_languages() -> None:
    files, wrong = lines(Path(__file__).parents[3] / "config" / "demo")
    assert wrong == []
    assert set(files) == {"en", "sv", "ar"}
    found = by_template(files)
    assert found
    for languages in found.values():
        assert set(languages) == {"en", "sv", "ar"}
        assert not [told for one in languages.values() for told in faults(one, PROFILES)]


@pytest.mark.parametrize(
    "line",
    [
        "@{handle} Call us, {purpose}.",
        "@{handle} {handle}",
        "@{handle!r} Hello.",
        "@{handle:>99999999} Hello.",
        "@{handle.name} Hello.",
        "@{handle} Hello }",
    ],
)
def test_a_line_has_the_handle_as_its_only_place(line: str) -> None:
    assert faults(line)


@pytest.mark.parametrize(
    "line",
    [
        "@{handle} Call 112.",
        "@{handle} Call ١١٢.",
        "@{handle} See https://mfa.example/x",
        "@{handle} See mfa.example",
        "@{handle} and @press, call us.",
        "@{handle} #Qasira",
        "@{handle} He\u200bllo.",
        "@{handle} Hello\nyou.",
        "@{handle} \N{AIRPLANE} Hello.",
        "We seek {handle}.",
        "We seek you.",
    ],
)
def test_a_line_is_free_of_content(line: str) -> None:
    assert faults(line)


def test_a_line_that_would_need_two_posts_is_none() -> None:
    short = Profile("x", "X", ("public",), len, {"public": 90})
    assert faults(GOOD, (short,)) == ("is too long for X",)
    assert faults(GOOD, PROFILES) == ()


def test_a_handle_fills_its_place_and_is_never_a_place_itself() -> None:
    assert filled(GOOD, "@carl").startswith("@carl We")
    assert filled("@{handle} Hi.", "{handle}") == "@{handle} Hi."
