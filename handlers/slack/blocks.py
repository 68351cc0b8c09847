"""Small builders of Block Kit's blocks: each clips to Slack's limit and escapes where Slack parses.

What people wrote goes into `rich_text` text elements, which Slack never parses. Limits:
https://docs.slack.dev/reference/block-kit; the one for all text of a message is undocumented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from handlers.say import At, Form, Pieces, Say
from handlers.slack.ids import Meta, Press, pack
from handlers.slack.safe import clip, size

Json: TypeAlias = dict[str, Any]
Style: TypeAlias = Literal["", "primary", "danger"]

BUTTON = 75
OPTION = 75
VALUE = 2000
TITLE = 24
LABEL = 2000
PLACEHOLDER = 150
TYPED = 3000
MOST_OPTIONS = 100
ALL_TEXT = 9_500
"""All text of one message or view stays below this; above some 11,000 Slack refuses it."""
MESSAGE_TEXT = 3_900
"""The message's own `text`, shown by pushes and screen readers."""
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

FORMATS: Mapping[Form, str] = {
    "time": "{time}",
    "seconds": "{time_secs}",
    "ago": "{ago}",
    "day": "{date_short_pretty}",
    "day_time": "{date_short_pretty} {time}",
}
"""Slack writes these in each reader's own zone and language."""


def plain(text: str, most: int) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": clip(text, most, escaped=True) or "…", "emoji": True}


def words(text: str, *, bold: bool = False) -> list[Json]:
    """Return a rich_text text element, which Slack never parses; nothing for an empty text."""
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})]


def moment(at: At, say: Say) -> Json:
    """Return a moment that Slack writes in the reader's zone; elsewhere the Say's zone stands."""
    return {
        "type": "date",
        "timestamp": at.at // 1000,
        "format": FORMATS[at.form],
        "fallback": say.plain((at,)),
    }


def link(url: str, text: str) -> list[Json]:
    """Return a link; an address that is not https is shown as nothing but its text."""
    if not url.startswith("https://") or len(url) > TYPED:
        return words(text)
    return [{"type": "link", "url": url, "text": text}]


def run(pieces: Pieces, say: Say, *, bold: bool = False) -> list[Json]:
    """Turn a sentence's texts and moments into rich_text elements."""
    found: list[Json] = []
    for piece in pieces:
        found += [moment(piece, say)] if isinstance(piece, At) else words(piece, bold=bold)
    return found


def rich(*lines: list[Json], quote: bool = False, block_id: str = "") -> Json:
    """Return one rich_text block of one section, a line for each argument that is not empty."""
    elements: list[Json] = []
    for line in (line for line in lines if line):
        elements += [*words("\n" if elements else ""), *line]
    kind = "rich_text_quote" if quote else "rich_text_section"
    block = {"type": "rich_text", "elements": [{"type": kind, "elements": elements or words("…")}]}
    return block | ({"block_id": block_id} if block_id else {})


def sentence(say: Say, key: str, **facts: str | int | At) -> Json:
    """Return a phrase as a block of its own."""
    return rich(run(say.pieces(key, **facts), say))


def divider() -> Json:
    """Return a line between two zones."""
    return {"type": "divider"}


def heading(text: str) -> Json:
    """Return a zone's name, in bold."""
    return rich(words(text, bold=True))


def button(action: str, text: str, press: Press, style: Style = "") -> Json:
    """Return a button; `action` is one of ids.py."""
    made = {
        "type": "button",
        "action_id": action,
        "text": plain(text, BUTTON),
        "value": pack(press),
    }
    return made | ({"style": style} if style else {})


def link_button(action: str, text: str, url: str) -> list[Json]:
    """Return a button that opens an address; nothing where the address is not https."""
    if not url.startswith("https://") or len(url) > TYPED:
        return []
    return [{"type": "button", "action_id": action, "text": plain(text, BUTTON), "url": url}]


def page_button(action: str, text: str, url: str) -> list[Json]:
    """Return a button that opens our own page, whose address the operator wrote; "" is none."""
    if not url.startswith(("https://", "http://")) or len(url) > TYPED:
        return []
    return [{"type": "button", "action_id": action, "text": plain(text, BUTTON), "url": url}]


def option(text: str, value: str) -> Json:
    """Return one choice of a menu, a list or a checkbox; `value` has at most 150 characters."""
    return {"text": plain(text, OPTION), "value": value}


def menu(action: str, choices: Sequence[tuple[str, str]]) -> Json:
    """Return the ⋯ menu of at most five (text, value)."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [option(text, value) for text, value in choices[:5]],
    }


def actions(*elements: Json) -> list[Json]:
    """Return a row of buttons, or nothing where there is none."""
    return [{"type": "actions", "elements": list(elements)}] if elements else []


def typing(
    action: str,
    *,
    initial: str = "",
    multiline: bool = True,
    most: int = TYPED,
    autosave: bool = False,
) -> Json:
    """Return a box to type in; with `autosave` Slack reports while the officer types."""
    made: Json = {
        "type": "plain_text_input",
        "action_id": action,
        "multiline": multiline,
        "max_length": most,
    }
    made |= {"initial_value": clip(initial, most)} if initial else {}
    if autosave:
        made["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
        made["focus_on_load"] = True
    return made


def select(
    action: str,
    choices: Sequence[tuple[str, str]],
    *,
    placeholder: str = "",
    initial: str = "",
) -> Json:
    """Return a list to choose one (text, value) from; `initial` is the value chosen at first."""
    options = [option(text, value) for text, value in choices[:MOST_OPTIONS]]
    made: Json = {"type": "static_select", "action_id": action, "options": options}
    made |= {"placeholder": plain(placeholder, PLACEHOLDER)} if placeholder else {}
    first = next((one for one in options if one["value"] == initial), None)
    return made | ({"initial_option": first} if first else {})


def select_many(
    action: str, choices: Sequence[tuple[str, str]], *, placeholder: str, initial: Iterable[str]
) -> Json:
    """Return a list to choose several (text, value) from."""
    ticked = set(initial)
    options = [option(text, value) for text, value in choices[:MOST_OPTIONS]]
    made: Json = {"type": "multi_static_select", "action_id": action, "options": options}
    made["placeholder"] = plain(placeholder, PLACEHOLDER)
    first = [one for one in options if one["value"] in ticked]
    return made | ({"initial_options": first} if first else {})


def tick(action: str, text: str, *, ticked: bool, value: str = "yes") -> Json:
    """Return one box to tick."""
    only = [option(text, value)]
    made: Json = {"type": "checkboxes", "action_id": action, "options": only}
    return made | ({"initial_options": only} if ticked else {})


def radio(action: str, choices: Sequence[tuple[str, str]], *, initial: str = "") -> Json:
    """Return up to ten buttons of which one is chosen."""
    options = [option(text, value) for text, value in choices[:10]]
    made: Json = {"type": "radio_buttons", "action_id": action, "options": options}
    first = next((one for one in options if one["value"] == initial), None)
    return made | ({"initial_option": first} if first else {})


def asked(
    block_id: str,
    label: str,
    element: Json,
    *,
    optional: bool = False,
    hint: str = "",
) -> Json:
    """Return an input block: a label and what is typed or chosen; an autosaving box reports."""
    made: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    made |= {"hint": plain(hint, LABEL)} if hint else {}
    return made | ({"dispatch_action": True} if "dispatch_action_config" in element else {})


def modal(
    callback: str, title: str, blocks: list[Json], carried: Meta, feet: tuple[str, str]
) -> Json:
    """Return a modal view; `feet` are the words of its submit ("" for none) and close buttons.

    Where something is typed that must not be lost, Slack reports also that it was closed unsent.
    """
    submit, close = feet
    view: Json = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "blocks": blocks[:VIEW_BLOCKS],
        "close": plain(close, TITLE),
        "private_metadata": pack(carried),
        "notify_on_close": any(block.get("dispatch_action") for block in blocks),
    }
    return view | ({"submit": plain(submit, TITLE)} if submit else {})


def weight(value: Any) -> int:
    """Return the units of all text that these blocks show."""
    if isinstance(value, Mapping):
        return sum(
            size(inner)
            if name in ("text", "fallback") and isinstance(inner, str)
            else weight(inner)
            for name, inner in value.items()
            if name not in ("value", "block_id", "action_id", "url")
        )
    return sum(weight(inner) for inner in value) if isinstance(value, (list, tuple)) else 0
