"""Block Kit's rules: which blocks Slack takes, and what it says of those it refuses.

Limits: docs.slack.dev/reference/block-kit; the wording of the refusals is Slack's own, as seen in
public bug reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.slack.elements import (
    ELEMENTS,
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    KIND,
    TEXTS,
    plain,
    words,
)
from sandbox.slack.records import Json, Problem
from sandbox.slack.shapes import (
    Check,
    Fault,
    Found,
    anything,
    array,
    by_type,
    enum,
    flag,
    number,
    shape,
    string,
)

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN = 12_000
ALL_TEXT = 11_000
"""Undocumented: `msg_blocks_too_long` was seen somewhere above this (bolt-js 2509, 2867)."""

STYLE = shape(
    {},
    dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        flag,
    ),
)
STYLED = {"style": STYLE}
RICH = by_type(
    {
        "text": shape(KIND | {"text": string(None, 1)}, STYLED),
        "link": shape(KIND | {"url": string(None, 1)}, STYLED | {"text": string(), "unsafe": flag}),
        "user": shape(KIND | {"user_id": string(None, 1)}, STYLED),
        "usergroup": shape(KIND | {"usergroup_id": string(None, 1)}, STYLED),
        "channel": shape(KIND | {"channel_id": string(None, 1)}, STYLED),
        "broadcast": shape(KIND | {"range": enum("here", "channel", "everyone")}, STYLED),
        "emoji": shape(
            KIND | {"name": string(None, 1)},
            {"unicode": string(), "skin_tone": number} | STYLED,
        ),
        "date": shape(
            KIND | {"timestamp": number, "format": string(None, 1)},
            {"url": string(), "fallback": string()} | STYLED,
        ),
        "color": shape(KIND | {"value": string(None, 1)}, STYLED),
    }
)
LINE = {"elements": array(RICH, None, 0)}
RICH_SECTION = shape(KIND | LINE, {})
RICH_PARTS = by_type(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_preformatted": shape(KIND | LINE, {"border": number, "language": string()}),
        "rich_text_quote": shape(KIND | LINE, {"border": number}),
        "rich_text_list": shape(
            KIND
            | {
                "style": enum("bullet", "ordered"),
                "elements": array(by_type({"rich_text_section": RICH_SECTION})),
            },
            {"indent": number, "offset": number, "border": number},
        ),
    }
)


def text_or_fields(block: Json, at: str, found: Found) -> None:
    """Ask that a section says something."""
    if block.get("text") is None and block.get("fields") is None:
        found.add("must define either `text` or `fields`", at)


def an_image_from_somewhere(block: Json, at: str, found: Found) -> None:
    """Ask that an image has exactly one source."""
    if ("image_url" in block) == ("slack_file" in block):
        found.add("must define either `image_url` or `slack_file`", at)


NAMED = {"block_id": ID}
BLOCKS: dict[str, Check] = {
    "section": shape(
        KIND,
        NAMED
        | {
            "text": words(3000),
            "fields": array(words(2000), 10),
            "accessory": by_type(ELEMENTS, IN_SECTION),
            "expand": flag,
        },
        text_or_fields,
    ),
    "divider": shape(KIND, NAMED),
    "header": shape(KIND | {"text": plain(150)}, NAMED),
    "context": shape(
        KIND | {"elements": array(by_type({**TEXTS, "image": ELEMENTS["image"]}), 10)}, NAMED
    ),
    "actions": shape(KIND | {"elements": array(by_type(ELEMENTS, IN_ACTIONS), 25)}, NAMED),
    "image": shape(
        KIND | {"alt_text": string(2000)},
        NAMED | {"image_url": string(3000, 1), "slack_file": anything, "title": plain(2000)},
        an_image_from_somewhere,
    ),
    "input": shape(
        KIND | {"label": plain(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        NAMED | {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "markdown": shape(KIND | {"text": string(MARKDOWN, 1)}, NAMED),
    "rich_text": shape(KIND | {"elements": array(RICH_PARTS)}, NAMED),
    "video": shape(
        KIND
        | {
            "alt_text": string(),
            "title": plain(200),
            "thumbnail_url": string(),
            "video_url": string(),
        },
        NAMED
        | {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": string(),
            "provider_name": string(),
            "title_url": string(),
        },
    ),
}
IN_MESSAGE = by_type(BLOCKS)
IN_VIEW = by_type(BLOCKS, [name for name in BLOCKS if name != "markdown"])


def interactive(block: Json) -> Iterator[tuple[str, Json]]:
    """Give every element of a block that can have an action id, and its pointer in the block."""
    if block.get("type") == "actions":
        for index, element in enumerate(block.get("elements") or []):
            yield f"/elements/{index}", element
    for name in ("accessory", "element"):
        element = block.get(name)
        if isinstance(element, dict) and element.get("type") != "image":
            yield f"/{name}", element


def check_ids(blocks: list[Json], at: str, found: Found) -> None:
    """Ask that a block id is unique in its surface, an action id in its block."""
    names: set[str] = set()
    for index, block in enumerate(blocks):
        _once(block.get("block_id"), "block_id", f"{at}/{index}", names, found)
        acts: set[str] = set()
        for inside, element in interactive(block):
            _once(element.get("action_id"), "action_id", f"{at}/{index}{inside}", acts, found)


def _once(name: str | None, field: str, at: str, seen: set[str], found: Found) -> None:
    if name and name in seen:
        found.add(f'`{field}` "{name}" already exists', f"{at}/{field}")
    if name:
        seen.add(name)


def texts(value: Any) -> Iterator[str]:
    """Give every text that blocks show."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield inner
            elif name not in ("value", "block_id", "action_id"):
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def faults_in_message(blocks: Any, at: str = "/blocks") -> list[Fault]:
    """Find what is wrong with a message's blocks."""
    found = Found()
    array(IN_MESSAGE, MESSAGE_BLOCKS, 0)(blocks, at, found)
    if not found.faults:
        check_ids(blocks, at, found)
        for index, block in enumerate(blocks):
            if block["type"] == "input" and block["element"].get("type") == "file_input":
                found.add("unsupported type: file_input", f"{at}/{index}/element/type")
    return found.faults


def accept_message_blocks(blocks: Any) -> None:
    """Let blocks into a message, or raise the Problem that Slack answers."""
    if not isinstance(blocks, list):
        raise Problem("invalid_blocks_format")
    faults = faults_in_message(blocks)
    if faults:
        lines = [fault.line() for fault in faults]
        raise Problem("invalid_blocks", lines, errors=lines)
    if sum(len(text) for text in texts(blocks)) > ALL_TEXT:
        raise Problem("msg_blocks_too_long")
