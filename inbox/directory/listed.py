"""A contact as a file lists it, and everything that may be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import get_args

from inbox.directory.decide import is_zone
from inbox.directory.state import Contact, ContactKind, Known, Way, WayKind
from inbox.words import ContactId, OfficerId, Person, Record

KINDS: tuple[ContactKind, ...] = get_args(ContactKind)
WAYS: tuple[WayKind, ...] = get_args(WayKind)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ID = re.compile(r"[a-z0-9]{1,32}")
PERSON = re.compile(r"[a-z]+:\S+")
LONGEST = 2_000
"""Characters of one value; more is no name, number or note."""


class Listed(Record, frozen=True):
    """One contact of a file: `row` says where it stands. A file never carries evidence."""

    row: int
    name: str
    kind: str
    id: ContactId = ""
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    ways: tuple[Way, ...] = ()
    persons: tuple[Known, ...] = ()


class Fault(Record, frozen=True):
    """One thing that is wrong with a file, for whoever runs the import; row 0 is the whole file."""

    row: int
    where: str
    what: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "the file"
        return f"{place}, {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


def listed(contact: Contact, row: int = 0) -> Listed:
    """Write a contact as a file lists it: what merged contacts brought is its own there."""
    return Listed(
        row=row,
        name=contact.name,
        kind=contact.kind,
        id=contact.id,
        languages=contact.languages,
        time_zone=contact.time_zone,
        ways=tuple(Way(one.kind, one.value, one.known_by) for one in contact.ways),
        persons=tuple(_bare(one) for one in contact.persons),
    )


def _bare(known: Known) -> Known:
    p = known.person
    return Known(Person(p.id, p.handle, p.name), known.why, 0)


def faults(one: Listed, officers: Collection[OfficerId]) -> Iterator[Fault]:
    """Yield everything that is wrong with one contact by itself."""
    yield from _named(one)
    for language in one.languages:
        if not LANGUAGE.fullmatch(language):
            yield Fault(one.row, "languages", f"{language!r} is no language code such as ar or en")
    if not is_zone(one.time_zone):
        yield Fault(one.row, "time_zone", f"{one.time_zone!r} is none; write Europe/Stockholm")
    for way in one.ways:
        yield from _way_faults(one.row, way, officers)
    for known in one.persons:
        if not PERSON.fullmatch(known.person.id):
            what = f"{known.person.id!r} is no immutable id such as x:2244994945"
            yield Fault(one.row, "persons", what)
    yield from _lengths(one)


def _named(one: Listed) -> Iterator[Fault]:
    if not one.name.strip():
        yield Fault(one.row, "name", "is empty; every contact has a name")
    if one.kind not in KINDS:
        yield Fault(one.row, "kind", f"{one.kind!r} is not one of {', '.join(KINDS)}")
    if one.id and not ID.fullmatch(one.id):
        yield Fault(one.row, "id", f"{one.id!r} has other than small letters and digits")


def _way_faults(row: int, way: Way, officers: Collection[OfficerId]) -> Iterator[Fault]:
    if way.kind == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+", way.value):
        yield Fault(row, "email", f"{way.value!r} is no address")
    if way.kind == "phone" and not any(c.isdecimal() for c in way.value):
        yield Fault(row, "phone", f"{way.value!r} has no digit")
    if way.known_by and way.known_by not in officers:
        yield Fault(row, way.kind, f"{way.known_by!r} is no officer of officers.toml")


def _lengths(one: Listed) -> Iterator[Fault]:
    texts = {"name": [one.name], "persons": [p.why + p.person.name for p in one.persons]}
    for way in one.ways:
        texts.setdefault(way.kind, []).append(way.value)
    for where, values in texts.items():
        if any(len(value) > LONGEST for value in values):
            yield Fault(one.row, where, f"is longer than {LONGEST:,} characters")
