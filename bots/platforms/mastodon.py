"""Mastodon and its relatives: mentions and direct posts, polled, and streamed where asked for.

An id holds its instance (`mastodon:social.example/110…`): another instance calls somebody else so.
Facts are those of docs.joinmastodon.org (August 2026) unless a line says otherwise.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import aiohttp
import msgspec
import regex
from msgspec.structs import replace
from multidict import CIMultiDict

from bots.contract import (
    Batch,
    Bot,
    Busy,
    Door,
    Locked,
    News,
    NoPushes,
    Odd,
    Ours,
    Refused,
    Wiring,
)
from bots.outcomes import REQUEST, Declined, number, of_status, of_transport
from inbox.answers.compose import names
from inbox.conversations.commands import MarkDeleted, MarkEdited, Receive
from inbox.words import (
    Account,
    AccountId,
    Audience,
    Budget,
    Finding,
    Media,
    Message,
    MessageId,
    Millis,
    Part,
    PartId,
    Person,
    PersonId,
    Profile,
    Reach,
    Record,
    Ref,
    RefusedWhy,
    Verdict,
)

Json: TypeAlias = Mapping[str, Any]

CHARACTERS = 500
"""Characters of a post where the instance does not say otherwise."""
LINK_COUNTS = 23
"""Characters that any link counts (`characters_reserved_per_url`)."""
LINK = regex.compile(
    r"(?<![\w@/])https?://(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/[!-~]*[\w/=#+-])?", re.IGNORECASE
)
DOMAIN = regex.compile(r"(?<![\w/=])(@\w[\w.-]*)@[\w.-]*\w")
"""A name with its instance: only what stands before the instance is counted."""
GRAPHEME = regex.compile(r"\X")
PAGE = 40
"""The most notifications or posts that a page holds."""
FIRST_LOOK: Millis = 3600 * 1000
WATCHED = 100
"""How many of the latest mentions are looked at again, for edits and deletions."""
WATCH_FOR: Millis = 24 * 3600 * 1000
RECHECK: Millis = 15 * 60 * 1000
"""How often all of them are: those on the newest page are each time."""
GONE = 20
"""How many of the latest deletions are told again: what was set aside may be taken in later."""
REMEMBERED = 1000
"""How many posts' roots are remembered, so that a thread is asked for once."""
STREAM_FOR = 60.0
"""Seconds of streaming between two polls: a stream tells of no edit of a direct post (#28258)."""
STREAM_LEAST = 5.0
"""Seconds that a stream must have lasted: one that ends at once would make the poll a storm."""
SILENCE = 45.0
"""Seconds of silence after which a stream is dead: it sends something every 15."""
ASKED_EVERY: Millis = 3600 * 1000
"""How long the instance's own limits are believed."""
MEDIA_MOST = 20 * 1024 * 1024
PUBLIC = ("public", "unlisted")
"""What anybody may read; any other visibility, an unknown one too, is private."""
REFUSALS: tuple[tuple[str, RefusedWhy | None], ...] = (
    ("character limit", "too_long"),
    ("too long", "too_long"),
    ("reply to does not", "gone"),
    ("outside the authorized scopes", None),
    ("login is currently disabled", None),
    ("pending", None),
    ("suspended", None),
    ("blocked", "blocked"),
)
"""What an instance says when it will not, in lower case; None: our account is locked out."""
WRONG = (KeyError, TypeError, ValueError, AttributeError)
"""What a payload raises in which something is missing, or is of another kind."""
SCOPES = ("read", "write")
LOCKED = (
    "See whether the account is suspended; else make the token anew in its instance's settings."
)


def count(text: str) -> int:
    """Count as Mastodon does: letters as readers see them, links as 23, names without instance."""
    short = LINK.sub("x" * LINK_COUNTS, text)
    return len(GRAPHEME.findall(DOMAIN.sub(r"\1", short)))


PROFILE = Profile(
    platform="mastodon",
    title="Mastodon",
    audiences=("public", "private"),
    count=count,
    limits={"public": CHARACTERS, "private": CHARACTERS},
    starts=("public", "private"),
    repeatable=True,
    instances=True,
    page="https://{server}/@{user}",
    edits=True,
    deletes=True,
    retracts=True,
    adds_mentioned=True,
    budgets={
        "read": (Budget(300, 300),),
        "post": (Budget(300, 3 * 3600),),
        "dm": (Budget(300, 3 * 3600),),
        "delete": (Budget(30, 1800),),
    },
    app_secrets=("client_id", "client_secret"),
    account_secrets=("token",),
)
"""What it can do. Pictures cannot be sent yet. The key is known to an instance for an hour."""


def connect(account: Account, secrets: Mapping[str, str], wiring: Wiring) -> Bot:
    """Make the bot of one account.

    Secrets: `token`, and its app's `client_id` and `client_secret` by which it is given up.
    """
    return MastodonBot(account, secrets, wiring)


def door(secrets: Mapping[str, str], ours: Ours) -> Door | None:
    """Nothing is pushed: the door only reads again what was set aside."""
    del secrets
    return NoPushes(lambda me, raw: Batch(tuple(read_again(raw, me, ours))))


class Watched(Record, frozen=True):
    """A mention that may yet be edited or deleted."""

    status: str
    notice: str
    written: Millis
    edited: Millis = 0


class Places(Record, frozen=True):
    """The cursor: how far mentions and our own posts were read, and what is watched."""

    since: Millis
    """When we first looked, or an hour before."""
    mentions: str = ""
    posts: str = ""
    watched: tuple[Watched, ...] = ()
    gone: tuple[str, ...] = ()
    rechecked: Millis = 0


class Told(Record, frozen=True):
    """One post as an instance showed it to an account; on the wire it is what is kept raw."""

    instance: str
    root: str
    status: Any

    @property
    def id(self) -> str:
        """The instance's id of the post."""
        return str(self.status["id"])


class MastodonBot:
    """The bot of one account on its instance; never retries, sleeps, stores or logs."""

    def __init__(self, account: Account, secrets: Mapping[str, str], wiring: Wiring) -> None:
        self.profile = PROFILE
        self._account = account
        self._me = account.native_id
        self._secrets = secrets
        self._wiring = wiring
        self._host = urlsplit(account.instance).hostname or ""
        self._base = wiring.api_url or account.instance
        self._stream_at = self._base
        self._domains = {self._host}
        self._media = {self._base}
        self._asked: Millis = 0
        self._roots = dict[str, str]()
        self._strays = list[Any]()

    # Reading

    async def listen(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield mentions, our own posts, edits and deletions; then, for a while, what is streamed.

        The stream is opened before the poll, so that nothing falls between them; it moves no
        cursor, so that the next poll finds what it may have lost.
        """
        await self._learn()
        async with self._streaming() as stream:
            began, kept = self._wiring.clock(), cursor or ""
            async for batch in self._polled(cursor, began):
                kept = batch.cursor
                yield batch
            self.profile = replace(self.profile, poll_every=1 if stream else PROFILE.poll_every)
            if stream:
                opened_at = asyncio.get_running_loop().time()
                async for news in self._streamed(stream):
                    yield Batch(news, kept, began)
                if asyncio.get_running_loop().time() - opened_at < STREAM_LEAST:
                    self.profile = replace(self.profile, poll_every=PROFILE.poll_every)

    async def _polled(self, cursor: str | None, began: Millis) -> AsyncIterator[Batch]:
        places = opened(cursor, began)
        if cursor is None:  # the first look begins here, however long the instance is busy
            yield Batch((), keep(places))
        shown = [one async for one in self._notices(places, began)]
        fresh = sorted((n for n in shown if place(n) > key(places.mentions)), key=place)
        for notice in fresh:
            news, watched = await self._mention(notice)
            places = replace(
                places,
                mentions=str(notice["id"]),
                watched=(*places.watched, *watched)[-WATCHED:],
            )
            yield Batch(news, keep(places))
        async for news, places in self._changes(shown, places, began):  # noqa: B020 - it goes on
            yield Batch(news, keep(places))
        async for news, places in self._echoes(places):  # noqa: B020 - it goes on
            yield Batch(news, keep(places))
        strays, self._strays = self._strays, []
        yield Batch(tuple(self._odd(one, KeyError("id")) for one in strays), keep(places), began)

    async def _page(self, path: str, params: Mapping[str, str]) -> list[Json]:
        """Return what stands on a page with an id and a time; the rest is odd, and told at the end.

        Everything goes by the ids: a page with one thing that has none would never be read.
        """
        page = await self._get(path, params)
        self._strays += [one for one in page if not dated(one)]
        return [one for one in page if dated(one)]

    async def _notices(self, places: Places, began: Millis) -> AsyncIterator[Json]:
        """Yield the mentions on show, newest first: down to where we were, or to all we watch."""
        whole = began - places.rechecked >= RECHECK
        oldest = [one.notice for one in places.watched if one.written > began - WATCH_FOR]
        down = min([places.mentions, *(oldest if whole else [])], key=key)
        params = {"types[]": "mention", "limit": str(PAGE), "include_filtered": "true"}
        while True:
            page = await self._page("/api/v1/notifications", params)
            for notice in page:
                if notice.get("type") == "mention" and millis(notice["created_at"]) > places.since:
                    yield notice
            ended = not page or millis(page[-1]["created_at"]) <= places.since
            if ended or key(str(page[-1]["id"])) <= key(down):
                return
            params["max_id"] = str(page[-1]["id"])

    async def _mention(self, notice: Json) -> tuple[tuple[News | Odd, ...], tuple[Watched, ...]]:
        """Return a notification as news where it is ours to take in, and what to watch."""
        status = notice.get("status") or {}
        try:
            if not self._is_home(status):
                return (), ()
            news = await self._news(status)
            edited = millis(status.get("edited_at"))
            one = Watched(
                str(status["id"]), str(notice["id"]), millis(status["created_at"]), edited
            )
        except WRONG as error:
            return (self._odd(notice, error),), ()
        return news, (one,)

    def _is_home(self, status: Json) -> bool:
        """Say whether a post is this account's to take in, not a sister's nor one of our own.

        It belongs to whom it answers, else to the first of us it names: so it is taken in once.
        """
        ours = self._wiring.ours
        named = (str(one["id"]) for one in status["mentions"])
        homes = [one for one in (str(status["in_reply_to_account_id"]), *named) if one in ours]
        return str(status["account"]["id"]) not in ours and homes[:1] in ([], [self._me])

    async def _changes(
        self, shown: list[Json], places: Places, began: Millis
    ) -> AsyncIterator[tuple[tuple[News | Odd, ...], Places]]:
        """Yield what was edited or deleted among the watched, as far down as was read."""
        standing = {str(one["status"]["id"]): one["status"] for one in shown if readable(one)}
        read = [key(str(one["id"])) for one in shown]
        whole = began - places.rechecked >= RECHECK
        left, news, gone = list[Watched](), list[News | Odd](), list(places.gone)
        for one in places.watched:
            status = standing.get(one.status)
            within = whole or (read and key(one.notice) >= min(read))
            if status is None and within and await self._is_gone(one.status):
                gone.append(one.status)
                continue
            edited = millis(status.get("edited_at")) if status else 0
            if status and edited > one.edited:
                news += await self._news(status)
                one = replace(one, edited=edited)  # noqa: PLW2901 - as it stands now
            left.append(one)
        gone = gone[-GONE:]
        news += [News(self._me, MarkDeleted(self._id(one)), one.encode()) for one in gone]
        kept = [one for one in left if one.written > began - WATCH_FOR]
        rechecked = began if whole else places.rechecked
        yield (
            tuple(news),
            replace(places, watched=tuple(kept), gone=tuple(gone), rechecked=rechecked),
        )

    async def _is_gone(self, status: str) -> bool:
        """Ask: a mention may only be hidden, by a filter or a block."""
        try:
            await self._get(f"/api/v1/statuses/{status}")
        except Refused as refused:
            return refused.why == "gone"
        return False

    async def _echoes(self, places: Places) -> AsyncIterator[tuple[tuple[News | Odd, ...], Places]]:
        """Yield our own posts since we last looked, the oldest first; boosts are none."""
        found = [one async for one in self._own(places.posts, places.since)]
        for status in sorted(found, key=place):
            news = () if status.get("reblog") else await self._news(status)
            places = replace(places, posts=str(status["id"]))
            yield news, places

    async def _own(self, down: str, since: Millis) -> AsyncIterator[Json]:
        """Yield our own posts, newest first, after one of them or a time."""
        params = {"limit": str(PAGE)}
        while True:
            page = await self._page(f"/api/v1/accounts/{self._me}/statuses", params)
            for status in page:
                if key(str(status["id"])) <= key(down) or millis(status["created_at"]) <= since:
                    if not status.get("pinned"):
                        return
                else:
                    yield status
            if not page:
                return
            params["max_id"] = str(page[-1]["id"])

    async def _news(self, status: Json) -> tuple[News | Odd, ...]:
        """Return a post as news; what is none that we understand is odd, and stops nothing."""
        try:
            told = Told(self._host, await self._root(status), status)
            return tuple(of_status_told(told, self._me, self._account.id, self._wiring.ours))
        except WRONG as error:
            return (self._odd(status, error),)

    def _odd(self, payload: Any, error: Exception) -> Odd:
        raw = msgspec.json.encode({"instance": self._host, "root": "", "status": payload})
        return Odd(self._me, raw, f"no post: {type(error).__name__}")

    async def _root(self, status: Json) -> str:
        """Return a public post's root, asked for once; "" where nobody can say it.

        A thread is asked for only where no post of it is known.
        """
        id_, parent = str(status["id"]), status.get("in_reply_to_id")
        if not parent or status["visibility"] not in PUBLIC:
            return id_
        root = self._roots.get(id_) or self._roots.get(str(parent))
        if root is None:
            try:
                above = (await self._get(f"/api/v1/statuses/{id_}/context"))["ancestors"]
            except Refused:
                above = []
            root = str(above[0]["id"]) if above else ""
            self._roots |= {str(one["id"]): root for one in above}
        self._roots[id_] = root or id_
        self._roots = dict(list(self._roots.items())[-REMEMBERED:])
        return root

    # Streaming

    @asynccontextmanager
    async def _streaming(self) -> AsyncIterator[aiohttp.StreamReader | None]:
        """Open the stream where the account wants one and the instance has one, else poll."""
        if self._account.receive != "stream":
            yield None
            return
        url = f"{self._stream_at}/api/v1/streaming/user"
        patience = aiohttp.ClientTimeout(total=None, connect=5, sock_read=SILENCE)
        calling = self._wiring.http.get(
            url, headers=self._bearer, timeout=patience, allow_redirects=False
        )
        try:
            response = await calling
        except (aiohttp.ClientError, OSError):
            yield None
            return
        try:
            yield response.content if response.status == 200 else None
        finally:
            response.close()

    async def _streamed(self, stream: aiohttp.StreamReader) -> AsyncIterator[tuple[News, ...]]:
        """Yield what the stream tells, for a minute or until it ends."""
        clock = asyncio.get_running_loop().time
        event, until = "", clock() + STREAM_FOR
        try:
            while line := await asyncio.wait_for(stream.readline(), max(0, until - clock())):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                event = value if name == "event" else event
                if name == "data" and (news := await self._event(event, value)):
                    yield news
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return  # the poll finds what the stream lost

    async def _event(self, event: str, data: str) -> tuple[News, ...]:
        """Read one event; what is odd in it the poll reads again, and sets aside."""
        if event == "delete":
            return (News(self._me, MarkDeleted(self._id(data.strip())), data.encode()),)
        if event not in ("notification", "update", "status.update"):
            return ()
        try:
            told = msgspec.json.decode(data)
            status = told.get("status") if event == "notification" else told
            mine = str(status["account"]["id"]) == self._me
            named = any(str(one["id"]) == self._me for one in status["mentions"])
            wanted = (named and self._is_home(status)) or (mine and not status.get("reblog"))
            news = await self._news(status) if wanted else ()
            return tuple(one for one in news if isinstance(one, News))
        except (*WRONG, Busy):
            return ()

    # Sending

    async def send(self, part: Part, key: PartId) -> Ref:
        """Publish one part under its key: the instance answers a repeated one with the same post.

        Everybody whom a direct post names can read it, so it names whom it was sealed for, by the
        handles they have now, and nobody else (mastodon #24879).
        """
        if part.media:
            raise Refused("media")
        private = part.audience == "private"
        if private:
            await self._only_these(
                part
            )  # guard: RECIPIENTS test=tests/bots/test_mastodon.py::test_added
        body = {
            "status": part.text,
            "visibility": "direct" if private else "public",
            **({"in_reply_to_id": self._native(part.re)} if part.re else {}),
        }
        budget = "dm" if private else "post"
        said = await self._call("POST", "/api/v1/statuses", budget, body=body, key=key)
        ref = self._ref(said)
        if private and self._readers(said) != set(part.recipients):
            await self.retract(ref)  # guard: READERS test=tests/bots/test_mastodon.py::test_readers
            raise Refused("recipients")
        return ref

    async def _only_these(self, part: Part) -> None:
        """Raise Refused where a direct post's text names others than it was sealed for."""
        if not part.recipients:
            raise Refused("recipients")
        people = [await self.person(one) for one in part.recipients]
        theirs = {self._full(f"@{one.handle}".casefold()) for one in people}
        if {self._full(one) for one in names(part.text)} != theirs:
            raise Refused("recipients")

    def _full(self, name: str) -> str:
        """Return a name with its instance: those of our own may leave it out."""
        return name if "@" in name[1:] else f"{name}@{self._host}"

    def _readers(self, status: Json) -> set[PersonId]:
        return {self._id(str(one["id"])) for one in status["mentions"]} - {self._id(self._me)}

    async def find_sent(self, part: Part, since: Millis) -> Ref | None:
        """Look for a part among our own posts: the same words, target, audience and readers."""
        words, private = part.text.split(), part.audience == "private"
        async for one in self._own("", since - 5000):
            answers = self._id(one["in_reply_to_id"]) if one.get("in_reply_to_id") else ""
            same = answers == part.re and (one["visibility"] not in PUBLIC) == private
            readers = not private or self._readers(one) == set(part.recipients)
            if same and readers and text_of(one).split() == words:
                return self._ref(one)
        return None

    async def retract(self, ref: Ref) -> None:
        """Delete a post of ours; one that is gone already is no error, another's is refused."""
        path = f"/api/v1/statuses/{self._native(ref.id)}"
        try:
            await self._call("DELETE", path, "delete")
        except Refused as refused:
            if refused.why != "gone" or not await self._is_gone(self._native(ref.id)):
                raise Refused("unknown") from None

    # Looking up

    async def person(self, person: PersonId) -> Person:
        """Look a person up as they are now; raises Refused("gone")."""
        found = await self._get(f"/api/v1/accounts/{self._native(person)}")
        if found.get("suspended"):
            raise Refused("gone")
        return person_of(found, self._host)

    async def reach(self, person: PersonId, audience: Audience) -> Reach:
        """Say whether somebody can be written to, as far as their instance tells ours."""
        try:
            native = self._native(person)
            found = await self._get(f"/api/v1/accounts/{native}")
            if found.get("suspended") or found.get("moved"):
                return Reach("no", "gone")
            if audience == "public":
                return Reach("yes")
            [bond] = await self._get("/api/v1/accounts/relationships", {"id[]": native})
        except Refused as refused:
            return Reach("no", refused.why)
        except ValueError:
            return Reach("unknown")
        if any(bond.get(name) for name in ("blocked_by", "blocking", "domain_blocking")):
            return Reach("no", "blocked")
        return Reach("yes") if bond.get("followed_by") else Reach("unknown")

    async def moderate(self, message: MessageId, verdict: Verdict) -> None:
        """Nobody moderates others' posts from here."""
        raise Refused("unknown")

    async def fetch(self, media: Media) -> bytes:
        """Fetch a picture or film from the instance's own hosts; raises Refused for any other."""
        await self._learn()
        if not media.url.startswith(tuple(f"{one}/" for one in self._media)):
            raise Refused("media")
        calling = self._wiring.http.get(media.url, timeout=REQUEST, allow_redirects=False)
        async with calling as response:
            found = await response.content.read(MEDIA_MOST + 1)
            if response.status != 200 or len(found) > MEDIA_MOST:
                raise Refused("media")
            return found

    async def check(self) -> tuple[Finding, ...]:
        """Say whether the token works, is this account's, and may do what we do."""
        try:
            me = await self._get("/api/v1/accounts/verify_credentials")
            app = await self._get("/api/v1/apps/verify_credentials")
            instance = await self._get("/api/v2/instance")
        except Locked:
            return (Finding(False, f"{self._host} refuses the token.", LOCKED),)
        except (Busy, Refused) as error:
            what = f"{self._host} could not be asked: {error}."
            return (Finding(False, what, "Try again later; see instance in accounts.toml."),)
        if str(me["id"]) != self._me:
            what = f"The token is @{me['acct']}'s ({me['id']})."
            return (Finding(False, what, "Correct native_id or the token in accounts.toml."),)
        return tuple(findings(me, app, instance))

    async def revoke(self) -> None:
        """Give our own token up at the instance."""
        names_ = ("client_id", "client_secret", "token")
        body = {name: self._secrets[name] for name in names_}
        await self._call("POST", "/oauth/revoke", "read", body=body)

    async def _learn(self) -> None:
        """Ask the instance, once an hour, for its limits and where it streams and keeps media."""
        now = self._wiring.clock()
        if self._asked and now - self._asked < ASKED_EVERY:
            return
        try:
            said = await self._get("/api/v2/instance")
        except Refused:  # an older one, or a relative: the usual limits
            said = {}
        self._asked = now
        configured = said.get("configuration") or {}
        most = (configured.get("statuses") or {}).get("max_characters")
        most = most if isinstance(most, int) and most > 0 else CHARACTERS
        self.profile = replace(self.profile, limits={"public": most, "private": most})
        if self._wiring.api_url is None:
            self._learn_places(said, configured)

    def _learn_places(self, said: Json, configured: Json) -> None:
        streaming = urlsplit(str((configured.get("urls") or {}).get("streaming") or ""))
        if streaming.scheme in ("https", "wss") and streaming.netloc:
            self._stream_at = f"https://{streaming.netloc}"
        picture = urlsplit(str((said.get("thumbnail") or {}).get("url") or ""))
        if picture.scheme == "https" and picture.netloc:
            self._media = {self._base, f"https://{picture.netloc}"}

    # Calling

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secrets['token']}"}

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        await self._wiring.spending.take("read")
        return await self._call("GET", path, "read", params=params)

    async def _call(
        self,
        method: str,
        path: str,
        budget: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        key: str = "",
    ) -> Any:
        """Make one call; whatever goes wrong becomes one of our five errors."""
        writes, now = method != "GET", self._wiring.clock()
        headers = self._bearer | ({"Idempotency-Key": key} if key else {})
        how: Any = {"params": params, "json": body, "headers": headers, "timeout": REQUEST}
        try:
            raw, limits = await self._answer(method, self._base + path, how)
            said = msgspec.json.decode(raw)
        except Declined as declined:
            await self._correct(budget, declined.headers)
            known = of_status(declined, writes=writes, now=now)
            raise known or refusal(declined.status, declined.body) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # `from None`: an error of the transport may carry the header with the token.
            raise of_transport(error, writes=writes, now=now) from None
        await self._correct(budget, limits)
        return said

    async def _answer(
        self, method: str, url: str, how: dict[str, Any]
    ) -> tuple[bytes, Mapping[str, str]]:
        """Return a success's body and limits; raises Declined for every other answer."""
        calling = self._wiring.http.request(method, url, allow_redirects=False, **how)
        async with calling as response:
            raw, limits = await response.read(), limits_of(response.headers)
            if response.status >= 300:
                raise Declined(response.status, limits, raw)
            return raw, limits

    async def _correct(self, budget: str, headers: Mapping[str, str]) -> None:
        left = number(headers.get("x-rate-limit-remaining", ""))
        reset = number(headers.get("x-rate-limit-reset", ""))
        if left is not None and reset is not None:
            await self._wiring.spending.correct(budget, left, reset * 1000)

    def _id(self, native: object) -> str:
        return ours_of(self._host, native)

    def _native(self, id_: str) -> str:
        """Return the instance's own id; raises Refused("gone") for another instance's."""
        host, _, native = id_.removeprefix("mastodon:").rpartition("/")
        if host != self._host or not native.isalnum():
            raise Refused("gone")
        return native

    def _ref(self, status: Json) -> Ref:
        private = status["visibility"] not in PUBLIC
        url = "" if private else str(status.get("url") or "")
        return Ref(self._id(status["id"]), url, "" if private else None)


def of_status_told(told: Told, me: str, account: AccountId, ours: Ours) -> Iterator[News]:
    """Yield a post as news for one account: taken in, and edited where it was."""
    status, raw = told.status, msgspec.json.encode(told)
    public = status["visibility"] in PUBLIC
    author = person_of(status["account"], told.instance)
    mine = str(status["account"]["id"]) == me
    other = ours_of(told.instance, talks_to(status, ours)) if mine else author.id
    message = Message(
        id=ours_of(told.instance, told.id),
        account=account,
        thread=(told.root or told.id) if public else "",
        person=other,
        author=author,
        text=text_of(status),
        audience="public" if public else "private",
        written=millis(status["created_at"]),
        re=ours_of(told.instance, status["in_reply_to_id"]),
        media=tuple(media_of(status)),
        ours=mine,
        raw=sha256(raw).hexdigest(),
        url=str(status.get("url") or status.get("uri") or ""),
        root_unknown=public and not told.root,
        named=any(str(one["id"]) == me for one in status["mentions"]),
    )
    yield News(me, Receive(message, language=str(status.get("language") or "")[:2]), raw)
    if edited := millis(status.get("edited_at")):
        change = MarkEdited(message.id, message.id, message.text, message.media, edited)
        yield News(me, change, raw)


def read_again(raw: bytes, me: str, ours: Ours) -> Iterator[News | Odd]:
    """Read one post that was set aside."""
    try:
        yield from of_status_told(msgspec.json.decode(raw, type=Told), me, ours[me], ours)
    except WRONG as error:
        yield Odd(me, raw, f"no post: {type(error).__name__}")


def talks_to(status: Json, ours: Ours) -> str:
    """Return whom a post of ours talks to: whom it answers, else, where it is private, names."""
    answered = str(status.get("in_reply_to_account_id") or "")
    if answered and answered not in ours:
        return answered
    if not answered and status["visibility"] in PUBLIC:
        return ""
    named = (str(one["id"]) for one in status["mentions"])
    return next((one for one in named if one not in ours), "")


def person_of(account: Json, host: str) -> Person:
    """Read a person; the mark is a link that the instance verified both ways, never a badge."""
    proved = any(one.get("verified_at") for one in account.get("fields") or ())
    return Person(
        id=ours_of(host, account["id"]),
        handle=str(account["acct"]),
        name=str(account.get("display_name") or account["acct"]),
        mark="domain" if proved else "none",
        url=str(account.get("url") or ""),
        avatar=str(account.get("avatar_static") or account.get("avatar") or ""),
        since=millis(account.get("created_at")),
    )


def media_of(status: Json) -> Iterator[Media]:
    """Yield a post's pictures and films, with what their authors say is on them."""
    for one in status.get("media_attachments") or ():
        url = one.get("url") or one.get("remote_url") or one.get("preview_url") or ""
        yield Media(str(one.get("type") or "unknown"), str(url), str(one.get("description") or ""))


class Reader(HTMLParser):
    """Reads a post's HTML as the text that was written: whole links, names with their instance."""

    BLOCKS = ("p", "div", "blockquote", "pre", "li", "h1", "h2", "h3", "h4", "h5", "h6")

    def __init__(self, handles: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._handles = handles
        self._parts = list[str]()
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a paragraph or a link."""
        if tag == "br":
            self._parts.append("\n")
        elif tag in self.BLOCKS and self._parts:
            self._parts.append("\n\n")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._parts))

    def handle_endtag(self, tag: str) -> None:
        """End a link: where it leads elsewhere than it says, say where."""
        if tag != "a" or self._link is None:
            return
        (href, start), self._link = self._link, None
        shown = "".join(self._parts[start:])
        self._parts[start:] = [self._written(href, shown)]

    def handle_data(self, data: str) -> None:
        """Take text as it is; line breaks are tags."""
        self._parts.append(data.replace("\n", " "))

    def _written(self, href: str, shown: str) -> str:
        if href in self._handles:
            return f"@{self._handles[href]}"
        if shown[:1] in "@#" or href.rstrip("/") in (shown, shown.rstrip("/")):
            return shown
        return f"{shown} ({href})"

    def text(self) -> str:
        """Return the whole of it."""
        return re.sub(r"\n{3,}", "\n\n", "".join(self._parts)).strip()


def text_of(status: Json) -> str:
    """Return a post's text, a content warning before it."""
    handles = {str(one["url"]): str(one["acct"]) for one in status["mentions"]}
    reader = Reader(handles)
    reader.feed(str(status["content"]))
    reader.close()
    warning = str(status.get("spoiler_text") or "")
    return f"{warning}\n\n{reader.text()}".strip() if warning else reader.text()


def refusal(status: int, body: bytes) -> Refused | Locked:
    """Say why an instance refuses, by its own words."""
    said = body.decode(errors="replace").lower()
    for words, why in REFUSALS:
        if words in said and status not in (404, 410):
            return Refused(why) if why else Locked()
    return Refused("gone" if status in (404, 410) else "unknown")


def limits_of(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the limits as the shared mapping reads them; a relative says seconds, no ISO time."""
    found = CIMultiDict({"Retry-After": headers.get("Retry-After", "")})
    reset = headers.get("X-RateLimit-Reset", "")
    seconds = number(reset) if number(reset) is not None else millis(reset) // 1000 or None
    if seconds is not None:
        found["x-rate-limit-reset"] = str(seconds)
        found["x-rate-limit-remaining"] = headers.get("X-RateLimit-Remaining", "0")
    return found


def findings(me: Json, app: Json, instance: Json) -> Iterator[Finding]:
    """Yield whose token it is, what it may do, and what its instance is."""
    yield Finding(True, f"The token is @{me['acct']}'s.")
    scopes = app.get("scopes")
    if scopes is None:
        yield Finding(True, "The instance does not say what the token may do.")
    elif missing := [one for one in SCOPES if one not in scopes]:
        what = f"The token lacks {' and '.join(missing)}."
        yield Finding(False, what, "Make an app with the scopes read and write, then a token.")
    else:
        yield Finding(True, "The token may read and write.")
    yield Finding(True, f"The instance runs {instance.get('version', 'an unknown version')}.")


def dated(one: object) -> bool:
    """Say whether something has an id and a time."""
    return isinstance(one, dict) and isinstance(one.get("id"), str) and "created_at" in one


def readable(notice: Json) -> bool:
    """Say whether a notification holds a post with an id."""
    return isinstance(notice.get("status"), dict) and "id" in notice["status"]


def opened(cursor: str | None, now: Millis) -> Places:
    """Return where to read on; without a cursor, from an hour ago."""
    return msgspec.json.decode(cursor, type=Places) if cursor else Places(now - FIRST_LOOK)


def keep(places: Places) -> str:
    """Return the cursor to keep."""
    return msgspec.json.encode(places).decode()


def key(id_: str) -> tuple[int, str]:
    """Return what orders ids: they grow, as numbers or as words of one length."""
    return len(id_), id_


def place(one: Json) -> tuple[int, str]:
    """Return where something stands in its listing."""
    return key(str(one["id"]))


def millis(said: object) -> Millis:
    """Read a time; 0 where there is none."""
    try:
        return round(datetime.fromisoformat(str(said)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def ours_of(host: str, native: object) -> str:
    """Return our id of an instance's; "" of none."""
    return f"mastodon:{host}/{native}" if native else ""
