"""Views that follow from a conversation as it stands: each can be drawn again at any time."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeAlias

from inbox.conversations.state import Conversation, due_at
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.gaps import undelivered_at
from inbox.store.log import Touched
from inbox.store.outbox import leaves_at
from inbox.store.read import Read
from inbox.words import ConversationId

View = Literal["out", "stuck", "of", "held", "queue", "due", "watch", "asked"]
Place: TypeAlias = Callable[[Conversation], "tuple[str, int] | None"]
Urgent: TypeAlias = Callable[[Conversation], bool]

VIEWS: tuple[View, ...] = ("out", "stuck", "of", "held", "queue", "due", "watch", "asked")


class Spot(NamedTuple):
    """Where a conversation stands in a view; the value "" means: no longer there."""

    key: str
    member: str
    value: str | int


class Pictures:
    """Draws what follows from a conversation's snapshot, guarded by its version.

    The step that writes compares the snapshot in the same slot, so an older picture never covers a
    newer one, whoever comes late: a follower that lost its lease, or a rebuild beside live traffic.
    `place` gives a conversation's Slack channel and score in the queue; `urgent` says whether
    somebody must be called to it.
    """

    def __init__(
        self, client: Client, read: Read, place: Place, urgent: Urgent = lambda _: False
    ) -> None:
        self._client = client
        self._read = read
        self._place = place
        self._urgent = urgent

    async def out(self, touched: tuple[Touched, ...]) -> None:
        """Draw when the postroom must look at these conversations, and what is undelivered."""
        await self._draw("out", touched)
        await self._draw("stuck", touched)

    async def of(self, touched: tuple[Touched, ...]) -> None:
        """Draw which conversations a person has with an account: a fact that never changes."""
        await self._draw("of", touched)

    async def held(self, touched: tuple[Touched, ...]) -> None:
        """Draw who holds these conversations."""
        await self._draw("held", touched)

    async def watch(self, touched: tuple[Touched, ...]) -> None:
        """Draw to which of these conversations somebody must be called: each is looked at anew."""
        await self._draw("watch", touched)

    async def asked(self, touched: tuple[Touched, ...]) -> None:
        """Draw which of these have an answer that waits for clearance: each is looked at anew."""
        await self._draw("asked", touched)

    async def rebuild(self, view: View, told: Callable[[int], None] = lambda _: None) -> None:
        """Draw every conversation anew and take out what does not belong, beside live traffic.

        Nothing is emptied first: what is right stays in sight all the time. `told` hears how many
        conversations were drawn.
        """
        drawn = 0
        async for touched in self._read.everything():
            await self._draw(view, touched)
            drawn += len(touched)
            told(drawn)
        async for key in self._client.names(PATTERNS[view]):
            if f":{keys.BESIDE}" in key:
                continue  # guard: beside test=tests/inbox/test_reachouts.py::test_to_draw_the_queues_anew_takes_no_reachout_away
            await self._weed(view, key)

    async def mend(self, view: View, ids: Iterable[ConversationId]) -> None:
        """Draw these conversations anew in one view, whatever it held of them."""
        await asyncio.gather(*(self._draw_one(view, id_) for id_ in ids))

    async def _draw(self, view: View, touched: tuple[Touched, ...]) -> None:
        await self.mend(view, [t.id for t in touched if t.kind == "conv"])

    async def _draw_one(self, view: View, id_: ConversationId) -> None:
        """Repeat until what was read is still true when it is written."""
        while conversation := await self._read.conversation(id_):
            spot = self._spot(view, conversation)
            if spot is None or await self._put(view, id_, conversation.version, spot):
                return

    async def _put(self, view: View, id_: str, version: int, spot: Spot) -> bool:
        if view == "of":  # of all versions alike, and in a slot of its own
            await self._client.call("ZADD", spot.key, spot.value, spot.member)
            return True
        sort = "h" if view == "held" else "z"
        both = [keys.snapshot("conv", id_), spot.key]
        what = (version, spot.member, sort, spot.value)
        return bool(await self._client.function("picture_1", both, *what))

    def _spot(self, view: View, conversation: Conversation) -> Spot | None:
        """Return where a conversation stands in a view; None when it stands nowhere at all."""
        id_, tag = conversation.id, keys.tag(conversation.id)
        match view:
            case "of":
                key = keys.of(conversation.account, conversation.person)
                return Spot(key, id_, conversation.opened) if conversation.person else None
            case "out":
                return Spot(
                    keys.out(tag, conversation.account), id_, _or_gone(leaves_at(conversation))
                )
            case "stuck":
                late = _or_gone(undelivered_at(conversation))
                key = keys.stuck(tag, conversation.account)
                return Spot(key, id_, late) if conversation.answers else None
            case "held":
                return Spot(
                    keys.held(tag), id_, conversation.claim.holder if conversation.claim else ""
                )
            case "due":
                return Spot(keys.due(tag), f"conv/{id_}", _or_gone(due_at(conversation)))
            case "watch" | "asked":
                return self._looked_at(view, conversation)
            case "queue":
                place = self._place(conversation)
                return Spot(keys.queue(tag, place[0]), id_, place[1]) if place else None

    def _looked_at(self, view: Literal["watch", "asked"], conversation: Conversation) -> Spot:
        """Return when the clerk looks at a conversation next: drawn anew, at once."""
        tag = keys.tag(conversation.id)
        if view == "asked":
            return Spot(keys.uncleared(tag), conversation.id, _or_gone(_asked_at(conversation)))
        since = conversation.waiting_since if self._urgent(conversation) else None
        return Spot(keys.watch(tag), conversation.id, _or_gone(since))

    async def _weed(self, view: View, key: str) -> None:
        """Take out who does not stand here."""
        command = ("HKEYS", key) if view == "held" else ("ZRANGE", key, 0, -1)
        for member in [m.decode() for m in await self._client.call(*command)]:
            kind, _, id_ = member.rpartition("/")
            if kind in ("", "conv"):
                await self._weed_one(view, key, member, id_)

    async def _weed_one(self, view: View, key: str, member: str, id_: ConversationId) -> None:
        while True:
            conversation = await self._read.conversation(id_)
            spot = self._spot(view, conversation) if conversation else None
            if spot and spot.key == key and spot.value != "":
                return
            version = conversation.version if conversation else 0
            if view == "of":
                await self._client.call("ZREM", key, member)
                return
            if await self._put(view, id_, version, Spot(key, member, "")):
                return


def _asked_at(conversation: Conversation) -> int | None:
    return next((one.at for one in conversation.answers if one.state == "asked"), None)


def _or_gone(time: int | None) -> int | str:
    return "" if time is None else time


PATTERNS: dict[View, str] = {
    "of": keys.of("*", "*"),
    "out": keys.out("*", "*"),
    "stuck": keys.stuck("*", "*"),
    "queue": keys.queue("*", "*"),
    "held": keys.held("*"),
    "due": keys.due("*"),
    "watch": keys.watch("*"),
    "asked": keys.uncleared("*"),
}
"""What the keys of a view look like in all buckets."""
