"""Every action_id, callback_id and block_id, and what buttons and modals carry to find their way.

`action_id` says which button, `callback_id` which modal; `Press` travels in a button's `value`,
`Meta` in a modal's `private_metadata`. Slack's limits: value 2000 (an option's 150), metadata 3000
(https://docs.slack.dev/reference/block-kit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from inbox.words import AnswerId, Audience, ConversationId, MessageId, Millis, PartId, Record

# Buttons on cards, in threads, in modals and on Home: what is pressed. The value is a Press.
ANSWER = "answer"
ANSWER_PUBLICLY = "answer_publicly"
ANSWER_PRIVATELY = "answer_privately"
CLAIM = "claim"
RELEASE = "release"
NOT_URGENT = "not_urgent"
READ_ALL = "read_all"
NOTE = "note"
TAG = "tag"
SNOOZE = "snooze"
WAKE = "wake"
HAND_OVER = "hand_over"
CLOSE = "close"
REOPEN = "reopen"
TAKE_OVER = "take_over"
STOP = "stop"
RESUME = "resume"
DISCARD = "discard"
IT_IS_THERE = "it_is_there"
IT_IS_NOT = "it_is_not"
BY_HAND = "by_hand"
RETRACT = "retract"
GIVE_TEXT = "give_text"
PHRASES = "phrases"
USE_PHRASE = "use_phrase"
ADD_LINE = "add_line"
"""One ready line, offered where lives may depend on it: put behind what is written at once."""
USE_NOTE = "use_note"
CLEAR = "clear"
"""Opens one screen with what waits for clearance."""
APPROVE = "approve"
GIVE_BACK = "give_back"
REFUSE = "refuse"
OVERRIDE = "override"
WITHDRAW = "withdraw"
TO_CLEAR = "to_clear"
NEXT = "next"
MINE = "mine"
FIND = "find"
HELP = "help"
HOME = "home"
ON_DUTY = "on_duty"
OFF_DUTY = "off_duty"
PAGE = "page"
OPEN = "open"
"""A button that is a link: Slack reports the click too, and it needs an acknowledgement."""
REACH = "reach"
"""On a contact: begin to reach them; its Press carries the contact as `key`."""
REACH_OPEN = "reach_open"
"""Show a reachout; its Press carries the reachout as `key` and, where one is meant, the rung as
`part`: so do those of all that follow."""
REACH_REACHED = "reach_reached"
REACH_FAILED = "reach_failed"
REACH_SKIP = "reach_skip"
REACH_WRITE = "reach_write"
REACH_PUBLIC = "reach_public"
REACH_BY_HAND = "reach_by_hand"
REACH_HAND_OVER = "reach_hand_over"
REACH_CLOSE = "reach_close"
REACH_EXTEND = "reach_extend"
REACH_REPORT = "reach_report"
"""A button that is a link to the page."""
DIRECTORY = "directory"
CONTACT = "contact"
"""Show a contact: its Press carries the contact as `key`, as do those of all that follow."""
ADD_CONTACT = "add_contact"
EDIT_CONTACT = "edit_contact"
ADD_WAY = "add_way"
REMOVE_WAY = "remove_way"
"""`part` names the channel."""
WHO = "who"
"""Who wrote in this conversation?"""
ATTACH = "attach"
MERGE = "merge"
MERGE_WITH = "merge_with"
"""`part` is the other contact, as for SPLIT."""
SPLIT = "split"
PROVE = "prove"
"""`part` is the person, as for FREEZE, UNFREEZE and DETACH."""
FREEZE = "freeze"
UNFREEZE = "unfreeze"
DETACH = "detach"
MORE = "more"
"""The ⋯ menu: the chosen option's value is a Press whose `act` is NOTE, TAG, SNOOZE, …"""

IN_MENU = (NOTE, TAG, SNOOZE, HAND_OVER, CLOSE)
"""What the ⋯ menu offers (Slack takes at most five)."""

# What is typed or chosen in a modal: the action_id of the element.
TEXT = "text"
"""The answer's text: sends block_actions while typing, for the autosave."""
CLOSE_AFTER = "close_after"
REASON = "reason"
PROOF = "proof"
NOTE_TEXT = "note_text"
TAGS = "tags"
LANE = "lane"
WHEN = "when"
WHEN_CHOSEN = "when_chosen"
TO = "to"
OUTCOME = "outcome"
URL = "url"
WORDS = "words"
CONFIRMED = "confirmed"
LEAK = "leak"
"""The box by which findings are let through; its value says which."""

CONTACT_NAME = "contact_name"
CONTACT_KIND = "contact_kind"
LANGUAGES = "languages"
TIME_ZONE = "time_zone"
WAY_KIND = "way_kind"
WAY_VALUE = "way_value"
KNOWN_BY = "known_by"
REACH_WHO = "reach_who"
"""Whom to reach: a menu that asks us for its choices."""
REACH_WHY = "reach_why"
REACH_BY = "reach_by"
REACH_URGENCY = "reach_urgency"
REACH_LINE = "reach_line"
REACH_TEXT = "reach_text"
REACH_OUTCOME = "reach_outcome"
SOURCE = "source"
EDITED = "edited"
"""An approver's text for somebody else's answer."""

# Modals: the callback_id.
VIEW_ANSWER = "view_answer"
VIEW_HOLD = "view_hold"
VIEW_DENIED = "view_denied"
VIEW_TAKE_OVER = "view_take_over"
VIEW_NOTE = "view_note"
VIEW_TAG = "view_tag"
VIEW_SNOOZE = "view_snooze"
VIEW_HAND_OVER = "view_hand_over"
VIEW_CLOSE = "view_close"
VIEW_WHOLE = "view_whole"
VIEW_FOUND = "view_found"
VIEW_UNSURE = "view_unsure"
VIEW_BY_HAND = "view_by_hand"
VIEW_PHRASES = "view_phrases"
VIEW_HELP = "view_help"
VIEW_MOMENT = "view_moment"
VIEW_TOLD = "view_told"
VIEW_HOME = "view_home"
VIEW_DIRECTORY = "view_directory"
VIEW_CONTACT = "view_contact"
VIEW_EDIT_CONTACT = "view_edit_contact"
VIEW_WAY = "view_way"
VIEW_WHO = "view_who"
VIEW_MERGE = "view_merge"
VIEW_PERSON = "view_person"
VIEW_REACH = "view_reach"
VIEW_REACHING = "view_reaching"
VIEW_REACH_FAILED = "view_reach_failed"
VIEW_REACH_SKIP = "view_reach_skip"
VIEW_REACH_WRITE = "view_reach_write"
VIEW_REACH_PUBLIC = "view_reach_public"
VIEW_REACH_BY_HAND = "view_reach_by_hand"
VIEW_REACH_HAND_OVER = "view_reach_hand_over"
VIEW_REACH_CLOSE = "view_reach_close"
VIEW_REACH_EXTEND = "view_reach_extend"
VIEW_CLEAR = "view_clear"
VIEW_GIVE_BACK = "view_give_back"
VIEW_REFUSE = "view_refuse"
VIEW_OVERRIDE = "view_override"
VIEW_TO_CLEAR = "view_to_clear"

# Shortcuts: the callback_id.
SHORTCUT_NOTE = "shortcut_note"
"""On a message: keep it as a note."""
SHORTCUT_NEXT = "shortcut_next"
"""Anywhere: the next one that waits."""
SHORTCUT_WHO = "shortcut_who"
"""On a card: who is this?"""
SHORTCUT_REACH = "shortcut_reach"
"""Anywhere: reach a counterpart."""

COMMAND_REACH = "/reach"
"""The slash command for it; where that name is taken, `/inbox reach` does the same."""

CARD_EVENT = "chancery_card"
"""`metadata.event_type` of every message that is a card; its payload is `card_nonce(...)`."""


class Press(Record, frozen=True, array_like=True):
    """What a button carries: which conversation, as which version it was seen, and what of it.

    `act` is filled in menus only; `key` names a phrase, a note, a page, or found words.
    """

    conversation: ConversationId = ""
    seen: int = 0
    answer: AnswerId = ""
    part: PartId = ""
    act: str = ""
    key: str = ""


class Meta(Record, frozen=True, array_like=True):
    """What a modal carries: whose conversation, under which claim, as seen when.

    `channel` and `ts` say which card it was opened from; `turn` is that of its block ids.
    """

    conversation: ConversationId = ""
    seen: int = 0
    fence: int = 0
    answer: AnswerId = ""
    audience: Audience = "public"
    re: MessageId = ""
    part: PartId = ""
    turn: str = ""
    channel: str = ""
    ts: str = ""
    opened: Millis = 0
    key: str = ""


P = TypeVar("P", Press, Meta)


def pack(carried: Press | Meta) -> str:
    """Write what a button or a modal carries as text."""
    return msgspec.json.encode(carried).decode()


def unpack(kind: type[P], text: str) -> P | None:
    """Read it again; None where the text is not ours or from another release."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError):
        return None


def block_of(action: str, conversation: ConversationId, turn: str) -> str:
    """Name an input's block anew for each conversation and turn.

    Slack keeps what was typed where block_id and action_id stay the same: with Next in one modal,
    the answer to one person would land in the box of another.
    """
    return f"{action}:{conversation}:{turn}"[:255]


def element(values: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    """Return an input's state from `view.state.values`, whatever its block is called, or {}."""
    for inputs in values.values():
        if action in inputs:
            found: Mapping[str, Any] = inputs[action]
            return found
    return {}


def typed(values: Mapping[str, Any], action: str) -> str:
    """Return the text typed, the date chosen (as seconds), or the one option's value, or ""."""
    state = element(values, action)
    option = state.get("selected_option") or {}
    moment = state.get("selected_date_time")
    return str(state.get("value") or option.get("value") or (moment or ""))


def chosen(values: Mapping[str, Any], action: str) -> tuple[str, ...]:
    """Return the values of all ticked or selected options."""
    options = element(values, action).get("selected_options") or ()
    return tuple(str(option["value"]) for option in options)


def confirmed(values: Mapping[str, Any]) -> str:
    """Return what was typed and ticked where policy asks for it."""
    return " ".join((typed(values, CONFIRMED), *chosen(values, LEAK))).strip()
