"""Counting and splitting: never inside a link, mention or letter, all signed, all within limits."""

from __future__ import annotations

import re
import unicodedata

import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.answers.compose import compose
from inbox.words import Audience
from tests.bots.conformance.base import Base
from tests.bots.conformance.house import OFFICERS
from tests.bots.conformance.stage import Stage

LETTERS = ("å", "e\u0301", "👨‍👩‍👧‍👦", "🇸🇪", "👍🏽", "क्षि", "大", "ب", "x")
WORDS = ("where", "räksmörgås", "مرحبا", "大使館", "👩🏽‍🚒", "and", "so.", "Done!", "1/2", "\n\n")
LINK = "https://example.org/a/quite/long/path?with=a&query=and-more-of-it-{n}"
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.integers(0, 999).map(lambda n: LINK.format(n=n)),
    st.integers(0, 999).map(lambda n: f"@somebody_{n}"),
    st.tuples(st.sampled_from(LETTERS), st.integers(1, 90)).map(lambda one: one[0] * one[1]),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=120).map(" ".join)
TO = "citizen"
"""For whom the answer is: on some platforms every part must name them."""
NUMBER = re.compile(r" \(\d+/\d+\)$")
WHOLE = re.compile(r"https?://\S+|@\w+")
GRAPHEME = regex.compile(r"\X")
CHEAP = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # counting changes no stage
        HealthCheck.differing_executors,  # every platform inherits this one test
        HealthCheck.too_slow,
    ],
)


class Splitting(Base):
    """What is too long for one part becomes several, and loses nothing."""

    @CHEAP
    @given(text=TEXTS, audience=st.sampled_from(["public", "private"]))
    def test_every_part_is_whole_signed_and_what_the_platform_takes(
        self, stage: Stage, text: str, audience: Audience
    ) -> None:
        head = f"@{TO} " if self.profile.adds_mentioned else ""
        profile, account = self.profile, stage.account
        parts = compose(text, account, OFFICERS[0], profile, audience, "en", TO).parts
        for one in parts:
            assert stage.takes(one, audience), one
            assert one.startswith(head)
            assert one.endswith("^AJ")
        bodies = [NUMBER.sub("", one[len(head) : -len("^AJ")].rstrip()) for one in parts]
        assert _letters("".join(bodies)) == _letters(text), "nothing is lost, nothing is cut"
        whole = [found for body in bodies for found in WHOLE.findall(body)]
        assert whole == WHOLE.findall(text)

    def test_the_profile_counts_as_the_platform_does(self, stage: Stage) -> None:
        link = LINK.format(n=1)
        for audience in self.profile.audiences:
            for letter in ("x", "大", "👨‍👩‍👧‍👦"):
                text = f"{link} @other " + letter * self._most(f"{link} @other ", letter, audience)
                assert self.profile.fits(text, audience)
                assert stage.takes(text, audience), f"{audience}: {letter}"
                assert not self.profile.fits(text + letter, audience)
                assert not stage.takes(text + letter, audience), f"{audience}: {letter}"

    def _most(self, before: str, letter: str, audience: Audience) -> int:
        """Return how often a letter may follow, by halving: counting is dear."""
        low, high = 0, self.profile.limit(audience) + 1
        while high - low > 1:
            middle = (low + high) // 2
            fits = self.profile.fits(before + letter * middle, audience)
            low, high = (middle, high) if fits else (low, middle)
        return low


def _letters(text: str) -> list[str]:
    """Return a text's letters as readers count them, spaces left aside."""
    return [one for one in GRAPHEME.findall(unicodedata.normalize("NFC", text)) if one.strip()]
