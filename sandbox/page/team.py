"""The right pane: what one member of the workspace sees, and what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.networks import Wrong
from sandbox.oracle import pushed
from sandbox.slack.payloads import NotThere
from sandbox.slack.records import Channel, Message, Outcome
from sandbox.slack.world import Workspace

Json = dict[str, Any]
MOST_MESSAGES = 150


def shown(workspace: Workspace, user: str) -> Json:
    """Return everything this member sees; raises Wrong for somebody unknown."""
    if user not in workspace.users:
        raise Wrong("Nobody of that name works here.")
    stack = workspace.stacks.get(user, [])
    return {
        "users": [_user(one) for one in workspace.users.values()],
        "channels": [_channel(workspace, one, user) for one in _channels(workspace, user)],
        "view": workspace.open_view(user),
        "depth": len(stack),
        "home": workspace.home(user),
    }


def rung(workspace: Workspace, channel: str, ts: str) -> list[str]:
    """Return whose telephones a new message makes ring."""
    message = workspace.channels[channel].find(ts)
    return sorted(pushed(workspace, message)) if message else []


async def act(workspace: Workspace, asked: Json) -> Json:
    """Do what a member does in the client; raises Wrong where it cannot be done."""
    did = _ACTS.get(str(asked.get("act")))
    if did is None:
        raise Wrong("There is no such act.")
    try:
        outcome = await did(workspace, asked)
    except (NotThere, KeyError, StopIteration) as gone:
        raise Wrong("That is no longer on the screen.") from gone
    return {
        "acknowledged": outcome.acknowledged,
        "problem": outcome.problem,
        "body": outcome.body,
        "ts": outcome.ts,
    }


def escaped(text: str) -> str:
    """Write what a person typed as Slack encodes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _click(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.click(
        asked["user"],
        asked["channel"],
        asked["ts"],
        asked["action"],
        value=asked.get("value"),
        selected=asked.get("selected"),
        block_id=asked.get("block"),
    )


def _click_in_view(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.click_in_view(
        asked["user"],
        asked["action"],
        value=asked.get("value"),
        selected=asked.get("selected"),
        block_id=asked.get("block"),
    )


def _type(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.type_in_view(
        asked["user"], asked["action"], str(asked["text"]), block_id=asked.get("block")
    )


def _options(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    where = {name: str(asked.get(name) or "") for name in ("channel", "ts")}
    return workspace.options(asked["user"], asked["action"], str(asked["text"]), **where)


def _submit(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.submit(asked["user"])


def _close(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.close_view(asked["user"])


def _command(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    command, _, text = str(asked["text"]).partition(" ")
    return workspace.command(asked["user"], asked["channel"], command, text.strip())


def _shortcut(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.shortcut(
        asked["user"], asked["callback"], asked.get("channel"), asked.get("ts")
    )


def _say(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    text = str(asked["text"]).strip()
    if not text:
        raise Wrong("Write something first.")
    return workspace.say(
        asked["user"], asked["channel"], escaped(text), thread_ts=asked.get("thread") or None
    )


def _home(workspace: Workspace, asked: Json) -> Awaitable[Outcome]:
    return workspace.open_home(asked["user"])


_ACTS: dict[str, Callable[[Workspace, Json], Awaitable[Outcome]]] = {
    "click": _click,
    "click_in_view": _click_in_view,
    "type": _type,
    "options": _options,
    "submit": _submit,
    "close": _close,
    "command": _command,
    "shortcut": _shortcut,
    "say": _say,
    "home": _home,
}


def _channels(workspace: Workspace, user: str) -> list[Channel]:
    """List the channels this member can open: a private one only from inside."""
    return [
        place
        for place in workspace.channels.values()
        if user in place.members or (place.kind == "channel" and not place.private)
    ]


def _user(user: Any) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "locale": user.locale,
        "tz": user.tz,
        "bot": user.bot,
        "dnd": user.dnd,
    }


def _channel(workspace: Workspace, place: Channel, user: str) -> Json:
    mine = [m for m in place.said if not m.deleted and m.ephemeral_to in (None, user)]
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "private": place.private,
        "shared": place.shared,
        "archived": place.archived,
        "topic": place.topic,
        "members": list(place.members),
        "messages": [_message(workspace, one, user) for one in mine[-MOST_MESSAGES:]],
    }


def _message(workspace: Workspace, message: Message, user: str) -> Json:
    chosen = workspace.message_values.get((message.channel, message.ts, user), {})
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "mrkdwn": message.mrkdwn,
        "blocks": message.blocks,
        "thread": message.thread_ts if message.thread_ts != message.ts else None,
        "broadcast": message.broadcast,
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited_at is not None,
        "reactions": [{"name": name, "user": who} for name, who in message.reactions],
        "chosen": chosen,
    }
