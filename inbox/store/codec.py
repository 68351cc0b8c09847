"""How snapshots and histories look on the wire, and how each entry is chained to all before it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from inbox.conversations.events import SCHEMA, TEXTS, Entry
from inbox.conversations.state import Conversation
from inbox.store.packing import unpack_snapshot
from inbox.words import Millis

UPCASTS: dict[int, Callable[[list[Any]], list[Any]]] = {}
"""Schema → how an entry written with it becomes one of the next; recorded entries never change."""


class NewerSchema(Exception):
    """A newer release wrote this: an older process reads no more of it and commits nothing."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """Version and head first, so that the commit can compare them as text."""

    version: int
    head: str
    conversation: Conversation


_json = msgspec.json.Encoder()
_kept = msgspec.json.Decoder(_Kept)
_tree = msgspec.json.Decoder(list[Any])
_AT, _SALT = 3, 6  # their places in an entry


def token(conversation: Conversation) -> str:
    """Give how the snapshot of this version begins; "" for a conversation that does not exist."""
    return f'[{conversation.version},"{conversation.head}",' if conversation.version else ""


def encode_snapshot(conversation: Conversation) -> bytes:
    """Write a conversation as `[version,"head",{…}]`."""
    bare = msgspec.structs.replace(conversation, version=0, head="")
    return _json.encode(_Kept(conversation.version, conversation.head, bare))


def decode_snapshot(raw: bytes | None) -> Conversation:
    """Read a conversation; one that does not exist has version 0."""
    if not raw:
        return Conversation()
    kept = _kept.decode(unpack_snapshot(raw))
    return msgspec.structs.replace(kept.conversation, version=kept.version, head=kept.head)


def beginning(op: str) -> bytes:
    """Give how the line of this operation begins: the whole id, closing quote and comma."""
    return b"[" + _json.encode(op) + b","


def beginning_of(line: bytes) -> bytes:
    """Give how this line begins."""
    return beginning(_tree.decode(line)[0])


def time_of(line: bytes) -> Millis:
    """Give when the order of this line was written."""
    return int(_tree.decode(line)[_AT])


def encode_entry(entry: Entry) -> bytes:
    """Write one line of a history."""
    return _json.encode(entry)


def decode_entry(line: bytes) -> Entry:
    """Read one line of a history, however old; raise NewerSchema where it is too new."""
    tree = _tree.decode(line)
    if tree[1] > SCHEMA:
        raise NewerSchema(f"an entry has schema {tree[1]}; this release knows {SCHEMA}")
    while tree[1] < SCHEMA:
        tree = UPCASTS[tree[1]](tree)
    return msgspec.convert(tree, Entry)


def chain(head: str, line: bytes) -> str:
    """Give the head after this line: its digest over the head before and the texts' digests."""
    veiled = _json.encode(_veiled(_tree.decode(line)))
    return _digest(head.encode() + b"\n" + veiled, b"", 24)


def verify(lines: Iterable[bytes]) -> str:
    """Give the head that a whole history makes; compare it with the snapshot's."""
    head = ""
    for line in lines:
        head = chain(head, line)
    return head


def erase(line: bytes) -> bytes:
    """Put digests in the place of an entry's texts and remove their salt: the head stands."""
    return _json.encode(_veiled(_tree.decode(line)))


def _veiled(tree: list[Any]) -> list[Any]:
    """Replace each text by its digest; an entry without salt has been erased already."""
    salt = tree[_SALT].encode()
    if not salt:
        return tree
    bare = [*tree]
    bare[_SALT] = ""
    bare[_SALT + 1] = [_hidden(event, salt, text=False) for event in tree[_SALT + 1]]
    return bare


def _hidden(value: Any, salt: bytes, *, text: bool) -> Any:
    if isinstance(value, str):  # first, for nearly all are
        return _digest(value.encode(), salt, 18) if text and value else value
    if isinstance(value, dict):
        return {k: _hidden(v, salt, text=text or k in TEXTS) for k, v in value.items()}
    if isinstance(value, list):
        return [_hidden(v, salt, text=text) for v in value]
    return value


def _digest(data: bytes, key: bytes, size: int) -> str:
    return urlsafe_b64encode(blake2b(data, key=key, digest_size=size).digest()).decode()
