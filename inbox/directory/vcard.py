"""The directory as vCards, version 4 (RFC 6350, persons by RFC 9554): written and read by vobject.

What vCard has no word for stands in properties of our own: X-CHANCERY-KIND, X-CHANCERY-EMBASSY.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import vobject

from inbox.directory.listed import Fault, Listed
from inbox.directory.state import Known, Way, WayKind
from inbox.words import Person

PROPERTIES: Mapping[WayKind, str] = {
    "phone": "tel",
    "email": "email",
    "embassy": "x-chancery-embassy",
    "note": "note",
}
KIND, PERSON = "x-chancery-kind", "socialprofile"
CARET = {"^": "^^", "\n": "^n", '"': "^'"}
"""How a parameter's value says what may not stand in it (RFC 6868)."""


def written(contacts: Iterable[Listed]) -> bytes:
    """Write contacts as vCards, one after the other, in UTF-8."""
    return "".join(_card(one).serialize(validate=False) for one in contacts).encode()


def read(raw: bytes) -> tuple[list[Listed], list[Fault]]:
    """Read contacts, and everything by which the file is no vCards; a row is a card's number."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Fault(0, "", "is not UTF-8; save it anew as vCard 4.0")]
    contacts: list[Listed] = []
    try:
        for number, card in enumerate(vobject.readComponents(text, allowQP=False), 1):
            if card.name != "VCARD":
                return [], [Fault(number, "", f"is a {card.name}, no vCard")]
            contacts.append(_contact(number, card))
    except (vobject.base.VObjectError, ValueError, IndexError, AttributeError) as error:
        told = str(error).partition("\n")[0][:80]
        return [], [Fault(len(contacts) + 1, "", f"is no vCard: {told}")]
    return (contacts, []) if contacts else ([], [Fault(0, "", "holds no vCard")])


def _card(one: Listed) -> Any:
    card = vobject.vCard()
    card.add("version").value = "4.0"
    card.add("fn").value = one.name
    if one.id:
        card.add("uid").value = one.id
    card.add(KIND).value = one.kind
    for language in one.languages:
        card.add("lang").value = language
    if one.time_zone:
        card.add("tz").value = one.time_zone
    for way in one.ways:
        line = card.add(PROPERTIES[way.kind])
        line.value = way.value
        if way.known_by:
            line.params["X-KNOWN-BY"] = [way.known_by]
    for known in one.persons:
        line = card.add(PERSON)
        line.value = known.person.id
        told = {"USERNAME": known.person.handle, "X-NAME": known.person.name, "X-WHY": known.why}
        line.params |= {name: [_caret(text)] for name, text in told.items() if text}
    return card


def _contact(number: int, card: Any) -> Listed:
    kind = "".join(_texts(card, KIND)).lower()
    return Listed(
        row=number,
        name=" ".join(_texts(card, "fn")).strip(),
        kind=kind or ("office" if "org" in _texts(card, "kind") else "counterpart"),
        id=_id("".join(_texts(card, "uid"))),
        languages=tuple(_texts(card, "lang")),
        time_zone="".join(_texts(card, "tz")),
        ways=tuple(_ways(card)),
        persons=tuple(_persons(card)),
    )


def _ways(card: Any) -> Iterator[Way]:
    for kind, name in PROPERTIES.items():
        for line in card.contents.get(name, ()):
            known_by = "".join(line.params.get("X-KNOWN-BY", ()))
            yield Way(kind, str(line.value).strip().removeprefix("tel:"), known_by)


def _persons(card: Any) -> Iterator[Known]:
    for line in card.contents.get(PERSON, ()):
        handle, name, why = (
            _uncaret("".join(line.params.get(one, ()))) for one in ("USERNAME", "X-NAME", "X-WHY")
        )
        yield Known(Person(str(line.value).strip(), handle, name), why, 0)


def _texts(card: Any, name: str) -> list[str]:
    return [str(line.value).strip() for line in card.contents.get(name, ())]


def _id(uid: str) -> str:
    """Return the id of a card of ours, or one that follows from a stranger's."""
    if not uid or (uid.isalnum() and uid.isascii() and uid.islower() and len(uid) <= 32):
        return uid
    return blake2b(uid.encode(), digest_size=8).hexdigest()


def _caret(text: str) -> str:
    return "".join(CARET.get(one, one) for one in text)


def _uncaret(text: str) -> str:
    for plain, said in (("\n", "^n"), ('"', "^'"), ("^", "^^")):
        text = text.replace(said, plain)
    return text
