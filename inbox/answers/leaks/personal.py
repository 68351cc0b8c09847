"""What belongs to one person: numbers to reach them, numbers that name them, where they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from types import ModuleType

import phonenumbers
import regex
from stdnum import iban, luhn
from stdnum.bg import egn
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik

from inbox.answers.leaks.letters import HIDDEN, Spot

EMAIL = regex.compile(
    r"(?<![\w.+@＠-])[\w.+-]{1,64}\s?(?:[@＠]|[\[(]\s?(?:at|snabel-?a|ät)\s?[\])])\s?"
    r"[\w-]{1,63}(?:(?:\.|\s?[\[(](?:dot|punkt)[\])]\s?)[\w-]{1,63}){1,8}",
    regex.IGNORECASE,
)
RUN = regex.compile(
    r"(?<![\w./=-])(?:\+|\(\+?)?\d(?:[ \u00A0\u2009\u202F./()-]{0,2}\d){6,24}(?![\w=/])"
)
"""Digits however grouped, which no word or address holds."""
DATES = regex.compile(
    r"(?:19|20)\d\d[-./ ]?[01]\d[-./ ]?[0-3]\d|[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d"
)
IDENTITY = regex.compile(
    r"(?<![\w])(?:\d{6}[-+A]\d{3}[\dA-Z]|\d{6,8}[-+ ]?\d{3,5}|[1278]?\d{12,15}|\d{8}[A-Z]"
    r"|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z])(?![\w])"
)
"""What looks like an identity number; whether it is one, its own check digits say."""
NAMED_BY: tuple[ModuleType, ...] = (
    personnummer,
    hetu,
    fodselsnummer,
    cpr,
    ik,
    pesel,
    cnp,
    egn,
    rc,
    dni,
    nir,
    codicefiscale,
    tckimlik,
    ric,
)
IBAN = regex.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \u00A0]?[A-Z0-9]{1,4}){3,8}(?!\w)")
PASSPORT = regex.compile(
    r"(?:passport|passnummer|\bpass(?:et)?\b|جواز)\D{0,20}?(?<![\w])((?:[A-Z]{1,3}\d{5,8}|\d{7,9})[A-Z]?)(?!\w)"
    r"|P<[A-Z]{3}[A-Z<]{5,40}",
    regex.IGNORECASE,
)
PLACE = regex.compile(
    r"(?<![\w.])[-+]?\d{1,2}\.\d{3,9}°?\s?[NS]?\s?[,;/ ]\s?[-+]?\d{1,3}\.\d{3,9}°?\s?[EW]?(?![\w.])"
    r"|\d{1,3}°\s?\d{1,2}[′']\s?(?:\d{1,2}(?:\.\d+)?[″\"]\s?)?[NSEWÖV]"
    r"|///\p{L}+\.\p{L}+\.\p{L}+"
)
STREET = regex.compile(
    r"\p{Lu}\p{L}{1,30}(?:gatan|gata|vägen|väg|gränd|torget|allén|stigen|backen|kajen)\s\d{1,4}\p{L}?\b"
    r"|\b\d{1,5}\s(?:\p{Lu}\p{L}{1,20}\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd)\b"
    r"|شارع\s(?:\p{Arabic}{1,20}\s){1,4}?(?:رقم\s)?\d{1,4}"
)
REGIONS = (
    *("SE", "NO", "DK", "FI", "IS", "DE", "FR", "GB", "NL", "ES", "IT", "PL", "TR", "UA"),
    *("EG", "IQ", "JO", "LB", "SY", "SA", "AE", "IR", "IL", "PS", "SO", "KE", "PK", "AF"),
)
"""Where a number that begins with a nought may be dialled."""
REACHES = 9
"""Digits by which a telephone number is the same, however its beginning is written."""


def personal(text: str, ours: Callable[[str], bool] = lambda _: False) -> Iterator[Spot]:
    """Yield what names, reaches or locates one person; `ours` says what is the account's own."""
    plain = digits_plain(text)
    seen = bytearray(len(text))
    for found, at in _all(text, plain):
        end = at + len(found)
        if any(seen[at:end]):
            continue
        seen[at:end] = b"\x01" * (end - at)
        if not ours(found):
            yield found, at


def digits_plain(text: str) -> str:
    """Return the text, letter for letter, with every digit as 0 to 9 and nothing else changed."""
    return "".join(_plain(letter) for letter in text)


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _all(text: str, plain: str) -> Iterator[Spot]:
    for pattern in (EMAIL, PLACE, STREET):
        yield from ((text[m.start() : m.end()].strip(), m.start()) for m in pattern.finditer(plain))
    yield from ((m.group(), m.start()) for m in IBAN.finditer(plain) if iban.is_valid(m.group()))
    yield from (
        (m.group(1) or m.group(), m.start(1 if m.group(1) else 0)) for m in PASSPORT.finditer(plain)
    )
    yield from (
        (text[m.start() : m.end()], m.start())
        for m in IDENTITY.finditer(plain)
        if any(kind.is_valid(m.group()) for kind in NAMED_BY)
    )
    yield from (
        (text[m.start() : m.end()], m.start()) for m in RUN.finditer(plain) if _reaches(m.group())
    )


def _reaches(run: str) -> bool:
    """Say whether digits are a telephone number, or a card's."""
    digits = "".join(letter for letter in run if letter.isdigit())
    if DATES.fullmatch(run.strip("() ")):
        return False
    if len(digits) >= 14:
        return len(digits) <= 19 and luhn.is_valid(digits)
    if run.lstrip("(").startswith("+") or digits.startswith("00"):
        return _dialled("+" + digits.removeprefix("00"), None)
    if digits.startswith("0"):
        return any(_dialled(digits, region) for region in REGIONS)
    return "(" in run and _dialled(digits, "US")


def _dialled(number: str, region: str | None) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False


def same_number(one: str, other: str) -> bool:
    """Say whether two writings end in the same number."""
    a, b = (_digits(text) for text in (one, other))
    most = min(len(a), len(b), REACHES)
    return most >= 7 and a[-most:] == b[-most:]


def _digits(text: str) -> str:
    return "".join(c for c in digits_plain(HIDDEN.sub("", text)) if "0" <= c <= "9")
