"""Which language a short text is in."""

from __future__ import annotations

import pytest

from inbox.triage.language import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Är ambassaden i Qasira öppen i morgon?", "sv"),
        ("Hjälp, vi är instängda", "sv"),
        ("Is the embassy open tomorrow?", "en"),
        ("I lost my passport. What shall I do?", "en"),
        ("هل السفارة مفتوحة اليوم؟", "ar"),
        ("نحن محاصرون في الطابق الثالث، خمسة أشخاص", "ar"),
        ("سلام، آیا سفارت فردا باز است؟", "fa"),
        ("Mwen bezwen èd tanpri, paspò mwen pèdi", "ht"),
        ("Mon passeport a été volé ce matin", "fr"),
    ],
)
def test_a_short_text_is_known_by_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "Hej", "Hello?!!", "😀😀😀", "+46 70 123 45 67", "@LandetUD https://example.org/a/b"],
)
def test_what_is_too_short_or_no_words_is_nobodys_language(text: str) -> None:
    assert language_of(text) == ""


def test_links_and_names_do_not_speak() -> None:
    assert language_of("@LandetUD när öppnar ambassaden? https://the.example.org/is/open") == "sv"


def test_a_long_hostile_text_is_read_from_its_beginning() -> None:
    assert language_of("När öppnar ambassaden i morgon? " + "\u202e" * 1_000_000) == "sv"


def test_it_knows_some_thirty_languages() -> None:
    assert 25 <= len(set(LANGUAGES)) == len(LANGUAGES) <= 35
