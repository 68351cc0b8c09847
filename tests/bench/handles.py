"""Ten thousand handles that sound real, pairs that look alike, and honest ones that do not."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator, Sequence

from confusable_homoglyphs.confusables import confusables_data

from inbox.words import Person

# ruff: noqa: SIM905 - a list of three hundred names is read more easily without its quotes

FIRST = (
    "anna erik maria johan sara leila omar fatima ahmed ivan olga pierre marie john jane peter "
    "lars karin carl astrid bjorn elsa gustav ingrid nils sofia tariq yusuf zeinab hassan amina "
    "khalid noor samir rania dmitri natalia sergei irina pavel katya marco giulia luca chiara "
    "jose lucia pablo elena diego carmen hiroshi yuki kenji sakura wei ming li mei kwame ama "
    "kofi abena chidi ngozi tunde folake thabo naledi emma oliver amelia george william grace"
).split()
LAST = (
    "svensson larsson lindqvist bergstrom nystrom ekman haddad mansour khoury alami idrissi "
    "smith jones taylor walker wright ivanov petrova smirnov kuznetsov volkov dupont lefevre "
    "benali martin moreau girard rossi bianchi ferrari romano garcia fernandez lopez "
    "morales vargas suzuki tanaka watanabe nakamura zhang huang okafor adeyemi mensah "
    "boateng dlamini nkosi berg hansen olsen nilsen virtanen korhonen kowalski nowak wisniewski "
    "horvat novak popescu ionescu papadopoulos"
).split()
STEMS = "lind berg sand nor dal vik holm ek gran sol hav fjell stern rosen gold silber".split()
ENDS = "qvist strom gren man blad lund stedt hof thal bach feld wick ford ton ham dahl".split()
MADE = [stem + end for stem in STEMS for end in ENDS]
OTHER = (
    "abramov bauer castillo demir eriksen fontaine gonzalez hoffmann ibarra jankowski kapoor "
    "lambert mazur nguyen ozturk pereira quispe ramirez schneider takahashi urbina vandenberg "
    "weber xavier yamamoto zielinski osei chukwu achieng wanjiru haile tesfaye rahimi farouk"
).split()
"""Surnames that none of those we know has."""
BODIES = "Embassy Mission Consulate Ministry ForeignMinistry StateDept PressOffice DutyDesk".split()
PLACES = (
    "Qasira Sweden Norway Finland Kenya Haiti Japan Jordan Lebanon Egypt Chile Peru Ghana Nepal "
    "France Poland Latvia Cyprus Brazil Mexico Canada Turkey Cairo Amman Beirut Nairobi Geneva "
    "Vienna Brussels Rome Tokyo Lima Accra Doha Riga Warsaw Ankara Ottawa Havana Manila Hanoi"
).split()
SHORT = [a + b + c for a in "bcdmnrst" for b in "aeiou" for c in "bcdnrt"]
WORDS = "News Arabic Press Today Watch Fans Photos Archive Office Support Daily World".split()
EDITED = string.ascii_lowercase + string.digits + "_"
MARKS = "\u200e\u200f"
"""What the data puts around right-to-left letters."""
HIDDEN = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
PLURALS = (("y", "ies"), ("ch", "ches"), ("ss", "sses"), ("x", "xes"))
Pair = tuple[str, str]
"""What a stranger is called, and the known handle it was made from."""


def handles(dice: random.Random, most: int) -> list[str]:
    """Return so many different handles: people, missions, and some short ones."""
    found: dict[str, str] = {}
    found.update((one, one) for one in SHORT[:200])
    while len(found) < most:
        one = _person(dice) if dice.random() < 0.75 else _body(dice)
        found.setdefault(one.casefold(), one)
    return list(found.values())


def _person(dice: random.Random, last_names: Sequence[str] = (*LAST, *MADE)) -> str:
    first, last = dice.choice(FIRST), dice.choice(last_names)
    if dice.random() < 0.4:
        first, last = first.title(), last.title()
    tail = str(dice.randrange(10, 100)) if dice.random() < 0.4 else ""
    middle = dice.choice(("", "", "_", dice.choice(string.ascii_lowercase)))
    return first + middle + last + tail


def _body(dice: random.Random) -> str:
    body, place = dice.choice(BODIES), dice.choice(PLACES)
    tail = dice.choice(("", "HQ", "EN", "AR", str(dice.randrange(1, 30))))
    return dice.choice((f"{place}{body}", f"{body}_{place}", f"{body}{place}")) + tail


def _alike() -> dict[str, list[str]]:
    """Return what Unicode says of each plain letter: all single signs that look like it.

    Read from the data itself, and not by the product's own reading of it.
    """
    near = {
        sign.strip(MARKS): [one["c"].strip(MARKS) for one in partners]
        for sign, partners in confusables_data.items()
    }
    found: dict[str, list[str]] = {}
    for letter in string.ascii_letters + string.digits:
        partners = near.get(letter, [])
        both = {*partners, *(one for partner in partners for one in near.get(partner, []))}
        single = (one for one in both if len(one) == 1 and one.isalnum())
        found[letter] = sorted(one for one in single if one.casefold() != letter.casefold())
    return found


def homoglyphs(dice: random.Random, known: list[str], count: int) -> Iterator[Pair]:
    """Yield known handles with one to three letters put as others that look the same."""
    alike = _alike()
    pairs = {"m": "rn", "w": "vv", "rn": "m", "vv": "w"}
    made = 0
    while made < count:
        whole = dice.choice(known)
        text = list(whole)
        for at in dice.sample(range(len(text)), min(len(text), dice.randrange(1, 4))):
            way = dice.random()
            if way < 0.8 and alike.get(text[at]):
                text[at] = dice.choice(alike[text[at]])
            elif way < 0.87:
                text[at] += dice.choice(HIDDEN)
            elif way < 0.94 and text[at].isalpha():
                text[at] += dice.choice("\u0301\u0307\u0323\u0308")
            else:
                text[at] = pairs.get(text[at], text[at])
        if "".join(text) != whole:
            made += 1
            yield "".join(text), whole


def edits(dice: random.Random, known: list[str], count: int) -> Iterator[Pair]:
    """Yield known handles of six letters or more with one edit of any kind, anywhere."""
    ways: tuple[Callable[[str, int, str], str], ...] = (
        lambda s, n, c: s[:n] + c + s[n:],
        lambda s, n, c: s[:n] + s[n + 1 :],
        lambda s, n, c: s[:n] + c + s[n + 1 :],
        lambda s, n, c: s[:n] + s[n : n + 2][::-1] + s[n + 2 :],
    )
    long, taken, made = [one for one in known if len(one) >= 6], {k.casefold() for k in known}, 0
    while made < count:
        whole = dice.choice(long)
        text = dice.choice(ways)(whole, dice.randrange(len(whole)), dice.choice(EDITED))
        if text.casefold() not in taken and not _numbered(text, whole):
            made += 1
            yield text, whole


def _numbered(one: str, other: str) -> bool:
    """Whether only their number differs: these are siblings, and no look-alikes."""
    left, right = (text.casefold().replace("_", "") for text in (one, other))
    return left != right and re.sub(r"[0-9]+", "0", left) == re.sub(r"[0-9]+", "0", right)


def honest(dice: random.Random, known: list[str], count: int) -> dict[str, list[str]]:
    """Return, by why, strangers who are near a known one and no look-alike of theirs."""
    taken = {one.casefold() for one in known}
    numbered = [one for one in known if one[-2:].isdigit()]
    plain = [one for one in known if one.isalpha() and len(one) > 6]
    plural = [one + "Box" for one in plain] + [one for one in plain if one[-1] in "yxs"]

    def some(make: Callable[[], str]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            one = make()
            if one.casefold() not in taken:
                found[one] = None
        return list(found)

    def pluralised() -> str:
        one = dice.choice(plural)
        for end, more in PLURALS:
            if one.endswith(end):
                return one.removesuffix(end) + more
        return one + "en"

    def sibling() -> str:
        return dice.choice(numbered)[:-2] + str(dice.randrange(10, 1000))

    return {
        "short": [one for one in SHORT if one not in taken][:count],
        "numbered siblings": some(sibling),
        "plurals": some(pluralised),
        "a word more": some(lambda: dice.choice(plain) + dice.choice(WORDS)),
        "other people": some(lambda: _person(dice, OTHER)),
        "other bodies": some(lambda: _body(dice) + dice.choice(WORDS)),
    }


def namesakes(dice: random.Random, count: int) -> list[str]:
    """Return strangers with the names of those we know: some are honestly called the same."""
    return [_person(dice) for _ in range(count)]


def called(dice: random.Random, last_names: Sequence[str] = (*LAST, *MADE)) -> str:
    """Return a display name, as people write theirs."""
    return f"{dice.choice(FIRST).title()} {dice.choice(last_names).title()}"


def borrowed(dice: random.Random, names: list[str], count: int) -> Iterator[Pair]:
    """Yield display names of those we know, as they stand or with letters that look the same."""
    for text, whole in homoglyphs(dice, names, count):
        yield (text if dice.random() < 0.5 else whole), whole


def stranger(n: int, handle: str, name: str = "") -> Person:
    """Return somebody nobody knows."""
    return Person(f"x:stranger{n}", handle, name)
