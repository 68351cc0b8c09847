"""Reading sorted sets with their scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice


def scored(answer: Sequence[bytes]) -> Iterator[tuple[str, int]]:
    """Pair the members and scores (whole numbers) of a `WITHSCORES` answer."""
    scores = (int(float(score)) for score in islice(answer, 1, None, 2))
    return zip((member.decode() for member in islice(answer, 0, None, 2)), scores, strict=True)
