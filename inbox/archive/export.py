"""Histories handed out as JSON Lines: one line a conversation, texts and all, in UTF-8.

    {"id": …, "account": …, "thread": …, "person": …, "audience": …, "state": …, "opened": …,
     "version": 12, "head": "…", "entries": [{"op": …, "v": 1, "n": 1, "at": …, "by": …, "via": …,
     "salt": …, "events": [{"e": "Received", "message": {…}, "lane": …}, …]}, …]}

A contact has `{"id": "contact/…", "kind": "contact", "version": …, "head": …, "entries": […]}`,
with the words of `inbox.directory.events`.

`entries` are the history's, oldest first, with the names and words of `inbox.conversations.events`;
fields that have their default are left out there. Times are UTC milliseconds. `version` is how many
entries there are and `head` what chains them. An entry without a salt was erased by law: digests
stand where its texts were. Nothing but histories is exported: whatever is shown can be counted anew
from them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from inbox.conversations.state import Conversation
from inbox.store.heads import Heads
from inbox.store.read import Read
from inbox.store.sorts import of_ref, sort_of

AT_ONCE = 32
"""Histories read at the same time, and held in memory."""

_encode = msgspec.json.Encoder().encode


class Export:
    """Reads beside live traffic; each conversation is as it was at one moment. Raises Gone."""

    def __init__(self, read: Read, heads: Heads) -> None:
        self._read = read
        self._heads = heads

    async def everything(self) -> AsyncIterator[bytes]:
        """Yield every record's line, conversations first, without its end of line."""
        seen: set[str] = set()
        async for batch in self._heads.refs():
            fresh = [id_ for id_ in batch if id_ not in seen]
            seen.update(fresh)
            for first in range(0, len(fresh), AT_ONCE):
                some = fresh[first : first + AT_ONCE]
                for line in await asyncio.gather(*(self.one(id_) for id_ in some)):
                    if line is not None:
                        yield line

    async def one(self, id_: str) -> bytes | None:
        """Return the line of a conversation (or of `contact/…`); None where there is none."""
        lines = await self._read.lines(id_)
        return exported(id_, lines) if lines else None


def exported(id_: str, lines: Sequence[bytes]) -> bytes:
    """Write one record as its history makes it."""
    sort = sort_of(id_)
    entries = [sort.codec.decode_entry(line) for line in lines]
    made = sort.none(of_ref(id_)[1])
    for entry in entries:
        made = sort.fold(made, entry)
    told = _told(made) if isinstance(made, Conversation) else {"kind": sort.kind}
    return _encode(
        {
            "id": id_,
            **told,
            "version": len(entries),
            "head": sort.codec.verify(lines),
            "entries": [_named(entry) for entry in entries],
        }
    )


def _told(made: Conversation) -> dict[str, Any]:
    """Give what says where a conversation belongs."""
    return {
        "account": made.account,
        "thread": made.thread,
        "person": made.person,
        "audience": made.audience,
        "state": made.state,
        "opened": made.opened,
    }


def _named(entry: Any) -> dict[str, Any]:
    """Give an entry's fields their names: on disk they stand by their place alone."""
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
