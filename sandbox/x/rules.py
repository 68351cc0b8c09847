"""What X refuses of an app that posts or writes, and in which words.

Since February 2026 a self-serve app may reply only where the author engaged it; a post of its own
that names somebody is no reply, and is taken (docs.x.com, manage posts).
"""

from __future__ import annotations

import warnings
from functools import cache
from types import ModuleType

from sandbox.x.problems import Refused, forbidden, invalid
from sandbox.x.records import App, Post, User
from sandbox.x.texts import handles_in
from sandbox.x.world import World

DUPLICATE_MS = 24 * 3600 * 1000
"""How long the same text stays a duplicate here; X does not publish its own figure."""
DM_CHARACTERS = 10_000
"""docs.x.com, manage direct messages."""

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length "
    "see https://github.com/twitter/twitter-text."
)
NOT_ENGAGED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)
TARGET_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
NO_DM = "You do not have permission to DM one or more participants."


@cache
def _twitter_text() -> ModuleType:
    """Load the library when first asked: its patterns take a fifth of a second to compile."""
    with warnings.catch_warnings():
        # It imports pkg_resources, which says that it is deprecated: nothing we could do about.
        warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
        import twitter_text  # noqa: PLC0415 - the demo is on its feet before anybody writes
    loaded: ModuleType = twitter_text
    return loaded


def refusal_of_post(
    world: World, app: App, author: User, text: str, parent_id: str | None
) -> Refused | None:
    """Return why X would not take this post, or None when it would."""
    if not text:
        return invalid("The `text` field is required and cannot be empty.", text=text)
    if _twitter_text().parse_tweet(text).weightedLength > 280:
        return invalid(TOO_LONG, text=text)
    if parent_id is not None and (reply := _refusal_of_reply(world, app, author, parent_id)):
        return reply
    if _is_duplicate(world, author, text, parent_id):
        return forbidden(DUPLICATE)
    return None


def refusal_of_dm(recipient: User, text: str) -> Refused | None:
    """Return why X would not take this direct message, or None when it would."""
    if not text:
        return invalid("The `text` field is required and cannot be empty.", text=text)
    if len(text) > DM_CHARACTERS:
        return invalid(f"The `text` field is longer than {DM_CHARACTERS} characters.", text="")
    if recipient.suspended or not recipient.receives_dm:
        return forbidden(NO_DM)
    return None


def may_see(world: World, viewer: User, post: Post) -> bool:
    """Whether this viewer may read a post; nobody here follows a protected account."""
    author = world.users[post.author_id]
    return not (post.deleted or author.suspended) and (
        not author.protected or author.id == viewer.id
    )


def engaged(world: World, account: User, author_id: str, conversation_id: str) -> bool:
    """Whether an author has named, answered or quoted an account in a conversation."""
    return any(
        _addresses(world, post, account)
        for post in world.thread(conversation_id)
        if post.author_id == author_id
    )


def _refusal_of_reply(world: World, app: App, author: User, parent_id: str) -> Refused | None:
    parent = world.shelf.get(parent_id) if world.shelf.has(parent_id) else None
    if parent is None or not may_see(world, author, parent):
        return forbidden(TARGET_GONE)
    own = parent.author_id == author.id
    if app.tier == "enterprise" or own:
        return None
    if engaged(world, author, parent.author_id, parent.conversation_id):
        return None
    return forbidden(NOT_ENGAGED)


def _addresses(world: World, post: Post, account: User) -> bool:
    if account.handle.lower() in handles_in(post.text):
        return True
    targets = (target for target in (post.in_reply_to, post.quotes) if target)
    return any(
        world.shelf.has(target) and world.shelf.get(target).author_id == account.id
        for target in targets
    )


def _is_duplicate(world: World, author: User, text: str, parent_id: str | None) -> bool:
    """Whether the author has the same text standing, said to the same person or to nobody."""
    said_to = _addressee(world, parent_id)
    since = world.now() - DUPLICATE_MS
    return any(
        world.stands(post)
        and post.arrived_ms > since
        and _addressee(world, post.in_reply_to) == said_to
        for post in map(world.shelf.get, world.shelf.worded(author.id, text))
    )


def _addressee(world: World, parent_id: str | None) -> str | None:
    if parent_id is None:
        return None
    return world.shelf.get(parent_id).author_id if world.shelf.has(parent_id) else parent_id
