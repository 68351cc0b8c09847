"""What stands above a post of ours in its thread, up to the root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from bots.contract import Odd
from bots.platforms.x.limits import ANCESTORS, REMEMBERED
from bots.platforms.x.payloads import Included, Json, Post, included, post_of
from bots.platforms.x.reading import Reader


class Threads:
    """Looks parents up and remembers the latest of them, so that none is paid for each time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept = dict[str, Post]()

    async def above(self, posts: Sequence[Post], pages: Iterable[Json]) -> dict[str, Post]:
        """Return these posts and all that is above them, by id, as far as X shows it."""
        known = self._kept | {one.id: one for page in pages for one in _beside(page)}
        known |= {post.id: post for post in posts}
        sought = set[str]()
        for _ in range(ANCESTORS):
            missing = {one.answers for one in known.values() if one.answers}
            missing -= known.keys() | sought
            if not missing:
                break
            sought |= missing
            async for body in self._reader.posts(sorted(missing)):
                found, _odd = posts_in(body.get("data", ()), [body], "")
                known |= {one.id: one for one in (*_beside(body), *found)}
        self._kept = dict(list(known.items())[-REMEMBERED:])
        return known


def posts_in(
    payloads: Iterable[Json], pages: Iterable[Json], native_id: str
) -> tuple[list[Post], list[Odd]]:
    """Read posts with what their pages bring along; what is none is odd."""
    shown = [included(page) for page in pages]
    beside = Included(
        users={key: user for one in shown for key, user in one.users.items()},
        posts={key: post for one in shown for key, post in one.posts.items()},
        media={key: media for one in shown for key, media in one.media.items()},
    )
    posts, odd = list[Post](), list[Odd]()
    for payload in payloads:
        try:
            posts.append(post_of(payload, beside))
        except (KeyError, TypeError, ValueError) as error:
            why = f"no post: {type(error).__name__}"
            odd.append(Odd(native_id, msgspec.json.encode(payload), why))
    return posts, odd


def _beside(page: Json) -> list[Post]:
    return posts_in(included(page).posts.values(), [page], "")[0]
