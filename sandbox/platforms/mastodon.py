"""Mastodon on the demo's stage: one instance in memory, its API, and what anybody may do there.

It behaves as Mastodon 4.3 does (docs.joinmastodon.org): names in a text are its readers, a direct
post is one that only they see, a repeated key is answered with the same post for an hour.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import regex
from aiohttp import web

from sandbox.cast import Cast
from sandbox.faults import Faults, with_fault
from sandbox.networks import (
    Call,
    Hear,
    Json,
    Looks,
    Moment,
    Person,
    Switch,
    Wrong,
    counting,
    said,
)

DOMAIN = "social.landet.example"
MOST = 500
KEY_KEPT_MS = 3600 * 1000
PAGE = 40
RATE = 300
RATE_MS = 300 * 1000
PUBLIC = ("public", "unlisted")
NAMED = re.compile(
    r"(?<![=/\w])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?(?:@[\w.-]+\w)?)", re.IGNORECASE
)
LINKED = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?:/[!-~]*[\w/#=+-])?", re.IGNORECASE)
HANDLE = re.compile(r"[A-Za-z0-9_]{1,30}(?:@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?")
BREATH_S = 15.0
GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True)
class User:
    """Somebody as this instance knows them."""

    id: str
    acct: str
    name: str
    joined_ms: int
    about: str = ""
    proved: tuple[str, ...] = ()
    """Links that the instance verified both ways (rel=me)."""
    suspended: bool = False
    moved: bool = False
    blocks: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Post:
    """One post as it stands."""

    id: str
    author: str
    text: str
    visibility: str
    written_ms: int
    named: tuple[str, ...]
    re: str = ""
    edited_ms: int = 0
    alts: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True)
class Notice:
    """A notification of a mention."""

    id: str
    to: str
    post: str
    at_ms: int


class World:
    """One instance, with a clock of your own: `now` returns UTC milliseconds."""

    def __init__(self, now: Callable[[], int], domain: str = DOMAIN) -> None:
        self.now = now
        self.domain = domain
        self.faults = Faults()
        self.most = MOST
        self.rate = RATE
        self.users = dict[str, User]()
        self.tokens = dict[str, str]()
        self.posts = dict[str, Post]()
        self.notices = list[Notice]()
        self.strange = list[Json]()
        """What the listing of notifications brings besides, of a kind nobody knows."""
        self.deaf = False
        """Whether nobody is let onto the stream."""
        self.streams = dict[str, list[asyncio.Queue[tuple[str, str]]]]()
        self.adds: str = ""
        """Whom every direct post is shown to as well, by an instance that is not to be trusted."""
        self._keys = dict[tuple[str, str], tuple[str, int]]()
        self._used = dict[str, list[int]]()
        self._listeners: list[Callable[[str, Post | None], None]] = []
        self._last = 0

    # People

    def join(
        self, acct: str, name: str, *, id: str = "", about: str = "", proved: Iterable[str] = ()
    ) -> User:
        """Let somebody join, here or, with an `@`, on another instance."""
        if self.find(acct):
            raise ValueError(f"@{acct} is taken")
        joined = self.now()
        user = User(id or self._mint(), acct, name, joined, about, tuple(proved))
        self.users[user.id] = user
        self._tell("joined", None)
        return user

    def find(self, acct: str) -> User | None:
        """Return who is called so, if anybody."""
        wanted = acct.removeprefix("@").casefold().removesuffix(f"@{self.domain}")
        return next((one for one in self.users.values() if one.acct.casefold() == wanted), None)

    def user(self, acct: str) -> User:
        """Return who is called so; raises KeyError."""
        found = self.find(acct)
        if found is None:
            raise KeyError(acct)
        return found

    def change(self, who: str, **changes: object) -> User:
        """Change somebody: a new handle (`acct`), a block, a suspension."""
        user = replace(self.user(who), **changes)  # type: ignore[arg-type]  # the caller names the fields
        self.users[user.id] = user
        return user

    def grant(self, acct: str, token: str) -> None:
        """Let a token act as somebody."""
        self.tokens[token] = self.user(acct).id

    @property
    def official(self) -> set[str]:
        """The ids of those for whom a token acts."""
        return set(self.tokens.values())

    # Posts

    def post(
        self,
        acct: str,
        text: str,
        *,
        re: str = "",
        visibility: str = "public",
        alts: tuple[str, ...] = (),
        ago_ms: int = 0,
        key: str = "",
    ) -> Post:
        """Let somebody post; whoever is named reads it, and hears of it."""
        author = self.user(acct)
        kept = self._keys.get((author.id, key)) if key else None
        if kept and kept[1] > self.now() - KEY_KEPT_MS:
            return self.posts[kept[0]]
        if re and (re not in self.posts or self.posts[re].gone):
            raise KeyError(re)
        post = Post(
            id=self._mint(ago_ms),
            author=author.id,
            text=text,
            visibility=visibility,
            written_ms=self.now() - ago_ms,
            named=self._named(text, visibility),
            re=re,
            alts=alts,
        )
        self.posts[post.id] = post
        if key:
            self._keys[author.id, key] = post.id, self.now()
        for one in post.named:
            if one != author.id:
                self.notices.append(Notice(self._mint(ago_ms), one, post.id, post.written_ms))
                self._push(one, "notification", self.notices[-1])
        self._push(author.id, "update", post)
        self._tell("posted", post)
        return post

    def edit(self, id_: str, text: str) -> Post:
        """Let its author change a post: it keeps its id."""
        old = self._standing(id_)
        named = tuple(dict.fromkeys((*old.named, *self._named(text, old.visibility))))
        post = replace(old, text=text, edited_ms=self.now(), named=named)
        self.posts[id_] = post
        if post.visibility in PUBLIC:  # nobody is told of a direct post's edit (#28258)
            for one in post.named:
                self._push(one, "status.update", post)
        self._tell("edited", post)
        return post

    def delete(self, id_: str) -> Post:
        """Take a post away, and whatever told of it."""
        post = replace(self._standing(id_), gone=True)
        self.posts[id_] = post
        self.notices = [one for one in self.notices if one.post != id_]
        for one in (*post.named, post.author):
            self._push(one, "delete", post)
        self._tell("deleted", post)
        return post

    def sees(self, user: str, post: Post) -> bool:
        """Whether somebody may read a post."""
        hidden = post.gone or self.users[post.author].suspended
        return not hidden and (post.visibility in PUBLIC or user in (post.author, *post.named))

    def root(self, post: Post) -> Post:
        """Return the first post of a thread, as far as it stands."""
        above = self.above(post)
        return above[0] if above else post

    def above(self, post: Post) -> list[Post]:
        """Return what a post answers, the first one first."""
        found = list[Post]()
        while post.re and not self.posts[post.re].gone:
            post = self.posts[post.re]
            found.insert(0, post)
        return found

    def subscribe(self, hear: Callable[[str, Post | None], None]) -> Callable[[], None]:
        """Call this at each change; returns how to stop."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    def spend(self, user: str) -> tuple[bool, dict[str, str]]:
        """Count one call: whether it may pass, and the headers that tell the caller."""
        now = self.now()
        used = [at for at in self._used.get(user, []) if at > now - RATE_MS]
        free = len(used) < self.rate
        self._used[user] = [*used, now] if free else used
        return free, self.limits(self.rate - len(self._used[user]), now + RATE_MS)

    def limits(self, left: int, until_ms: int) -> dict[str, str]:
        """Return what is said of a limit: the end of it as an ISO time, as only Mastodon does."""
        end = datetime.fromtimestamp(until_ms / 1000, UTC).isoformat(timespec="microseconds")
        return {
            "X-RateLimit-Limit": str(self.rate),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": end.replace("+00:00", "Z"),
        }

    def _named(self, text: str, visibility: str) -> tuple[str, ...]:
        found = [self.find(name) for name in NAMED.findall(text)]
        found += [self.find(self.adds)] if self.adds and visibility == "direct" else []
        return tuple(dict.fromkeys(one.id for one in found if one))

    def _standing(self, id_: str) -> Post:
        post = self.posts[id_]
        if post.gone:
            raise KeyError(id_)
        return post

    def _mint(self, ago_ms: int = 0) -> str:
        self._last = max(self._last + 1, (self.now() - ago_ms) << 16)
        return str(self._last)

    def _tell(self, what: str, post: Post | None) -> None:
        for hear in list(self._listeners):
            hear(what, post)

    def _push(self, user: str, event: str, about: Post | Notice) -> None:
        for stream in self.streams.get(user, ()):
            stream.put_nowait((event, self._told(event, about)))

    def _told(self, event: str, about: Post | Notice) -> str:
        if isinstance(about, Notice):
            return json.dumps(notice_shape(self, about))
        return about.id if event == "delete" else json.dumps(post_shape(self, about))


def length(text: str) -> int:
    """Count as an instance does: links as 23, names without their instance, letters as seen."""
    text = LINKED.sub("x" * 23, text)
    text = NAMED.sub(lambda found: "@" + found[1].partition("@")[0], text)
    return len(GRAPHEME.findall(text))


# How it looks on the wire


def iso(ms: int) -> str:
    """Write a time as Mastodon does."""
    found = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return found.replace("+00:00", "Z")


def account_shape(world: World, user: User) -> Json:
    """Return an Account entity."""
    name, _, _ = user.acct.partition("@")
    return {
        "id": user.id,
        "username": name,
        "acct": user.acct,
        "display_name": user.name,
        "url": f"https://{world.domain}/@{user.acct}",
        "note": f"<p>{html.escape(user.about)}</p>",
        "avatar": f"https://{world.domain}/avatars/{user.id}.png",
        "avatar_static": f"https://{world.domain}/avatars/{user.id}.png",
        "created_at": iso(user.joined_ms),
        "fields": [
            {
                "name": "Web",
                "value": f'<a href="{one}">{one}</a>',
                "verified_at": iso(user.joined_ms),
            }
            for one in user.proved
        ],
        **({"suspended": True} if user.suspended else {}),
        **({"moved": {"id": "1"}} if user.moved else {}),
    }


def content(world: World, text: str) -> str:
    """Dress a text as Mastodon does: paragraphs, line breaks, links cut short for the eye."""
    paragraphs = [one.replace("\n", "<br />") for one in _dressed(world, text).split("\n\n")]
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def _dressed(world: World, text: str) -> str:
    out, at = "", 0
    for found in re.finditer(f"{LINKED.pattern}|{NAMED.pattern}", text, re.IGNORECASE):
        out += html.escape(text[at : found.start()], quote=True)
        out += _link(found[0]) if found[0].startswith("http") else _name(world, found[0])
        at = found.end()
    return out + html.escape(text[at:], quote=True)


def _link(url: str) -> str:
    scheme, _, rest = url.partition("://")
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener noreferrer">'
        f'<span class="invisible">{scheme}://</span><span class="ellipsis">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _name(world: World, name: str) -> str:
    user = world.find(name)
    if user is None:
        return html.escape(name)
    short, url = user.acct.partition("@")[0], f"https://{world.domain}/@{user.acct}"
    return (
        f'<span class="h-card" translate="no"><a href="{url}" class="u-url mention">'
        f"@<span>{short}</span></a></span>"
    )


def post_shape(world: World, post: Post) -> Json:
    """Return a Status entity."""
    author = world.users[post.author]
    url = f"https://{world.domain}/@{author.acct}/{post.id}"
    parent = world.posts.get(post.re)
    parent = None if parent and parent.gone else parent  # a deleted one is forgotten by its replies
    return {
        "id": post.id,
        "created_at": iso(post.written_ms),
        "edited_at": iso(post.edited_ms) if post.edited_ms else None,
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_account_id": parent.author if parent else None,
        "spoiler_text": "",
        "visibility": post.visibility,
        "language": None,
        "uri": url,
        "url": url,
        "content": content(world, post.text),
        "reblog": None,
        "account": account_shape(world, author),
        "media_attachments": [
            {
                "id": str(n),
                "type": "image",
                "url": f"https://files.{world.domain}/{post.id}-{n}.jpg",
                "description": alt or None,
            }
            for n, alt in enumerate(post.alts)
        ],
        "mentions": [
            {
                "id": one,
                "username": world.users[one].acct.partition("@")[0],
                "acct": world.users[one].acct,
                "url": f"https://{world.domain}/@{world.users[one].acct}",
            }
            for one in post.named
        ],
    }


def notice_shape(world: World, notice: Notice) -> Json:
    """Return a Notification entity."""
    post = world.posts[notice.post]
    return {
        "id": notice.id,
        "type": "mention",
        "created_at": iso(notice.at_ms),
        "account": account_shape(world, world.users[post.author]),
        "status": post_shape(world, post),
    }


# The API


class Refuses(Exception):
    """An answer other than success."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


@dataclass(frozen=True)
class Asked:
    """One call: the request, its body, and on whose behalf."""

    request: web.Request
    world: World
    viewer: User
    body: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the path names."""
        return self.request.match_info["id"]

    def post(self) -> Post:
        """Return the post that the path names, if the viewer may read it."""
        found = self.world.posts.get(self.id)
        if found is None or not self.world.sees(self.viewer.id, found):
            raise Refuses(404, "Record not found")
        return found

    def paged(self, every: Iterable[Json]) -> list[Json]:
        """Cut a listing: newest first, before `max_id`, after `since_id`, so many."""
        query = self.request.query
        before, after = int(query.get("max_id", 1 << 80)), int(query.get("since_id", 0))
        found = [one for one in every if after < int(one["id"]) < before]
        found.sort(key=lambda one: -int(one["id"]))
        return found[: min(PAGE, int(query.get("limit", 20)))]


def notifications(asked: Asked) -> object:
    """List the mentions of the viewer."""
    world, me = asked.world, asked.viewer.id
    mine = [one for one in world.notices if one.to == me]
    shown = [one for one in mine if world.sees(me, world.posts[one.post])]
    return asked.paged([*(notice_shape(world, one) for one in shown), *world.strange])


def posts_of(asked: Asked) -> object:
    """List somebody's posts: to themselves all of them."""
    world = asked.world
    every = [one for one in world.posts.values() if one.author == asked.id]
    shown = [one for one in every if world.sees(asked.viewer.id, one)]
    return asked.paged(post_shape(world, one) for one in shown)


def one_post(asked: Asked) -> object:
    """Show one post."""
    return post_shape(asked.world, asked.post())


def context(asked: Asked) -> object:
    """Show what a post answers."""
    world = asked.world
    above = [one for one in world.above(asked.post()) if world.sees(asked.viewer.id, one)]
    return {"ancestors": [post_shape(world, one) for one in above], "descendants": []}


def write(asked: Asked) -> object:
    """Publish a post."""
    body = asked.body
    text, visibility = str(body.get("status") or ""), str(body.get("visibility") or "public")
    if not text.strip():
        raise Refuses(422, "Validation failed: Text can't be blank")
    if length(text) > asked.world.most:
        most = asked.world.most
        raise Refuses(422, f"Validation failed: Text character limit of {most} exceeded")
    try:
        post = asked.world.post(
            asked.viewer.acct,
            text,
            re=str(body.get("in_reply_to_id") or ""),
            visibility=visibility,
            key=asked.request.headers.get("Idempotency-Key", ""),
        )
    except KeyError as missing:
        wrong = "The post you are trying to reply to does not appear to exist."
        raise Refuses(404, wrong) from missing
    return post_shape(asked.world, post)


def take_back(asked: Asked) -> object:
    """Delete a post of the viewer's own."""
    found = asked.world.posts.get(asked.id)
    if found is None or found.gone or found.author != asked.viewer.id:
        raise Refuses(404, "Record not found")
    return post_shape(asked.world, asked.world.delete(asked.id))


def somebody(asked: Asked) -> object:
    """Show a person."""
    found = asked.world.users.get(asked.id)
    if found is None:
        raise Refuses(404, "Record not found")
    return account_shape(asked.world, found)


def bonds(asked: Asked) -> object:
    """Say who blocks and follows whom."""
    me, wanted = asked.viewer.id, asked.request.query.getall("id[]", [])
    people = [asked.world.users[one] for one in wanted if one in asked.world.users]
    return [
        {"id": one.id, "blocked_by": me in one.blocks, "followed_by": me in one.follows}
        for one in people
    ]


def myself(asked: Asked) -> object:
    """Say whose token it is."""
    return account_shape(asked.world, asked.viewer)


def my_app(_: Asked) -> object:
    """Say what the token's app may do."""
    return {"name": "Chancery", "scopes": ["read", "write"]}


def instance(asked: Asked) -> object:
    """Say what the instance is, and its limits."""
    return {
        "domain": asked.world.domain,
        "version": "4.3.4",
        "configuration": {
            "urls": {"streaming": f"wss://{asked.world.domain}"},
            "statuses": {"max_characters": asked.world.most, "characters_reserved_per_url": 23},
        },
    }


def give_up(asked: Asked) -> object:
    """Revoke a token."""
    asked.world.tokens.pop(str(asked.body.get("token")), None)
    return {}


ENDPOINTS: tuple[tuple[str, str, Callable[[Asked], object]], ...] = (
    ("GET", "/api/v1/notifications", notifications),
    ("GET", "/api/v1/accounts/verify_credentials", myself),
    ("GET", "/api/v1/accounts/relationships", bonds),
    ("GET", "/api/v1/accounts/{id}", somebody),
    ("GET", "/api/v1/accounts/{id}/statuses", posts_of),
    ("GET", "/api/v1/statuses/{id}", one_post),
    ("GET", "/api/v1/statuses/{id}/context", context),
    ("POST", "/api/v1/statuses", write),
    ("DELETE", "/api/v1/statuses/{id}", take_back),
    ("GET", "/api/v1/apps/verify_credentials", my_app),
    ("GET", "/api/v2/instance", instance),
    ("POST", "/oauth/revoke", give_up),
)
WRITES = "POST /api/v1/statuses"


def app(world: World) -> web.Application:
    """Return the instance's API, to be served on any host and port."""
    made = web.Application()
    for method, path, act in ENDPOINTS:
        made.router.add_route(method, path, _handler(world, f"{method} {path}", act))
    made.router.add_get("/api/v1/streaming/user", _streaming(world))
    return made


def _viewer(world: World, request: web.Request) -> User:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in world.tokens:
        raise Refuses(401, "The access token is invalid")
    return world.users[world.tokens[token]]


def _let(free: bool) -> None:
    if not free:
        raise Refuses(429, "Too many requests")


def _handler(
    world: World, name: str, act: Callable[[Asked], object]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def carry_out(request: web.Request) -> web.StreamResponse:
        headers: dict[str, str] = {}
        try:
            viewer = _viewer(world, request)
            free, headers = world.spend(viewer.id)
            _let(free)
            body = await request.json() if request.body_exists else {}
            found = act(Asked(request, world, viewer, body))
        except Refuses as refused:
            return web.json_response(
                {"error": refused.error}, status=refused.status, headers=headers
            )
        return web.json_response(found, headers=headers)

    def busy(seconds: float) -> web.Response:
        headers = world.limits(0, world.now() + int(seconds * 1000))
        return web.json_response({"error": "Too many requests"}, status=429, headers=headers)

    async def handle(request: web.Request) -> web.StreamResponse:
        call = name
        if name == WRITES and request.body_exists:
            call = f"{name} {(await request.json()).get('visibility', 'public')}"
        return await with_fault(request, carry_out, world.faults.take(call), busy)

    return handle


def _streaming(world: World) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            viewer = _viewer(world, request)
        except Refuses as refused:
            return web.json_response({"error": refused.error}, status=refused.status)
        if world.deaf:
            return web.Response(status=503)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        stream: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        world.streams.setdefault(viewer.id, []).append(stream)
        try:
            await answer.write(b":)\n")
            while True:
                await answer.write(await _told(stream))
        except ConnectionError:
            pass
        finally:
            world.streams[viewer.id].remove(stream)
        return answer

    return serve


async def _told(stream: asyncio.Queue[tuple[str, str]]) -> bytes:
    try:
        event, data = await asyncio.wait_for(stream.get(), BREATH_S)
    except TimeoutError:
        return b":thump\n"
    return f"event: {event}\ndata: {data}\n\n".encode()


# On the page


def network(now: Callable[[], int]) -> OnMastodon:
    """Make an instance of its own."""
    return OnMastodon(World(now))


class OnMastodon:
    """One Mastodon, as the page and the scene know it."""

    name = "mastodon"
    looks = Looks(
        title="Mastodon",
        about=f"A look-alike of Mastodon, {DOMAIN}. Anyone can be anyone.",
        longest=MOST,
        letters="Direct posts",
        handles="@?[A-Za-z0-9_]{1,30}(@[a-z0-9\\-]+(\\.[a-z0-9\\-]+)+)?",
    )

    def __init__(self, world: World) -> None:
        self.world = world

    def app(self) -> web.Application:
        """Return the instance's API."""
        return app(self.world)

    def enrol(self, cast: Cast, webhooks: str) -> dict[str, str]:
        """Let the accounts join; return the secrets by variable."""
        secrets = dict[str, str]()
        for door in (one for one in cast.doors if one.platform == self.name):
            secrets |= {variable: f"{name}-of-{door.id}" for name, variable in door.secrets.items()}
        for official in (one for one in cast.officials if one.platform == self.name):
            self.world.join(
                official.handle,
                official.title,
                id=official.native_id,
                about="Official account",
                proved=("https://landet.example",),
            )
            for variable in official.secrets.values():
                secrets[variable] = f"token-of-{official.handle}"
                self.world.grant(official.handle, secrets[variable])
        return secrets

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Do nothing by itself: it is asked, and listened to."""
        yield

    async def met(self) -> None:
        """Need to know nobody."""

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        """Tell of each change."""
        return self.world.subscribe(lambda what, _: hear(f"post.{what}"))

    def calls(self, hear: Callable[[Call], None]) -> None:
        """Tell of official accounts that speak to somebody unasked."""

        def listen(what: str, post: Post | None) -> None:
            if what != "posted" or post is None or post.re or post.visibility not in PUBLIC:
                return
            if post.author in self.world.official:
                names = {self.world.users[one].acct.lower() for one in post.named}
                hear(Call(self.name, post.id, frozenset(names)))

        self.world.subscribe(listen)

    def shown(self) -> Json:
        """Return what the page draws."""
        world = self.world
        standing = [one for one in world.posts.values() if not one.gone]
        standing.sort(key=lambda one: int(one.id))
        return {
            "people": [self._person(one) for one in world.users.values()],
            "posts": [self._post(one) for one in standing if one.visibility in PUBLIC],
            "direct": [
                self._letter(one) for one in standing if one.visibility not in PUBLIC and one.named
            ],
        }

    def act(self, what: str, asked: Json) -> Json:
        """Do what somebody does: post, edit, delete, direct or join; raises Wrong."""
        acts = {"post": self._post_as, "direct": self._direct, "join": self._join}
        acts |= {"edit": self._edit, "delete": self._delete}
        try:
            return acts[what](asked)
        except KeyError as missing:
            raise Wrong("That is gone, or was never there.") from missing
        except ValueError as wrong:
            raise Wrong(str(wrong)) from wrong

    def enter(self, person: Person) -> None:
        """Let somebody of a scene join; a government's link is one that was verified."""
        proved = (f"https://{person.handle.partition('@')[2] or DOMAIN}",)
        self.world.join(
            person.handle,
            person.name,
            id=person.id,
            about=person.description,
            proved=proved if person.mark == "government" else (),
        )

    def known_as(self, id_: str) -> str:
        """Return what the product calls somebody: another instance has other ids."""
        return f"{self.name}:{self.world.domain}/{id_}"

    def write(self, moment: Moment, re: str, ago_ms: int) -> str:
        """Let somebody of a scene write."""
        if moment.to:
            text = f"@{moment.to} {moment.text}"
            return self.world.post(moment.by, text, visibility="direct", ago_ms=ago_ms).id
        return self.world.post(moment.by, moment.text, re=re, ago_ms=ago_ms).id

    def told(self, post: str) -> tuple[str, str | None]:
        """Return who wrote a post, and the first official answer in its thread."""
        world, found = self.world, self.world.posts[post]
        root = world.root(found).id
        own = (
            one.id
            for one in world.posts.values()
            if one.author in world.official and one.re and world.root(one).id == root
        )
        return world.users[found.author].name, next(own, None)

    def switches(self) -> tuple[Switch, ...]:
        """Return how it can be made to misbehave."""
        faults, calls = self.world.faults, (f"{WRITES} public", f"{WRITES} direct")

        def deaf(on: bool) -> None:
            self.world.deaf = on

        return (
            Switch(
                "mastodon-busy",
                "Mastodon: too many requests",
                "The instance refuses the next posts with 429. They wait and leave by themselves.",
                *counting(faults, calls, "busy", 2, 5.0),
            ),
            Switch(
                "mastodon-drop",
                "Mastodon: drop after commit",
                "The instance publishes the next post and hangs up. Asked again, it knows the key.",
                *counting(faults, calls, "drop_after", 1, 1.0),
            ),
            Switch(
                "mastodon-deaf",
                "Mastodon: no stream",
                "Nobody is let onto the stream. What people write is found by asking.",
                deaf,
                lambda: int(self.world.deaf),
                lasting=True,
            ),
        )

    def _post_as(self, asked: Json) -> Json:
        return {"id": self.world.post(asked["as"], said(asked), re=asked.get("re") or "").id}

    def _edit(self, asked: Json) -> Json:
        return {"id": self.world.edit(asked["post"], said(asked)).id}

    def _delete(self, asked: Json) -> Json:
        return {"id": self.world.delete(asked["post"]).id}

    def _direct(self, asked: Json) -> Json:
        text = f"@{asked['to']} {said(asked)}"
        return {"id": self.world.post(asked["as"], text, visibility="direct").id}

    def _join(self, asked: Json) -> Json:
        handle = str(asked["handle"]).strip().removeprefix("@")
        name = str(asked.get("name") or handle).strip()[:50]
        if not HANDLE.fullmatch(handle):
            raise Wrong("A handle is letters, digits or underscores, and may name an instance.")
        return {"handle": self.world.join(handle, name).acct}

    def _person(self, user: User) -> Json:
        return {
            "id": user.id,
            "handle": user.acct,
            "name": user.name,
            "mark": "link" if user.proved else "none",
            "about": user.about,
            "official": user.id in self.world.official,
        }

    def _post(self, post: Post) -> Json:
        world = self.world
        return {
            "id": post.id,
            "by": world.users[post.author].acct,
            "text": post.text,
            "at": post.written_ms,
            "thread": world.root(post).id,
            "re": post.re or None,
            "edited": post.edited_ms > 0,
            "url": f"https://{world.domain}/@{world.users[post.author].acct}/{post.id}",
        }

    def _letter(self, post: Post) -> Json:
        by, to = self.world.users[post.author].acct, self.world.users[post.named[0]].acct
        both = "-".join(sorted((by, to)))
        return {
            "id": post.id,
            "by": by,
            "to": to,
            "text": post.text,
            "at": post.written_ms,
            "thread": both,
        }
