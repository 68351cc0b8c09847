"""The wire: snapshots, history lines, and the chain that outlives the texts it covers."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.conversations.events import SCHEMA, Answered, AnyEvent, Deleted, Entry, Noted, Received
from inbox.conversations.state import Claim, Conversation
from inbox.store import codec
from inbox.words import Media, Message, Person

AT = 1_770_000_000_000


def line(n: int, *events: AnyEvent, salt: str = "salt", op: str = "") -> bytes:
    entry = Entry(op or f"op{n}", SCHEMA, n, AT + n, "officer:aj", "", salt, events)
    return codec.encode_entry(entry)


def received(text: str) -> Received:
    eva = Person(id="x:7", handle="eva_handle", name="Eva Lind", avatar="https://eva.example/a")
    media = (Media(kind="photo", url="https://eva.example/p", alt="a house on fire"),)
    return Received(
        Message(
            id="x:1",
            account="x/landetud",
            thread="t",
            person="x:7",
            author=eva,
            text=text,
            audience="public",
            written=AT,
            media=media,
        )
    )


def test_a_snapshot_begins_with_version_and_head() -> None:
    there = Conversation(id="c1", version=12, head="abc", claim=Claim("aj", 1, AT), count=3)
    wire = codec.encode_snapshot(there)
    assert wire.startswith(b'[12,"abc",{')
    assert wire.startswith(codec.token(there).encode())
    assert b"version" not in wire
    assert codec.decode_snapshot(wire) == there


def test_what_does_not_exist_has_version_0_and_no_beginning() -> None:
    assert codec.decode_snapshot(None) == codec.decode_snapshot(b"") == Conversation()
    assert codec.token(Conversation(id="c1")) == ""


def test_a_line_begins_with_its_whole_operation() -> None:
    assert line(1, op="c0.49").startswith(codec.beginning("c0.49"))
    assert not line(1, op="c0.49").startswith(codec.beginning("c0.4"))


def test_a_line_is_read_as_it_was_written() -> None:
    entry = codec.decode_entry(line(1, received("Hello"), Deleted("x:1")))
    assert entry.events == (received("Hello"), Deleted("x:1"))
    assert (entry.op, entry.n, entry.by, entry.salt) == ("op1", 1, "officer:aj", "salt")


def test_the_head_covers_every_entry_and_their_order() -> None:
    history = [line(1, received("Hello")), line(2, Noted("n", "a note")), line(3, Deleted("x:1"))]
    head = codec.verify(history)
    assert codec.verify(history[:2]) != head
    assert codec.verify([history[1], history[0], history[2]]) != head
    assert codec.verify([line(1, received("Hallo")), *history[1:]]) != head
    assert codec.verify([history[0], line(2, Noted("m", "a note")), history[2]]) != head


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1, max_size=16))
def test_erasing_a_text_and_its_salt_leaves_the_head(text: str, part: str, salt: str) -> None:
    answered = Answered(answer="a1", text=text, parts=(part, text), seal="s")
    whole = [line(1, received(text)), line(2, answered, salt=salt), line(3, Deleted("x:1"))]
    erased = [whole[0], codec.erase(whole[1]), whole[2]]
    assert codec.verify(erased) == codec.verify(whole)
    assert codec.decode_entry(erased[1]).salt == ""
    assert codec.erase(erased[1]) == erased[1]


def test_an_erased_entry_holds_nothing_that_anybody_wrote_or_is_called() -> None:
    erased = codec.erase(line(1, received("Please help my sister"), salt="c2FsdHNhbHQ"))
    for secret in (b"sister", b"Eva", b"eva_handle", b"eva.example", b"fire", b"c2FsdHNhbHQ"):
        assert secret not in erased
    event = codec.decode_entry(erased).events[0]
    assert isinstance(event, Received)
    assert (event.message.id, event.message.person) == ("x:1", "x:7")


def test_a_short_text_cannot_be_guessed_from_its_digest_without_the_salt() -> None:
    veiled = [codec.erase(line(1, Noted("n", "yes"), salt=salt)) for salt in ("one", "two")]
    assert veiled[0] != veiled[1]


def test_a_text_that_looks_like_a_digest_is_not_believed() -> None:
    """Only an entry without salt is taken for erased, so nobody can swap a text for its digest."""
    whole = line(1, Noted("n", "a note"))
    digest = json.loads(codec.erase(whole))[7][0]["text"]
    assert codec.verify([line(1, Noted("n", digest))]) != codec.verify([whole])


def test_an_entry_of_a_newer_schema_is_refused() -> None:
    tree = msgspec.json.decode(line(1))
    tree[1] = SCHEMA + 1
    with pytest.raises(codec.NewerSchema):
        codec.decode_entry(msgspec.json.encode(tree))


def test_an_older_entry_is_upcast_on_reading_and_its_head_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def upcast(tree: list[Any]) -> list[Any]:
        events = [{**event, "e": "Noted"} for event in tree[7]]
        return [tree[0], SCHEMA, *tree[2:7], events]

    monkeypatch.setitem(codec.UPCASTS, SCHEMA - 1, upcast)
    tree = msgspec.json.decode(line(1, Noted("n", "a note")))
    tree[1], tree[7][0]["e"] = SCHEMA - 1, "Remarked"
    old = msgspec.json.encode(tree)
    assert codec.decode_entry(old).events == (Noted("n", "a note"),)
    assert codec.verify([old]) != codec.verify([line(1, Noted("n", "a note"))])


def test_fields_that_a_newer_release_added_are_covered_by_the_head() -> None:
    tree = msgspec.json.decode(line(1, Noted("n", "a note")))
    plain = codec.verify([msgspec.json.encode(tree)])
    tree[7][0]["colour"] = "red"
    assert codec.verify([msgspec.json.encode(tree)]) != plain
    assert codec.decode_entry(msgspec.json.encode(tree)).events == (Noted("n", "a note"),)


def test_the_snapshot_of_a_conversation_holds_its_own_version_only_once() -> None:
    there = Conversation(id="c1", version=3, head="h")
    assert codec.decode_snapshot(codec.encode_snapshot(replace(there, count=1))).count == 1
