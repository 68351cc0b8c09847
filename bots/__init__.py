"""The only room that speaks to the public world; entry points compose what it gives.

It is loaded when first asked for, so that the contract can be imported without a platform.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.at_work import profiles, running
    from bots.checking import checked
    from bots.outcomes import Punctual
    from bots.proofs import proving
    from bots.witness import witness

__all__ = ["Punctual", "checked", "profiles", "proving", "running", "witness"]

ROOMS = {
    "Punctual": "bots.outcomes",
    "checked": "bots.checking",
    "proving": "bots.proofs",
    "witness": "bots.witness",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(ROOMS.get(name, "bots.at_work")), name)
