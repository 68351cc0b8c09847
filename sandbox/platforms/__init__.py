"""The networks of the demo: each module of this folder gives one by `network(now)`."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module

from sandbox.networks import Network

FIRST = "x"
"""What the page shows first: the network of the guided first minute."""


def networks(now: Callable[[], int]) -> dict[str, Network]:
    """Make every network afresh, by name, the first one first; `now` returns UTC milliseconds."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__))
    names.sort(key=lambda name: name != FIRST)
    made = [import_module(f"{__name__}.{name}").network(now) for name in names]
    return {one.name: one for one in made}
