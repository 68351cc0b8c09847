"""How far each of X's sources was read: one cursor, as JSON."""

from __future__ import annotations

import msgspec

from bots.platforms.x.limits import FIRST_LOOK, OVERLAP, WATCHED
from bots.platforms.x.payloads import first_id, time_of
from inbox.words import Millis


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far one source was read: up to `newest`, with what was `seen` shortly before it.

    X's timelines may show a post after a later one, so the last minute is read again each time.
    A walk that was cut short has read from `high` down to where `token` goes on.
    """

    newest: str
    seen: tuple[str, ...] = ()
    high: str = ""
    token: str = ""
    walked: int = 0
    """How many were read on the way down from `high`."""
    until: Millis = 0
    """When the last walk began that came to its end: complete up to then."""

    @property
    def since(self) -> str:
        """The id after which to read."""
        return _before(self.newest)

    @property
    def top(self) -> str:
        """The id down to which the newest are to be read."""
        return _before(self.high or self.newest)

    def after(self, ids: list[str]) -> Place:
        """Return the place once these were taken in as well."""
        newest = max([self.newest, *ids], key=int)
        oldest = int(newest) - (OVERLAP << 22)
        seen = {*self.seen, *ids}
        kept = tuple(sorted((i for i in seen if int(i) > oldest), key=int))
        return msgspec.structs.replace(self, newest=newest, seen=kept)


class Places(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cursor of one account: a place a source, and the posts watched for deletion."""

    mentions: Place
    timeline: Place
    dms: Place
    watched: tuple[str, ...] = ()
    rechecked: Millis = 0

    def watching(self, ids: list[str]) -> tuple[str, ...]:
        """Return the latest posts to watch, these added."""
        return tuple(sorted({*self.watched, *ids}, key=int)[-WATCHED:])

    def still(self, now: Millis, most: Millis) -> tuple[str, ...]:
        """Return the watched posts that are not older than `most` milliseconds."""
        return tuple(one for one in self.watched if time_of(one) > now - most)


def opened(cursor: str | None, now: Millis) -> Places:
    """Return where to read on; without a cursor, from an hour ago."""
    if cursor:
        return msgspec.json.decode(cursor, type=Places)
    start = Place(first_id(now - FIRST_LOOK))
    return Places(start, start, start)


def kept(places: Places) -> str:
    """Return the cursor to keep."""
    return msgspec.json.encode(places).decode()


def _before(post_id: str) -> str:
    return str(max(1, int(post_id) - (OVERLAP << 22)))
