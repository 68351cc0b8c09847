"""The anchor: a file outside the data folder that remembers how far every conversation was.

JSON Lines, only ever added to, each write on disk before it counts. `k` says what a line is:

- `head`: a conversation (`id`) had `n` entries, and `head` chained them;
- `anchor`: the hour is over: `heads` lines came since the last, `ends` are the log's last entries,
  and `digest` chains every byte of the file up to this line;
- `behind`: the server knew less than this file, so a new epoch began;
- `lost`: an operator said that a backup was put back: `head` with this `id` and `n` is no more;
- `erasure`: what was erased by law, to be erased again where a backup brings it back.

Whoever can write the store cannot rewrite this file; whoever was told the digests sees it rewritten.
It grows by some 80 bytes for each conversation that changed in an hour, and each part sent.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, TypeAlias

import msgspec

from inbox.store.erasing import Erasure
from inbox.words import ConversationId, Millis, Record


class Head(Record, frozen=True, tag="head", tag_field="k"):
    """A conversation had so many entries, and this head chained them."""

    id: ConversationId
    n: int
    head: str


class Anchored(Record, frozen=True, tag="anchor", tag_field="k"):
    """The heads that changed are all written above; the digest chains the file up to here."""

    at: Millis
    ends: dict[str, str]
    heads: int
    digest: str


class Behind(Record, frozen=True, tag="behind", tag_field="k"):
    """The server had forgotten something that this file knows; from here on it counts anew."""

    at: Millis
    ends: dict[str, str]
    epoch: str


class Lost(Record, frozen=True, tag="lost", tag_field="k"):
    """An operator said why the store no longer has what was anchored: a backup was put back."""

    id: ConversationId
    n: int
    at: Millis


class Erased(Record, frozen=True, tag="erasure", tag_field="k"):
    """Something was erased by law."""

    erasure: Erasure


Line: TypeAlias = Head | Anchored | Behind | Lost | Erased

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line)


class Since(Record, frozen=True):
    """What the file says last: where the log was, and which heads were written after that."""

    ends: dict[str, str]
    heads: tuple[Head, ...]


class Anchor:
    """One file, written by every process of this computer: a lock on it gives each its turn."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines; they are on disk when this returns. Raises OSError."""
        with self._locked() as file:
            _append(file, b"".join(_encode(line) + b"\n" for line in lines))

    def close_hour(self, heads: IO[bytes], count: int, at: Millis, ends: dict[str, str]) -> bytes:
        """Add an hour's heads, encoded by `encoded`, and the line that ends it; returns that."""
        with self._locked() as file:
            digest, start = _last_digest(file)
            _append(file, b"", heads)
            told = _encode(Anchored(at, ends, count, _digest(digest, _bytes(file, start)))) + b"\n"
            _append(file, told)
        return told

    def since(self) -> Since | None:
        """Return what the file says last; None where there is none yet."""
        if not self.path.exists() or not self.path.stat().st_size:
            return None
        with self.path.open("rb") as file, _mapped(file) as kept:
            start = max(_last(kept, Anchored), _last(kept, Behind))
            lines = list(_lines(kept, max(start, 0)))
        ends = next((one.ends for one in lines if isinstance(one, Anchored | Behind)), {})
        return Since(ends, tuple(one for one in lines if isinstance(one, Head)))

    def lines(self) -> Iterator[tuple[Line, bool]]:
        """Yield all lines, and whether the file up to there is as it was written.

        What cannot be read was cut by a power failure, or changed: the digest tells which.
        """
        if not self.path.exists() or not self.path.stat().st_size:
            return
        with self.path.open("rb") as file:
            chained, before = blake2b(digest_size=24), ""
            for raw in file:
                line = _read(raw)
                if isinstance(line, Anchored):
                    yield line, line.digest == chained.hexdigest()
                    before = line.digest
                    chained = blake2b(before.encode(), digest_size=24)
                    continue
                chained.update(raw)
                if line is not None:
                    yield line, True

    def erasures(self) -> list[Erasure]:
        """Return everything that was ever erased, each once."""
        found = {one.erasure.op: one.erasure for one, _ in self.lines() if isinstance(one, Erased)}
        return list(found.values())

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if new:
                _fsync_folder(self.path.parent)
            yield file


def encoded(head: Head) -> bytes:
    """Write one head as a line."""
    return _encode(head) + b"\n"


def _append(file: IO[bytes], told: bytes, more: IO[bytes] | None = None) -> None:
    """Add bytes at the end, after closing a line that a power failure cut."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.write(b"\n")
    file.write(told)
    while more is not None and (piece := more.read(1 << 20)):
        file.write(piece)
    file.flush()
    os.fsync(
        file.fileno()
    )  # guard: anchor-on-disk test=tests/inbox/archive/test_anchor.py::test_what_was_added_is_on_disk


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_digest(file: IO[bytes]) -> tuple[str, int]:
    """Return the digest of the last hour, and from where on nothing is digested yet."""
    if not file.seek(0, os.SEEK_END):
        return "", 0
    with _mapped(file) as kept:
        at = _last(kept, Anchored)
        if at < 0:
            return "", 0
        end = kept.find(b"\n", at) + 1
        line = _read(kept[at:end])
    return (line.digest, end) if isinstance(line, Anchored) else ("", 0)


def _digest(before: str, pieces: Iterable[bytes]) -> str:
    chained = blake2b(before.encode(), digest_size=24)
    for piece in pieces:
        chained.update(piece)
    return chained.hexdigest()


def _bytes(file: IO[bytes], start: int) -> Iterator[bytes]:
    file.seek(start)
    while piece := file.read(1 << 20):
        yield piece


@contextmanager
def _mapped(file: IO[bytes]) -> Iterator[mmap.mmap]:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as kept:
        yield kept


def _last(kept: mmap.mmap, kind: type[Anchored | Behind]) -> int:
    """Return where the last whole line of a kind begins; -1 where there is none."""
    beginning = b'{"k":"' + str(kind.__struct_config__.tag).encode() + b'"'
    whole = kept.rfind(b"\n") + 1
    at = kept.rfind(beginning, 0, whole)
    while at > 0 and kept[at - 1 : at] != b"\n":
        at = kept.rfind(beginning, 0, at)
    return at


def _lines(kept: mmap.mmap, start: int) -> Iterator[Line]:
    kept.seek(start)
    while raw := kept.readline():
        line = _read(raw)
        if line is not None:
            yield line


def _read(raw: bytes) -> Line | None:
    try:
        line: Line = _decode.decode(raw)
    except msgspec.DecodeError:
        return None
    return line
