"""chat.*, reactions.add and the response URLs: what the app says."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from sandbox.slack.blocks import accept_message_blocks
from sandbox.slack.methods.method import (
    SPECIAL,
    TIER_3,
    TIER_4,
    Arguments,
    Method,
    channel_for,
)
from sandbox.slack.records import Channel, Json, Message, Problem
from sandbox.slack.world import Workspace

POST_TEXT = 40_000
UPDATE_TEXT = 4_000
METADATA_BYTES = 16_000
"""Seen in reports of `metadata_too_large`; the documentation gives no figure."""


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    """Post into a channel, a thread or a person's direct messages."""
    channel = where_to_write(workspace, arguments.text("channel"))
    text, blocks = words(arguments, POST_TEXT)
    message = Message(
        ts="",
        channel=channel.id,
        user=workspace.bot_user_id,
        text=text,
        blocks=blocks or [],
        thread_ts=thread_of(channel, arguments.maybe("thread_ts")),
        metadata=metadata_of(arguments),
        by_bot=True,
        broadcast=arguments.flag("reply_broadcast"),
        parse=arguments.maybe("parse") or "none",
        link_names=arguments.flag("link_names"),
        mrkdwn=arguments.flag("mrkdwn", default=True),
    )
    message.ts = workspace.stamp()
    workspace.put(channel, message)
    shown = workspace.as_slack(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    """Show something to one person in a channel; nothing of it is kept in history."""
    channel = where_to_write(workspace, arguments.text("channel"))
    user = arguments.text("user")
    if user not in channel.members:
        raise Problem("user_not_in_channel")
    text, blocks = words(arguments, POST_TEXT)
    message = Message(
        ts=workspace.stamp(),
        channel=channel.id,
        user=workspace.bot_user_id,
        text=text,
        blocks=blocks or [],
        thread_ts=thread_of(channel, arguments.maybe("thread_ts")),
        by_bot=True,
        ephemeral_to=user,
        parse=arguments.maybe("parse") or "none",
        link_names=arguments.flag("link_names"),
    )
    workspace.put(channel, message)
    return {"message_ts": message.ts}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Change an own message: no blocks keeps the old ones, [] clears; parse is `client`."""
    channel = where_to_write(workspace, arguments.text("channel"))
    message = own(workspace, channel, arguments.text("ts"), "cant_update_message")
    kept = "blocks" not in arguments
    text, blocks = words(arguments, UPDATE_TEXT, may_be_empty=kept and bool(message.blocks))
    changes: dict[str, Any] = {
        "text": text,
        "parse": arguments.maybe("parse") or "client",
        "link_names": arguments.flag("link_names"),
    }
    if blocks is not None:
        changes["blocks"] = blocks
    if "metadata" in arguments:
        changes["metadata"] = metadata_of(arguments)
    workspace.change(message, **changes)
    shown = workspace.as_slack(message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    """Delete an own message."""
    channel = channel_for(workspace, arguments.text("channel"))
    message = own(workspace, channel, arguments.text("ts"), "cant_delete_message")
    workspace.take_away(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the address of a message."""
    channel = channel_for(workspace, arguments.text("channel"))
    message = seen(channel, arguments.text("message_ts"))
    place = f"{workspace.address}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    in_thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": place + in_thread}


def add_reaction(workspace: Workspace, arguments: Arguments) -> Json:
    """React to a message, once per name."""
    channel = channel_for(workspace, arguments.text("channel"))
    name = arguments.text("name")
    if workspace.bot_user_id not in channel.members:
        raise Problem("not_in_channel")
    message = seen(channel, arguments.text("timestamp"))
    if (name, workspace.bot_user_id) in message.reactions:
        raise Problem("already_reacted")
    message.reactions.append((name, workspace.bot_user_id))
    workspace.tell("changed", channel=channel.id, ts=message.ts)
    return {}


def where_to_write(workspace: Workspace, name: str) -> Channel:
    """Find the channel to write in: by id, by name, or a person's direct messages."""
    if name in workspace.users:
        return workspace.direct(name)
    bare = name.removeprefix("#")
    by_name = [c.id for c in workspace.channels.values() if c.kind == "channel" and c.name == bare]
    channel = channel_for(workspace, by_name[0] if by_name else name)
    if channel.archived:
        raise Problem("is_archived")
    if workspace.bot_user_id not in channel.members and not may_write_anywhere(workspace):
        raise Problem("not_in_channel")
    return channel


def may_write_anywhere(workspace: Workspace) -> bool:
    """Say whether the bot may write in public channels it is not in."""
    return "chat:write.public" in workspace.scopes


def words(
    arguments: Arguments, most: int, *, may_be_empty: bool = False
) -> tuple[str, list[Json] | None]:
    """Read text and blocks; something must be said and nothing may be too long."""
    text = arguments.maybe("text") or ""
    if len(text) > most:
        raise Problem("msg_too_long")
    blocks = arguments.structure("blocks", "invalid_blocks_format")
    if blocks is not None:
        accept_message_blocks(blocks)
    if not text and not blocks and not may_be_empty:
        raise Problem("no_text")
    return text, blocks


def metadata_of(arguments: Arguments) -> Json | None:
    """Read a message's metadata: an event type and a payload; {} takes it away."""
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise Problem("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(payload, dict):
        raise Problem("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Problem("metadata_too_large")
    return deepcopy(metadata)


def thread_of(channel: Channel, ts: str | None) -> str | None:
    """Find the root of the thread to write in; one whose root was deleted lives on."""
    if ts is None:
        return None
    for message in channel.said:
        if message.ts == ts:
            return message.thread_ts or ts
    raise Problem("thread_not_found")


def own(workspace: Workspace, channel: Channel, ts: str, refusal: str) -> Message:
    """Find a message of the bot's own; an ephemeral one cannot be found again."""
    message = seen(channel, ts)
    if message.user != workspace.bot_user_id:
        raise Problem(refusal)
    return message


def seen(channel: Channel, ts: str) -> Message:
    """Find a message that history shows."""
    message = channel.find(ts)
    if message is None or message.ephemeral_to is not None:
        raise Problem("message_not_found")
    return message


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), 300),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), TIER_4),
    "chat.update": Method(update, ("chat:write",), TIER_3),
    "chat.delete": Method(delete, ("chat:write",), TIER_3),
    "chat.getPermalink": Method(get_permalink, (), SPECIAL, reads=True),
    "reactions.add": Method(add_reaction, ("reactions:write",), TIER_3),
}
