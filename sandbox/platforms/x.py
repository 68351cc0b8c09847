"""X on the demo's stage: what stands there, what anybody may do there, how it misbehaves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from aiohttp import web

from sandbox import cast
from sandbox.cast import Cast
from sandbox.networks import Call, Hear, Json, Looks, Moment, Person, Switch, Wrong, counting, said
from sandbox.x.push import Push
from sandbox.x.records import DirectMessage, Post, User
from sandbox.x.server import app
from sandbox.x.texts import handles_in
from sandbox.x.world import World

MOST_POSTS = 200
MOST_DIRECT = 300
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
PATIENCE_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""How long X waits between tries of a webhook: long enough for a product that starts again."""
LAG_S = 30


def network(now: Callable[[], int]) -> OnX:
    """Make an X of its own."""
    return OnX(World(now))


class OnX:
    """One X, its webhooks included."""

    name = "x"
    looks = Looks(
        title="X",
        about="A look-alike of X. Anyone can be anyone.",
        longest=280,
        letters="Private messages",
        handles="@?[A-Za-z0-9_]{1,15}",
    )

    def __init__(self, world: World, backoff: tuple[float, ...] = PATIENCE_S) -> None:
        self.world = world
        self.push = Push(world, backoff=backoff)

    def app(self) -> web.Application:
        """Return X's API."""
        return app(self.world)

    def enrol(self, cast_: Cast, webhooks: str) -> dict[str, str]:
        """Let the accounts join X and its apps be registered; return the secrets by variable."""
        return cast.on_x(cast_, self.world, webhooks)

    def working(self) -> AbstractAsyncContextManager[object]:
        """Deliver webhooks."""
        return self.push

    async def met(self) -> None:
        """Challenge each app's door until it answers rightly."""
        for one in self.world.apps.values():
            while not await self.push.crc(one):  # noqa: ASYNC110 - the product's door gives no event
                await asyncio.sleep(0.5)

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Tell of each change."""
        return self.world.subscribe(lambda what, _: hear(what))

    def calls(self, hear: Callable[[Call], None]) -> None:
        """Tell of official accounts that speak to somebody unasked."""

        def listen(what: str, record: object) -> None:
            if what != "post.created" or not isinstance(record, Post) or record.in_reply_to:
                return
            if record.author_id in self._official:
                hear(Call(self.name, record.id, frozenset(handles_in(record.text))))

        self.world.subscribe(listen)

    def shown(self) -> Json:
        """Return everything the left pane shows."""
        world = self.world
        newest = sorted(map(int, world.shelf.everything()), reverse=True)
        standing = (post for post in map(world.shelf.get, newest) if world.stands(post))
        posts = [post for post, _ in zip(standing, range(MOST_POSTS), strict=False)]
        letters = sorted(world.direct, key=_number)[-MOST_DIRECT:]
        return {
            "people": [_person(user, user.id in self._official) for user in world.users.values()],
            "posts": [_post(world, post) for post in reversed(posts)],
            "direct": [_direct(world, one) for one in letters],
        }

    def act(self, what: str, asked: Json) -> Json:
        """Do what somebody does on X: post, edit, delete, direct or join; raises Wrong."""
        try:
            return _ACTS[what](self.world, asked)
        except KeyError as missing:
            raise Wrong("That is gone, or was never there.") from missing
        except ValueError as wrong:
            raise Wrong(str(wrong)) from wrong

    def enter(self, person: Person) -> None:
        """Let somebody of a scene join."""
        self.world.join(
            person.handle,
            person.name,
            id=person.id or None,
            mark=person.mark,  # type: ignore[arg-type]  # a scene's own file names the mark
            description=person.description,
            receives_dm=person.receives_dm,
        )

    def known_as(self, id_: str) -> str:
        """Return what the product calls somebody."""
        return f"{self.name}:{id_}"

    def write(self, moment: Moment, re: str, ago_ms: int) -> str:
        """Let somebody of a scene write."""
        at = self.world.now() - ago_ms if ago_ms else None
        if moment.to:
            return self.world.dm(moment.by, moment.to, moment.text, at=at).id
        return self.world.post(moment.by, moment.text, in_reply_to=re or None, at=at).id

    def told(self, post: str) -> tuple[str, str | None]:
        """Return who wrote a post, and the first official reply in its thread."""
        shelf = self.world.shelf
        by = self.world.users[shelf.get(post).author_id].name
        thread = self.world.thread(shelf.root_of(post))
        own = (one for one in thread if one.author_id in self._official and one.in_reply_to)
        return by, next((one.id for one in own), None)

    def switches(self) -> tuple[Switch, ...]:
        """Return how X can be made to misbehave."""
        return _switches(self.world, self.push)

    @property
    def _official(self) -> set[str]:
        return {grant.user_id for grant in self.world.grants.values()}


def _write(world: World, asked: Json) -> Json:
    post = world.post(asked["as"], said(asked), in_reply_to=asked.get("re") or None)
    return {"id": post.id}


def _edit(world: World, asked: Json) -> Json:
    return {"id": world.edit(asked["post"], said(asked)).id}


def _delete(world: World, asked: Json) -> Json:
    return {"id": world.delete(asked["post"]).id}


def _dm(world: World, asked: Json) -> Json:
    return {"id": world.dm(asked["as"], asked["to"], said(asked)).id}


def _join(world: World, asked: Json) -> Json:
    handle = str(asked["handle"]).strip().removeprefix("@")
    name = str(asked.get("name") or handle).strip()[:50]
    if not HANDLE.fullmatch(handle):
        raise Wrong("A handle is 1 to 15 letters, digits or underscores.")
    return {"handle": world.join(handle, name).handle}


_ACTS = {"post": _write, "edit": _edit, "delete": _delete, "direct": _dm, "join": _join}


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
    by = world.users[post.author_id].handle
    return {
        "id": post.id,
        "by": by,
        "text": post.text,
        "at": post.written_ms,
        "thread": post.conversation_id,
        "re": post.in_reply_to,
        "edited": len(post.edit_history) > 1,
        "url": f"https://x.com/{by}/status/{post.id}",
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


def _switches(world: World, push: Push) -> tuple[Switch, ...]:
    def lag(on: bool) -> None:
        world.lag(LAG_S if on else 0)

    def twice(on: bool) -> None:
        push.switches.duplicate = 1 if on else 0

    def reorder(on: bool) -> None:
        push.switches.reorder = on

    def echo(on: bool) -> None:
        world.echo_first = on

    return (
        Switch(
            "x-busy",
            "X: too many requests",
            "X refuses the next three posts with 429. The answer waits and leaves by itself.",
            *counting(world.faults, ("POST /2/tweets",), "busy", 3, 5.0),
        ),
        Switch(
            "x-drop",
            "X: drop after commit",
            "X publishes the next post and hangs up. The answer is looked up, never posted twice.",
            *counting(world.faults, ("POST /2/tweets",), "drop_after", 1, 1.0),
        ),
        Switch(
            "x-slow",
            "X: slow",
            "The next ten calls to X take three seconds each.",
            *counting(world.faults, ("*",), "slow", 10, 3.0),
        ),
        Switch(
            "x-lag",
            "X: lagging timeline",
            f"Timelines show a post only after {LAG_S} seconds, until you switch this off.",
            lag,
            lambda: int(world.lag_ms > 0),
            lasting=True,
        ),
        Switch(
            "x-twice",
            "X: everything twice",
            "Each webhook arrives twice. Each message still gets one card.",
            twice,
            lambda: push.switches.duplicate,
            lasting=True,
        ),
        Switch(
            "x-reorder",
            "X: out of order",
            "Each webhook waits for the next one and arrives after it.",
            reorder,
            lambda: int(push.switches.reorder),
            lasting=True,
        ),
        Switch(
            "x-echo",
            "X: the echo comes first",
            "X tells of our own post by webhook before it answers the call. It is counted once.",
            echo,
            lambda: int(world.echo_first),
            lasting=True,
        ),
    )
