"""What is said to the public by itself: the phrase files' greetings, every fault named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

from inbox.answers.lines import faults
from inbox.team.hours import DAYS

LINES = "reach_line"
"""The section of the lines that a public rung may say."""

NEEDED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "greeting": {
        "mark": frozenset(),
        "first": frozenset(),
        "closed": frozenset({"day", "time"}),
        "call": frozenset({"call"}),
        "danger": frozenset(),
    },
    "weekday": dict.fromkeys(DAYS, frozenset()),
}
"""Section → key → the places its sentence may have."""


def greetings(folder: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return language → key → sentence of each phrase file that greets, and what is wrong."""
    found: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    for file in sorted((folder / "phrases").glob("*.toml")):
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            wrong.append(f"phrases/{file.name}: {error}.")
            continue
        if "greeting" in tables:
            said = {
                key: str(tables.get(section, {}).get(key, ""))
                for section, keys in NEEDED.items()
                for key in keys
            }
            wrong += [f"phrases/{file.name}: {fault}" for fault in _faults(said)]
            found[file.stem] = said
    return found, wrong


def lines(folder: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return language → template → approved line of each phrase file, and what is wrong."""
    found: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    for file in sorted((folder / "phrases").glob("*.toml")):
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue  # its fault is named with the greetings
        found[file.stem] = {key: str(one) for key, one in tables.get(LINES, {}).items()}
        wrong += [
            f"phrases/{file.name}: [{LINES}] {key} {fault}."
            for key, one in found[file.stem].items()
            for fault in faults(one)
        ]
    return found, wrong


def _faults(said: Mapping[str, str]) -> list[str]:
    wrong = []
    for section, keys in NEEDED.items():
        for key, places in keys.items():
            if not said[key].strip():
                wrong.append(f"[{section}] {key} is missing.")
            elif not _places(said[key]) <= places:
                wrong.append(f"[{section}] {key} has a place that nothing fills.")
    return wrong


def _places(sentence: str) -> set[str]:
    try:
        return {place for _, place, _, _ in Formatter().parse(sentence) if place is not None}
    except ValueError:
        return {sentence}  # a brace that stands alone: no place has that name
