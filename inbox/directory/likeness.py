"""Whether two writings are taken for one another, and what differs, so that an officer sees it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

from msgspec.structs import replace

from inbox.directory import signs
from inbox.words import PersonId, Record

How = Literal[
    "for", "more", "less", "doubled", "swapped", "invisible", "reversed", "handle", "name"
]
"""What differs: a sign for another, one more, one less, …; or nothing but whose it is."""
Kind = Literal["same", "homoglyph", "one_edit"]
Field = Literal["handle", "name"]
EDIT_LEAST = 5
"""Letters of the shorter one from which one edit is a likeness; shorter words are other words."""
NUMBER = re.compile("[0-9]+")
SEPARATORS = re.compile(r"[_.\-\s]")
ENGLISH: dict[How, str] = {
    "for": "{stands} for {instead} at letter {at}",
    "more": "{stands} more at letter {at}",
    "less": "{instead} missing at letter {at}",
    "doubled": "{stands} doubled at letter {at}",
    "swapped": "{stands} swapped at letter {at}",
    "invisible": "something invisible at letter {at}",
    "reversed": "written backwards by an invisible sign",
    "handle": "the same handle, but another account",
    "name": "the same name, but another account",
}
SAID = {"capital": "capital ", "digit": "digit ", "letter": "", "sign": "", "foreign": "foreign "}


class Likeness(Record, frozen=True):
    """What somebody has in common with a person we know, and what differs.

    `stands` are their signs, `instead` ours, `at` counts their letters from 1, `also` counts
    further differences. `field` is what looks alike of theirs; `handle` and `title` tell whom they
    look like. `differs` says it in English, for records.
    """

    kind: Kind
    how: How
    differs: str = ""
    stands: str = ""
    instead: str = ""
    at: int = 0
    also: int = 0
    field: Field = "handle"
    of: PersonId = ""
    handle: str = ""
    title: str = ""


def likeness(one: str, other: str) -> Likeness | None:
    """Return why `one` may be taken for `other`, which we know; None where it may not, or is it."""
    if one == other or siblings(one, other):
        return None
    kind = alike(signs.plain(one), signs.plain(other), signs.skeleton(one), signs.skeleton(other))
    return told(kind, one, other) if kind else None


def alike(
    plain: str, plain_other: str, whole: str, whole_other: str
) -> Literal["homoglyph", "one_edit"] | None:
    """Compare what is seen of two writings: each plainly, and with letters drawn together."""
    least = min(len(plain), len(plain_other))
    if least < 2:
        return None
    if plain == plain_other or whole == whole_other:
        return "homoglyph"
    if least >= EDIT_LEAST and (one_edit(plain, plain_other) or one_edit(whole, whole_other)):
        return "one_edit"
    return None


def siblings(one: str, other: str) -> bool:
    """Whether both carry a number, and differ only there: desk1 and desk2 are no look-alikes.

    A number that only one of them carries is a letter more, as impostors add it.
    """
    left, right = SEPARATORS.sub("", one.casefold()), SEPARATORS.sub("", other.casefold())
    if NUMBER.findall(left) == NUMBER.findall(right):
        return False
    return NUMBER.sub("0", left) == NUMBER.sub("0", right)


def one_edit(one: str, other: str) -> bool:
    """Whether one letter is inserted, missing, replaced, or swapped with its neighbour."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return swapped or short[at + 1 :] == long[at + 1 :]


def told(kind: Kind, one: str, other: str) -> Likeness:
    """Find the first thing that differs, and count the others."""
    left, right = _comparable(one, other)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    parts = [code[1:] for code in matcher.get_opcodes() if code[0] != "equal"]
    start, end, from_, to = parts[0]
    at = 1 + sum(not signs.invisible(c) for c in one[:start])
    stands, instead, also = one[start:end], other[from_:to], len(parts) - 1
    how = _how(one, start, stands, instead)
    if _swapped(left, right):
        how, stands, instead, also = "swapped", one[start : start + 2], "", 0
    return worded(Likeness(kind, how, "", stands, instead, at, also))


def same(field: Field) -> Likeness:
    """Tell that the writing is the very same, and that it belongs to another account."""
    return worded(Likeness("same", field, field=field))


def worded(found: Likeness) -> Likeness:
    """Say it in English."""
    sentence = ENGLISH[found.how].format(
        stands=_said(found.stands), instead=found.instead, at=found.at
    )
    more = f", and {found.also} more" if found.also else ""
    return replace(found, differs=sentence + more)


def _how(one: str, start: int, stands: str, instead: str) -> How:
    if signs.REVERSED.search(one):
        return "reversed"
    if stands and instead:
        return "for"
    if not stands:
        return "less"
    if signs.invisible(stands):
        return "invisible"
    around = one[start - 1 : start] + one[start + len(stands) : start + len(stands) + 1]
    return "doubled" if stands.casefold() in around.casefold() else "more"


def _comparable(one: str, other: str) -> tuple[list[str], list[str]]:
    """Let capitals differ only where nothing else does."""
    left, right = [c.casefold() for c in one], [c.casefold() for c in other]
    return (list(one), list(other)) if left == right else (left, right)


def _swapped(left: list[str], right: list[str]) -> bool:
    differ = [n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if len(left) != len(right) or len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    return left[differ[0]] == right[differ[1]] and left[differ[1]] == right[differ[0]]


def _said(text: str) -> str:
    if len(text) != 1:
        return text
    kind = signs.kind(text)
    return SAID.get(kind, f"{kind.title()} ") + text
