"""What is said to the public by itself: the phrase files' greetings, every fault named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

from inbox.team.hours import DAYS

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
    faults: list[str] = []
    for file in sorted((folder / "phrases").glob("*.toml")):
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            faults.append(f"phrases/{file.name}: {error}.")
            continue
        if "greeting" in tables:
            said = {
                key: str(tables.get(section, {}).get(key, ""))
                for section, keys in NEEDED.items()
                for key in keys
            }
            faults += [f"phrases/{file.name}: {fault}" for fault in _faults(said)]
            found[file.stem] = said
    return found, faults


def _faults(said: Mapping[str, str]) -> list[str]:
    faults = []
    for section, keys in NEEDED.items():
        for key, places in keys.items():
            if not said[key].strip():
                faults.append(f"[{section}] {key} is missing.")
            elif not _places(said[key]) <= places:
                faults.append(f"[{section}] {key} has a place that nothing fills.")
    return faults


def _places(sentence: str) -> set[str]:
    try:
        return {place for _, place, _, _ in Formatter().parse(sentence) if place is not None}
    except ValueError:
        return {sentence}  # a brace that stands alone: no place has that name
