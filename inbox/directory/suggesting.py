"""Which contact somebody might be: only ever a suggestion, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from inbox.directory.state import Contact
from inbox.folding import fold
from inbox.words import Person, Record

Reason = Literal["rel_me", "domain", "same_handle", "same_name"]
REASONS: tuple[Reason, ...] = ("rel_me", "domain", "same_handle", "same_name")
"""The best first."""
DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
SHORTEST = 4
"""Letters of a handle or a name that says something: there are many an @anna."""
EVERYBODYS = frozenset({"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"})
"""Where anybody may have an address."""


class Suggestion(Record, frozen=True):
    """A contact that somebody might be, and why."""

    contact: Contact
    reason: Reason
    what: str
    """What speaks for it: the handle, the name, the domain, the site."""


def suggested(
    person: Person, everyone: Iterable[Contact], *, doubtful: bool = False, most: int = 5
) -> tuple[Suggestion, ...]:
    """Return whom a person might be, the best reason first, each contact once.

    Of somebody `doubtful`, who looks like another, handle and name say nothing.
    """
    found: list[Suggestion] = []
    for contact in everyone:
        if contact.exists and not contact.merged_into and not contact.known(person.id):
            reasons = [
                one
                for one in _reasons(person, contact)
                if not (doubtful and one.reason in ("same_handle", "same_name"))
            ]
            found += sorted(reasons, key=_rank)[:1]
    return tuple(sorted(found, key=lambda one: (_rank(one), one.contact.name))[:most])


def _rank(one: Suggestion) -> int:
    return REASONS.index(one.reason)


def _reasons(person: Person, contact: Contact) -> Iterator[Suggestion]:
    if site := _linked(person, contact):
        yield Suggestion(contact, "rel_me", site)
    if domain := _domain(person, contact):
        yield Suggestion(contact, "domain", domain)
    handle = _local(person.handle)
    for known in contact.persons:
        other_platform = _platform(known.person.id) != _platform(person.id)
        if other_platform and len(handle) >= SHORTEST and _local(known.person.handle) == handle:
            yield Suggestion(contact, "same_handle", known.person.handle)
    name = fold(person.name).strip()
    names = (contact.name, *(known.person.name for known in contact.persons))
    if len(name) >= SHORTEST and any(fold(one).strip() == name for one in names):
        yield Suggestion(contact, "same_name", person.name)


def _linked(person: Person, contact: Contact) -> str:
    """Return the site that, when it spoke for a person of the contact, was named by this one."""
    for known in contact.persons:
        for evidence in known.evidence:
            linked = evidence.kind in ("rel_me", "linked_from") and person.url
            if linked and _host(evidence.source) == _host(person.url) != "":
                return _host(person.url)
    return ""


def _domain(person: Person, contact: Contact) -> str:
    """Return the domain of one of its addresses that stands in the handle or the name."""
    ours = {way.value.rpartition("@")[2].casefold() for way in contact.ways if way.kind == "email"}
    theirs = DOMAIN.findall(f"{person.handle} {person.name}".casefold())
    for domain in theirs:
        for own in ours - EVERYBODYS:
            if domain == own or domain.endswith(f".{own}"):
                return str(domain)
    return ""


def _local(handle: str) -> str:
    return fold(handle.lstrip("@").partition("@")[0])


def _platform(person: str) -> str:
    return person.partition(":")[0]


def _host(url: str) -> str:
    rest = url.partition("://")[2]
    return rest.partition("/")[0].partition("?")[0].casefold()
