"""Search: folded alike, filtered by account, newest first, and able to forget."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.conversations.events import (
    Answered,
    AnyEvent,
    Deleted,
    Edited,
    Entry,
    Erased,
    Noted,
    Received,
)
from inbox.find.find import Find, FindMarks, feed
from inbox.find.index import FILE, Index, ask
from inbox.find.texts import Text, findable
from inbox.folding import fold, words
from inbox.follow import Follower
from inbox.store.aside import Aside
from inbox.store.client import Client
from inbox.store.lease import Leases
from inbox.store.log import KeptMarks, Log
from inbox.store.read import Read
from tests.inbox import views
from tests.inbox.views import START, message, put

ONE = ("x/one",)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(tmp_path)) as index:
        yield index


def told(index: Index, conversation: str, *texts: str, account: str = "x/one", at: int = 0) -> None:
    found = {f"m{n}": Text(START + at, text) for n, text in enumerate(texts)}
    index.put({(conversation, account): found})


def history(*events: AnyEvent, salt: str = "c2FsdA") -> tuple[Entry, ...]:
    return tuple(
        Entry(f"op{n}", 1, n, START + n, "x", "", salt, (event,))
        for n, event in enumerate(events, 1)
    )


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Försvunnen i Malmö", "forsvunnen malmo"),
        ("Forsvunnen i Malmo", "försvunnen MALMÖ"),
        ("Straße", "strasse"),
        ("Smørrebrød i Århus", "smorrebrod arhus"),
        ("Łódź", "lodz"),
        ("السَّفَارَة السويدية", "السفاره"),
        ("إسطنبول", "اسطنبول"),
        ("مستشفى", "مستشفي"),
        ("کابل", "كابل"),
        ("pass ١٢٣٤", "1234"),
        ("Москва Ёлка", "елка"),
    ],
)
def test_what_is_written_with_marks_is_found_without_them_and_the_other_way(
    index: Index, tmp_path: Path, written: str, asked: str
) -> None:
    told(index, "c1", written)
    assert ask(tmp_path, asked, ONE, 5) == ("c1",)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(st.text())
def test_every_word_of_a_text_finds_it(text: str) -> None:
    assert all(word in fold(text).replace("_", " ") for word in words(text))


def test_a_word_may_be_only_a_beginning_and_all_words_must_fit(
    index: Index, tmp_path: Path
) -> None:
    told(index, "c1", "lost my passport in Cairo")
    told(index, "c2", "lost my suitcase in Cairo")
    assert ask(tmp_path, "pass cai", ONE, 5) == ("c1",)
    assert set(ask(tmp_path, "cairo lost", ONE, 5)) == {"c1", "c2"}
    assert ask(tmp_path, "assport", ONE, 5) == ()


def test_the_newest_conversation_stands_first_and_each_once(index: Index, tmp_path: Path) -> None:
    told(index, "old", "visa", "visa again", at=1)
    told(index, "new", "visa", at=9)
    told(index, "mid", "visa", at=5)
    assert ask(tmp_path, "visa", ONE, 5) == ("new", "mid", "old")
    assert ask(tmp_path, "visa", ONE, 2) == ("new", "mid")
    assert ask(tmp_path, "visa", ONE, 0) == ()


def test_only_the_accounts_asked_for_are_searched_however_many_others_fit(
    index: Index, tmp_path: Path
) -> None:
    for n in range(20):
        told(index, f"other{n}", "visa", account="x/two", at=100 + n)
    told(index, "mine", "visa")
    assert ask(tmp_path, "visa", ONE, 3) == ("mine",)
    assert ask(tmp_path, "visa", (), 3) == ()


@pytest.mark.parametrize(
    "question",
    ['"', "'; DROP TABLE texts; --", "a* OR b", "NEAR(visa", "visa AND", "words:visa", "^visa",
     "(((", "-", "*", "visa\x00", "\ud800", "{visa}", "' OR 1=1", "%_%", "visa" * 500],
)  # fmt: skip
def test_no_question_is_read_as_a_language(index: Index, tmp_path: Path, question: str) -> None:
    told(index, "c1", "nothing of this")
    assert ask(tmp_path, question, ONE, 5) == ()
    assert ask(tmp_path, "nothing", ONE, 5) == ("c1",)


def test_an_operators_word_is_a_word(index: Index, tmp_path: Path) -> None:
    told(index, "c1", "near or not")
    assert ask(tmp_path, "NEAR OR NOT", ONE, 5) == ("c1",)


@given(st.text(max_size=60))
def test_any_text_may_be_asked_for(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    if not (folder / FILE).exists():
        Index(folder).close()
    assert ask(folder, text, ONE, 5) == ()


def test_before_anything_was_indexed_nothing_is_found(tmp_path: Path) -> None:
    assert ask(tmp_path, "visa", ONE, 5) == ()


def test_the_index_can_be_read_while_nobody_writes_it(tmp_path: Path) -> None:
    with closing(Index(tmp_path)) as index:
        told(index, "c1", "visa")
    assert ask(tmp_path, "visa", ONE, 5) == ("c1",)


def test_a_changed_text_is_found_by_its_new_words_only(index: Index, tmp_path: Path) -> None:
    told(index, "c1", "Kairo", "stays")
    told(index, "c1", "Beirut", "stays")
    assert ask(tmp_path, "kairo", ONE, 5) == ()
    assert ask(tmp_path, "beirut", ONE, 5) == ("c1",)
    assert ask(tmp_path, "stays", ONE, 5) == ("c1",)


def test_what_was_said_answered_and_noted_can_be_found() -> None:
    found = findable(
        history(
            Received(message=message("x:1", "Where is my visa?")),
            Answered(answer="a1", text="We look into it", parts=("We look into it ^AJ",)),
            Noted(note="n1", text="called the embassy"),
        ),
    )
    assert [text.text for text in found.values()] == [
        "Where is my visa? eva Eva Lind",
        "We look into it",
        "called the embassy",
    ]


def test_an_edited_message_is_found_by_its_newest_text_whatever_id_the_edit_names() -> None:
    found = findable(
        history(
            Received(message=message("x:1", "Kairo")),
            Edited(message="x:1", new_id="x:2", text="Beirut", written=START + 1),
            Edited(message="x:2", new_id="x:3", text="Amman", written=START + 2),
        ),
    )
    assert [text.text for text in found.values()] == ["Amman"]


def test_a_deleted_message_is_not_found_even_if_the_deletion_came_first() -> None:
    received, deleted = Received(message=message("x:1", "secret")), Deleted(message="x:1")
    assert findable(history(received, deleted)) == {}
    assert findable(history(deleted, received)) == {}


def test_an_erased_message_is_not_found_and_an_erased_conversation_is_empty() -> None:
    said = (
        Received(message=message("x:1", "secret")),
        Received(message=message("x:2", "public")),
    )
    erased = Erased(target="x:1", basis="GDPR 17")
    assert list(findable(history(*said, erased))) == ["x:2"]
    assert findable(history(*said, Erased(target="c1", basis="GDPR 17"))) == {}


def test_the_digests_of_an_erased_entry_are_no_words() -> None:
    assert findable(history(Noted(note="n1", text="dGhpcyBpcyBh"), salt="")) == {}


def in_any_file(folder: Path, word: str) -> bool:
    return any(word.encode() in file.read_bytes() for file in folder.glob(f"{FILE}*"))


def test_an_erased_word_is_in_no_file_of_the_index(index: Index, tmp_path: Path) -> None:
    for n in range(50):
        told(index, f"c{n}", f"ordinary words {n}")
    told(index, "c1", "xylophonist was here")
    assert in_any_file(tmp_path, "xylophonist")
    index.put({("c1", "x/one"): {}}, erased=True)
    assert not in_any_file(tmp_path, "xylophonist")
    assert not in_any_file(tmp_path, "xylophon")
    assert len(ask(tmp_path, "ordinary", ONE, 99)) == 49


async def follow_until(client: Client, index: Index, data: Path, question: str) -> tuple[str, ...]:
    """Follow the log into the index until the question finds something."""
    read = Read(client)
    log = Log(client, read.everything)
    follower = Follower(client, log, Leases(client, views.ids()), Aside(client), 0.5)
    stop, find = asyncio.Event(), Find(data, read)
    marks = FindMarks(index, KeptMarks(client, "find"))
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(10):
        tasks.create_task(
            follower.follow("find", lambda t: feed(index, read, t), stop=stop, marks=marks)
        )
        while not (found := await find.search(question, ONE, 5)):
            await asyncio.sleep(0.01)
        stop.set()
    return found


async def test_the_follower_feeds_the_index_and_an_empty_file_is_filled_again(
    client: Client, tmp_path: Path
) -> None:
    said = Received(message=message("x:1", "lost in Kairo"))
    one = await put(client, views.conversation("a" * 16), said)
    for folder in (tmp_path / "first", tmp_path / "second"):
        with closing(Index(folder)) as index:
            assert await follow_until(client, index, folder, "kairo") == (one.id,)
            assert index.cursors()


async def test_the_index_is_rebuilt_from_the_histories(client: Client, tmp_path: Path) -> None:
    said = Received(message=message("x:1", "lost in Kairo"))
    one = await put(client, views.conversation("a" * 16), said)
    with closing(Index(tmp_path)) as index:
        told(index, "nobody", "a conversation that is no more")
        told(index, one.id, "wrong words")
    find = Find(tmp_path, Read(client))
    await find.rebuild()
    assert await find.search("kairo", ONE, 5) == (one.id,)
    assert await find.search("wrong", ONE, 5) == ()
    assert await find.search("conversation", ONE, 5) == ()


async def test_an_erasure_reaches_the_index_through_the_log(client: Client, tmp_path: Path) -> None:
    said = Received(message=message("x:1", "xylophonist"))
    kept = Received(message=message("x:2", "ordinary"))
    one = await put(client, views.conversation("a" * 16), said, kept)
    read = Read(client)
    with closing(Index(tmp_path)) as index:
        everything = [t async for batch in read.everything() for t in batch]
        await feed(index, read, tuple(everything))
        assert in_any_file(tmp_path, "xylophonist")
        await put(client, one, Erased(target="x:1", basis="GDPR 17"))
        await feed(index, read, tuple(everything))
        assert not in_any_file(tmp_path, "xylophonist")
        assert ask(tmp_path, "ordinary", ONE, 5) == (one.id,)


def test_an_index_that_is_only_being_made_finds_nothing_yet(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert ask(tmp_path, "ferry", ("x/landetud",), 5) == ()
