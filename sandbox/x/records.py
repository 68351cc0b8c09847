"""What X knows, as frozen records: people, apps, posts and direct messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mark = Literal["none", "blue", "business", "government", "parody"]
Tier = Literal["self_serve", "enterprise"]
Access = Literal["read", "read-write", "read-write-directmessages"]
"""What the app's permissions were when its token was granted; told in x-access-level."""


@dataclass(frozen=True)
class User:
    """One account on X; the id never changes, the handle may."""

    id: str
    handle: str
    name: str
    joined_ms: int
    mark: Mark = "none"
    protected: bool = False
    description: str = ""
    receives_dm: bool = True
    suspended: bool = False


@dataclass(frozen=True)
class App:
    """A developer's app: its consumer key and secret sign calls and webhooks."""

    id: str
    consumer_key: str
    consumer_secret: str
    webhook_url: str | None = None
    tier: Tier = "self_serve"


@dataclass(frozen=True)
class Tokens:
    """One user's OAuth 1.0a access token and secret for one app."""

    token: str
    secret: str


@dataclass(frozen=True)
class Grant:
    """Who may act as whom: an access token and what it stands for."""

    tokens: Tokens
    app_id: str
    user_id: str
    access: Access = "read-write-directmessages"


@dataclass(frozen=True)
class Post:
    """One version of a post; an edit is a new post whose history ends in its own id.

    `text` is what the author wrote; the API shows it dressed (see `sandbox.x.texts`).
    Times are UTC milliseconds: when it was written, and when it reached this stand-in.
    """

    id: str
    author_id: str
    text: str
    written_ms: int
    arrived_ms: int
    conversation_id: str
    in_reply_to: str | None = None
    quotes: str | None = None
    edit_history: tuple[str, ...] = ()
    replaced_by: str | None = None
    deleted: bool = False
    pictures: tuple[str, ...] = ()
    """The alternative text of each picture in it."""


@dataclass(frozen=True)
class DirectMessage:
    """One direct message between two people; an encrypted one shows nobody its text."""

    id: str
    sender_id: str
    recipient_id: str
    text: str
    written_ms: int
    encrypted: bool = False

    @property
    def conversation_id(self) -> str:
        """Both user ids, the smaller first, joined by a hyphen, as X names it."""
        return dm_conversation_id(self.sender_id, self.recipient_id)


def dm_conversation_id(one: str, other: str) -> str:
    """Name the one-to-one conversation of two user ids, whoever wrote first."""
    low, high = sorted((one, other), key=int)
    return f"{low}-{high}"
