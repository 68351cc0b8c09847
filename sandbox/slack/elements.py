"""Block Kit's smaller parts: texts, options, buttons, menus and inputs, with their limits."""

from __future__ import annotations

from sandbox.slack.records import Json
from sandbox.slack.shapes import (
    Check,
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

KIND = {"type": anything}
ID = string(255)


def plain(most: int, least: int = 1) -> Check:
    """Accept a plain_text object."""
    body = shape(KIND | {"text": string(most, least)}, {"emoji": flag})
    return by_type({"plain_text": body})


def words(most: int, least: int = 1) -> Check:
    """Accept a plain_text or mrkdwn object."""
    body = string(most, least)
    return by_type(
        {
            "plain_text": shape(KIND | {"text": body}, {"emoji": flag}),
            "mrkdwn": shape(KIND | {"text": body}, {"verbatim": flag}),
        }
    )


CONFIRM = shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": enum("primary", "danger")},
)
OPTION = shape(
    {"text": words(75), "value": string(150)},
    {"description": words(75), "url": string(3000)},
)
GROUP = shape({"label": plain(75), "options": array(OPTION, 100)}, {})
DISPATCH = shape(
    {},
    {"trigger_actions_on": array(enum("on_enter_pressed", "on_character_entered"), 2)},
)
FILTER = shape(
    {},
    {
        "include": array(enum("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)

ACT = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
HINTED = ACT | {"placeholder": plain(150)}


def one_list_of_options(element: Json, at: str, found: Found) -> None:
    """Ask for options or groups of options, not both and not neither."""
    if ("options" in element) == ("option_groups" in element):
        found.add("must define either `options` or `option_groups`", at)


def initial_among_options(element: Json, at: str, found: Found) -> None:
    """Ask that what is chosen at first is among the choices."""
    offered = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        offered += group.get("options", []) if isinstance(group, dict) else []
    first = element.get("initial_option")
    chosen = [first] if first is not None else element.get("initial_options") or []
    if any(option not in offered for option in chosen):
        name = "initial_option" if first is not None else "initial_options"
        found.add("initial option must match one of the options", f"{at}/{name}")


STATIC = {"options": array(OPTION, 100), "option_groups": array(GROUP, 100)}
MANY = {"max_selected_items": number}
ANY_IDS = array(string(), None, 0)
TYPED = HINTED | {"initial_value": string(), "dispatch_action_config": DISPATCH}
LENGTHS = {"min_length": number, "max_length": number}

MENU_RULES = (one_list_of_options, initial_among_options)


def text_lengths(element: Json, at: str, found: Found) -> None:
    """min_length is 0 to 3000 and max_length 1 to 3000."""
    for name, low in (("min_length", 0), ("max_length", 1)):
        value = element.get(name)
        if isinstance(value, int) and not low <= value <= 3000:
            side = f"less than {low}" if value < low else "more than 3000"
            found.add(f"must be no {side}", f"{at}/{name}")


ELEMENTS: dict[str, Check] = {
    "button": shape(
        KIND | {"text": plain(75)},
        ACT
        | {
            "url": string(3000),
            "value": string(2000),
            "style": enum("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "overflow": shape(KIND | {"options": array(OPTION, 5)}, ACT),
    "static_select": shape(KIND, HINTED | STATIC | {"initial_option": OPTION}, *MENU_RULES),
    "multi_static_select": shape(
        KIND, HINTED | STATIC | MANY | {"initial_options": array(OPTION, 100)}, *MENU_RULES
    ),
    "external_select": shape(KIND, HINTED | {"initial_option": OPTION, "min_query_length": number}),
    "multi_external_select": shape(
        KIND, HINTED | MANY | {"initial_options": array(OPTION, 100), "min_query_length": number}
    ),
    "users_select": shape(KIND, HINTED | {"initial_user": string()}),
    "multi_users_select": shape(KIND, HINTED | MANY | {"initial_users": ANY_IDS}),
    "conversations_select": shape(
        KIND,
        HINTED
        | {
            "initial_conversation": string(),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        },
    ),
    "multi_conversations_select": shape(
        KIND,
        HINTED
        | MANY
        | {
            "initial_conversations": ANY_IDS,
            "default_to_current_conversation": flag,
            "filter": FILTER,
        },
    ),
    "channels_select": shape(
        KIND, HINTED | {"initial_channel": string(), "response_url_enabled": flag}
    ),
    "multi_channels_select": shape(KIND, HINTED | MANY | {"initial_channels": ANY_IDS}),
    "datepicker": shape(KIND, HINTED | {"initial_date": string(10, 10)}),
    "timepicker": shape(KIND, HINTED | {"initial_time": string(5, 5), "timezone": string()}),
    "datetimepicker": shape(KIND, ACT | {"initial_date_time": number}),
    "checkboxes": shape(
        KIND | {"options": array(OPTION, 10)},
        ACT | {"initial_options": array(OPTION, 10)},
        initial_among_options,
    ),
    "radio_buttons": shape(
        KIND | {"options": array(OPTION, 10)},
        ACT | {"initial_option": OPTION},
        initial_among_options,
    ),
    "plain_text_input": shape(
        KIND, TYPED | LENGTHS | {"multiline": flag, "initial_value": string(3000)}, text_lengths
    ),
    "rich_text_input": shape(KIND, TYPED | {"initial_value": anything}),
    "email_text_input": shape(KIND, TYPED),
    "url_text_input": shape(KIND, TYPED),
    "number_input": shape(
        KIND | {"is_decimal_allowed": flag}, TYPED | {"min_value": string(), "max_value": string()}
    ),
    "file_input": shape(KIND, ACT | {"filetypes": array(string()), "max_files": number}),
    "image": shape(
        KIND | {"alt_text": string(2000)}, {"image_url": string(3000, 1), "slack_file": anything}
    ),
}
TEXTS: dict[str, Check] = {
    "plain_text": shape(KIND | {"text": string(None, 1)}, {"emoji": flag}),
    "mrkdwn": shape(KIND | {"text": string(None, 1)}, {"verbatim": flag}),
}
MENUS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")
IN_ACTIONS = ("button", "overflow", *MENUS, *PICKERS)
IN_SECTION = (*IN_ACTIONS, "image")
IN_INPUT = (
    *MENUS,
    *PICKERS,
    *(name for name in ELEMENTS if name.endswith("_input")),
)
