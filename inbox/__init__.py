"""The core: what may happen to a conversation, and where it is kept.

This is the face: `opened` and what comes with it. It is loaded when first asked for, so that words
and rules can be imported without a store behind them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inbox.opening import (
        KEPT_DAYS,
        CannotStart,
        Done,
        Gap,
        Gone,
        Inbox,
        Touched,
        Unavailable,
        Unfit,
        Vitals,
        opened,
    )

__all__ = [
    "KEPT_DAYS",
    "CannotStart",
    "Done",
    "Gap",
    "Gone",
    "Inbox",
    "Touched",
    "Unavailable",
    "Unfit",
    "Vitals",
    "opened",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("inbox.opening"), name)
