"""Holds a program on a leash: whoever starts it keeps a pipe open, and once that closes it ends.

Run as a file of its own, before a command line: `leash.py program argument…`, with the pipe as
stdin. The process becomes the program; a child of it watches. So a demo that is killed outright
leaves nothing running, and the program knows nothing of it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

LOOK_S = 0.5
"""How often the watcher looks whether the program still lives."""
PATIENCE_S = 15.0
"""How long the program may take to end by itself before it is killed."""


def watch(program: int, leash: int) -> None:
    """Wait for the leash to be let go, then end the program; return once it is gone."""
    while not select.select([leash], [], [], LOOK_S)[0]:
        if not _lives(program):
            return
    for number, patience in ((signal.SIGTERM, PATIENCE_S), (signal.SIGKILL, 1.0)):
        if _lives(program):
            os.kill(program, number)
        deadline = time.monotonic() + patience
        while _lives(program) and time.monotonic() < deadline:
            time.sleep(0.05)


def _lives(program: int) -> bool:
    """Say whether our parent is still the program; an orphan gets another."""
    return os.getppid() == program


def main(command: list[str]) -> None:
    """Start the watcher, then become the program."""
    program = os.getpid()
    if os.fork() == 0:
        watch(program, sys.stdin.fileno())
        os._exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.execv(command[0], command)  # noqa: S606 - the demo's own command line, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
