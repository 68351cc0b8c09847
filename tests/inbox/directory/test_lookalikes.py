from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.directory.lookalikes import Likeness, Lookalikes, Named, likeness, skeleton
from inbox.words import Person
from tests.bench.lookalikes import measure

BILDT = Named(Person("x:1", "CarlBildt", "Carl Bildt"), "c1", "Foreign Minister, Qasira")
KNOWN = Lookalikes([BILDT, Named(Person("mastodon:7", "cb@gov.example"), "c1")])


def near(handle: str, name: str = "", id_: str = "x:9", known: Lookalikes = KNOWN) -> Likeness:
    found = known.near(Person(id_, handle, name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("theirs", "ours", "differs"),
    [
        ("CarIBildt", "CarlBildt", "capital I for l at letter 4"),
        ("CarlBIldt", "CarlBildt", "capital I for i at letter 6"),
        ("CarlBi1dt", "CarlBildt", "digit 1 for l at letter 7"),
        ("rnodern", "modern", "rn for m at letter 1"),
        ("P0TUS", "POTUS", "digit 0 for O at letter 2"),
        ("C\u0430rlBildt", "CarlBildt", "Cyrillic \u0430 for a at letter 2"),
        ("\uff23arlBildt", "CarlBildt", "Fullwidth \uff23 for C at letter 1"),
        ("Carl_Bildt", "CarlBildt", "_ more at letter 5"),
        ("CarlBildt_", "CarlBildt", "_ more at letter 10"),
        ("Carl\u200bBildt", "CarlBildt", "something invisible at letter 5"),
        ("Carl Bildt \U0001f1f6\U0001f1e6\u2714", "Carl Bildt", " \U0001f1f6\U0001f1e6\u2714 more"),
        ("CarlBi\u0323ldt", "CarlBildt", "something invisible at letter 7"),
        ("\u202etdliBlraC", "CarlBildt", "written backwards by an invisible sign"),
    ],
)
def test_what_the_eye_takes_for_the_same_is_told_by_what_differs(
    theirs: str, ours: str, differs: str
) -> None:
    found = likeness(theirs, ours)
    assert found is not None
    assert found.kind == "homoglyph"
    assert found.differs.startswith(differs)
    assert skeleton(theirs) == skeleton(ours)


@pytest.mark.parametrize(
    ("theirs", "differs"),
    [
        ("CarlBldt", "i missing at letter 6"),
        ("CarlBildts", "s more at letter 10"),
        ("CarlBildt7", "digit 7 more at letter 10"),
        ("CarllBildt", "l doubled at letter 4"),
        ("CarlBuldt", "u for i at letter 6"),
        ("CalrBildt", "lr swapped at letter 3"),
    ],
)
def test_one_edit_is_told_by_what_differs(theirs: str, differs: str) -> None:
    found = likeness(theirs, "CarlBildt")
    assert found is not None
    assert (found.kind, found.differs) == ("one_edit", differs)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("CarlBildt", "CarlBildt"),
        ("ABC", "BBC"),
        ("mfa_se", "mfa_no"),
        ("desk1", "desk2"),
        ("UNSC1325", "UNSC1701"),
        ("EmbassyRome", "EmbassiesRome"),
        ("CarlBildtFan", "CarlBildt"),
        ("CarlLindt", "CarlBildt"),
        ("", "CarlBildt"),
    ],
)
def test_short_words_numbered_siblings_and_longer_words_are_no_look_alikes(
    theirs: str, ours: str
) -> None:
    assert likeness(theirs, ours) is None


def test_a_number_that_only_one_of_them_has_is_how_impostors_add_it() -> None:
    assert likeness("qasira1", "qasira") is not None


def test_a_look_alike_is_told_with_whom_they_look_like() -> None:
    found = near("CarIBildt")
    assert (found.of, found.handle, found.title) == ("x:1", "CarlBildt", BILDT.title)
    assert (found.stands, found.instead, found.at, found.field) == ("I", "l", 4, "handle")


def test_nobody_looks_like_themselves_or_like_their_other_account() -> None:
    assert KNOWN.near(Person("x:1", "CarlBildt", "Carl Bildt")) is None
    assert KNOWN.near(Person("x:1", "CarIBildt")) is None
    assert KNOWN.near(Person("mastodon:7", "carlbildt@gov.example", "Carl Bildt")) is None


def test_a_proven_person_imitates_nobody_and_an_unproven_one_of_another_contact_may() -> None:
    twin = Person("x:2", "Carl_Bildt")
    known = Lookalikes([BILDT, Named(twin, "c2")])
    assert near("Carl_Bildt", id_="x:2", known=known).of == "x:1"
    assert Lookalikes([BILDT, Named(twin, "c2", proven=True)]).near(twin) is None


def test_the_very_same_handle_elsewhere_or_after_a_change_of_hands_is_another_account() -> None:
    assert near("carlbildt@evil.example", id_="mastodon:9").kind == "same"
    assert near("CarlBildt").differs == "the same handle, but another account"


def test_a_display_name_may_be_borrowed_under_any_handle() -> None:
    assert near("qx81", "Carl Bildt").differs == "the same name, but another account"
    assert near("qx81", "CarlBildt").kind == "same"
    found = near("qx81", "\u0421arl Bildt")
    assert (found.field, found.kind) == ("name", "homoglyph")
    assert near("CarIBildt", "Carl Bildt").field == "handle"


def test_many_are_called_anna() -> None:
    known = Lookalikes([Named(Person("x:1", "anna_minister", "Anna"))])
    assert known.near(Person("x:2", "anna", "Anna")) is None


def test_a_very_long_name_makes_nothing_slow() -> None:
    assert KNOWN.near(Person("x:2", "a" * 100_000, "\u0430\u0301" * 100_000)) is None


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_whatever_somebody_calls_themselves_is_compared(handle: str, name: str) -> None:
    stranger = Person("x:9", handle, name)
    KNOWN.near(stranger)
    assert Lookalikes([Named(stranger)]).near(stranger) is None
    likeness(handle, name)
    if likeness(handle, name) is None:
        assert likeness(name, handle) is None


def test_of_ten_thousand_handles_look_alikes_are_found_and_honest_near_names_are_not() -> None:
    figures = {one.name: one for one in measure(known=1_000, pairs=300, honest_each=150)}
    assert figures["lookalike_recall"].value >= 0.99
    assert figures["lookalike_precision"].value >= 0.98
