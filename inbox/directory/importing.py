"""What a file would change: every fault of it at once, or the orders that make it so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TypeAlias

from inbox.directory.commands import Add, AddWay, AnyCommand, Attach, Describe, Rename
from inbox.directory.listed import Fault, Listed, faults
from inbox.directory.state import Contact, ContactKind
from inbox.folding import fold
from inbox.words import ContactId, OfficerId, PersonId

Plan: TypeAlias = tuple[tuple[ContactId, int, AnyCommand], ...]
"""Whom, for which row of the file, and what."""


def planned(
    file: Sequence[Listed], there: Mapping[ContactId, Contact], officers: Collection[OfficerId]
) -> Plan | tuple[Fault, ...]:
    """Return what importing a file would order, or everything that is wrong with it.

    It only adds and corrects: what a file leaves out stays. `there` is everybody, merged and erased
    ones too.
    """
    wrong = [fault for one in file for fault in faults(one, officers)]
    ids = {one.row: one.id or id_of(one) for one in file}
    wrong += _twice(file, ids)
    wrong += _against(file, ids, there)
    if wrong:
        return tuple(sorted(wrong, key=lambda fault: fault.row))
    return tuple(
        (ids[one.row], one.row, command)
        for one in file
        for command in _orders(one, there.get(ids[one.row]))
    )


def id_of(one: Listed) -> ContactId:
    """Return the id of a contact to which its file gives none: so the same file adds it once."""
    named = f"{one.kind}\n{fold(one.name)}".encode()
    return blake2b(named, digest_size=8).hexdigest()


def _twice(file: Sequence[Listed], ids: Mapping[int, ContactId]) -> Iterator[Fault]:
    rows: dict[ContactId, int] = {}
    persons: dict[PersonId, int] = {}
    for one in file:
        id_ = ids[one.row]
        if id_ in rows:
            yield Fault(one.row, "", f"is the same contact as row {rows[id_]}; leave one out")
        rows.setdefault(id_, one.row)
        for known in one.persons:
            person = known.person.id
            before = persons.setdefault(person, one.row)
            if before != one.row:
                yield Fault(one.row, "persons", f"{person} stands in row {before} too")


def _against(
    file: Sequence[Listed], ids: Mapping[int, ContactId], there: Mapping[ContactId, Contact]
) -> Iterator[Fault]:
    """Yield what the directory has against it."""
    standing = [one for one in there.values() if one.exists and not one.merged_into]
    holders = {known.person.id: one for one in standing for known in one.persons}
    for one in file:
        contact = there.get(ids[one.row])
        if contact and contact.erased:
            yield Fault(one.row, "id", "this contact was erased by law; give it no id")
        elif contact and contact.merged_into:
            yield Fault(one.row, "id", f"was merged into {contact.merged_into}; split them first")
        for known in one.persons:
            holder = holders.get(known.person.id)
            if holder and holder.id != ids[one.row]:
                what = (
                    f"{known.person.id} belongs to {holder.name} ({holder.id}); detach them there"
                )
                yield Fault(one.row, "persons", what)


def _orders(one: Listed, contact: Contact | None) -> Iterator[AnyCommand]:
    kind: ContactKind = one.kind  # type: ignore[assignment]  # its faults were asked before
    if contact is None:
        yield Add(one.name, kind, one.languages, one.time_zone)
        contact = Contact(kind=kind, languages=one.languages, time_zone=one.time_zone)
    elif one.name != contact.name:
        yield Rename(one.name)
    languages = one.languages or contact.languages
    zone = one.time_zone or contact.time_zone
    if (kind, languages, zone) != (contact.kind, contact.languages, contact.time_zone):
        yield Describe(kind, languages, zone)
    known = {(way.kind, way.value): way for way in contact.ways}
    for way in one.ways:
        there = known.get((way.kind, way.value))
        if there is None or (way.known_by and there.known_by != way.known_by):
            yield AddWay(way.kind, way.value, way.known_by)
    for person in one.persons:
        if contact.known(person.person.id) is None:
            yield Attach(person.person, person.why)
