"""The left pane: what stands on X, and what anybody may do there."""

from __future__ import annotations

import re
from typing import Any

from sandbox.x.records import DirectMessage, Post, User
from sandbox.x.world import World

Json = dict[str, Any]
MOST_POSTS = 200
MOST_DIRECT = 300
LONGEST = 4000
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")


class Wrong(Exception):
    """The page asked for something that cannot be; the text says what, for a person."""


def shown(world: World) -> Json:
    """Return everything the left pane shows."""
    granted = {grant.user_id for grant in world.grants.values()}
    newest = sorted(map(int, world.shelf.everything()), reverse=True)
    standing = (post for post in map(world.shelf.get, newest) if world.stands(post))
    posts = [post for post, _ in zip(standing, range(MOST_POSTS), strict=False)]
    return {
        "people": [_person(user, user.id in granted) for user in world.users.values()],
        "posts": [_post(world, post) for post in reversed(posts)],
        "direct": [_direct(world, one) for one in sorted(world.direct, key=_number)[-MOST_DIRECT:]],
    }


def act(world: World, what: str, asked: Json) -> Json:
    """Do what somebody does on X: post, edit, delete, direct or join; raises Wrong."""
    try:
        return _ACTS[what](world, asked)
    except KeyError as missing:
        raise Wrong("That is gone, or was never there.") from missing
    except ValueError as wrong:
        raise Wrong(str(wrong)) from wrong


def answer_to(world: World, post_id: str) -> Post | None:
    """Return the first official reply in the thread of a post, once there is one."""
    granted = {grant.user_id for grant in world.grants.values()}
    if not world.shelf.has(post_id):
        return None
    thread = world.thread(world.shelf.root_of(post_id))
    own = (post for post in thread if post.author_id in granted)
    return next((post for post in own if post.in_reply_to is not None), None)


def _write(world: World, asked: Json) -> Json:
    post = world.post(asked["as"], _text(asked), in_reply_to=asked.get("re") or None)
    return {"id": post.id}


def _edit(world: World, asked: Json) -> Json:
    return {"id": world.edit(asked["post"], _text(asked)).id}


def _delete(world: World, asked: Json) -> Json:
    return {"id": world.delete(asked["post"]).id}


def _dm(world: World, asked: Json) -> Json:
    return {"id": world.dm(asked["as"], asked["to"], _text(asked)).id}


def _join(world: World, asked: Json) -> Json:
    handle = str(asked["handle"]).strip().removeprefix("@")
    name = str(asked.get("name") or handle).strip()[:50]
    if not HANDLE.fullmatch(handle):
        raise Wrong("A handle is 1 to 15 letters, digits or underscores.")
    return {"handle": world.join(handle, name).handle}


_ACTS = {"post": _write, "edit": _edit, "delete": _delete, "direct": _dm, "join": _join}


def _text(asked: Json) -> str:
    text = str(asked["text"]).strip()
    if not text:
        raise Wrong("Write something first.")
    if len(text) > LONGEST:
        raise Wrong(f"At most {LONGEST} characters.")
    return text


def _number(message: DirectMessage) -> int:
    return int(message.id)


def _person(user: User, official: bool) -> Json:
    return {
        "id": user.id,
        "handle": user.handle,
        "name": user.name,
        "mark": user.mark,
        "about": user.description,
        "official": official,
    }


def _post(world: World, post: Post) -> Json:
    return {
        "id": post.id,
        "by": world.users[post.author_id].handle,
        "text": post.text,
        "at": post.written_ms,
        "thread": post.conversation_id,
        "re": post.in_reply_to,
        "edited": len(post.edit_history) > 1,
    }


def _direct(world: World, message: DirectMessage) -> Json:
    return {
        "id": message.id,
        "by": world.users[message.sender_id].handle,
        "to": world.users[message.recipient_id].handle,
        "text": message.text,
        "at": message.written_ms,
        "thread": message.conversation_id,
    }
