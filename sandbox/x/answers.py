"""How an answer is put together: the data asked for, what it includes, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sandbox.x.problems import not_found, not_yours_to_see, suspended
from sandbox.x.query import Query, Range, token_after
from sandbox.x.records import DirectMessage, Post, User
from sandbox.x.rules import may_see
from sandbox.x.shapes import ALWAYS_DM, ALWAYS_POST, ALWAYS_USER, Json, Shapes
from sandbox.x.world import World

IMPLIED = {
    "author_id": {"author_id"},
    "in_reply_to_user_id": {"in_reply_to_user_id"},
    "referenced_tweets.id": {"referenced_tweets"},
    "referenced_tweets.id.author_id": {"referenced_tweets"},
    "referenced_posts": {"referenced_posts"},
    "referenced_posts.author_id": {"referenced_posts"},
    "entities.mentions.username": {"entities"},
}
"""An expansion brings its field along, asked for or not."""


class Answer:
    """Writes records for one viewer as one query wants them."""

    def __init__(self, world: World, viewer: User, query: Query) -> None:
        self.world = world
        self.viewer = viewer
        self.query = query
        forced = world.vocabulary
        vocabulary = query.vocabulary if forced == "auto" else forced
        self.shapes = Shapes(world, vocabulary, viewer)
        implied = set[str]().union(*(IMPLIED.get(name, set()) for name in query.expansions))
        self._post_fields = self._named(ALWAYS_POST | query.post_fields | implied)
        self._user_fields = self._named(ALWAYS_USER | query.listed("user.fields"))
        dm_fields = query.listed("dm_event.fields") | (query.expansions & {"sender_id"})
        self._dm_fields = ALWAYS_DM | dm_fields

    def _named(self, fields: set[str]) -> set[str]:
        return {self.shapes.name(field) for field in fields}

    def post(self, post: Post) -> Json:
        """Write a post with the fields asked for."""
        return _only(self.shapes.post(post), self._post_fields)

    def user(self, user: User) -> Json:
        """Write a user with the fields asked for."""
        return _only(self.shapes.user(user), self._user_fields)

    def dm(self, message: DirectMessage) -> Json:
        """Write a direct message event with the fields asked for."""
        return _only(self.shapes.dm(message), self._dm_fields)

    def posts(self, posts: Sequence[Post], errors: Sequence[Json] = ()) -> Json:
        """Write a list of posts with its includes and errors."""
        missing = [*errors, *self._missing_references(posts)]
        body: Json = {"data": [self.post(post) for post in posts]} if posts else {}
        return body | _named_if("includes", self._included(posts)) | _named_if("errors", missing)

    def page(self, ids: Iterable[int], wanted: Range, most: int) -> Json:
        """Write one page of a listing whose ids come newest first, of the newest `most` posts.

        A lagging timeline does not show what arrived too recently.
        """
        found = islice(self._listed(ids, wanted, most), wanted.size + 1)
        posts = list(found)
        shown, more = posts[: wanted.size], len(posts) > wanted.size
        meta: Json = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0].id, "oldest_id": shown[-1].id}
        if more:
            meta["next_token"] = token_after(shown[-1].id)
        return self.posts(shown) | {"meta": meta}

    def looked_up(self, ids: Iterable[str], parameter: str) -> tuple[list[Post], list[Json]]:
        """Return the posts of these ids that may be seen, and the errors for the others."""
        posts: list[Post] = []
        errors: list[Json] = []
        for post_id in ids:
            post = self._seen(post_id)
            if post is not None:
                posts.append(post)
            else:
                errors.append(self._unseen(post_id, parameter))
        return posts, errors

    def people(self, found: Sequence[User | None], sought: Sequence[str], parameter: str) -> Json:
        """Write users found by ids or handles, beside errors for those that were not."""
        users = [user for user in found if user and not user.suspended]
        errors = [
            suspended(parameter, value) if user else not_found("user", parameter, value)
            for user, value in zip(found, sought, strict=True)
            if user is None or user.suspended
        ]
        body: Json = {"data": [self.user(user) for user in users]} if users else {}
        return body | _named_if("errors", errors)

    def _listed(self, ids: Iterable[int], wanted: Range, most: int) -> Iterable[Post]:
        arrived_by = self.world.now() - self.world.lag_ms
        for number in islice(ids, most):
            if number <= wanted.since:
                return
            post = self.world.shelf.get(number)
            ready = not self.world.lag_ms or post.arrived_ms <= arrived_by
            if number < wanted.until and ready and self._shows(post):
                yield post

    def _shows(self, post: Post) -> bool:
        return post.replaced_by is None and may_see(self.world, self.viewer, post)

    def _seen(self, post_id: str) -> Post | None:
        post = self.world.shelf.get(post_id) if self.world.shelf.has(post_id) else None
        return post if post and may_see(self.world, self.viewer, post) else None

    def _unseen(self, post_id: str, parameter: str) -> Json:
        post = self.world.shelf.get(post_id) if self.world.shelf.has(post_id) else None
        if post and not post.deleted and self.world.users[post.author_id].protected:
            return not_yours_to_see("tweet", parameter, post_id)
        return not_found("tweet", parameter, post_id)

    def _wants_references(self) -> bool:
        wanted = {"referenced_tweets.id", "referenced_tweets.id.author_id", "referenced_posts"}
        return bool(self.query.expansions & wanted)

    def _missing_references(self, posts: Sequence[Post]) -> list[Json]:
        if not self._wants_references():
            return []
        targets = {t: None for post in posts for _, t in self.shapes.references(post)}
        missing = [target for target in targets if self._seen(target) is None]
        return [self._unseen(target, "referenced_tweets.id") for target in missing]

    def _included(self, posts: Sequence[Post]) -> Json:
        quoted: dict[str, Post] = {}
        if self._wants_references():
            for post in posts:
                for _, target in self.shapes.references(post):
                    seen = self._seen(target)
                    if seen is not None:
                        quoted[seen.id] = seen
        people = self._people_around(posts, list(quoted.values()))
        media = "attachments.media_keys" in self.query.expansions
        pictures = [one for post in posts for one in self.shapes.media(post) if media]
        return (
            _named_if("users", [self.user(self.world.users[one]) for one in people])
            | _named_if(self.shapes.name("tweets"), [self.post(post) for post in quoted.values()])
            | _named_if("media", pictures)
        )

    def _people_around(self, posts: Sequence[Post], quoted: Sequence[Post]) -> list[str]:
        wanted = self.query.expansions
        people: dict[str, None] = {}
        if "author_id" in wanted:
            people |= dict.fromkeys(post.author_id for post in posts)
        if wanted & {"referenced_tweets.id.author_id", "referenced_posts.author_id"}:
            people |= dict.fromkeys(post.author_id for post in quoted)
        for post in posts:
            shape = self.shapes.post(post)
            if "in_reply_to_user_id" in wanted and "in_reply_to_user_id" in shape:
                people[shape["in_reply_to_user_id"]] = None
            if "entities.mentions.username" in wanted:
                mentions = shape.get("entities", {}).get("mentions", [])
                people |= dict.fromkeys(mention["id"] for mention in mentions)
        return list(people)

    def messages(self, messages: Sequence[DirectMessage], more: bool) -> Json:
        """Write a page of direct message events, newest first."""
        meta: Json = {"result_count": len(messages)}
        if more:
            meta["next_token"] = token_after(messages[-1].id)
        body: Json = {"data": [self.dm(message) for message in messages]} if messages else {}
        people: dict[str, None] = {}
        if "sender_id" in self.query.expansions:
            people |= dict.fromkeys(message.sender_id for message in messages)
        users = [self.user(self.world.users[one]) for one in people]
        return body | _named_if("includes", _named_if("users", users)) | {"meta": meta}


def _only(shape: Json, fields: set[str]) -> Json:
    return {name: value for name, value in shape.items() if name in fields}


def _named_if(name: str, value: Any) -> Json:
    return {name: value} if value else {}
