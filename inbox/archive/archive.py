"""The archive as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from inbox.archive.anchor import Anchor
from inbox.archive.anchoring import Anchoring
from inbox.archive.erase import Desk, Eraser
from inbox.archive.export import Export
from inbox.archive.forgetting import Forgetting
from inbox.archive.verify import Verify
from inbox.store.client import Client
from inbox.store.erasing import Erasing
from inbox.store.heads import Heads
from inbox.store.histories import Histories
from inbox.store.log import Log
from inbox.store.read import Read
from inbox.store.scrub import Scrub
from inbox.words import ConversationId, Millis


class Archive:
    """Records that stand.

    `anchoring` remembers outside the store, `verify` compares, `eraser` takes texts out for ever,
    `export` hands histories out.
    """

    def __init__(
        self,
        client: Client,
        log: Log,
        read: Read,
        desk: Desk,
        forgetting: Forgetting,
        refind: Callable[[ConversationId], Awaitable[None]],
        now: Callable[[], Millis],
        path: Path | None,
    ) -> None:
        anchor = Anchor(path) if path else None
        self.heads = Heads(client)
        self.anchoring = Anchoring(anchor, log, read, self.heads, now)
        self.eraser = Eraser(
            desk,
            forgetting,
            read,
            Erasing(client),
            Histories(client),
            Scrub(client),
            self.anchoring.erased,
            refind,
        )
        self.verify = Verify(read, self.heads, anchor)
        self.export = Export(read, self.heads)
