"""What Slack parses: escaped before it goes out, and read back as it was typed."""

from __future__ import annotations

import regex

from handlers import safe
from handlers.safe import beside, isolated, masked, one_line, public, size

__all__ = [
    "beside",
    "clip",
    "decoded",
    "escape",
    "isolated",
    "masked",
    "one_line",
    "public",
    "size",
]

REFERENCE = regex.compile(r"<(?P<sign>[@#!]?)(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """Escape the three characters that Slack parses, once and without cutting."""
    return text.translate(ESCAPES)


def decoded(text: str) -> str:
    """Return what somebody typed, from what Slack made of it: `<http://a.example|a.example>`.

    https://docs.slack.dev/messaging/formatting-message-text: what Slack recognises stands between
    < and >; a `<` that was typed arrives as an entity.
    """
    plain = REFERENCE.sub(_named, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(reference: regex.Match[str]) -> str:
    """Return a link as it was typed, or the name of a person, a channel or a group."""
    sign, target, label = reference["sign"], reference["target"], reference["label"] or ""
    if not sign:
        return label if label and target.endswith(label) else target.removeprefix("mailto:")
    name = (label or target).partition("^")[0]
    return name if name.startswith(("@", "#")) else f"{'#' if sign == '#' else '@'}{name}"


def clip(text: str, most: int, *, escaped: bool = False) -> str:
    """Return at most `most` units of the text, cut between graphemes; escaped first if asked."""
    return safe.clip(text, most, escape if escaped else str)
