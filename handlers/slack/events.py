"""What happens in Slack without a button: Home opened, something typed, channels changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.slack.acts import find, notes, words
from handlers.slack.acts.words import Said
from handlers.slack.board import Board
from handlers.slack.office import Office
from handlers.slack.who import Actor, actor

PLAIN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that somebody typed; the others are edits, joins and the like."""
PLACES = frozenset(
    {
        *("channel_archive", "group_archive", "channel_unarchive", "group_unarchive"),
        *("channel_deleted", "group_deleted"),
        *("channel_left", "group_left", "channel_shared", "channel_unshared"),
        *("member_joined_channel", "member_left_channel"),
    }
)
"""Events that change who reads a channel, or whether we may write there."""
DISMISSED = ("tokens_revoked", "app_uninstalled")
"""Events that say that our token may be dead: Slack is asked."""


async def take(office: Office, board: Board, body: Mapping[str, Any]) -> None:
    """Take in one event; the same event delivered again changes nothing."""
    event: Mapping[str, Any] = body.get("event") or {}
    kind, who = str(event.get("type", "")), actor(body, office.policies)
    if kind == "app_home_opened" and who:
        await find.show_home(office, who)
    elif kind == "message" and event.get("subtype", "") == "message_deleted":
        await board.heard(str(event.get("channel", "")), str(event.get("deleted_ts", "")))
    elif kind in ("message", "app_mention") and event.get("subtype", "") in PLAIN:
        await _typed(office, who, event)
    elif kind in DISMISSED:
        office.afterwards(office.pace.ask())
    elif kind in PLACES:
        channel = event.get("channel")
        await board.heard(str(channel["id"] if isinstance(channel, Mapping) else channel))


async def _typed(office: Office, who: Actor | None, event: Mapping[str, Any]) -> None:
    """Keep what an officer typed under a card as a note; answer what is said to us directly."""
    if who is None or event.get("bot_id"):
        return
    said = Said.read(event)
    if said.thread and (ref := await office.card_at(said.channel, said.thread)):
        place = (said.channel, said.thread, said.ts)
        await notes.typed_under_card(office, who, ref, said.text, place)
    elif said.to_us:
        await words.heard(office, who, said)
