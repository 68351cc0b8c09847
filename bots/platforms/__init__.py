"""The platforms we speak: one module or package each, by the name that begins its ids.

A new one is found by standing in this folder; nothing else names it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import cast

from bots.contract import Platform

GIVES = ("PROFILE", "connect", "door")
"""What each of them must give (`bots.contract.Platform`)."""


def found(folder: Iterable[str], package: str) -> dict[str, Platform]:
    """Import every platform of a folder; raises ImportError where one gives less than it must."""
    names = sorted(one.name for one in pkgutil.iter_modules(folder))
    modules = {name: import_module(f"{package}.{name}") for name in names}
    for name, module in modules.items():
        if missing := [one for one in GIVES if not hasattr(module, one)]:
            raise ImportError(f"{package}.{name} gives no {' and no '.join(missing)}")
    return {name: cast(Platform, module) for name, module in modules.items()}


PLATFORMS: Mapping[str, Platform] = found(__path__, __name__)
