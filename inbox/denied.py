"""Why something may not happen: an answer, never an exception."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from inbox.words import Record

Why = Literal[
    "not_allowed",
    "not_your_account",
    "unknown_conversation",
    "unknown_message",
    "unknown_answer",
    "unknown_officer",
    "unknown_tag",
    "unknown_lane",
    "claimed",
    "claim_first",
    "stale_claim",
    "closed",
    "not_closed",
    "not_snoozed",
    "in_the_past",
    "empty",
    "too_long",
    "newer_messages",
    "answer_open",
    "being_sent",
    "already_sent",
    "unsure_first",
    "own_text",
    "not_asked",
    "others_asked",
    "not_cleared",
    "already_cleared",
    "seal_differs",
    "expired",
    "source_needed",
    "confirmation_needed",
    "window_closed",
    "platform_forbids",
    "private_impossible",
    "adds_readers",
    "account_halted",
    "budget_spent",
    "human_first",
    "greeted",
    "off_duty",
    "target_changed",
    "stale_timer",
    "other_epoch",
    "too_late",
    "cannot_retract",
    "unknown_contact",
    "unknown_person",
    "unknown_way",
    "known_already",
    "merged",
    "not_merged",
    "split_first",
    "itself",
    "not_frozen",
    "erased",
    "bad_time_zone",
    "leak",
    "crowded",
    "unknown_reachout",
    "unknown_rung",
    "unknown_template",
    "no_channel",
    "not_verified",
    "public_last",
    "template_only",
    "reason_needed",
    "rung_waits",
    "rung_taken",
    "rung_over",
    "reachout_over",
    "not_by_hand",
    "not_our_post",
]


class Denied(Record, frozen=True):
    """A refusal and its facts, such as `Denied("claimed", {"by": "aj", "since": 1747…})`."""

    why: Why
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
