"""How X counts: weighted, links as 23, emoji and CJK as 2 (twitter-text 3)."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # It imports pkg_resources, which says that it is deprecated: nothing we could do about.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from twitter_text import parse_tweet
    from twitter_text.extract_urls import extract_urls

__all__ = ["count", "extract_urls"]


def count(text: str) -> int:
    """Return the weighted length of an officer's text, in X's units.

    Never for text that the public wrote: hostile 280 characters cost 215 ms (measured in 2026).
    """
    length: int = parse_tweet(text).weightedLength
    return length
