"""One round of reading X for an account: what is new in each source, oldest first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from bots.contract import Batch, Busy, News, Odd, Wiring
from bots.platforms.x.calls import STRAY
from bots.platforms.x.limits import (
    DMS_KEPT,
    MENTIONS_DEPTH,
    PAGE,
    RECHECK,
    TIMELINE_DEPTH,
    WATCH_FOR,
)
from bots.platforms.x.news import dm_of, home, of_dm, of_post, other_side
from bots.platforms.x.payloads import Json, Post, included, ours_of
from bots.platforms.x.places import Place, Places, kept, opened
from bots.platforms.x.reading import Reader
from bots.platforms.x.threads import Threads, posts_in
from bots.platforms.x.walking import Walk, walk
from inbox.conversations.commands import MarkDeleted
from inbox.words import Account, Millis

Hole: TypeAlias = tuple[Millis, Millis] | None
Step: TypeAlias = tuple[tuple[News | Odd, ...], Places, Hole]
"""Some news, how far we are once they are taken in, and what X lists no longer."""
SOURCES = 3
"""Mentions, timeline, direct messages; asking for deletions may need no call at all."""


class Listening:
    """Reads what is new for one account, source by source; one that is busy stops no other."""

    def __init__(self, account: Account, reader: Reader, threads: Threads, wiring: Wiring) -> None:
        self._me = account.native_id
        self._account = account.id
        self._reader = reader
        self._threads = threads
        self._clock = wiring.clock
        self._ours = wiring.ours
        self._whole = True
        self._began: Millis = 0

    async def batches(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Yield batches until caught up; raises Busy only where no source could be read.

        The last one says until when we are complete: the start of this round, or 0 (unknown) where
        a source was busy, or longer than X lists it.
        """
        began = self._began = self._clock()
        places = opened(cursor, began)
        busy = list[Busy]()
        self._whole = True
        if cursor is None:  # the first look begins here, however long X is busy
            yield Batch((), kept(places))
        for source in (self._mentions, self._timeline, self._dms, self._deletions):
            try:
                async for news, reached, hole in source(places):
                    places = reached
                    self._whole = self._whole and hole is None
                    yield Batch(news, kept(places), hole=hole)
            except Busy as error:
                busy.append(error)
        if len(busy) >= SOURCES:
            raise min(busy, key=lambda one: one.until)
        yield Batch((), kept(places), began if self._whole and not busy else 0)

    async def _mentions(self, places: Places) -> AsyncIterator[Step]:
        read = await walk(self._reader.mentions, places.mentions, self._began, MENTIONS_DEPTH)
        strays = self._strays(read.pages)
        for some, place, hole in _chunks(read, places.mentions):
            posts, odd = posts_in(some, read.pages, self._me)
            news = [one for post in posts for one in self._mention(post)]
            places = msgspec.structs.replace(
                places,
                mentions=place,
                watched=places.watching([post.first for post in posts]),
            )
            yield (*news, *odd, *strays), places, hole
            strays = ()
        _go_on(read)

    def _strays(self, pages: Iterable[Json]) -> tuple[Odd, ...]:
        """Return what stands in these pages without an id."""
        stray = (one for page in pages for one in page.get(STRAY, ()))
        return tuple(Odd(self._me, msgspec.json.encode(one), "no id") for one in stray)

    def _mention(self, post: Post) -> tuple[News, ...]:
        """Return a mention as news where it is ours to take in, and not a sister account's."""
        if post.repost or home(post, self._ours) != self._me or post.author_id == self._me:
            return ()
        return of_post(post, self._me, self._account, post.author.id)

    async def _timeline(self, places: Places) -> AsyncIterator[Step]:
        read = await walk(self._reader.timeline, places.timeline, self._began, TIMELINE_DEPTH)
        strays = self._strays(read.pages)
        for some, place, hole in _chunks(read, places.timeline):
            posts, odd = posts_in(some, read.pages, self._me)
            own = [post for post in posts if not post.repost]
            news = await self._echoes(own, read.pages)
            places = msgspec.structs.replace(places, timeline=place)
            yield (*news, *odd, *strays), places, hole
            strays = ()
        _go_on(read)

    async def _echoes(self, posts: Sequence[Post], pages: Sequence[Json]) -> list[News]:
        """Return our own posts, each after all that stands above it in its thread."""
        known = await self._threads.above(posts, pages)
        wanted = dict[str, Post]()
        for post in posts:
            for above in (*reversed(list(_chain(post, known))), post):
                wanted[above.id] = above
        found = list[News]()
        for post in wanted.values():
            if post.author_id == self._me:
                person = other_side(post, self._ours, known) or ""
                found += of_post(post, self._me, self._account, person)
            elif home(post, self._ours) in (self._me, ""):
                found += of_post(post, self._me, self._account, post.author.id)
        return found

    async def _dms(self, places: Places) -> AsyncIterator[Step]:
        before = places.dms
        read = await walk(self._reader.dms, before, self._began)
        strays = self._strays(read.pages)
        oldest = self._began - DMS_KEPT
        lost = (before.until, oldest) if 0 < before.until < oldest else None
        for some, place, hole in _chunks(read, before, lost):
            news = [self._dm(payload, read.pages) for payload in some]
            places = msgspec.structs.replace(places, dms=place)
            yield (*news, *strays), places, hole
            strays = ()
        _go_on(read)

    def _dm(self, payload: Json, pages: Sequence[Json]) -> News | Odd:
        page = next(page for page in pages if payload in page.get("data", ()))
        try:
            return of_dm(dm_of(payload), self._me, self._account, included(page))
        except (KeyError, TypeError, ValueError) as error:
            return Odd(
                self._me, msgspec.json.encode(payload), f"no message: {type(error).__name__}"
            )

    async def _deletions(self, places: Places) -> AsyncIterator[Step]:
        """Ask now and then whether the latest mentions still stand: nobody else would tell us."""
        now = self._clock()
        if now - places.rechecked < RECHECK:
            return
        watched = places.still(now, WATCH_FOR)
        gone = set[str]()
        async for body in self._reader.posts(watched):
            gone |= set(_missing(body))
        left = tuple(one for one in watched if one not in gone)
        news = tuple(
            News(self._me, MarkDeleted(ours_of(one)), b"") for one in watched if one in gone
        )
        yield news, msgspec.structs.replace(places, watched=left, rechecked=now), None


def _fresh(pages: Iterable[Json], place: Place) -> list[Json]:
    """Return the payloads that are not read yet, oldest first."""
    found = [one for page in pages for one in page.get("data", ()) if one["id"] not in place.seen]
    return sorted(found, key=lambda one: int(one["id"]))


def _chain(post: Post, known: dict[str, Post]) -> Iterator[Post]:
    """Yield what stands above a post, its parent first."""
    above = known.get(post.answers)
    for _ in range(len(known)):
        if above is None:
            return
        yield above
        above = known.get(above.answers)


def _missing(body: Json) -> Iterator[str]:
    for error in body.get("errors", ()):
        if str(error.get("type", "")).endswith("/resource-not-found"):
            yield str(error.get("resource_id") or error.get("value"))


def _chunks(
    read: Walk, before: Place, lost: Hole = None
) -> Iterator[tuple[Sequence[Json], Place, Hole]]:
    """Yield what a walk brought, oldest first, and the place that is reached with each.

    The hole is told with the first, before the place moves over it. A walk that was cut short has
    reached nothing before all of it is taken in.
    """
    fresh, hole = _fresh(read.pages, before), read.hole or lost
    place = before if read.cut else msgspec.structs.replace(before, high="", token="", walked=0)
    for start in range(0, len(fresh), PAGE):
        some = fresh[start : start + PAGE]
        if start + PAGE >= len(fresh):
            place = read.place
        elif not read.cut:
            place = place.after([str(one["id"]) for one in some])
        yield some, place, hole
        hole = None
    if not fresh:
        yield (), read.place, hole


def _go_on(read: Walk) -> None:
    """Raise what cut a walk short, once all that it brought is taken in."""
    if read.cut:
        raise read.cut
