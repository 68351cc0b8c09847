"""The posts, found by id, author, conversation and handle named, whatever order they came in."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sandbox.x.records import Post
from sandbox.x.texts import handles_in


class Shelf:
    """Every version of every post, with the lists a timeline is cut from."""

    def __init__(self) -> None:
        self._posts: dict[str, Post] = {}
        self._by_author: defaultdict[str, list[int]] = defaultdict(list)
        self._by_conversation: defaultdict[str, list[int]] = defaultdict(list)
        self._by_handle: defaultdict[str, list[int]] = defaultdict(list)
        self._by_wording: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._answering: defaultdict[str, list[int]] = defaultdict(list)
        self._replies: defaultdict[str, list[int]] = defaultdict(list)

    def has(self, post_id: str) -> bool:
        """Whether a post of this id ever was, deleted ones included."""
        return post_id in self._posts

    def get(self, post_id: str | int) -> Post:
        """Return a post by its id, deleted or not; KeyError when it never was."""
        return self._posts[str(post_id)]

    def root_of(self, post_id: str) -> str:
        """Return the root of the conversation a post belongs to; an unknown one is its own."""
        post = self._posts.get(post_id)
        return post.conversation_id if post else post_id

    def put(self, post: Post) -> None:
        """Keep a new post; replies that came before it learn their true root."""
        number = int(post.id)
        self._posts[post.id] = post
        insort(self._by_author[post.author_id], number)
        insort(self._by_conversation[post.conversation_id], number)
        insort(self._by_wording[(post.author_id, post.text)], number)
        for handle in handles_in(post.text):
            insort(self._by_handle[handle], number)
        if post.in_reply_to is not None:
            insort(self._replies[post.in_reply_to], number)
            self._answer(post)
        for reply in self._replies.get(post.id, ()):
            self._answer(self._posts[str(reply)])
        if post.conversation_id != post.id and post.id in self._by_conversation:
            self._reroot(post.id, post.conversation_id)

    def change(self, post: Post) -> None:
        """Keep a post in a new state; its text, author and thread stay."""
        self._posts[post.id] = post

    def by_author(self, user_id: str) -> Sequence[int]:
        """Return every id of one author, oldest first."""
        return self._by_author[user_id]

    def by_conversation(self, conversation_id: str) -> Sequence[int]:
        """Return every id of one conversation, oldest first."""
        return self._by_conversation[conversation_id]

    def naming(self, handle: str) -> Sequence[int]:
        """Return every post whose text names a handle, oldest first."""
        return self._by_handle[handle.lower()]

    def replies_to(self, post_id: str) -> Sequence[int]:
        """Return every direct reply to a post, oldest first."""
        return self._replies[post_id]

    def answering(self, user_id: str) -> Sequence[int]:
        """Return others' direct replies to any post of a user, oldest first."""
        return self._answering[user_id]

    def worded(self, author_id: str, text: str) -> Sequence[int]:
        """Return every post of one author with exactly this text, oldest first."""
        return self._by_wording[(author_id, text)]

    def everything(self) -> Sequence[int]:
        """Return every id, oldest first."""
        return sorted(map(int, self._posts))

    def _answer(self, reply: Post) -> None:
        """Note whom a reply answers, once its parent is here."""
        parent = self._posts.get(reply.in_reply_to or "")
        if parent is not None and parent.author_id != reply.author_id:
            insort(self._answering[parent.author_id], int(reply.id))

    def _reroot(self, supposed: str, root: str) -> None:
        for number in self._by_conversation.pop(supposed):
            post = self._posts[str(number)]
            self._posts[post.id] = replace(post, conversation_id=root)
            insort(self._by_conversation[root], number)
