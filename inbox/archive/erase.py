"""Erasing by law: the chain stands, and the texts are nowhere.

What shall be erased is written down first; whoever dies on the way is followed by the clerk, and
every step may be repeated.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from msgspec.structs import replace

from inbox.archive.forgetting import Forgetting
from inbox.archive.scope import reached_by_all, taken
from inbox.conversations.commands import AnyCommand, Erase, Order
from inbox.conversations.denied import Denied
from inbox.conversations.events import TEXTS, Entry, Erased
from inbox.store import codec
from inbox.store.erasing import Erasing, Erasure
from inbox.store.histories import Histories
from inbox.store.read import Read
from inbox.store.scrub import NotWritten, Scrub
from inbox.store.sorts import of_ref
from inbox.words import ConversationId, Millis

KEPT = 7 * 86_400_000
"""Milliseconds for which an erasure waits for a conversation that a backup does not hold: until
then a poll may bring its messages anew."""

SHORTEST = 12
"""Characters of a text that is looked for where nothing names its conversation: a shorter one would
be found in what other people wrote."""

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """The one door through which anything changes a conversation."""

    def order(self, command: AnyCommand, *, by: str, via: str = "", op: str | None = None) -> Order:
        """Write an order."""
        ...

    async def do(self, ref: ConversationId, order: Order) -> object:
        """Let an order happen once."""
        ...


class Eraser:
    """Carries erasures out: `remember` writes one into the anchor, `refind` feeds the index."""

    def __init__(
        self,
        desk: Desk,
        forgetting: Forgetting,
        read: Read,
        erasing: Erasing,
        histories: Histories,
        scrub: Scrub,
        remember: Callable[[Erasure], Awaitable[None]],
        refind: Callable[[ConversationId], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._forgetting = forgetting
        self._read = read
        self._erasing = erasing
        self._histories = histories
        self._scrub = scrub
        self._remember = remember
        self._refind = refind

    async def erase(self, erasure: Erasure) -> Denied | None:
        """Erase one thing, and return when its texts are nowhere, or why not.

        Raises Gone, Unavailable, NotWritten; then the clerk goes on with it.
        """
        await self._erasing.put(
            erasure
        )  # guard: erasure-first test=tests/inbox/archive/test_erase_killed.py::test_whoever_dies_while_erasing_is_followed_by_the_clerk
        denied = await self._carry_out(erasure)
        if denied is None:
            await self._scrub.files()
        await self._erasing.drop(erasure)
        return denied

    async def finish(self, now: Millis) -> int:
        """Carry out what was begun and not done, and return how much of it is done now."""
        done = []
        for erasure in await self._erasing.list():
            denied = await self._carry_out(erasure)
            if denied is None or _hopeless(denied, erasure, now):
                done.append(erasure)
            if denied is not None:
                log.warning("erasure_waits", conversation=erasure.conversation, why=denied.why)
        if done:
            try:
                await self._scrub.files()
            except NotWritten as refused:
                log.error("erased_but_on_disk", advice=str(refused))  # noqa: TRY400 - the advice says it all
        for erasure in done:
            await self._erasing.drop(erasure)
        return len(done)

    async def again(self, erasures: Sequence[Erasure], now: Millis) -> None:
        """Write down that these are to be erased again: what was put back may hold the texts."""
        for erasure in erasures:
            await self._erasing.put(replace(erasure, at=now, replayed=True))

    async def _carry_out(self, erasure: Erasure) -> Denied | None:
        """Do all but the server's files."""
        elsewhere = of_ref(erasure.conversation)[0] != "conv"
        commit = self._forgetting.committed if elsewhere else self._committed
        denied = await commit(erasure)
        if denied is not None:
            return denied
        if not erasure.replayed:
            await self._remember(erasure)
        if elsewhere:
            await self._forgetting.rewrite(erasure)
            return None
        await self._forget_around(erasure)
        await self._rewrite(erasure.conversation)
        await self._refind(erasure.conversation)
        return None

    async def _committed(self, erasure: Erasure) -> Denied | None:
        """See that the history says it, once."""
        beginning = codec.beginning(erasure.op)
        if any(one.startswith(beginning) for one in await self._read.lines(erasure.conversation)):
            return None
        command = Erase(target=erasure.target, basis=erasure.basis)
        # Who ordered it may have left the house since: what was lawful then is done again.
        by = "clerk" if erasure.replayed else f"officer:{erasure.by}"
        order = self._desk.order(command, by=by, via="cli", op=erasure.op)
        done = await self._desk.do(erasure.conversation, order)
        return done if isinstance(done, Denied) else None

    async def _forget_around(self, erasure: Erasure) -> None:
        """Take texts out of everything but the history: they are known only while that has them."""
        id_, whole = erasure.conversation, Erased(erasure.target, erasure.basis).whole
        entries = [codec.decode_entry(line) for line in await self._read.lines(id_)]
        numbers = reached_by_all(entries)
        reached = [entry for entry in entries if entry.n in numbers]
        ids = list(taken(reached))
        await self._scrub.payloads(id_, ids)
        holds = _Needles(reached, [id_ for id_, _ in ids])
        await self._scrub.drafts(id_, lambda draft: whole or holds(draft))
        await self._scrub.aside(holds)

    async def _rewrite(self, id_: ConversationId) -> None:
        """Take texts and salts out of the history: the chain stands."""
        entries = [codec.decode_entry(line) for line in await self._read.lines(id_)]
        numbers = reached_by_all(entries)

        def change(line: bytes) -> bytes:
            return codec.erase(line) if codec.decode_entry(line).n in numbers else line

        await self._histories.rewrite(id_, change)


class _Needles:
    """What betrays an erased text where nothing names its conversation: its id, or its words."""

    def __init__(self, entries: Sequence[Entry], ids: Sequence[str]) -> None:
        told = [msgspec.to_builtins(entry.events) for entry in entries if entry.salt]
        texts = [text for events in told for text in _texts(events)]
        words = [text for text in texts if len(text) >= SHORTEST]
        written = [
            json.dumps(w, ensure_ascii=ascii_)[1:-1] for w in words for ascii_ in (False, True)
        ]
        native = [id_.partition(":")[2] for id_ in ids]
        found = {*words, *written, *(one for one in native if len(one) >= SHORTEST)}
        self._needles = [one.encode() for one in found]

    def __call__(self, where: bytes) -> bool:
        return any(needle in where for needle in self._needles)


def _texts(value: Any, *, text: bool = False) -> Iterator[str]:
    """Yield what stands in the fields that hold texts, and was not erased yet."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(one, text=text or key in TEXTS)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, text=text)
    elif text and isinstance(value, str):
        yield value


def _hopeless(denied: Denied, erasure: Erasure, now: Millis) -> bool:
    """Say whether it makes no sense to try again: nobody may, or what it means never came."""
    if denied.why == "being_sent":
        return False
    if denied.why == "unknown_conversation":
        return erasure.at + KEPT < now
    return True
