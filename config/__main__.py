"""`python -m config check`: everything wrong in the environment and the tables, by name."""

from __future__ import annotations

import os
import sys

import bots
from config.start import started


def main() -> None:
    """Read all there is to read; a fault ends with status 1 and every fault named."""
    if sys.argv[1:] != ["check"]:
        sys.exit("usage: python -m config check")
    start = started(os.environ, bots.profiles())
    accounts, officers = len(start.tables.accounts), len(start.tables.officers)
    sys.stdout.write(f"All there: {accounts} accounts, {officers} officers.\n")


if __name__ == "__main__":
    main()
