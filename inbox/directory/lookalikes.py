"""The persons we know, so arranged that whoever looks like one of them is found at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from inbox.directory import signs
from inbox.directory.likeness import (
    EDIT_LEAST,
    Field,
    Kind,
    Likeness,
    alike,
    likeness,
    same,
    siblings,
    told,
)
from inbox.directory.signs import skeleton
from inbox.words import Person, PersonId, Record

__all__ = ["Likeness", "Lookalikes", "Named", "likeness", "skeleton"]

NAME_LEAST = 6
"""Letters of a display name from which its being borrowed is a likeness; many are called Anna."""
LOOKED_AT = 80
"""So many signs of a handle or name are looked at: nobody makes the search slow by a long one."""
NAMESAKES = 8
"""So many persons who share a display name are kept under it: one is enough to warn."""
CLOSEST: tuple[Kind, ...] = ("same", "homoglyph", "one_edit")


class Named(Record, frozen=True):
    """A person whom others may imitate: of a contact of the directory, or an account of ours.

    `title` is whom an officer takes them for. Who is `proven` imitates nobody.
    """

    person: Person
    contact: str = ""
    title: str = ""
    proven: bool = False


class Seen(Record, frozen=True):
    """One writing of a person, and what is seen of it: plainly, and with letters drawn together."""

    field: Field
    text: str
    plain: str
    whole: str
    of: int = 0
    """Which of those we know it belongs to."""


class Lookalikes:
    """Finds, among those we know, whom a stranger may be taken for.

    Each writing is kept under what is seen of it and under that less any one letter: two that are
    one edit apart meet there (the symmetric deletion of SymSpell), however many are known.
    """

    def __init__(self, known: Iterable[Named] = ()) -> None:
        self._known = tuple(known)
        self._ids: dict[PersonId, list[Named]] = {}
        self._texts: list[Seen] = []
        self._at: dict[str, list[int]] = {}
        for n, named in enumerate(self._known):
            self._ids.setdefault(named.person.id, []).append(named)
            for seen in _writings(named.person, n):
                self._keep(seen)

    def __len__(self) -> int:
        """Return how many persons are known."""
        return len(self._ids)

    def near(self, person: Person) -> Likeness | None:
        """Return whom a person looks like, the closest; None for the known one themselves."""
        mine = self._ids.get(person.id, ())
        if any(one.proven for one in mine):
            return None
        contacts = {one.contact for one in mine if one.contact}
        found = (
            (kind, theirs, ours)
            for theirs in _writings(person)
            for ours in self._met(person.id, contacts, theirs)
            if (kind := _kind(theirs, ours))
        )
        best = min(found, key=_rank, default=None)
        return self._told(*best) if best else None

    def _met(self, person: PersonId, contacts: set[str], theirs: Seen) -> Iterator[Seen]:
        """Yield what is kept under any of the same keys, of others than this person."""
        for n in sorted({n for key in _keys(theirs) for n in self._at.get(key, ())}):
            named = self._known[self._texts[n].of]
            if named.person.id != person and named.contact not in contacts:
                yield self._texts[n]

    def _told(self, kind: Kind, theirs: Seen, ours: Seen) -> Likeness:
        named = self._known[ours.of]
        same_ = kind == "same"
        pair = [one.text for one in (theirs, ours)]
        if theirs.field != ours.field:
            pair = ["".join(text.split()) for text in pair]
        found = same(theirs.field) if same_ else told(kind, *pair)
        return replace(
            found,
            field=theirs.field,
            of=named.person.id,
            handle=named.person.handle,
            title=named.title or named.person.name,
        )

    def _keep(self, seen: Seen) -> None:
        if seen.field == "name" and len(self._at.get(seen.plain, ())) >= NAMESAKES:
            return
        self._texts.append(seen)
        for key in _keys(seen):
            self._at.setdefault(key, []).append(len(self._texts) - 1)


def _writings(person: Person, of: int = 0) -> Iterator[Seen]:
    """Yield a person's handle, without the server it is at, and their display name."""
    handle = person.handle.lstrip("@").partition("@")[0][:LOOKED_AT]
    name = " ".join(person.name[:LOOKED_AT].split())
    if handle:
        yield Seen("handle", handle, signs.plain(handle), skeleton(handle), of)
    if name:
        yield Seen("name", name, signs.plain(name), skeleton(name), of)


def _keys(seen: Seen) -> set[str]:
    """Return under what a writing is kept, and looked for."""
    keys = {seen.plain, seen.whole}
    if len(seen.plain) >= EDIT_LEAST:
        for text in tuple(keys):
            keys.update(text[:n] + text[n + 1 :] for n in range(len(text)))
    return keys


def _kind(theirs: Seen, ours: Seen) -> Kind | None:
    """Compare a handle or name of theirs with one of ours."""
    least = min(len(theirs.plain), len(ours.plain))
    if "name" in (theirs.field, ours.field) and least < NAME_LEAST:
        return None
    if _spoken(theirs.text) == _spoken(ours.text):
        return "same" if least >= EDIT_LEAST else None
    kind = alike(theirs.plain, ours.plain, theirs.whole, ours.whole)
    return None if kind is None or siblings(theirs.text, ours.text) else kind


def _spoken(text: str) -> str:
    return text.casefold().replace(" ", "")


def _rank(found: tuple[Kind, Seen, Seen]) -> tuple[bool, int, bool]:
    """Put a handle like a handle first, then the same signs before an edit, like before unlike."""
    kind, theirs, ours = found
    handles = (theirs.field, ours.field) == ("handle", "handle")
    return not handles, CLOSEST.index(kind), theirs.field != ours.field
