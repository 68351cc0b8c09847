"""Which language a text is in: guessed offline, among those that this house may meet."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import regex

LANGUAGES = (
    *("am", "ar", "bn", "da", "de", "en", "es", "fa", "fi", "fr", "he", "hi", "ht", "it", "ku"),
    *("nl", "no", "pl", "ps", "pt", "ro", "ru", "so", "sv", "sw", "tr", "uk", "ur", "zh"),
)
"""Fewer are surer: among all its hundred and forty, a greeting is soon somebody's Malagasy."""
LETTERS_LEAST = 10
"""A text of fewer letters is nobody's: "Hej" is taken for Kurdish (measured)."""
SURE = 0.5
"""The share of all likelihood that the likeliest must have, else the language stays unknown."""
LONGEST = 2_000
"""Characters looked at: the language of a text shows at its beginning."""
NOT_WORDS = regex.compile(r"https?://\S+|[@#]\w+|\S+@\S+|[^\p{L}\p{M}'’]")
LETTER = regex.compile(r"\p{L}")


class Guesses(Protocol):
    """A detector: text in, language and how sure it is out."""

    def classify(self, text: str) -> tuple[str, float]:
        """Return the likeliest language and its share of the likelihood."""
        ...


def language_of(text: str) -> str:
    """Return the language of a text, or "" where it is too short or too doubtful to say.

    The first call loads 130 MB in most of a second: only the clerk asks, in a thread.
    """
    plain = " ".join(NOT_WORDS.sub(" ", text[:LONGEST]).split())
    if len(LETTER.findall(plain)) < LETTERS_LEAST:
        return ""
    found, share = _detector().classify(plain)
    return found if share >= SURE else ""


@cache
def _detector() -> Guesses:
    from py3langid.langid import (  # noqa: PLC0415 - 60 MB that only a clerk with a text needs
        MODEL_FILE,
        LanguageIdentifier,
    )

    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages(LANGUAGES)
    found: Guesses = detector
    return found
