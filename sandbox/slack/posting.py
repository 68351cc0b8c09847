"""Saying, changing and deleting messages, with the events that follow."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sandbox.slack.blocks import interactive
from sandbox.slack.facts import Facts
from sandbox.slack.records import Channel, Json, Message
from sandbox.slack.state import Values


class Posting(Facts):
    """The workspace's messages."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.message_values: dict[tuple[str, str, str], Values] = {}
        """(channel, ts, user) → what this person chose in the message's menus."""

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """Copy blocks and give a block_id and an action_id to those that came without."""
        made = deepcopy(blocks)
        for block in made:
            block.setdefault("block_id", self.make_id("b"))
            for _, element in interactive(block):
                element.setdefault("action_id", self.make_id("a"))
        return made

    def put(self, channel: Channel, message: Message) -> Message:
        """Add a message to a channel and tell everybody who may know."""
        message.blocks = self.with_ids(message.blocks)
        channel.said.append(message)
        self.tell("message", channel=channel.id, ts=message.ts)
        if message.ephemeral_to is None:
            self._emit_message(channel, self.as_event(message))
        return message

    def change(self, message: Message, *, silent: bool = False, **changes: Any) -> None:
        """Give a message a new face and keep the old one in `edits`."""
        before = self.as_slack(message)
        message.edits.append(message.face() | {"at": self.now()})
        if "blocks" in changes:
            changes["blocks"] = self.with_ids(changes["blocks"])
        for name, value in changes.items():
            setattr(message, name, value)
        message.edited_at = self.stamp()
        self.tell("changed", channel=message.channel, ts=message.ts)
        if message.ephemeral_to is None and not silent:
            hidden = {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": message.channel,
                "ts": message.edited_at,
                "message": self.as_slack(message),
                "previous_message": before,
            }
            self._emit_message(self.channels[message.channel], hidden)

    def take_away(self, message: Message) -> None:
        """Delete a message."""
        before = self.as_slack(message)
        message.deleted = True
        self.tell("deleted", channel=message.channel, ts=message.ts)
        if message.ephemeral_to is None:
            stamp = self.stamp()
            gone = {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "channel": message.channel,
                "ts": stamp,
                "deleted_ts": message.ts,
                "previous_message": before,
            }
            self._emit_message(self.channels[message.channel], gone)

    def _emit_message(self, channel: Channel, event: Json) -> None:
        kind = {"channels": "channel", "groups": "group", "im": "im"}[channel.scope]
        self.emit(f"message.{channel.scope}", event | {"channel_type": kind}, channel)

    def thread(self, channel: Channel, ts: str) -> list[Message]:
        """Give a parent and its visible replies, oldest first."""
        return [m for m in channel.visible() if ts in (m.ts, m.thread_ts)]

    def as_event(self, message: Message) -> Json:
        """Give the message as the Events API tells of it."""
        return self.as_slack(message) | {"channel": message.channel, "event_ts": message.ts}

    def as_slack(self, message: Message, *, with_metadata: bool = False) -> Json:
        """Give the message object of history."""
        body: Json = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "team": self.users[message.user].team or self.team,
        }
        if message.blocks:
            body["blocks"] = deepcopy(message.blocks)
        if message.by_bot:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id}
            body["bot_profile"] = {"id": self.bot_id, "app_id": self.app_id, "name": "Chancery"}
        if message.edited_at is not None:
            body["edited"] = {"user": message.user, "ts": message.edited_at}
        if message.reactions:
            body["reactions"] = self._reactions(message)
        if message.broadcast:
            body["subtype"] = "thread_broadcast"
        if with_metadata and message.metadata:
            body["metadata"] = deepcopy(message.metadata)
        return body | self._place_in_thread(message)

    def _reactions(self, message: Message) -> list[Json]:
        found: dict[str, list[str]] = {}
        for name, user in message.reactions:
            found.setdefault(name, []).append(user)
        return [{"name": n, "users": users, "count": len(users)} for n, users in found.items()]

    def _place_in_thread(self, message: Message) -> Json:
        channel = self.channels[message.channel]
        if message.thread_ts is not None:
            parent = channel.find(message.thread_ts)
            place: Json = {"thread_ts": message.thread_ts}
            return place | ({"parent_user_id": parent.user} if parent else {})
        replies = [m for m in channel.visible() if m.thread_ts == message.ts]
        if not replies:
            return {}
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": list(dict.fromkeys(m.user for m in replies)),
            "latest_reply": replies[-1].ts,
        }
