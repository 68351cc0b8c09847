"""The rules for whole views: what a modal and a Home tab may hold."""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.blocks import IN_VIEW, VIEW_BLOCKS, check_ids, interactive
from sandbox.slack.elements import ID, KIND, plain
from sandbox.slack.records import Json, Problem
from sandbox.slack.shapes import Check, Fault, Found, array, by_type, flag, shape, string

VIEW_BYTES = 250_000
STACK = 3


def submit_for_inputs(view: Json, at: str, found: Found) -> None:
    """Ask for a submit button where a modal has an input."""
    blocks = view.get("blocks")
    if view.get("submit") is not None or not isinstance(blocks, list):
        return
    for index, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") == "input":
            found.add("must define `submit` to use `input` block", f"{at}/blocks/{index}/input")


def one_focus(view: Json, at: str, found: Found) -> None:
    """Let only one element of a view take the focus."""
    blocks = [block for block in view.get("blocks") or [] if isinstance(block, dict)]
    eager = sum(
        1 for block in blocks for _, element in interactive(block) if element.get("focus_on_load")
    )
    if eager > 1:
        found.add("only one element can have `focus_on_load` set", at)


COMMON: dict[str, Check] = {
    "private_metadata": string(3000),
    "callback_id": ID,
    "external_id": ID,
}
VIEWS = by_type(
    {
        "modal": shape(
            KIND | {"title": plain(24), "blocks": array(IN_VIEW, VIEW_BLOCKS, 0)},
            COMMON
            | {
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": flag,
                "notify_on_close": flag,
            },
            submit_for_inputs,
            one_focus,
        ),
        "home": shape(KIND | {"blocks": array(IN_VIEW, VIEW_BLOCKS, 0)}, COMMON, one_focus),
    }
)


def faults_in_view(view: Any, at: str = "/view") -> list[Fault]:
    """Find what is wrong with a view."""
    found = Found()
    VIEWS(view, at, found)
    if not found.faults:
        check_ids(view["blocks"], f"{at}/blocks", found)
    return found.faults


def accept_view(view: Any, kind: str) -> None:
    """Let a view of this kind in, or raise the Problem that Slack answers."""
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise Problem("view_too_large")
    faults = faults_in_view(view)
    if not faults and view["type"] != kind:
        faults = [Fault(f"unsupported type: {view['type']}", "/view/type", "unsupported_type")]
    if faults:
        whole = "failed to match all allowed schemas [json-pointer:/view]"
        raise Problem("invalid_arguments", [whole, *(fault.line() for fault in faults)])
