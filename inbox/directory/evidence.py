"""How sure we are that a person is who they say: from evidence, each with a source and an end."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import urlsplit

from inbox.directory.state import Evidence, EvidenceKind, Known
from inbox.words import Millis, Person

Level = Literal["unproven", "probable", "verified"]
DAY: Millis = 86_400_000
OFFICER = "officer:"

CALLED: EvidenceKind = "called_back"
ENOUGH: tuple[EvidenceKind, ...] = (CALLED, "linked_from")
"""Kinds that suffice alone: a named officer called back; the institution's own site says so."""
LASTS: Mapping[EvidenceKind, Millis] = {
    CALLED: 180 * DAY,
    "government_mark": 30 * DAY,
    "rel_me": 30 * DAY,
    "domain": 30 * DAY,
    "linked_from": 30 * DAY,
}
"""For how long each counts at most; what a machine can read it reads again in time."""
OF_HANDLE: tuple[EvidenceKind, ...] = ("rel_me", "domain", "linked_from")
"""Kinds that name a handle, and say nothing once it is another."""


def level(known: Known, now: Millis) -> Level:
    """Return how sure we are; whoever is frozen is unproven until an officer has looked."""
    counts = valid(known.evidence, now)
    counts = (
        () if known.frozen else counts
    )  # guard: frozen-is-unproven test=tests/inbox/directory/test_evidence.py::test_whoever_is_frozen_is_unproven_whatever_spoke_for_them
    if any(one.kind in ENOUGH for one in counts) or independent(counts):
        return "verified"
    return "probable" if counts else "unproven"


def valid(evidence: Iterable[Evidence], now: Millis) -> tuple[Evidence, ...]:
    """Return what counts now: not expired, with a source, and a call only by a named officer."""
    evidence = tuple(one for one in evidence if one.source.strip())
    evidence = tuple(
        one for one in evidence if now < one.expires
    )  # guard: expired-counts-nothing test=tests/inbox/directory/test_evidence.py::test_what_has_expired_counts_nothing
    return tuple(one for one in evidence if one.kind != CALLED or one.by.startswith(OFFICER))


def independent(evidence: Iterable[Evidence]) -> bool:
    """Whether two of them differ both in kind and in whose word they are."""
    words = {(one.kind, authority(one)) for one in evidence}
    return any(a[0] != b[0] and a[1] != b[1] for a in words for b in words)


def authority(evidence: Evidence) -> str:
    """Return whose word it is: the site's that was read, else the kind's own."""
    site = urlsplit(evidence.source).hostname if "://" in evidence.source else None
    return site or (evidence.source.casefold() if evidence.kind == "domain" else evidence.kind)


def until(kind: EvidenceKind, asked: Millis, now: Millis) -> Millis:
    """Return until when it counts: as asked, but never longer than its kind lasts."""
    return min(asked, now + LASTS[kind])


def marked(person: Person, now: Millis) -> Evidence | None:
    """Return what a platform's mark proves; a paid badge proves nothing."""
    if person.mark != "government":
        return None
    source = f"{person.id.partition(':')[0]}: {person.mark}"
    return Evidence("government_mark", source, now + LASTS["government_mark"], now, "clerk")


def changed(before: Person, now: Person) -> str:
    """Say what is other about a person than when we came to know them; "" where nothing is.

    A profile that we never saw in full cannot have changed.
    """
    pairs = (
        ("id", before.id, now.id),
        ("handle", before.handle.casefold(), now.handle.casefold()),
        ("name", before.name, now.name),
        ("mark", before.mark if before.mark != "none" else "", now.mark),
    )
    return ", ".join(what for what, was, is_ in pairs if was and was != is_)


def unmarked(evidence: Iterable[Evidence], now: Person) -> str:
    """Say that the mark is another where it was evidence and is gone, "" else."""
    was = any(one.kind == "government_mark" for one in evidence)
    return "mark" if was and now.mark != "government" else ""


def still(evidence: Iterable[Evidence], before: Person, now: Person) -> tuple[Evidence, ...]:
    """Return what still counts of a person whom an officer trusts again as they are now."""
    same = before.handle.casefold() == now.handle.casefold()
    return tuple(one for one in evidence if same or one.kind not in OF_HANDLE)
