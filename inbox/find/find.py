"""Search as the rest of the house sees it, and the follower that keeps the index."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from inbox.conversations.events import Erased
from inbox.find.index import Index, ask
from inbox.find.texts import findable
from inbox.store.log import KeptMarks, Touched
from inbox.store.read import Read
from inbox.words import AccountId, ConversationId


class Find:
    """Finds conversations by words; any process of the data folder may ask."""

    def __init__(self, data: Path, read: Read) -> None:
        self._data = data
        self._read = read

    async def search(
        self, words: str, accounts: tuple[AccountId, ...], most: int
    ) -> tuple[ConversationId, ...]:
        """Return conversations of these accounts, newest first; a word may be only a beginning."""
        return await asyncio.to_thread(ask, self._data, words, accounts, most)

    async def rebuild(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Feed every conversation anew, forget those that are no more; tell how many are fed."""
        with closing(Index(self._data)) as index:
            there: set[ConversationId] = set()
            async for touched in self._read.everything():
                await feed(index, self._read, touched)
                there.update(t.id for t in touched)
                told(len(there))
            await asyncio.to_thread(index.forget_others, there)

    async def again(self, id_: ConversationId) -> None:
        """Feed one conversation anew, without waiting for whoever follows the news."""
        with closing(await asyncio.to_thread(Index, self._data)) as index:
            await feed(index, self._read, (Touched("conv", id_, 0),))


class FindMarks:
    """The cursors of the index, kept in the index's own file: an empty file is filled again.

    They are told to Redis as well, where the lease's token is checked and trimming looks.
    """

    def __init__(self, index: Index, kept: KeptMarks) -> None:
        self._index = index
        self._kept = kept

    async def load(self) -> dict[str, str]:
        """Return how far this file was fed."""
        await self._kept.load()
        return await asyncio.to_thread(self._index.cursors)

    async def keep(self, token: int, moved: Mapping[str, str]) -> bool:
        """Keep the cursors; False when another process feeds its index now."""
        if not await self._kept.keep(token, moved):
            return False
        await asyncio.to_thread(self._index.keep, moved)
        return True


async def feed(index: Index, read: Read, touched: tuple[Touched, ...]) -> None:
    """Make the index hold of these conversations what can be found of them now."""
    told = {}
    erased = False
    for conversation in await read.conversations(t.id for t in touched if t.kind == "conv"):
        history = await read.history(conversation.id)
        told[conversation.id, conversation.account] = findable(history)
        erased = erased or any(isinstance(e, Erased) for entry in history for e in entry.events)
    await asyncio.to_thread(index.put, told, erased=erased)
