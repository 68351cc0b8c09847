"""X's endpoints, each as one function from a verified call to the body of its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from aiohttp import web

from sandbox.x.answers import Answer
from sandbox.x.problems import Refused, forbidden, invalid, not_found, suspended
from sandbox.x.query import Query
from sandbox.x.records import App, DirectMessage, Post, User, dm_conversation_id
from sandbox.x.rules import refusal_of_dm, refusal_of_post
from sandbox.x.search import search
from sandbox.x.shapes import Json
from sandbox.x.world import DM_HISTORY_MS, World

RECENT_MS = 7 * 24 * 3600 * 1000
"""Recent search covers seven days; mentions the newest 800, a user's posts the newest 3,200."""
MOST_MENTIONS = 800
MOST_POSTS = 3_200
ECHO_PATIENCE_S = 5.0


@dataclass(frozen=True)
class Call:
    """One verified call: who makes it, through which app, with which parameters."""

    request: web.Request
    app: App
    viewer: User
    answer: Answer

    @property
    def world(self) -> World:
        """The world it is about."""
        return self.answer.world

    @property
    def query(self) -> Query:
        """The parameters, checked."""
        return self.answer.query

    def path(self, name: str) -> str:
        """Return an id from the path, refused when it is not a number."""
        value = self.request.match_info[name]
        if not value.isdecimal() or len(value) > 19:
            message = f"The `{name}` query parameter value [{value}] is not valid"
            raise invalid(message, **{name: value})
        return value

    async def body(self) -> Json:
        """Return the JSON body, refused when it is none."""
        try:
            body = json.loads(await self.request.read())
        except ValueError:
            raise invalid("The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise invalid("The request body is not a JSON object.")
        return body


async def users_me(call: Call) -> Json:
    """Tell who the caller is."""
    return {"data": call.answer.user(call.viewer)}


async def user_by_id(call: Call) -> Json:
    """Look up one user by id."""
    user_id = call.path("id")
    return _single(call.answer.people([call.world.users.get(user_id)], [user_id], "id"))


async def user_by_handle(call: Call) -> Json:
    """Look up one user by handle."""
    handle = call.request.match_info["username"]
    return _single(call.answer.people([call.world.find(handle)], [handle], "username"))


async def users_by_ids(call: Call) -> Json:
    """Look up to a hundred users up by id."""
    ids = call.query.ids()
    return call.answer.people([call.world.users.get(one) for one in ids], ids, "ids")


async def mentions(call: Call) -> Json:
    """List the newest posts that name a user, or answer one of theirs."""
    user = call.world.users.get(call.path("id"))
    if user is None:
        return {"errors": [not_found("user", "id", call.path("id"))]}
    if user.suspended:
        return {"errors": [suspended("id", user.id)]}
    wanted = call.query.range(5, 100, 10)
    page = call.answer.page(call.world.addressed_to(user), wanted, MOST_MENTIONS)
    strange = call.world.strange
    return page | {"data": [*page.get("data", ()), *strange]} if strange else page


async def posts_of_user(call: Call) -> Json:
    """List the newest posts of a user, their own timeline."""
    user_id = call.path("id")
    if user_id not in call.world.users:
        return {"errors": [not_found("user", "id", user_id)]}
    if call.world.users[user_id].suspended:
        return {"errors": [suspended("id", user_id)]}
    shelf = call.world.shelf
    ids: Iterable[int] = reversed(shelf.by_author(user_id))
    if "replies" in call.query.listed("exclude"):
        ids = (number for number in ids if shelf.get(number).in_reply_to is None)
    return call.answer.page(ids, call.query.range(5, 100, 10), MOST_POSTS)


async def post_by_id(call: Call) -> Json:
    """Look up one post by id."""
    return _single(call.answer.posts(*call.answer.looked_up([call.path("id")], "id")))


async def posts_by_ids(call: Call) -> Json:
    """Look up to a hundred posts up by id."""
    return call.answer.posts(*call.answer.looked_up(call.query.ids(), "ids"))


async def search_recent(call: Call) -> Json:
    """Find posts of the last seven days."""
    page_name = "next_token" if "next_token" in call.query.given else "pagination_token"
    wanted = call.query.range(10, 100, 10, page_name)
    oldest = call.world.now() - RECENT_MS
    found = search(call.world, call.query.given.get("query", ""))
    ids = [n for n in reversed(found) if call.world.shelf.get(n).written_ms >= oldest]
    return call.answer.page(ids, wanted, len(ids))


async def create_post(call: Call) -> Json:
    """Post, reply or quote on behalf of the viewer."""
    body = await call.body()
    text, quotes = _said(body, "text") or "", _said(body, "quote_tweet_id")
    reply = body.get("reply") or {}
    if not isinstance(reply, dict):
        raise invalid("The `reply` field is not an object.")
    parent = _said(reply, "in_reply_to_tweet_id")
    refused = refusal_of_post(call.world, call.app, call.viewer, text, parent)
    if refused is not None:
        raise refused
    post = call.world.post(call.viewer.handle, text, in_reply_to=parent, quotes=quotes)
    await _echoed(call.world)
    shape = call.answer.shapes.post(post)
    history = call.answer.shapes.name("edit_history_tweet_ids")
    return {"data": {name: shape[name] for name in ("id", "text", history)}}


async def delete_post(call: Call) -> Json:
    """Delete one of the viewer's own posts."""
    post_id = call.path("id")
    post = _standing(call.world, post_id)
    if post is None:
        raise Refused(404, not_found("tweet", "id", post_id))
    if post.author_id != call.viewer.id:
        raise forbidden("You are not authorized to delete this Tweet.")
    call.world.delete(post_id)
    return {"data": {"deleted": True}}


async def dm_events(call: Call) -> Json:
    """List the viewer's direct messages of thirty days, over all conversations."""
    return _dm_page(call, None)


async def dm_events_with(call: Call) -> Json:
    """List the viewer's direct messages of thirty days with one person."""
    other = call.path("participant_id")
    return _dm_page(call, dm_conversation_id(call.viewer.id, other))


async def send_dm(call: Call) -> Json:
    """Write to one person privately."""
    other = call.world.users.get(call.path("participant_id"))
    body = await call.body()
    if other is None:
        message = "The `participant_id` query parameter value is not a user that exists"
        raise invalid(message, participant_id=call.path("participant_id"))
    text = _said(body, "text") or ""
    refused = refusal_of_dm(other, text)
    if refused is not None:
        raise refused
    sent = call.world.dm(call.viewer.handle, other.handle, text)
    await _echoed(call.world)
    return {"data": {"dm_conversation_id": sent.conversation_id, "dm_event_id": sent.id}}


def _said(body: Json, name: str) -> str | None:
    """Return a field that has to be a string where it is given."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"The `{name}` field is not a string.", **{name: str(value)})
    return value


def _single(many: Json) -> Json:
    """Turn an answer about a list of one into an answer about that one."""
    return many | {"data": many["data"][0]} if "data" in many else many


def _standing(world: World, post_id: str) -> Post | None:
    post = world.shelf.get(post_id) if world.shelf.has(post_id) else None
    return post if post and not post.deleted else None


def _dm_page(call: Call, conversation_id: str | None) -> Json:
    size = call.query.size(1, 100, 100)
    before = call.query.page() or 1 << 63
    oldest = call.world.now() - DM_HISTORY_MS

    def shown(message: DirectMessage) -> bool:
        mine = call.viewer.id in (message.sender_id, message.recipient_id)
        here = conversation_id in (None, message.conversation_id)
        old = message.written_ms < oldest or int(message.id) >= before
        return mine and here and not old and not message.encrypted

    newest_first = sorted(call.world.direct, key=lambda message: int(message.id), reverse=True)
    page = list(islice(filter(shown, newest_first), size + 1))
    return call.answer.messages(page[:size], more=len(page) > size)


async def _echoed(world: World) -> None:
    """Let the webhooks hear of it before the caller does, where the world says so."""
    if world.echo_first and world.settled is not None:
        await asyncio.wait_for(world.settled(), ECHO_PATIENCE_S)
