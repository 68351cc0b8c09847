"""One walk through a listing of X, newest first: what cuts it short is gone on with next time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from msgspec.structs import replace

from bots.contract import Busy, Refused
from bots.platforms.x.payloads import Json, time_of
from bots.platforms.x.places import Place
from inbox.words import Millis

Listed: TypeAlias = Callable[[str, str], AsyncIterator[Json]]
"""Gives a listing's pages after an id, from the newest or from where a token goes on."""


@dataclass(frozen=True)
class Walk:
    """What a walk brought, where it goes on, and what cut it short."""

    pages: list[Json]
    place: Place
    """Where to go on once all of it is taken in."""
    cut: Busy | None = None
    hole: tuple[Millis, Millis] | None = None


async def walk(listed: Listed, place: Place, began: Millis, depth: int = 0) -> Walk:
    """Walk down to where we were; raises Busy where not even the newest could be read.

    The newest come first, then the backlog that an earlier walk left; `depth` says how many X lists
    at all (0: no bound): what lies deeper is a hole.
    """
    top, cut = await _until_busy(listed(place.top, ""))
    if cut and not top:
        raise cut
    if cut:
        left = place if place.token else replace(place, high=_newest(top, place), token=_next(top))
        return Walk(top, replace(left, walked=place.walked + _count(top)), cut)
    if not place.token:
        return _whole(top, place, began, depth)
    return await _backlog(listed, top, place, began, depth)


async def _backlog(
    listed: Listed, top: list[Json], place: Place, began: Millis, depth: int
) -> Walk:
    """Go on where an earlier walk was cut short."""
    try:
        lower, cut = await _until_busy(listed(place.since, place.token))
    except Refused:  # the token is too old: from the top again
        return Walk(top, replace(place, high="", token="", walked=0), Busy(began))
    pages = [*top, *lower]
    if cut:
        token = _next(lower) if lower else place.token
        walked = place.walked + _count(pages)
        return Walk(
            pages, replace(place, high=_newest(top, place), token=token, walked=walked), cut
        )
    return _whole(pages, place, began, depth)


def _whole(pages: list[Json], place: Place, began: Millis, depth: int) -> Walk:
    """Return a walk that came to its end: all that X lists is read."""
    ids, hole = _ids(pages), None
    if depth and place.walked + len(ids) >= depth:
        end = min(time_of(one) for one in ids) if ids else began
        start = max(place.until, time_of(place.newest))
        hole = (start, end) if start < end else None
    known = [place.high] if place.high else []
    after = replace(place, high="", token="", walked=0, until=began).after([*known, *ids])
    return Walk(pages, after, hole=hole)


async def _until_busy(pages: AsyncIterator[Json]) -> tuple[list[Json], Busy | None]:
    found = list[Json]()
    try:
        async for page in pages:
            found.append(page)
    except Busy as busy:
        return found, busy
    return found, None


def _ids(pages: list[Json]) -> list[str]:
    return [str(one["id"]) for page in pages for one in page.get("data", ())]


def _count(pages: list[Json]) -> int:
    return len(_ids(pages))


def _newest(pages: list[Json], place: Place) -> str:
    return max([place.high or place.newest, *_ids(pages)], key=int)


def _next(pages: list[Json]) -> str:
    return str(pages[-1].get("meta", {}).get("next_token") or "")
