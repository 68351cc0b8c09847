"""Sends prepared HTTP requests from a process of its own, so that only the server is measured.

`python -m tests.bench.loader PORT CONNECTIONS FILE` prints the seconds that all of them took, then
those of each; FILE holds one request after the other, each behind its length in four bytes.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HEADER = struct.Struct("!I")
END = b"\r\n\r\n"


def packed(requests: list[bytes]) -> bytes:
    """Return requests as FILE holds them."""
    return b"".join(HEADER.pack(len(one)) + one for one in requests)


def unpacked(kept: bytes) -> Iterator[bytes]:
    """Yield the requests of a FILE."""
    at = 0
    while at < len(kept):
        (size,) = HEADER.unpack_from(kept, at)
        at += HEADER.size + size
        yield kept[at - size : at]


async def ask(port: int, requests: Iterator[bytes], took: list[float]) -> None:
    """Send one request after the other on one connection; anything but 200 ends it all."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(END)
        status, _, fields = head.partition(b"\r\n")
        size = fields.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(size))
        if b" 200 " not in status:
            raise SystemExit(status.decode())
        took.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def main(port: int, connections: int, requests: list[bytes]) -> list[float]:
    """Send all of them over so many connections; return the seconds of all, then of each."""
    shared, took = iter(requests), list[float]()
    began = time.perf_counter()
    await asyncio.gather(*(ask(port, shared, took) for _ in range(connections)))
    return [time.perf_counter() - began, *took]


if __name__ == "__main__":
    port, connections, file = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    requests = list(unpacked(file.read_bytes()))
    seconds = asyncio.run(main(port, connections, requests))
    sys.stdout.write("\n".join(map(str, seconds)) + "\n")
