"""How lines and snapshots are made small: deflated behind a dictionary of what they all repeat."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

PACKED = b"\x01"
"""What marks something packed with dictionary 1; JSON neither begins nor ends so. A dictionary is
never changed: another one gets another mark, and this one stays for reading."""

DICTIONARY = (
    b'{"id":"","account":"x/","thread":"","person":"x:","audience":"private","lane":"info",'
    b'"lane_word":"","tags":["","claim":{"holder":"","fence":1,"since":17},"fence":1,"claimant":"'
    b'","closed":{"at":17,"by":"officer:","timer":1},"outcome":"answered","opened":17,'
    b'"waiting_since":17,"last_in":17,"last_out":17,"window_until":17,"last_message":"x:",'
    b'"named":true,"answers":[{"id":"","author":"","state":"sent","answered":true,"ops":["x:",'
    b'"changed":{"x:":1,"gone":["edited":{"newer":{"news":,"language":"","timer":1,"count":1}]'
    b'"Released","Noted","note":"Tagged","tag":"LaneSet","before":"Edited","new_id":"Deleted",'
    b'"cleared":"Snoozed","until":"Reopened","cause":"message"SendStarted","part":"","attempt":1}'
    b'"platform:x","",[{"e":"Sent","part":"","ref":"x:","url":"https://x.com//status/"}]]'
    b'"postroom","",[{"e":"Answered","answer":"","text":"","parts":[""],"re":"x:","recipients":'
    b'["x:"],"seal":"","fence":1,"leaves_at":17,"epoch":""}]]'
    b'1,17,"clerk","officer:","",[{"e":"Claimed","holder":"","fence":1}]]'
    b'"slack T0/U0","",[{"e":"Closed","outcome":"no_answer_needed","timer":1}]]'
    b'1,1,17,"platform:x","","",[{"e":"Echoed","message":{"id":"x:","handle":"","name":""},'
    b'"text":"https://t.co/","re":"x:","media":[{"kind":"photo","url":"https://pbs.twimg.com/media/'
    b'","alt":""}],"ours":true,"window_until":17}}]]'
    b'1,1,17,"platform:x","","",[{"e":"Received","message":{"id":"x:","account":"x/","thread":"",'
    b'"person":"x:","author":{"id":"x:","handle":"","name":"","mark":"government","url":'
    b'"https://x.com/","avatar":"https://pbs.twimg.com/profile_images//_normal.jpg","since":},'
    b'"text":"","audience":"public","written":17,"re":"x:","raw":"","url":"https://x.com//status/'
    b'"},"lane":"other"}}]]'
)
"""What stands in nearly every line, the commonest last, where a reference to it is shortest."""

SMALL = (zlib.DEFLATED, -11, 5)
"""A window of 2 KB: setting up the usual 32 KB costs ten times what deflating one line does [m]."""

LARGE = (zlib.DEFLATED, -15, 9)
"""The usual window: for many lines at once, which nobody waits for."""

LENGTH = 2
"""Bytes that tell how long a packed line's beginning is."""


def beginning(plain: bytes) -> bytes:
    """Give how a packed line begins, of how it begins plain: its operation stays readable."""
    return PACKED + len(plain).to_bytes(LENGTH) + plain


def pack_line(line: bytes, begins: bytes) -> bytes:
    """Make one line small, all but its beginning, with which a repeat is compared."""
    return beginning(begins) + _deflated(line[len(begins) :], 3, SMALL)


def unpack_line(kept: bytes) -> bytes:
    """Give a line as it was written, whether it was packed or not."""
    if not kept.startswith(PACKED):
        return kept
    start = len(PACKED) + LENGTH
    end = start + int.from_bytes(kept[len(PACKED) : start])
    return kept[start:end] + _inflated(kept[end:])


def pack_block(lines: Iterable[bytes]) -> bytes:
    """Make many plain lines as small as can be; none of them holds a change of line."""
    return PACKED + _deflated(b"\n".join(lines), 9, LARGE)


def unpack_block(block: bytes) -> list[bytes]:
    """Give the lines of a block."""
    return _inflated(block[len(PACKED) :]).split(b"\n")


def pack_snapshot(snapshot: bytes) -> bytes:
    """Make a snapshot small, all but its version and head, which the commit compares."""
    start = _body(snapshot)
    return snapshot[:start] + _deflated(snapshot[start:], 9, LARGE) + PACKED


def unpack_snapshot(kept: bytes) -> bytes:
    """Give a snapshot as it was written, whether it was packed or not."""
    if not kept.endswith(PACKED):
        return kept
    start = _body(kept)
    return kept[:start] + _inflated(kept[start : -len(PACKED)])


def _body(snapshot: bytes) -> int:
    """Return where `[version,"head",` ends."""
    return snapshot.index(b",", snapshot.index(b",") + 1) + 1


def _deflated(plain: bytes, level: int, how: tuple[int, int, int]) -> bytes:
    work = zlib.compressobj(level, *how, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    return work.compress(plain) + work.flush()


def _inflated(packed: bytes) -> bytes:
    return zlib.decompressobj(-15, DICTIONARY).decompress(packed)
