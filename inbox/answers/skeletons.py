"""What letters look like: Unicode's confusables, and the skeleton that look-alikes share.

By UTS 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection). Everybody who asks whether
two writings look the same asks here: the leak guard of a text, the directory of a handle.
"""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

REMEMBERED = 16_384
"""So many letters are remembered: what the public writes may hold every one that there is."""
MARKS = "\u200e\u200f"
"""What the data puts around right-to-left letters; no part of them."""


@cache
def _alike() -> dict[str, tuple[str, ...]]:
    """Return each writing's look-alikes; the data names every pair in both directions."""
    told = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_bytes())
    return {
        letter.strip(MARKS): tuple(one["c"].strip(MARKS) for one in others)
        for letter, others in told.items()
    }


@lru_cache(REMEMBERED)
def prototype(letter: str) -> str:
    """Return what one letter stands for: "а" (Cyrillic) for "a", "I" for "l", "m" for "rn"."""
    alike = _alike().get(letter, ())
    if len(alike) != 1:  # it is nobody's look-alike, or the one that the others look like
        return letter
    other = alike[0]
    if len(other) > 1 or len(_alike()[other]) > 1:
        return other
    return min(letter, other)


def skeleton(text: str) -> str:
    """Return what is equal for two texts exactly if they look alike."""
    spread = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFD", "".join(prototype(letter) for letter in spread))
