"""What Slack remembers: people, channels, messages, views, and the refusals it answers with."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


class Problem(Exception):
    """A call that Slack refuses; `error` is Slack's own word for why."""

    def __init__(self, error: str, messages: Iterable[str] = (), **facts: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.facts = facts

    def as_slack(self) -> Json:
        """Give the body of the refusal as the Web API sends it."""
        body: Json = {"ok": False, "error": self.error, **self.facts}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in self.messages]}
        return body


class TooFast(Exception):
    """A call above Slack's limits: 429 and how many seconds to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds


@dataclass
class User:
    """A member of the workspace."""

    id: str
    name: str
    real_name: str
    locale: str = "sv-SE"
    tz: str = "Europe/Stockholm"
    dnd: bool = False
    guest: bool = False
    bot: bool = False
    deleted: bool = False
    present: bool = True
    """Whether the client is active: `<!here>` reaches only those."""
    team: str = ""
    """Another organisation's team, for a stranger in a shared channel."""

    def as_slack(self, team: str, *, with_locale: bool = False) -> Json:
        """Give the user object of users.info."""
        body: Json = {
            "id": self.id,
            "team_id": self.team or team,
            "is_stranger": bool(self.team),
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.tz,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "email": f"{self.name}@sandbox.invalid",
                "team": team,
            },
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 0,
        }
        return body | ({"locale": self.locale} if with_locale else {})


@dataclass
class Message:
    """One message as it stands now, with how it was asked to be read."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edits: list[Json] = field(default_factory=list)
    """Earlier faces of the message, oldest first: text, blocks, metadata, parse, link_names, at."""
    deleted: bool = False
    by_bot: bool = False
    ephemeral_to: str | None = None
    broadcast: bool = False
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """(name, user id)"""
    parse: str = "none"
    link_names: bool = False
    mrkdwn: bool = True
    edited_at: str | None = None

    def face(self) -> Json:
        """Give what can be edited."""
        return {
            "text": self.text,
            "blocks": deepcopy(self.blocks),
            "metadata": self.metadata,
            "parse": self.parse,
            "link_names": self.link_names,
        }


@dataclass
class Channel:
    """A channel, private channel or direct message, and everything said in it."""

    id: str
    name: str
    private: bool = False
    shared: bool = False
    archived: bool = False
    members: list[str] = field(default_factory=list)
    kind: Literal["channel", "im"] = "channel"
    said: list[Message] = field(default_factory=list)
    """Every message ever, the deleted and the ephemeral too, oldest first."""
    topic: str = ""

    @property
    def scope(self) -> str:
        """Name the scope family: channels, groups or im."""
        if self.kind == "im":
            return "im"
        return "groups" if self.private else "channels"

    def visible(self) -> list[Message]:
        """Give the messages that history shows, oldest first."""
        return [m for m in self.said if not m.deleted and m.ephemeral_to is None]

    def find(self, ts: str) -> Message | None:
        """Find a message that is still there."""
        return next((m for m in self.said if m.ts == ts and not m.deleted), None)

    def as_slack(self, bot: str) -> Json:
        """Give the conversation object."""
        if self.kind == "im":
            other = next((member for member in self.members if member != bot), bot)
            return {"id": self.id, "is_im": True, "user": other, "is_archived": self.archived}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "is_member": bot in self.members,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass
class View:
    """A modal or a Home tab on somebody's screen."""

    id: str
    user: str
    body: Json
    """What the app sent, with block and action ids filled in."""
    hash: str
    root: str
    previous: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    """What stands in the inputs: block id → action id → state element."""
    open: bool = True
    """Still somewhere in its user's stack (a Home tab always is)."""


@dataclass
class Outcome:
    """What came back when a person did something in the client."""

    acknowledged: bool
    status: int | None = None
    """The HTTP status, or None over Socket Mode and where nothing was sent."""
    body: Json = field(default_factory=dict)
    """The acknowledgement's own payload, e.g. a response_action."""
    problem: str | None = None
    """What the person would be told: operation_timeout, missing_input, bad_response:…"""
    ts: str | None = None
    """The message this act posted, if it did."""
    sent: bool = True
    """False where the client kept it to itself (an input that does not dispatch)."""
