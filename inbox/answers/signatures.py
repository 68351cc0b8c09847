"""Who signs how: unique on an account, never somebody else's, and nobody found by a pseudonym."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from inbox.answers.skeletons import skeleton
from inbox.words import Account, Officer, Record

SHORT = 3
"""Letters from which a part of a name points at its person."""
LONGEST = 8
"""Letters that initials have at most."""


class Signed(Record, frozen=True):
    """One signature as the public may know it: who stands behind it, as far as policy says."""

    signature: str
    name: str = ""
    title: str = ""


def signature(officer: Officer | None, account: Account, language: str = "") -> str:
    """Return how an officer signs for an account, such as "^AJ"; "" where nobody signs.

    The `language` changes where it stands (see `compose`), not what it says.
    """
    del language
    word = signed_by(officer, account) if officer else ""
    return f"^{word}" if word else ""


def signed_by(officer: Officer, account: Account) -> str:
    """Return the word an officer signs with; without a pseudonym that is none."""
    words = {
        "none": "",
        "initials": officer.initials,
        "first_name": first_name(officer),
        "title": officer.title or account.title,
        "pseudonym": officer.pseudonym,
    }
    return words[account.signature]


def first_name(officer: Officer) -> str:
    """Return an officer's first name."""
    return officer.name.split(" ")[0]


def own_words(officer: Officer, account: Account) -> str:
    """Return the word that must never be anybody else's on this account; "" where there is none."""
    return {"initials": officer.initials, "pseudonym": officer.pseudonym}.get(account.signature, "")


def alike(word: str) -> str:
    """Return what is equal for signatures that a reader could take for each other."""
    seen = skeleton(unicodedata.normalize("NFKC", word).casefold())
    return "".join(letter for letter in seen.casefold() if letter.isalnum())


def explained(officer: Officer | None, word: str, account: Account) -> Signed:
    """Return what the public may know of a signature.

    A pseudonym is never resolved, and nobody who has one is named by other signatures either;
    whoever has left stays what they were.
    """
    hidden = officer is None or officer.pseudonym or account.signature == "pseudonym"
    if officer is None or hidden:
        return Signed(f"^{word}")
    return Signed(f"^{word}", first_name(officer), officer.title)


def faults(accounts: Iterable[Account], officers: Sequence[Officer]) -> list[str]:
    """Name every signature that could be taken for somebody else's, or gives somebody away."""
    found = [fault for account in accounts for fault in _on(account, officers)]
    found += [fault for officer in officers for fault in _initials(officer)]
    found += [
        fault for officer in officers if officer.pseudonym for fault in _hides(officer, officers)
    ]
    return list(dict.fromkeys(found))


def _on(account: Account, officers: Sequence[Officer]) -> Iterator[str]:
    """Name what is twice on one account, and who would have to sign with nothing."""
    holders = dict[str, Officer]()
    for officer in officers:
        if not _signs_for(officer, account):
            continue
        first = holders.setdefault(alike(officer.initials), officer)
        if first is not officer:
            yield (
                f"officers.toml: {officer.initials} signs for {first.name} on {account.id}:"
                f" {officer.name} needs other initials, for good."
            )
        if account.signature == "pseudonym" and officer.active and not officer.pseudonym:
            yield f"officers.toml: {officer.id} has no pseudonym, and {account.id} signs with it."


def _signs_for(officer: Officer, account: Account) -> bool:
    """Say whether they sign, or signed: who has left and is named nowhere may have anywhere."""
    if officer.accounts:
        return account.id in officer.accounts
    return officer.id in account.officers or not officer.active


def _initials(officer: Officer) -> Iterator[str]:
    letters = alike(officer.initials)
    if not letters or len(officer.initials) > LONGEST or not officer.initials.isalnum():
        yield (
            f'officers.toml: {officer.id}: "{officer.initials}" are no initials:'
            f" 1 to {LONGEST} letters or digits."
        )


def _hides(officer: Officer, officers: Sequence[Officer]) -> Iterator[str]:
    """Name what makes a pseudonym no protection."""
    word, shown = alike(officer.pseudonym), officer.pseudonym
    where = f'officers.toml: {officer.id}: the pseudonym "{shown}"'
    if not word:
        yield f"{where} has no letters."
        return
    for other in officers:
        if other is officer:
            continue
        if word == alike(other.pseudonym):
            yield f"{where} is {other.id}'s already."
        if word in _called(other):
            yield f"{where} is what {other.name} is called."
    if _derived(officer, word):
        yield f"{where} points at {officer.name}: take a word that has nothing to do with them."


def _called(officer: Officer) -> set[str]:
    """Return every word by which somebody is known."""
    words = officer.name.split()
    return {alike(one) for one in (officer.name, *words, officer.initials, officer.id)} - {""}


def _derived(officer: Officer, word: str) -> bool:
    """Say whether a pseudonym was made from a name: a piece, turned, stirred, its initials."""
    initials = "".join(alike(one[:1]) for one in officer.pseudonym.split())
    if len(initials) > 1 and initials == alike(officer.initials):
        return True
    whole = alike(officer.name)
    for part in {*_called(officer), whole, alike(officer.title)} - {""}:
        stirred = sorted(part) == sorted(word)
        piece = min(len(part), len(word)) >= SHORT and (part in word or word in part)
        if part == word or part[::-1] == word or stirred or piece:
            return True
    return False
