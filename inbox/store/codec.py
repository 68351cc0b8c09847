"""How snapshots and histories look on the wire, and how each entry is chained to all before it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from inbox.conversations.events import SCHEMA, TEXTS, Entry
from inbox.conversations.state import Conversation
from inbox.store.packing import unpack_snapshot
from inbox.words import Millis

UPCASTS: dict[int, Callable[[list[Any]], list[Any]]] = {}
"""Schema → how an entry written with it becomes one of the next; recorded entries never change."""


class NewerSchema(Exception):
    """A newer release wrote this: an older process reads no more of it and commits nothing."""


class Stands(Protocol):
    """A record as it stands after its history: frozen, of msgspec."""

    __struct_fields__: ClassVar[tuple[str, ...]]

    @property
    def version(self) -> int:
        """How many entries made it; 0 where there is none."""
        ...

    @property
    def head(self) -> str:
        """What chains those entries."""
        ...


S = TypeVar("S", bound=Stands)
N = TypeVar("N")


class _Kept(msgspec.Struct, Generic[S], frozen=True, array_like=True):
    """Version and head first, so that the commit can compare them as text."""

    version: int
    head: str
    record: S


_json = msgspec.json.Encoder()
_tree = msgspec.json.Decoder(list[Any])
_AT, _SALT = 3, 6  # their places in an entry


def token(record: Stands) -> str:
    """Give how the snapshot of this version begins; "" for a record that does not exist."""
    return f'[{record.version},"{record.head}",' if record.version else ""


def beginning(op: str) -> bytes:
    """Give how the line of this operation begins: the whole id, closing quote and comma."""
    return b"[" + _json.encode(op) + b","


def beginning_of(line: bytes) -> bytes:
    """Give how this line begins."""
    return beginning(_tree.decode(line)[0])


def time_of(line: bytes) -> Millis:
    """Give when the order of this line was written."""
    return int(_tree.decode(line)[_AT])


class Codec(Generic[S, N]):
    """How records of one kind look on the wire; `texts` are the fields that can be erased."""

    def __init__(self, record: type[S], entry: Any, texts: frozenset[str]) -> None:
        kept: Any = _Kept
        self._record = record
        self._entry = entry
        self._texts = texts
        self._snapshots: msgspec.json.Decoder[_Kept[S]] = msgspec.json.Decoder(kept[record])

    def encode_snapshot(self, record: S) -> bytes:
        """Write a record as `[version,"head",{…}]`."""
        bare = _replaced(record, 0, "")
        return _json.encode(_Kept(record.version, record.head, bare))

    def decode_snapshot(self, raw: bytes | None) -> S:
        """Read a record; one that does not exist has version 0."""
        if not raw:
            return self._record()
        kept = self._snapshots.decode(unpack_snapshot(raw))
        return _replaced(kept.record, kept.version, kept.head)

    def encode_entry(self, entry: N) -> bytes:
        """Write one line of a history."""
        return _json.encode(entry)

    def decode_entry(self, line: bytes) -> N:
        """Read one line of a history, however old; raise NewerSchema where it is too new."""
        tree = _tree.decode(line)
        if tree[1] > SCHEMA:
            raise NewerSchema(f"an entry has schema {tree[1]}; this release knows {SCHEMA}")
        while tree[1] < SCHEMA:
            tree = UPCASTS[tree[1]](tree)
        entry: N = msgspec.convert(tree, self._entry)
        return entry

    def chain(self, head: str, line: bytes) -> str:
        """Give the head after this line: its digest over the head before and the texts' digests."""
        return _digest(head.encode() + b"\n" + self.erase(line), b"", 24)

    def verify(self, lines: Iterable[bytes]) -> str:
        """Give the head that a whole history makes; compare it with the snapshot's."""
        head = ""
        for line in lines:
            head = self.chain(head, line)
        return head

    def erase(self, line: bytes) -> bytes:
        """Put digests in the place of an entry's texts and remove their salt: the head stands."""
        return _json.encode(_veiled(_tree.decode(line), self._texts))


def _replaced(record: S, version: int, head: str) -> S:
    changed: Any = record
    made: S = msgspec.structs.replace(changed, version=version, head=head)
    return made


def _veiled(tree: list[Any], texts: frozenset[str]) -> list[Any]:
    """Replace each text by its digest; an entry without salt has been erased already."""
    salt = tree[_SALT].encode()
    if not salt:
        return tree
    bare = [*tree]
    bare[_SALT] = ""
    bare[_SALT + 1] = [_hidden(event, salt, texts, text=False) for event in tree[_SALT + 1]]
    return bare


def _hidden(value: Any, salt: bytes, texts: frozenset[str], *, text: bool) -> Any:
    if isinstance(value, str):  # first, for nearly all are
        return _digest(value.encode(), salt, 18) if text and value else value
    if isinstance(value, dict):
        return {k: _hidden(v, salt, texts, text=text or k in texts) for k, v in value.items()}
    if isinstance(value, list):
        return [_hidden(v, salt, texts, text=text) for v in value]
    return value


def _digest(data: bytes, key: bytes, size: int) -> str:
    return urlsafe_b64encode(blake2b(data, key=key, digest_size=size).digest()).decode()


CONVERSATIONS: Codec[Conversation, Entry] = Codec(Conversation, Entry, TEXTS)
encode_snapshot = CONVERSATIONS.encode_snapshot
decode_snapshot = CONVERSATIONS.decode_snapshot
encode_entry = CONVERSATIONS.encode_entry
decode_entry = CONVERSATIONS.decode_entry
chain = CONVERSATIONS.chain
verify = CONVERSATIONS.verify
erase = CONVERSATIONS.erase
