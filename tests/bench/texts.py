"""What people write: the real conversations where they are at hand, else made-up ones."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MESSAGES = 6
Said = tuple[bool, str]
"""Whether an official wrote it, and what."""


def data() -> Path | None:
    """Return the file of real conversations, or None where it is absent."""
    told = os.environ.get("CHANCERY_SHARED_DATA")
    folder = Path(told) if told else ROOT.parent / "shared" / "data"
    found = folder / "x_care_conversations.jsonl"
    return found if found.is_file() else None


def source() -> str:
    """Say what the texts are, in words for the report."""
    return "real conversations on X" if data() else "made-up texts of 40 to 240 characters"


def conversations() -> list[list[Said]]:
    """Return conversations of six messages, each begun by a person."""
    path = data()
    if path is None:
        return [_made_up(n) for n in range(50)]
    read = [json.loads(line)["messages"] for line in path.read_text("utf-8").splitlines()]
    found = [[(one["official"], one["text"]) for one in messages] for messages in read]
    return [said[:MESSAGES] for said in found if len(said) >= MESSAGES and not said[0][0]]


def questions() -> Iterator[str]:
    """Yield what people asked, again and again."""
    return itertools.cycle(said[0][1] for said in conversations())


def _made_up(n: int) -> list[Said]:
    words = "Where do I turn when my passport is lost and the embassy does not answer? "
    return [(k % 2 == 1, (words * 4)[: 40 + (n * 37 + k * 61) % 200]) for k in range(MESSAGES)]
