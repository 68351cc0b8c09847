"""`python -m tests.bench`: measure, print each figure, and write docs/performance.md."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tests.bench import cards, desk, intake, lists, lookalikes, size, slack, starting
from tests.bench.figures import Figure, table
from tests.bench.page import DOMINATES, PAGE
from tests.bench.texts import ROOT, source
from tests.servers import start, stopped

REPORT = ROOT / "docs" / "performance.md"
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


def say(line: str) -> None:
    """Tell whoever reads the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def machine(version: str) -> str:
    """Describe where this ran, without naming anybody's computer."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _read(Path("/proc/cpuinfo")).splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or "unknown processor",
    )
    return (
        f"{os.cpu_count()} cores of {cpu}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Valkey {version}, `appendfsync always`"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


async def measured(folder: Path) -> tuple[list[Figure], str]:
    """Measure everything, one after the other, on servers of their own."""
    found: list[Figure] = []

    def told(figures: Sequence[Figure]) -> None:
        found.extend(figures)
        for figure in figures:
            say(figure.line)

    with stopped([start(folder / "server", *DURABLE)]) as (server,):
        version = server.order("INFO", "server")["valkey_version"]
        told(await intake.measure(server.url, folder))
        server.order("FLUSHALL")
        told(await desk.measure(server.url))
        server.order("FLUSHALL")
        told(await slack.measure(server.url, folder))
        told(await size.measure(server.url))
    told(lookalikes.measure())
    told(await lists.measure(folder))
    told(await cards.measure(folder))
    told(await starting.measure())
    return found, version


def main() -> None:
    """Measure in a folder that goes afterwards."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        found, version = asyncio.run(measured(Path(folder)))
    seconds = time.monotonic() - began
    REPORT.write_text(report(found, version, seconds, load), "utf-8")
    say(f"figure bench_seconds {seconds:.0f} s")


def report(found: Sequence[Figure], version: str, seconds: float, load: float) -> str:
    """Return the page."""
    missed = [figure for figure in found if figure.missed]
    hints = "\n".join(f"- `{one.name}`: {DOMINATES[one.name]}" for one in missed)
    return PAGE.format(
        machine=machine(version),
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        seconds=round(seconds),
        load=load,
        table=table(found),
        source=source(),
        verdict=f"{len(missed)} of the goals are missed:\n\n{hints}" if missed else "None.",
    )


if __name__ == "__main__":
    main()
