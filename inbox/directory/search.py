"""Finding a contact by whatever one knows of it."""

from __future__ import annotations

from collections.abc import Mapping

from inbox.directory.state import Contact
from inbox.folding import fold, words
from inbox.words import ContactId


class Names:
    """What contacts can be found by, folded once for each state of each of them."""

    def __init__(self) -> None:
        self._hay: dict[ContactId, tuple[str, str]] = {}

    def find(self, there: Mapping[ContactId, Contact], text: str, most: int) -> tuple[Contact, ...]:
        """Return the contacts in which all words of the text stand, those so named first.

        A merged contact is found as the one that stands in its place.
        """
        asked = words(text)
        if not asked:
            return ()
        hits: dict[ContactId, tuple[int, Contact]] = {}
        for one in there.values():
            within = self._of(one)
            if all(word in within for word in asked):
                standing = resolved(there, one.id)
                rank = _rank(within, asked)
                if standing and standing.exists:
                    before = hits.get(standing.id, (rank, standing))[0]
                    hits[standing.id] = (min(rank, before), standing)
        ordered = sorted(hits.values(), key=lambda hit: (hit[0], hit[1].name, hit[1].id))
        return tuple(contact for _, contact in ordered[:most])

    def _of(self, contact: Contact) -> str:
        kept = self._hay.get(contact.id)
        if kept is None or kept[0] != contact.head:
            kept = contact.head, hay(contact) if contact.exists else ""
            self._hay[contact.id] = kept
        return kept[1]


def hay(contact: Contact) -> str:
    """Return all that a contact can be found by, folded, its name first."""
    persons = (text for one in contact.persons for text in (one.person.name, one.person.handle))
    ways = (way.value for way in contact.ways)
    known = (contact.name, *persons, *ways, contact.kind, *contact.languages, contact.time_zone)
    return fold("\n".join(text.replace("\n", " ") for text in known if text))


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
