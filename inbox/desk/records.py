"""The door through which records other than conversations change: the same commit, the same chain.

A kind brings its rules (`decide`, and `due` where it has timers); its wire form and its fold stand
in `inbox.store.sorts`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from inbox.conversations.events import SCHEMA
from inbox.denied import Denied
from inbox.desk.trying import TRIES, reached
from inbox.history import Entry, Order
from inbox.store import codec
from inbox.store.client import Client
from inbox.store.codec import Stands
from inbox.store.commit import Commit, Verdict, commit, snapshot
from inbox.store.heads import Heads
from inbox.store.histories import Histories
from inbox.store.sorts import Sort
from inbox.words import Millis

PATIENCE = 20.0
"""Seconds in which the store may come back."""


class Kept(Stands, Protocol):
    """A record that remembers its last operations."""

    @property
    def ops(self) -> tuple[str, ...]:
        """The operations that made it what it is, the latest last."""
        ...


S = TypeVar("S", bound=Kept)
C = TypeVar("C")
E = TypeVar("E")


@dataclass(frozen=True)
class Made(Generic[S, E]):
    """What an order made of a record; no events where it was so already."""

    record: S
    events: tuple[E, ...]


class Spot(NamedTuple):
    """Where a record is found: a list and its score in it, and all lists it may ever stand in."""

    place: tuple[str, int] | None = None
    lists: tuple[str, ...] = ()


class Records(Generic[S, C, E]):
    """Decides on what a record is; the commit checks that it still is, or else tells the truth.

    `decide(record, order)` is pure but for what its owner binds into it; `due(record)` is when its
    next timer rings, None for never; `spot(record)` is the list in which it is found. `now` gives
    server time in UTC ms, `ids` unguessable ids.
    """

    def __init__(
        self,
        client: Client,
        sort: Sort[S, Entry[E]],
        decide: Callable[[S, Order[C]], tuple[E, ...] | Denied],
        *,
        now: Callable[[], Millis],
        ids: Callable[[], str],
        due: Callable[[S], Millis | None] = lambda _: None,
        spot: Callable[[S], Spot] = lambda _: Spot(),
        patience: float = PATIENCE,
    ) -> None:
        self._client = client
        self._histories = Histories(client)
        self._heads = Heads(client)
        self._sort = sort
        self._decide = decide
        self._due = due
        self._spot = spot
        self._now = now
        self._ids = ids
        self._patience = patience

    def order(self, command: C, *, by: str, via: str = "", op: str | None = None) -> Order[C]:
        """Write an order: its time is fixed here, and its operation id unless given."""
        return Order(op=op or self._ids(), at=self._now(), by=by, command=command, via=via)

    async def do(self, id_: str, order: Order[C]) -> Made[S, E] | Denied:
        """Let an order happen once; repeated with the same `op` it answers that it is so already.

        Raises Unavailable when the store stays away, NewerSchema when a newer release has been.
        """
        truth, salt = await self._truth(id_), self._ids()
        for _ in range(TRIES):
            if order.op in truth.ops:
                return Made(truth, ())
            events = self._decide(truth, order)
            if isinstance(events, Denied) or not events:
                return events if isinstance(events, Denied) else Made(truth, ())
            after, verdict = await self._committed(id_, truth, order, events, salt)
            if verdict.answer == "ok":
                return Made(after, events)
            truth = self._named(id_, self._sort.codec.decode_snapshot(verdict.truth))
            if verdict.answer == "already":
                return Made(truth, ())
        return Denied("crowded")

    async def load(self, id_: str) -> S | None:
        """Return a record as it stands."""
        truth = await self._truth(id_)
        return truth if truth.version else None

    async def history(self, id_: str) -> tuple[Entry[E], ...]:
        """Return every entry of a record, oldest first."""
        ask = self._histories.lines
        lines = await reached(lambda: ask(id_, self._sort.kind), self._patience)
        return tuple(self._sort.codec.decode_entry(line) for line in lines)

    async def ids(self) -> AsyncGenerator[tuple[str, ...], None]:
        """Yield the ids of all; what changes meanwhile may come twice. Raises Gone."""
        async for batch in self._heads.ids(self._sort.kind):
            yield batch

    async def _truth(self, id_: str) -> S:
        kept = await reached(lambda: snapshot(self._client, self._sort.kind, id_), self._patience)
        return self._named(id_, self._sort.codec.decode_snapshot(kept))

    def _named(self, id_: str, record: S) -> S:
        return self._sort.named(record, id_)

    async def _committed(
        self, id_: str, before: S, order: Order[C], events: tuple[E, ...], salt: str
    ) -> tuple[S, Verdict]:
        wire = self._sort.codec
        number = before.version + 1
        entry = Entry(order.op, SCHEMA, number, order.at, order.by, order.via, salt, events)
        line = wire.encode_entry(entry)
        folded: Any = self._sort.fold(before, entry)
        after: S = replace(folded, head=wire.chain(before.head, line))
        spot = self._spot(after)
        what = Commit(
            kind=self._sort.kind,
            id=id_,
            expected=codec.token(before),
            number=number,
            beginning=codec.beginning(order.op),
            snapshot=wire.encode_snapshot(after),
            line=line,
            at=order.at,
            due=self._due(after),
            place=spot.place,
            channels=spot.lists,
        )
        return after, await reached(lambda: commit(self._client, what), self._patience)
