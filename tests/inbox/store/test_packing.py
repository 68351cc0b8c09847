"""Packing: smaller, and never otherwise than it was written."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from inbox.store import packing

WRITTEN_BY_DICTIONARY_1 = bytes.fromhex("0100075b22783a31222cc315e8c5c0508f8d0500")
"""A line as the first release packed it."""

lines = st.binary(min_size=1).map(lambda one: one.replace(b"\n", b" "))


@given(st.binary(max_size=300), st.binary())
def test_a_line_is_read_as_it_was_written_whatever_it_holds(begins: bytes, rest: bytes) -> None:
    begins = b"[" + begins
    kept = packing.pack_line(begins + rest, begins)
    assert packing.unpack_line(kept) == begins + rest
    assert kept.startswith(packing.beginning(begins))


@given(st.lists(lines, min_size=1))
def test_a_block_is_its_lines(many: list[bytes]) -> None:
    assert packing.unpack_block(packing.pack_block(many)) == many


@given(st.binary())
def test_a_snapshot_keeps_its_version_and_head_in_sight(body: bytes) -> None:
    whole = b'[12,"abc",{' + body + b"}]"
    kept = packing.pack_snapshot(whole)
    assert kept.startswith(b'[12,"abc",')
    assert packing.unpack_snapshot(kept) == whole


def test_what_was_never_packed_is_read_as_it_is() -> None:
    assert packing.unpack_line(b'["op",1]') == b'["op",1]'
    assert packing.unpack_snapshot(b'[1,"h",{}]') == b'[1,"h",{}]'


def test_one_operation_is_not_the_beginning_of_another() -> None:
    kept = packing.pack_line(b'["c0.49",1]', b'["c0.49",')
    assert not kept.startswith(packing.beginning(b'["c0.4'))


def test_a_line_that_an_earlier_release_packed_is_still_read() -> None:
    """A changed dictionary would make every history unreadable: it needs a mark of its own."""
    assert packing.unpack_line(WRITTEN_BY_DICTIONARY_1) == b'["x:1",1,1,17,"platform:x","","s",[]]'
    assert zlib.crc32(packing.DICTIONARY) == 2376131412
