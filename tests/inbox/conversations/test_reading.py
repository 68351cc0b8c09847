"""What is promised equal after any order of arrival."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from inbox.conversations.commands import (
    AddNote,
    Claim,
    Erase,
    MarkDeleted,
    MarkEdited,
    Receive,
)
from inbox.conversations.reading import Reading, reading
from inbox.words import Media, Message
from tests.inbox.conversations.house import MINUTE, START, House, message

News = Receive | MarkEdited | MarkDeleted


def read(house: House) -> Reading:
    return reading(house.entries)


def texts(house: House) -> list[str]:
    return [one.message.text for one in read(house).messages]


def test_messages_stand_by_the_time_they_were_written_then_by_id() -> None:
    house = House()
    for id_, written in (("x:3", START + 5), ("x:2", START), ("x:1", START)):
        house.hears(id_, id_, written=written)
    assert texts(house) == ["x:1", "x:2", "x:3"]


def test_an_edit_replaces_the_text_and_is_said() -> None:
    house = House()
    house.hears("x:1", "first")
    house.must(
        "platform:x", MarkEdited("x:1", "x:2", "second", (Media("image"),), written=house.now)
    )
    (said,) = read(house).messages
    assert (said.message.id, said.message.text, said.edited) == ("x:1", "second", True)
    assert said.message.media == (Media("image"),)


def test_a_deleted_message_keeps_its_place_and_loses_its_text() -> None:
    house = House()
    house.hears("x:1", "secret")
    house.must("platform:x", MarkDeleted("x:1"))
    (said,) = read(house).messages
    assert (said.message.text, said.deleted, said.edited) == ("", True, False)


def test_the_door_a_message_came_through_does_not_show() -> None:
    pushed, polled = House(), House()
    pushed.must("platform:x", Receive(replace(message(), raw="digest of the push")))
    polled.must("platform:x", Receive(replace(message(), thread="other root", root_unknown=True)))
    assert read(pushed) == read(polled)


def test_an_answer_is_read_with_its_texts_and_where_its_parts_stand() -> None:
    house = House()
    house.hears("x:1")
    house.must("aj", AddNote("n1", "Asked the embassy."))
    house.answered("aj", "Yes.")
    house.sent(ref="x:900")
    told = read(house)
    assert [(one.by, one.text) for one in told.notes] == [("aj", "Asked the embassy.")]
    (reply,) = told.answers
    assert (reply.by, reply.text, reply.re) == ("aj", "Yes.", "x:1")
    assert [(p.text, p.state, p.ref) for p in reply.parts] == [("Yes. ^AJ", "sent", "x:900")]


def test_our_post_made_by_hand_is_read_as_ours() -> None:
    house = House()
    house.hears("x:1")
    house.must("platform:x", Receive(message("x:9", "By hand", ours=True, written=house.now)))
    assert [one.message.ours for one in read(house).messages] == [False, True]


def test_an_erased_message_is_blank_and_the_others_are_not() -> None:
    house = House()
    house.hears("x:1", "one")
    house.hears("x:2", "two")
    house.must("root", Erase("x:1", "law"))
    assert texts(house) == ["", "two"]
    erased, other = read(house).messages
    assert (erased.erased, erased.message.author.name, other.erased) == (True, "", False)


def test_an_erased_conversation_has_no_notes_and_answers_of_ours_to_read() -> None:
    house = House()
    house.hears("x:1", "one")
    house.must("aj", Claim())
    house.must("aj", AddNote("n1", "a remark"))
    house.must("root", Erase("conversation0000", "law"))
    house.must("aj", AddNote("n2", "another"))
    assert [(one.text, one.erased) for one in read(house).notes] == [("", True), ("another", False)]


def test_an_erased_conversation_is_blank_but_for_what_came_after() -> None:
    house = House()
    house.hears("x:1", "one")
    house.must("root", Erase("conversation0000", "law"))
    house.hears("x:2", "two")
    assert texts(house) == ["", "two"]


def once(arrivals: list[News]) -> House:
    """Let news arrive in this order, each as often as it stands in it.

    As at the desk, an id that was taken in is never taken in again, however long ago it was.
    """
    house, known = House(), set[str]()
    for one in arrivals:
        op = f"{type(one).__name__} {one!r}"
        if isinstance(one, Receive):
            op = one.message.id
        if op not in known:
            house.must("platform:x", one)
        known.add(op)
    return house


class AnyOrder(RuleBasedStateMachine):
    """People write, reply, edit (with and without a new id) and delete; then all is shuffled."""

    def __init__(self) -> None:
        super().__init__()
        self.news: list[News] = []
        self.latest: dict[str, str] = {}
        self.count = 0

    @rule(after=st.integers(0, 3), replies=st.booleans())
    def writes(self, after: int, *, replies: bool) -> None:
        """Someone writes, now or at the same time as before, perhaps as a reply."""
        self.count += 1
        id_ = f"x:{self.count}0"
        target = max(self.latest.values(), default="") if replies else ""
        new = message(id_, f"text {id_}", written=START + self.count * after, re=target)
        self.news.append(Receive(new))
        self.latest[id_] = id_

    @precondition(lambda self: self.latest)
    @rule(data=st.data(), renamed=st.booleans(), twice=st.booleans())
    def edits(self, data: st.DataObject, *, renamed: bool, twice: bool) -> None:
        """Someone edits; where the id changes, the newer version may also come as a message."""
        first = data.draw(st.sampled_from(sorted(self.latest)))
        self.count += 1
        new_id = f"{first}e{self.count}" if renamed else self.latest[first]
        text, written = f"edit {self.count}", START + MINUTE + self.count
        target = first if data.draw(st.booleans()) else self.latest[first]
        self.news.append(MarkEdited(target, new_id, text, written=written))
        if renamed and twice:
            original = next(
                n.message for n in self.news if isinstance(n, Receive) and n.message.id == first
            )
            self.news.append(Receive(self._renamed(original, new_id, text, written, first)))
        self.latest[first] = new_id

    def _renamed(self, old: Message, id_: str, text: str, written: int, first: str) -> Message:
        chain = tuple(dict.fromkeys((first, self.latest[first])))
        return replace(old, id=id_, text=text, written=written, chain=chain)

    @precondition(lambda self: self.latest)
    @rule(data=st.data())
    def deletes(self, data: st.DataObject) -> None:
        """Someone takes a message back, under its first or its latest id."""
        first = data.draw(st.sampled_from(sorted(self.latest)))
        self.news.append(MarkDeleted(data.draw(st.sampled_from([first, self.latest[first]]))))

    @precondition(lambda self: self.news)
    @rule(data=st.data())
    def arrives_otherwise(self, data: st.DataObject) -> None:
        """Shuffle the news, some of it twice: it reads the same."""
        again = data.draw(st.lists(st.sampled_from(self.news), max_size=4))
        shuffled = data.draw(st.permutations([*self.news, *again]))
        assert read(once(shuffled)) == read(once(self.news))

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every message written stands in the reading once."""
        taken = {n.message.id for n in self.news if isinstance(n, Receive) and not n.message.chain}
        assert {one.message.id for one in read(once(self.news)).messages} == taken


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
TestAnyOrder = AnyOrder.TestCase
