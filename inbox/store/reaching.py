"""Which reachouts are under way, and which are over: lists that their commits keep."""

from __future__ import annotations

import asyncio

from inbox.reachout.state import Reachout, due_at
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.scores import scored
from inbox.words import ContactId, Millis, ReachoutId


def listed(reachout: Reachout) -> tuple[str, Millis]:
    """Return the list in which a reachout stands, and its score: what is due first comes first."""
    if reachout.state in ("open", "heard"):
        return keys.reaching(), reachout.deadline
    return keys.reaching(reachout.contact), reachout.opened


def lists(reachout: Reachout) -> tuple[str, ...]:
    """Return every list that a reachout may ever stand in."""
    return keys.reaching(), keys.reaching(reachout.contact)


class Reaching:
    """Reads the lists. Every call raises Gone."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def open(self) -> tuple[ReachoutId, ...]:
        """Return the reachouts under way, the one due first first."""
        return await self._list(keys.reaching())

    async def over(self, contact: ContactId) -> tuple[ReachoutId, ...]:
        """Return the reachouts to a contact that are over, the first opened first."""
        return await self._list(keys.reaching(contact))

    async def draw(self, reachout: Reachout) -> bool:
        """Let the lists and the timer follow from a reachout as it stands; False: it has moved on.

        The step that writes compares the version, so that an older picture never covers a newer.
        """
        place, score = listed(reachout)
        tag, due = keys.tag(reachout.id), due_at(reachout)
        spots: list[tuple[str, str, int | str]] = [
            (keys.queue(tag, name), reachout.id, score if name == place else "")
            for name in lists(reachout)
        ]
        spots.append((keys.due(tag), f"reach/{reachout.id}", "" if due is None else due))
        snapshot = keys.snapshot("reach", reachout.id)
        for key, member, value in spots:
            what = (reachout.version, member, "z", value)
            if not await self._client.function("picture_1", [snapshot, key], *what):
                return False
        return True

    async def _list(self, name: str) -> tuple[ReachoutId, ...]:
        shares = await asyncio.gather(
            *(
                self._client.call("ZRANGE", keys.queue(tag, name), 0, -1, "WITHSCORES")
                for tag in keys.tags()
            )
        )
        return tuple(
            id_ for id_, _ in sorted((s for share in shares for s in scored(share)), key=_score)
        )


def _score(one: tuple[str, int]) -> tuple[int, str]:
    return one[1], one[0]
