"""Finding a contact by whatever one knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from inbox.directory.state import Contact
from inbox.folding import fold, words
from inbox.words import ContactId


@lru_cache(maxsize=20_000)
def hay(contact: Contact) -> str:
    """Return all that a contact can be found by, folded, its name first."""
    persons = (text for one in contact.persons for text in (one.person.name, one.person.handle))
    ways = (way.value for way in contact.ways)
    known = (contact.name, *persons, *ways, contact.kind, *contact.languages, contact.time_zone)
    return "\n".join(fold(text) for text in known if text)


def found(everyone: Iterable[Contact], text: str, most: int = 20) -> tuple[Contact, ...]:
    """Return the contacts in which all words of the text stand, those so named first.

    A merged contact is found as the one that stands in its place.
    """
    asked = words(text)
    there = {one.id: one for one in everyone}
    if not asked:
        return ()
    hits: dict[ContactId, tuple[int, Contact]] = {}
    for one in there.values():
        if not one.exists:
            continue
        within = hay(one)
        if all(word in within for word in asked):
            standing = resolved(there, one.id)
            rank = _rank(within, asked)
            if standing and (standing.id not in hits or hits[standing.id][0] > rank):
                hits[standing.id] = (rank, standing)
    ordered = sorted(hits.values(), key=lambda hit: (hit[0], hit[1].name, hit[1].id))
    return tuple(contact for _, contact in ordered[:most])


def resolved(there: Mapping[ContactId, Contact], id_: ContactId) -> Contact | None:
    """Return the contact that stands where this one stood; None where they run in a circle."""
    for _ in range(len(there) + 1):
        contact = there.get(id_)
        if contact is None or not contact.merged_into:
            return contact
        id_ = contact.merged_into
    return None


def _rank(within: str, asked: list[str]) -> int:
    name = within.partition("\n")[0]
    if name.startswith(asked[0]):
        return 0
    return 1 if all(word in name for word in asked) else 2
