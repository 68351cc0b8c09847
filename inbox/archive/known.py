"""What the anchor remembers of each conversation, laid out so that it can be asked by id."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from inbox.archive.anchor import Anchor, Head, Lost
from inbox.words import ConversationId

SCHEMA = """
CREATE TABLE heads (id TEXT, n INTEGER, head TEXT, PRIMARY KEY (id, n, head)) WITHOUT ROWID;
CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Known:
    """A passing file of SQLite's own, so that a million conversations need no memory of ours."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(SCHEMA)
        self.whole = True
        """Whether every digest of the file agrees with what stands above it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def read(self, anchor: Anchor) -> None:
        """Read an anchor from its beginning; what an operator called lost is not expected."""
        self._db.execute("BEGIN")
        for line, right in anchor.lines():
            self.whole = self.whole and right
            if isinstance(line, Head):
                row = (line.id, line.n, line.head)
                self._db.execute("INSERT OR IGNORE INTO heads VALUES (?, ?, ?)", row)
            elif isinstance(line, Lost):
                gone = (line.id, line.n)
                self._db.execute("DELETE FROM heads WHERE id = ? AND n = ?", gone)
        self._db.execute("COMMIT")

    def of(self, id_: ConversationId) -> list[tuple[int, str]]:
        """Return what was anchored of a conversation: number of entries, head."""
        rows = self._db.execute("SELECT n, head FROM heads WHERE id = ? ORDER BY n", (id_,))
        return [(n, head) for n, head in rows]

    def fresh(self, ids: Iterable[ConversationId]) -> list[ConversationId]:
        """Return those not asked before."""
        add = "INSERT OR IGNORE INTO seen VALUES (?)"
        return [id_ for id_ in ids if self._db.execute(add, (id_,)).rowcount]

    def unseen(self) -> Iterator[ConversationId]:
        """Yield the conversations that were anchored and of which nobody has asked."""
        asked = "SELECT DISTINCT id FROM heads WHERE id NOT IN (SELECT id FROM seen)"
        for (id_,) in self._db.execute(asked).fetchall():
            yield id_

    @property
    def count(self) -> int:
        """How many heads are remembered."""
        return int(self._db.execute("SELECT count(*) FROM heads").fetchone()[0])
