"""What stands in inputs: how Slack names the value of each kind of element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks import interactive
from sandbox.slack.records import Json

Values = dict[str, dict[str, Json]]

_NAMES = {
    "rich_text_input": ("rich_text_value", "initial_value"),
    "external_select": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "file_input": ("files", "initial_files"),
}
_OPTIONS = ("selected_option", "selected_options")


def stateful(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Give (block, element) for every element that holds a value."""
    for block in blocks:
        for _, element in interactive(block):
            if element["type"] in _NAMES:
                yield block, element


def value_name(element: Json) -> str | None:
    """Name the property that holds this element's value, None for a button."""
    return _NAMES[element["type"]][0] if element["type"] in _NAMES else None


def first_values(blocks: list[Json]) -> Values:
    """Give the state of blocks that nobody has touched."""
    values: Values = {}
    for block, element in stateful(blocks):
        name, initial = _NAMES[element["type"]]
        empty: Any = [] if name.endswith("s") else None
        state = {"type": element["type"], name: element.get(initial, empty)}
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def kept_values(blocks: list[Json], before: Values) -> Values:
    """Give the state after an update: what was typed stays where both ids and the type match."""
    values = first_values(blocks)
    for block, inputs in values.items():
        for action, state in inputs.items():
            old = before.get(block, {}).get(action)
            if old is not None and old["type"] == state["type"]:
                inputs[action] = old
    return values


def options_of(element: Json) -> list[Json]:
    """Give every option an element offers, the grouped ones too."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def chosen(element: Json, selected: Any, offered: list[Json]) -> Any:
    """Turn what a person picked (option values, ids, a date) into what Slack sends."""
    if value_name(element) not in _OPTIONS and element["type"] != "overflow":
        return selected
    by_value = {option["value"]: option for option in offered}
    if isinstance(selected, str):
        return by_value[selected]
    return [by_value[one] for one in selected]


LONGEST_INPUT = 3000


def objection(block: Json, state: Json) -> str | None:
    """Say what the client itself holds against what stands in an input, None if nothing."""
    element = block["element"]
    name = value_name(element)
    value = state.get(name) if name else None
    if value in (None, "", []):
        return None if block.get("optional") else "missing_input"
    if name == "value" and len(str(value)) > element.get("max_length", LONGEST_INPUT):
        return "too_long"
    if name == "value" and len(str(value)) < element.get("min_length", 0):
        return "too_short"
    return None
