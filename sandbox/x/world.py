"""Everything X knows, in memory: anyone can be anyone here.

The methods are synchronous and return records; whoever subscribed hears each change.
Rules that only the API enforces (duplicates, length, who may reply) stand in `rules`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from heapq import merge
from itertools import groupby
from typing import Literal

from sandbox.faults import Faults
from sandbox.x.records import (
    App,
    DirectMessage,
    Grant,
    Mark,
    Post,
    Tier,
    Tokens,
    User,
)
from sandbox.x.shelf import Shelf
from sandbox.x.snowflake import Mint, of_time, time_of

Listener = Callable[[str, object], None]
DM_HISTORY_MS = 30 * 24 * 3600 * 1000
"""How far back direct messages are served (docs.x.com, direct messages lookup)."""


class World:
    """X itself, with a clock of your own: `now` returns UTC milliseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.faults = Faults()
        self.paid = True
        """Whether the apps have credits left; without them X lets nobody in."""
        self.quiet = False
        """Whether a suspended account's own calls pass, and its listings say it with 200."""
        self.echo_first = False
        """When on, the webhooks hear our own post before the create call is answered."""
        self.dressed = True
        """Whether texts leave as X sends them: `&`, `<`, `>` escaped and links as t.co."""
        self.strange: list[object] = []
        """What mentions list besides, as an API does that has grown a kind nobody knows."""
        self.vocabulary: Literal["auto", "tweet", "post"] = "auto"
        """Which field names the API uses; `auto` follows what the caller asked with."""
        self.settled: Callable[[], Awaitable[None]] | None = None
        """Set by the webhooks' deliverer: awaited before answering when `echo_first`."""
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.grants: dict[str, Grant] = {}
        self.shelf = Shelf()
        self.direct: list[DirectMessage] = []
        self.lag_ms = 0
        self._ids: dict[str, str] = {}
        self._mint = Mint()
        self._taken: set[str] = set()
        self._granted = 0
        self._listeners: list[Listener] = []

    # People and apps

    def join(
        self,
        handle: str,
        name: str,
        *,
        id: str | None = None,
        mark: Mark = "none",
        protected: bool = False,
        description: str = "",
        receives_dm: bool = True,
    ) -> User:
        """Let somebody join under a handle that is still free."""
        if handle.lower() in self._ids:
            raise ValueError(f"@{handle} is taken")
        user = User(
            id=id or str(self._mint.next(self.now())),
            handle=handle,
            name=name,
            joined_ms=self.now(),
            mark=mark,
            protected=protected,
            description=description,
            receives_dm=receives_dm,
        )
        self._ids[handle.lower()] = user.id
        self._keep(user)
        self._tell("user.joined", user)
        return user

    def user(self, handle: str) -> User:
        """Return who has this handle; KeyError when nobody has."""
        return self.users[self._ids[handle.removeprefix("@").lower()]]

    def find(self, handle: str) -> User | None:
        """Return who has this handle, if anybody."""
        user_id = self._ids.get(handle.lower())
        return self.users[user_id] if user_id else None

    def rename(self, handle: str, new_handle: str) -> User:
        """Give somebody another handle; their id stays."""
        user = self.user(handle)
        if self._ids.get(new_handle.lower(), user.id) != user.id:
            raise ValueError(f"@{new_handle} is taken")
        del self._ids[handle.lower()]
        self._ids[new_handle.lower()] = user.id
        return self._keep(replace(user, handle=new_handle))

    def accept_dms(self, handle: str, receives_dm: bool) -> User:
        """Let somebody open or close their direct messages."""
        return self._keep(replace(self.user(handle), receives_dm=receives_dm))

    def suspend(self, handle: str, suspended: bool = True) -> User:
        """Suspend an account, or give it back: its posts vanish and its own calls get 403."""
        return self._keep(replace(self.user(handle), suspended=suspended))

    def register(
        self,
        app_id: str,
        consumer_key: str,
        consumer_secret: str,
        *,
        webhook_url: str | None = None,
        tier: Tier = "self_serve",
    ) -> App:
        """Register a developer's app; its webhook is checked by CRC before it hears anything."""
        app = App(app_id, consumer_key, consumer_secret, webhook_url, tier)
        self.apps[app_id] = app
        self._tell("app.registered", app)
        return app

    def grant(self, app: App, handle: str) -> Tokens:
        """Let an app act as somebody: a fresh OAuth 1.0a token and secret."""
        user = self.user(handle)
        self._granted += 1
        tokens = Tokens(f"{user.id}-access{self._granted}", f"secret{self._granted}of{user.id}")
        self.grant_as(app, handle, tokens)
        return tokens

    def grant_as(self, app: App, handle: str, tokens: Tokens) -> None:
        """Let an app act as somebody by credentials that are already written elsewhere."""
        self.grants[tokens.token] = Grant(tokens, app.id, self.user(handle).id)

    def revoke(self, handle: str) -> None:
        """Withdraw every token of somebody; their calls get 401 from now on."""
        user_id = self.user(handle).id
        self.grants = {t: g for t, g in self.grants.items() if g.user_id != user_id}

    # Posts

    def post(
        self,
        handle: str,
        text: str,
        *,
        in_reply_to: str | None = None,
        quotes: str | None = None,
        id: str | None = None,
        at: int | None = None,
        pictures: tuple[str, ...] = (),
    ) -> Post:
        """Let somebody post; `id` and `at` (UTC ms) replay a real post, in any order.

        A parent that is not here yet is the root until it comes.
        """
        number, written = self._number(id, at)
        post = Post(
            id=number,
            author_id=self.user(handle).id,
            text=text,
            written_ms=written,
            arrived_ms=self.now(),
            conversation_id=self.shelf.root_of(in_reply_to) if in_reply_to else number,
            in_reply_to=in_reply_to,
            quotes=quotes,
            edit_history=(number,),
            pictures=pictures,
        )
        self.shelf.put(post)
        self._tell("post.created", post)
        return post

    def edit(self, post_id: str, text: str) -> Post:
        """Replace a post: a new id whose history names every earlier one."""
        old = self._current(post_id)
        number, written = self._number(None, None)
        new = replace(
            old,
            id=number,
            text=text,
            written_ms=written,
            arrived_ms=self.now(),
            edit_history=(*old.edit_history, number),
        )
        self.shelf.change(replace(old, replaced_by=number))
        self.shelf.put(new)
        self._tell("post.edited", new)
        return new

    def delete(self, post_id: str) -> Post:
        """Take a post away, with every version of it."""
        last = self._current(post_id)
        for version in last.edit_history:
            self.shelf.change(replace(self.shelf.get(version), deleted=True))
        gone = self.shelf.get(last.id)
        self._tell("post.deleted", gone)
        return gone

    def posts_by(self, handle: str) -> list[Post]:
        """Return what somebody has standing on X, oldest first."""
        ids = self.shelf.by_author(self.user(handle).id)
        return [p for p in map(self.shelf.get, ids) if self.stands(p)]

    def thread(self, conversation_id: str) -> list[Post]:
        """Return what stands in one conversation, oldest first."""
        posts = map(self.shelf.get, self.shelf.by_conversation(conversation_id))
        return [p for p in posts if self.stands(p)]

    def addressed_to(self, user: User) -> Iterator[int]:
        """Yield the ids of posts that name or answer this user, newest first, once each."""
        named = reversed(self.shelf.naming(user.handle))
        answering = reversed(self.shelf.answering(user.id))
        return (number for number, _ in groupby(merge(named, answering, reverse=True)))

    def stands(self, post: Post) -> bool:
        """Whether a post is the current version, not deleted, and its author not suspended."""
        hidden = post.deleted or post.replaced_by is not None
        return not hidden and not self.users[post.author_id].suspended

    def lag(self, seconds: float) -> None:
        """Let timelines, mentions and search show posts only once they are this old."""
        self.lag_ms = int(seconds * 1000)

    # Direct messages

    def dm(
        self,
        from_handle: str,
        to_handle: str,
        text: str,
        *,
        id: str | None = None,
        at: int | None = None,
        encrypted: bool = False,
    ) -> DirectMessage:
        """Let somebody write to somebody privately; an encrypted one is XChat's."""
        number, written = self._number(id, at)
        sender, recipient = self.user(from_handle), self.user(to_handle)
        message = DirectMessage(number, sender.id, recipient.id, text, written, encrypted)
        self.direct.append(message)
        self._tell("dm.created", message)
        return message

    def dms_between(self, a: str, b: str) -> list[DirectMessage]:
        """Return every direct message between two handles, oldest first."""
        pair = {self.user(a).id, self.user(b).id}
        found = [m for m in self.direct if {m.sender_id, m.recipient_id} == pair]
        return sorted(found, key=lambda m: int(m.id))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call this listener with (what, record) at each change; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, what: str, record: object) -> None:
        for listener in list(self._listeners):
            listener(what, record)

    def _keep(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def _current(self, post_id: str) -> Post:
        post = self.shelf.get(post_id)
        while post.replaced_by is not None:
            post = self.shelf.get(post.replaced_by)
        if post.deleted:
            raise KeyError(post_id)
        return post

    def _number(self, given: str | None, at: int | None) -> tuple[str, int]:
        """Settle a record's id and time, each from the other where only one is given."""
        if given in self._taken:
            raise ValueError(f"{given} exists")
        number, written = self._settled(given, at)
        self._taken.add(number)
        return number, written

    def _settled(self, given: str | None, at: int | None) -> tuple[str, int]:
        if given is not None:
            self._mint.seen(int(given))
            return given, time_of(int(given)) if at is None else at
        if at is None:
            number = self._mint.next(self.now())
            return str(number), time_of(number)
        number = of_time(at)
        while str(number) in self._taken:
            number += 1
        self._mint.seen(number)
        return str(number), at
