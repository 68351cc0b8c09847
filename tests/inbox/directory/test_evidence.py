from __future__ import annotations

import pytest

from inbox.directory.evidence import DAY, LASTS, changed, level, marked, still, until
from inbox.directory.state import Evidence, EvidenceKind, Known
from inbox.words import Mark, Person

NOW = 1_305_100_800_000
MINISTER = Person("x:1", "CarlBildt", "Carl Bildt", "government")


def proof(
    kind: EvidenceKind, source: str = "", *, by: str = "clerk", expires: int = NOW + DAY
) -> Evidence:
    return Evidence(kind, source or f"https://{kind}.example/", expires, NOW - DAY, by)


def known(*evidence: Evidence, frozen: str = "") -> Known:
    return Known(MINISTER, "", NOW - DAY, evidence, frozen)


CALL = proof("called_back", "Called the ministry's switchboard", by="officer:aj")


def test_without_evidence_nobody_is_proven() -> None:
    assert level(known(), NOW) == "unproven"


@pytest.mark.parametrize("evidence", [CALL, proof("linked_from")])
def test_a_call_back_or_the_institutions_own_site_is_enough(evidence: Evidence) -> None:
    assert level(known(evidence), NOW) == "verified"


@pytest.mark.parametrize("kind", ["government_mark", "rel_me", "domain"])
def test_one_weaker_piece_of_evidence_makes_it_probable(kind: EvidenceKind) -> None:
    assert level(known(proof(kind)), NOW) == "probable"


def test_two_kinds_from_two_sources_verify_and_two_words_of_one_source_do_not() -> None:
    page = proof("rel_me", "https://bildt.example/me")
    assert level(known(page, proof("government_mark", "x: government")), NOW) == "verified"
    assert level(known(page, proof("domain", "https://bildt.example/")), NOW) == "probable"
    assert level(known(page, proof("domain", "bildt.example")), NOW) == "probable"
    assert level(known(page, proof("rel_me", "https://other.example/")), NOW) == "probable"


def test_what_has_expired_counts_nothing() -> None:
    assert level(known(proof("linked_from", expires=NOW)), NOW) == "unproven"
    assert level(known(proof("linked_from", expires=NOW + 1)), NOW) == "verified"


def test_a_call_back_is_a_named_officers() -> None:
    assert level(known(proof("called_back", "somebody rang", by="clerk")), NOW) == "unproven"


def test_evidence_without_a_source_counts_nothing() -> None:
    assert level(known(proof("linked_from", " ")), NOW) == "unproven"


def test_whoever_is_frozen_is_unproven_whatever_spoke_for_them() -> None:
    assert level(known(CALL, proof("linked_from"), frozen="handle"), NOW) == "unproven"


@pytest.mark.parametrize("mark", ["none", "paid", "domain"])
def test_a_paid_badge_proves_nothing(mark: Mark) -> None:
    assert marked(Person("x:1", "CarlBildt", mark=mark), NOW) is None


def test_a_governments_mark_is_evidence_for_a_month() -> None:
    found = marked(MINISTER, NOW)
    assert found is not None
    assert (found.kind, found.expires) == ("government_mark", NOW + 30 * DAY)


def test_nothing_counts_longer_than_its_kind_lasts() -> None:
    assert until("rel_me", NOW + 400 * DAY, NOW) == NOW + LASTS["rel_me"]
    assert until("called_back", NOW + DAY, NOW) == NOW + DAY


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (MINISTER, ""),
        (Person("x:1", "carlbildt", "Carl Bildt", "government"), ""),
        (Person("x:1", "CarIBildt", "Carl Bildt", "government"), "handle"),
        (Person("x:1", "CarlBildt", "Carl", "government"), "name"),
        (Person("x:1", "CarlBildt", "Carl Bildt", "paid"), "mark"),
        (Person("x:2", "CarlBildt", "Carl Bildt", "government"), "id"),
        (Person("x:1", "other", "Other"), "handle, name, mark"),
    ],
)
def test_a_changed_handle_mark_or_name_is_seen(now: Person, what: str) -> None:
    assert changed(MINISTER, now) == what


def test_what_we_never_knew_of_them_cannot_have_changed() -> None:
    assert changed(Person("x:1"), MINISTER) == ""


def test_under_another_handle_only_what_does_not_name_the_old_one_still_counts() -> None:
    evidence = (CALL, proof("rel_me"), proof("linked_from"), proof("government_mark"))
    renamed = Person("x:1", "MinisterBildt")
    assert [one.kind for one in still(evidence, MINISTER, renamed)] == [
        "called_back",
        "government_mark",
    ]
    assert still(evidence, MINISTER, MINISTER) == evidence
