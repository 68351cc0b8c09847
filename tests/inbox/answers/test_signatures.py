"""Signatures: nobody's is taken for another's, and a pseudonym protects."""

import pytest
from msgspec.structs import replace

from inbox.answers.signatures import explained, faults, signature
from inbox.words import Account, Officer

PRESS = Account(
    id="x/a", app="x", native_id="1", title="Landet UD", slack_channel="C", officers=("aj", "en")
)
OTHER = replace(PRESS, id="x/b", officers=("alva",))
ANNA = Officer(id="aj", initials="AJ", name="Anna Jansson", title="press office")
ERIK = Officer(id="en", initials="EN", name="Erik Nyström")
ALVA = Officer(id="alva", initials="AJ", name="Alva Jonsson")
HIDDEN = replace(PRESS, signature="pseudonym")


def test_two_officers_of_different_accounts_may_share_initials() -> None:
    assert faults([PRESS, OTHER], [ANNA, ERIK, ALVA]) == []


@pytest.mark.parametrize("initials", ["AJ", "aj", "АЈ", "ＡＪ"])
def test_two_officers_of_one_account_never_share_initials_nor_what_looks_like_them(
    initials: str,
) -> None:
    (told,) = faults([PRESS], [ANNA, replace(ERIK, initials=initials)])
    assert "signs for Anna Jansson on x/a" in told
    assert "Erik Nyström needs other initials" in told


def test_who_has_left_keeps_their_initials() -> None:
    gone = replace(ANNA, id="gone", name="Axel Juhlin", active=False)
    (told,) = faults([PRESS], [gone, ANNA, ERIK])
    assert "Axel Juhlin" in told
    assert faults([PRESS], [replace(gone, accounts=("x/b",)), ANNA, ERIK]) == []


@pytest.mark.parametrize("initials", ["", " ", "A J", "^AJ", "ABCDEFGHI"])
def test_initials_are_letters_or_digits(initials: str) -> None:
    assert any(
        "are no initials" in one for one in faults([PRESS], [replace(ANNA, initials=initials)])
    )


def test_an_account_of_pseudonyms_lets_nobody_sign_without_one() -> None:
    anna = replace(ANNA, pseudonym="Sol")
    assert faults([HIDDEN], [anna, replace(ERIK, pseudonym="Måne")]) == []
    (told,) = faults([HIDDEN], [anna, ERIK])
    assert told == "officers.toml: en has no pseudonym, and x/a signs with it."
    assert signature(ERIK, HIDDEN) == ""


@pytest.mark.parametrize(
    "pseudonym",
    [
        *("Anna", "ANNA", "Аnna", "Annas", "Jan", "Jansson 7", "Nosna", "annA J", "AJ", "A J"),
        *("Alva Jonsson", "nossnaj", "Hanna", "aj", "press office", "Nan A"),
    ],
)
def test_a_pseudonym_is_never_made_from_the_person(pseudonym: str) -> None:
    told = faults([HIDDEN], [replace(ANNA, pseudonym=pseudonym)])
    assert any("points at Anna Jansson" in one for one in told) == (pseudonym != "Nosna")


@pytest.mark.parametrize("pseudonym", ["Erik", "nyström", "Nystrom", "EN", "Еrik", "Måne", "måne"])
def test_a_pseudonym_is_never_what_a_colleague_is_called(pseudonym: str) -> None:
    anna, erik = replace(ANNA, pseudonym=pseudonym), replace(ERIK, pseudonym="Måne")
    told = faults([HIDDEN], [anna, erik])
    assert any(one.startswith("officers.toml: aj:") for one in told)


def test_the_public_learns_a_first_name_and_no_more_than_policy_says() -> None:
    told = explained(ANNA, "AJ", PRESS)
    assert (told.signature, told.name, told.title) == ("^AJ", "Anna", "press office")
    assert explained(replace(ANNA, active=False), "AJ", PRESS) == told
    assert explained(replace(ANNA, pseudonym="Sol"), "AJ", PRESS).name == ""
    assert explained(replace(ANNA, pseudonym="Sol"), "Sol", HIDDEN).name == ""
    assert explained(None, "AJ", PRESS).name == ""
