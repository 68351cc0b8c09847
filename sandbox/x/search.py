"""Recent search, as far as an inbox needs it: words, quotes and a few operators."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from sandbox.x.problems import invalid
from sandbox.x.records import Post
from sandbox.x.texts import handles_in
from sandbox.x.world import World

Test = Callable[[Post], bool]


def search(world: World, query: str) -> Sequence[int]:
    """Return the ids that a query finds, oldest first; refuse one that X would not read.

    Operators: `conversation_id:`, `from:`, `to:`, `in_reply_to_tweet_id:`, `is:reply`,
    `@handle`, each also with a minus before it; words are found in any case.
    """
    try:
        terms = shlex.split(query)
    except ValueError:
        terms = []
    if not terms:
        raise invalid("The `query` query parameter can not be empty", query=query)
    tests = [_test(world, term) for term in terms]
    return [n for n in _candidates(world, terms) if all(t(world.shelf.get(n)) for t in tests)]


def _candidates(world: World, terms: list[str]) -> Sequence[int]:
    for term in terms:
        operator, _, value = term.partition(":")
        if operator == "conversation_id":
            return world.shelf.by_conversation(value)
        user = world.find(value) if operator == "from" else None
        if user is not None:
            return world.shelf.by_author(user.id)
    return world.shelf.everything()


def _test(world: World, term: str) -> Test:
    if term.startswith("-"):
        negated = _test(world, term[1:])
        return lambda post: not negated(post)
    operator, colon, value = term.partition(":")
    if colon and operator in OPERATORS:
        read = OPERATORS[operator]
        return lambda post: read(world, post) == value.lower()
    if term.startswith("@"):
        return lambda post: term[1:].lower() in handles_in(post.text)
    return lambda post: term.lower() in post.text.lower()


def _author(world: World, post: Post) -> str:
    return world.users[post.author_id].handle.lower()


def _answered(world: World, post: Post) -> str | None:
    parent = post.in_reply_to
    if parent is None or not world.shelf.has(parent):
        return None
    return _author(world, world.shelf.get(parent))


def _answers(_: World, post: Post) -> str | None:
    return post.in_reply_to


def _conversation(_: World, post: Post) -> str:
    return post.conversation_id


def _kind(_: World, post: Post) -> str:
    return "reply" if post.in_reply_to else "quote" if post.quotes else ""


OPERATORS: dict[str, Callable[[World, Post], str | None]] = {
    "conversation_id": _conversation,
    "from": _author,
    "to": _answered,
    "in_reply_to_tweet_id": _answers,
    "is": _kind,
}
