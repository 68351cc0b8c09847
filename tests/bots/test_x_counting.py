"""X's own published vectors: we count as X counts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bots.platforms.x.counting import count
from bots.platforms.x.limits import PROFILE

OLDER = {
    "Count a mix of single byte single word, and double word unicode characters": 16,
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers": 9,
}
"""Vectors of the section that forces version 2, where an emoji counts each of its code points."""


def vectors(shared_data: Path) -> list[tuple[str, str, int]]:
    """Return (description, text, weighted length) of each weighted vector, without a YAML reader.

    The file writes one quoted string a line; its escapes are Python's.
    """
    found = list[tuple[str, str, int]]()
    path = shared_data / "twitter-text" / "validate.yml"
    description = text = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip().removeprefix("- ").partition(": ")
        if name == "description":
            description = ast.literal_eval(value)
        elif name == "text":
            text = ast.literal_eval(value)
        elif name == "weightedLength":
            found.append((description, text, int(value)))
    return found


def test_every_published_vector_counts_as_published(shared_data: Path) -> None:
    found = vectors(shared_data)
    assert len(found) == 44
    differing = {what: weighted for what, text, weighted in found if count(text) != weighted}
    assert differing == OLDER


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Hej då ^AJ", 10),
        ("مرحبا", 5),
        ("大使館", 6),
        ("👨‍👩‍👧‍👦", 2),
        ("see https://www.example.org/a/long/path?with=a&query=too", 27),
    ],
)
def test_links_count_23_and_emoji_and_cjk_two(text: str, length: int) -> None:
    assert count(text) == length


def test_a_post_of_280_fits_and_one_more_does_not() -> None:
    assert PROFILE.fits("å" * 280, "public")
    assert not PROFILE.fits("å" * 281, "public")
    assert PROFILE.fits("å" * 10_000, "private")
