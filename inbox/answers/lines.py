"""Approved lines for the public: content-free, with the handle of whom we seek as their only place.

What may stand in one is an allow-list: letters, spaces and plain signs, and `{handle}` once, as a
mention. So there is nothing in it to infer, whoever edits the files.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import TypeAlias

import regex

from inbox.words import Profile

PLACE = "{handle}"
LONGEST = "h" * 30
"""A handle as long as those of the platforms get; a longer one may make the answer too long."""
SIGNED = " ^MMMM"
"""Room for a signature."""
HOST = regex.compile(r"\w\.\w|//|www", regex.IGNORECASE)
PLAIN = regex.compile(r"[\p{L}\p{M} .,:;!?'’«»()\-،؛؟]*")
"""Letters of any script and plain signs: no digit, no mention, no hashtag, nothing invisible."""

Check: TypeAlias = Callable[[str], str]


def faults(sentence: str, profiles: Iterable[Profile] = ()) -> tuple[str, ...]:
    """Return what is wrong with a line; profiles are those on which it must fit one post."""
    found = [told for check in CHECKS if (told := check(sentence))]
    if found:
        return tuple(found)
    longest = filled(sentence, LONGEST) + SIGNED
    spoken = (one for one in profiles if "public" in one.audiences)
    return tuple(
        f"is too long for {one.title}" for one in spoken if not one.fits(longest, "public")
    )


def filled(sentence: str, handle: str) -> str:
    """Return the line as it leaves; nothing in a handle is a place."""
    return sentence.replace(PLACE, handle.lstrip("@"))


def by_template(files: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Turn language -> template -> sentence into template -> language -> sentence."""
    names = dict.fromkeys(name for lines in files.values() for name in lines)
    return {
        name: {language: lines[name] for language, lines in files.items() if name in lines}
        for name in names
    }


def _one_place(sentence: str) -> str:
    """Find every place but a bare `{handle}`: a format or conversion would be a second language."""
    try:
        places = [one[1:] for one in Formatter().parse(sentence) if one[1] is not None]
    except ValueError:
        return "has a brace that stands alone"
    return "" if places == [("handle", "", None)] else "has another place than {handle}, once"


def _one_mention(sentence: str) -> str:
    return "" if f"@{PLACE}" in sentence else "must name them once, as @{handle}"


def _words_only(sentence: str) -> str:
    """Refuse whatever could tell what it is about, or lead anywhere."""
    rest = sentence.replace(f"@{PLACE}", "")
    if HOST.search(rest):
        return "has an address"
    return "" if PLAIN.fullmatch(rest) else "has a digit, a mention or a sign that tells"


CHECKS: tuple[Check, ...] = (
    _one_place,
    _one_mention,
    _words_only,  # guard: content-free test=tests/inbox/answers/test_lines.py::test_a_line_is_free_of_content
)
