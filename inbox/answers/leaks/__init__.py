"""The leak guard: what a text would give away, each finding with its kind and place.

It looks at what an officer is about to make public, before anybody is asked to clear it. It says
what it found; whether that stops the text is the account's own policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal

import regex

from inbox.answers.leaks.inside import secret, secrets_of
from inbox.answers.leaks.letters import HIDDEN, Spot, homoglyph, invisible
from inbox.answers.leaks.links import host_of, links, telling_url
from inbox.answers.leaks.personal import personal, same_number
from inbox.words import Account, Audience, Record

__all__ = ["ALWAYS", "KINDS", "Kind", "Leak", "findings", "own"]

Kind = Literal["secret", "invisible", "homoglyph", "telling_url", "mention", "personal"]
KINDS: tuple[Kind, ...] = (
    "secret",
    "invisible",
    "homoglyph",
    "telling_url",
    "mention",
    "personal",
)
ALWAYS: tuple[Kind, ...] = ("secret", "invisible")
"""What no confirmation lets through where the account's policy is to block."""
MOST = 20
"""Findings that are told: who reads so many has enough to do."""
SHOWN = 80
"""Characters of a finding that are shown."""
MENTION = regex.compile(
    r"(?<![\w@＠./])[@＠]([\w-]{1,64}(?:\.[\w-]{1,64}){0,3}(?:[@＠][\w.-]{1,250}\w)?)"
)


class Leak(Record, frozen=True):
    """One thing that a text gives away: what kind it is, what stands there, and where."""

    kind: Kind
    found: str
    at: int


def findings(
    text: str,
    *,
    secrets: Iterable[str] = (),
    ours: Iterable[str] = (),
    said: Iterable[str] = (),
    audience: Audience,
) -> tuple[Leak, ...]:
    """Return what `text` would give away, in its order, at most twenty.

    `secrets` are internal texts whole (notes, a purpose): their names and numbers must not leave.
    In private people and their numbers may be spoken of: there only what deceives, others' names
    and the secrets given are found.
    `ours` may stand in any answer: the account's hosts, numbers, addresses, handles, and the handle
    answered. `said` are texts that everybody can read already, such as the message answered.
    """
    own, public = tuple(ours), tuple(said)
    found = (
        Leak(kind, spot[:SHOWN], at)
        for kind, spots in _spots(text, tuple(secrets), own, public, audience)
        for spot, at in islice(spots, MOST)
    )
    return tuple(sorted(found, key=lambda leak: (leak.at, KINDS.index(leak.kind))))[:MOST]


def own(account: Account) -> tuple[str, ...]:
    """Return what may stand in any answer of this account: its handle, its call, its own list."""
    handle = account.handle.lstrip("@")
    return tuple(one for one in (*account.ours, account.call, handle and f"@{handle}") if one)


def _spots(
    text: str,
    inside: tuple[str, ...],
    ours: tuple[str, ...],
    said: tuple[str, ...],
    audience: Audience,
) -> Iterator[tuple[Kind, Iterator[Spot]]]:
    yield "invisible", invisible(text)
    yield "homoglyph", homoglyph(text)
    seen, places = _seen(text)
    yield "mention", _placed(_mentions(seen, ours), places)
    yield "secret", secret(text, secrets_of(inside, (*ours, *said)))
    if audience == "public":
        hosts = {host_of(link) for one in ours for link, _ in links(one)} - {""}
        yield "telling_url", _placed(telling_url(seen, hosts), places)
        yield "personal", _placed(personal(seen, lambda found: _is_ours(found, ours)), places)


def _seen(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without what nobody sees, and where each of its letters stood."""
    kept = [(letter, at) for at, letter in enumerate(text) if not HIDDEN.match(letter)]
    return "".join(letter for letter, _ in kept), tuple(at for _, at in kept)


def _placed(spots: Iterator[Spot], places: tuple[int, ...]) -> Iterator[Spot]:
    return ((found, places[at]) for found, at in spots)


def _mentions(text: str, ours: tuple[str, ...]) -> Iterator[Spot]:
    """Yield who is named besides ourselves and the person answered: they would all be told."""
    known = {one.lstrip("@").casefold() for one in ours}
    for match in MENTION.finditer(text):
        if match.group(1).casefold() not in known:
            yield match.group(), match.start()


def _is_ours(found: str, ours: tuple[str, ...]) -> bool:
    """Say whether an address or a number is one of the account's own."""
    written = " ".join(found.casefold().split())
    return any(
        written in " ".join(one.casefold().split()) or same_number(found, one) for one in ours
    )
