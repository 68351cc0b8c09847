"""Lets another process send prepared HTTP requests to this one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.bench.loader import packed


async def loaded(port: int, file: Path, requests: list[bytes], connections: int) -> list[float]:
    """Return the seconds that all of them took, then those of each; all are answered by 200."""
    await asyncio.to_thread(file.write_bytes, packed(requests))
    loader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.loader", str(port), str(connections), str(file)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await loader.communicate()
    assert loader.returncode == 0
    return [float(line) for line in out.split()]
