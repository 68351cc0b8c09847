"""What every Web API method has: its arguments, its token, its scopes and its tier."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sandbox.slack.records import Channel, Json, Problem
from sandbox.slack.world import Workspace

Item = TypeVar("Item")
HEADER = "Authorization"
"""The header stands among the arguments: some methods identify the app or person by it."""
TIER_1, TIER_2, TIER_3, TIER_4, SPECIAL = 1, 20, 50, 100, 600
"""Calls a minute (docs.slack.dev/apis/web-api/rate-limits); special: several hundred."""


class Arguments:
    """The arguments of one call, from a form, a query or JSON alike."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name: value for name, value in given.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def text(self, name: str) -> str:
        """Give a required text, or raise Slack's invalid_arguments."""
        if self._given.get(name) in (None, ""):
            raise Problem("invalid_arguments", [f"missing required field: {name}"])
        return str(self._given[name])

    def maybe(self, name: str) -> str | None:
        """Give a text that may be absent."""
        return str(self._given[name]) if self._given.get(name) not in (None, "") else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give a yes or no: true, 1 and "true" are yes."""
        value = self._given.get(name, default)
        return value is True or str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """Give a whole number."""
        try:
            return int(self._given.get(name, default))
        except ValueError:
            raise Problem("invalid_arguments", [f"invalid number: {name}"]) from None

    def structure(self, name: str, bad: str = "invalid_arguments") -> Any:
        """Give a list or object, decoded where it came as a JSON text; None where absent."""
        value = self._given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Problem(bad) from None


@dataclass(frozen=True)
class Method:
    """One method of the Web API."""

    run: Callable[[Workspace, Arguments], Json]
    scopes: tuple[str, ...] = ()
    """The token needs one of these."""
    a_minute: int = TIER_3
    caller: Literal["bot", "app", "user", "none"] = "bot"
    """Whose token it takes."""
    reads: bool = False
    """Whether it only reads: then it finds no argument in a JSON body, as Slack's own do not."""


def page(
    items: list[Item], arguments: Arguments, most: int = 1000, default: int = 100
) -> tuple[list[Item], Json]:
    """Cut one page out of a list; give it and the response_metadata with the next cursor."""
    limit = arguments.number("limit", default) or default
    if not 1 <= limit <= most:
        raise Problem("invalid_limit")
    start = _place(arguments.maybe("cursor"))
    more = start + limit < len(items)
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return items[start : start + limit], {"next_cursor": cursor}


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except ValueError:
        raise Problem("invalid_cursor") from None


def channel_for(workspace: Workspace, name: str) -> Channel:
    """Find a channel as the bot sees it: a private one it is not in does not exist."""
    channel = workspace.channels.get(name)
    if channel is None or (_hidden(channel) and workspace.bot_user_id not in channel.members):
        raise Problem("channel_not_found")
    return channel


def _hidden(channel: Channel) -> bool:
    return channel.private or channel.kind == "im"


def need_scope(workspace: Workspace, *scopes: str) -> None:
    """Raise missing_scope unless the token has one of these."""
    if scopes and not workspace.scopes.intersection(scopes):
        provided = ",".join(sorted(workspace.scopes))
        raise Problem("missing_scope", needed=",".join(scopes), provided=provided)
