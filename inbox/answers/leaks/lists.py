"""The lists of the leak guard: `words.toml` beside this, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> tuple[str, ...]:
    """Return a list by its name in `words.toml`."""
    told = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    return tuple(str(told[name]).split())
