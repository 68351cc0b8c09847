"""conversations.*: channels, their members and their history."""

from __future__ import annotations

from sandbox.slack.methods.method import (
    TIER_2,
    TIER_3,
    TIER_4,
    Arguments,
    Method,
    channel_for,
    need_scope,
    page,
)
from sandbox.slack.records import Channel, Json, Message, Problem
from sandbox.slack.world import Workspace

HISTORY = ("channels:history", "groups:history", "im:history")
READ = ("channels:read", "groups:read", "im:read")


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """Give a channel's messages, newest first, without the replies in threads."""
    channel = _readable(workspace, arguments)
    top = [m for m in channel.visible() if m.thread_ts is None or m.broadcast]
    chosen = [m for m in reversed(top) if _within(m, arguments)]
    return _messages(workspace, chosen, arguments, most=999)


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """Give a thread, the parent first."""
    channel = _readable(workspace, arguments)
    ts = arguments.text("ts")
    thread = workspace.thread(channel, ts)
    if not thread:
        raise Problem("thread_not_found")
    parent = [m for m in thread if m.ts == ts]
    chosen = parent + [m for m in thread if m.ts != ts and _within(m, arguments)]
    return _messages(workspace, chosen, arguments, most=1000)


def _messages(workspace: Workspace, chosen: list[Message], arguments: Arguments, most: int) -> Json:
    part, metadata = page(chosen, arguments, most)
    with_metadata = arguments.flag("include_all_metadata")
    shown = [workspace.as_slack(m, with_metadata=with_metadata) for m in part]
    more = bool(metadata["next_cursor"])
    body: Json = {"messages": shown, "has_more": more}
    return body | ({"response_metadata": metadata} if more else {})


def _within(message: Message, arguments: Arguments) -> bool:
    oldest, latest = arguments.maybe("oldest"), arguments.maybe("latest")
    inclusive = arguments.flag("inclusive")
    at, low = float(message.ts), float(oldest or 0)
    high = float(latest) if latest else float("inf")
    return low <= at <= high if inclusive else low < at < high


def _readable(workspace: Workspace, arguments: Arguments) -> Channel:
    channel = channel_for(workspace, arguments.text("channel"))
    need_scope(workspace, f"{channel.scope}:history")
    if workspace.bot_user_id not in channel.members:
        raise Problem("not_in_channel")
    return channel


def info(workspace: Workspace, arguments: Arguments) -> Json:
    """Give one channel."""
    channel = channel_for(workspace, arguments.text("channel"))
    need_scope(workspace, f"{channel.scope}:read")
    body = channel.as_slack(workspace.bot_user_id)
    if not arguments.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


def listing(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the channels the bot can see, of the asked types."""
    return _page_of_channels(workspace, arguments, of=workspace.bot_user_id, only_theirs=False)


def of_user(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the channels a person is in and the bot can see."""
    user = arguments.maybe("user") or workspace.bot_user_id
    if user not in workspace.users:
        raise Problem("user_not_found")
    return _page_of_channels(workspace, arguments, of=user, only_theirs=True)


def _page_of_channels(
    workspace: Workspace, arguments: Arguments, *, of: str, only_theirs: bool
) -> Json:
    types = (arguments.maybe("types") or "public_channel").split(",")
    found = []
    for channel in workspace.channels.values():
        inside = workspace.bot_user_id in channel.members
        visible = inside or not (channel.private or channel.kind == "im")
        skipped = channel.archived and arguments.flag("exclude_archived")
        theirs = of in channel.members or not only_theirs
        if visible and theirs and not skipped and _type(channel) in types:
            found.append(channel.as_slack(workspace.bot_user_id))
    part, metadata = page(found, arguments)
    return {"channels": part, "response_metadata": metadata}


def _type(channel: Channel) -> str:
    if channel.kind == "im":
        return "im"
    return "private_channel" if channel.private else "public_channel"


def members(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the ids of a channel's members."""
    channel = channel_for(workspace, arguments.text("channel"))
    need_scope(workspace, f"{channel.scope}:read")
    part, metadata = page(list(channel.members), arguments)
    return {"members": part, "response_metadata": metadata}


def opening(workspace: Workspace, arguments: Arguments) -> Json:
    """Open the direct messages with one person."""
    users = (arguments.maybe("users") or "").split(",")
    if users == [""]:
        raise Problem("users_list_not_supplied")
    if len(users) > 1:
        raise Problem("not_enough_users" if not users else "method_not_supported_for_channel_type")
    known = [c.id for c in workspace.channels.values() if c.kind == "im"]
    channel = workspace.direct(users[0])
    body = {"channel": {"id": channel.id}}
    return body | {"already_open": True, "no_op": True} if channel.id in known else body


def join(workspace: Workspace, arguments: Arguments) -> Json:
    """Let the bot into a public channel."""
    channel = channel_for(workspace, arguments.text("channel"))
    if channel.private or channel.kind == "im":
        raise Problem("method_not_supported_for_channel_type")
    if channel.archived:
        raise Problem("is_archived")
    if workspace.bot_user_id not in channel.members:
        channel.members.append(workspace.bot_user_id)
        workspace.tell("channel", channel=channel.id)
    return {"channel": channel.as_slack(workspace.bot_user_id)}


METHODS = {
    "conversations.history": Method(history, HISTORY, TIER_3, reads=True),
    "conversations.replies": Method(replies, HISTORY, TIER_3, reads=True),
    "conversations.info": Method(info, READ, TIER_3, reads=True),
    "conversations.list": Method(listing, READ, TIER_2, reads=True),
    "conversations.members": Method(members, READ, TIER_4, reads=True),
    "conversations.open": Method(opening, ("im:write",), TIER_3),
    "conversations.join": Method(join, ("channels:join",), TIER_3),
    "users.conversations": Method(of_user, READ, TIER_3, reads=True),
}
