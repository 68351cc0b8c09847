"""`python -m tests.promises.strange MODULE …`: a process of the product in strange circumstances.

SHIFT: its clock is so many seconds off. LOUD: every logger is at DEBUG. POINTS: it can be killed or
stopped at a named point (see `pointed`). The product itself knows of none of it.
"""

from __future__ import annotations

import os
import runpy
import sys
import time
from importlib import import_module


def shift(seconds: float) -> None:
    """Let every clock of this process be off; what measures spans stays right."""
    right, exactly = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: exactly() + int(seconds * 1_000_000_000)


def main() -> None:
    """Prepare, then be that process."""
    shift(float(os.environ.get("SHIFT", "0")))
    if "LOUD" in os.environ:
        logs = import_module("config.logs")
        quiet = logs.start
        logs.start = lambda _level="": quiet("DEBUG")  # type: ignore[attr-defined]  # a module found by name
    if "POINTS" in os.environ:
        import_module("tests.promises.pointed").prepare()
    module, sys.argv[1:] = sys.argv[1], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
