"""The index itself: SQLite, one writer, read by every process of the folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

import msgspec

from inbox.find.texts import Text
from inbox.folding import words
from inbox.words import AccountId, ConversationId

FILE = "find.sqlite3"

WORDS_MOST = 8
"""Words of a question that count; the rest of a pasted letter would only find nothing."""

QUESTION_MOST = 400
"""Characters of a question that are looked at."""

WAIT = 5.0
"""Seconds to wait for the other side's lock; the writer's last a few milliseconds."""

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
BEGIN;
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, account TEXT NOT NULL,
    source TEXT NOT NULL, at INTEGER NOT NULL, words TEXT NOT NULL,
    UNIQUE (conversation, source)
);
CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5 (
    words, content = 'texts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TABLE IF NOT EXISTS cursors (stream TEXT PRIMARY KEY, entry TEXT NOT NULL);
COMMIT;
"""
"""In one step: whoever asks meanwhile finds all of it or nothing."""

MADE = "SELECT 1 FROM sqlite_master WHERE name = 'found'"

ASK = """
SELECT texts.conversation FROM found JOIN texts ON texts.id = found.rowid
WHERE found MATCH ? AND texts.account IN (SELECT value FROM json_each(?))
GROUP BY texts.conversation ORDER BY max(texts.at) DESC, texts.conversation LIMIT ?
"""


class Index:
    """The writer's side: folded words by conversation and source, changed in one step with cursors.

    SQLite's contentless tables cannot forget before 3.43, and an index that cannot forget is none
    for us: the folded words are kept beside, so that they can be taken out.
    """

    def __init__(self, data: Path) -> None:
        self._lock = Lock()  # threads take turns, and the file is not closed under one
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            data / FILE, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.executescript(SCHEMA)
        (data / FILE).chmod(0o600)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def put(
        self,
        told: Mapping[tuple[ConversationId, AccountId], Mapping[str, Text]],
        *,
        erased: bool = False,
    ) -> None:
        """Make what is found of each conversation exactly these texts.

        After an erasure by law the words leave the file as well; that costs a merge of the index.
        """
        with self._lock:
            with self._step():
                forgot = [self._put(*of, texts) for of, texts in told.items()]
            if erased and any(forgot):
                self._scrub()

    def cursors(self) -> dict[str, str]:
        """Return how far the log was followed."""
        with self._lock:
            return dict(self._db.execute("SELECT stream, entry FROM cursors"))

    def keep(self, moved: Mapping[str, str]) -> None:
        """Keep how far the log was followed; what was put before is kept already."""
        with self._lock, self._step():
            self._db.executemany("INSERT OR REPLACE INTO cursors VALUES (?, ?)", moved.items())

    def forget_others(self, conversations: set[ConversationId]) -> None:
        """Take out all conversations but these."""
        with self._lock:
            known = {c for (c,) in self._db.execute("SELECT DISTINCT conversation FROM texts")}
        self.put({(gone, ""): {} for gone in known - conversations}, erased=True)

    @contextmanager
    def _step(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _put(
        self, conversation: ConversationId, account: AccountId, texts: Mapping[str, Text]
    ) -> bool:
        """Change what differs; True when words were taken out."""
        rows = self._db.execute(
            "SELECT source, id, at, words FROM texts WHERE conversation = ?", (conversation,)
        ).fetchall()
        before = {source: (at, folded) for source, _, at, folded in rows}
        after = {source: (t.at, " ".join(words(t.text))) for source, t in texts.items()}
        out = [row for row in rows if after.get(row[0]) != before[row[0]]]
        for _, id_, _, folded in out:
            self._db.execute(
                "INSERT INTO found (found, rowid, words) VALUES ('delete', ?, ?)", (id_, folded)
            )
            self._db.execute("DELETE FROM texts WHERE id = ?", (id_,))
        for source, (at, folded) in after.items():
            if before.get(source) != (at, folded):
                self._add(conversation, account, source, at, folded)
        return bool(out)

    def _add(self, conversation: str, account: str, source: str, at: int, folded: str) -> None:
        row = self._db.execute(
            "INSERT INTO texts (conversation, account, source, at, words) VALUES (?, ?, ?, ?, ?)",
            (conversation, account, source, at, folded),
        )
        self._db.execute("INSERT INTO found (rowid, words) VALUES (?, ?)", (row.lastrowid, folded))

    def _scrub(self) -> None:
        """Leave no forgotten word in the file: merge the index, and empty the write-ahead log."""
        self._db.execute("INSERT INTO found (found) VALUES ('optimize')")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ask(
    data: Path, question: str, accounts: tuple[AccountId, ...], most: int
) -> tuple[ConversationId, ...]:
    """Return the conversations of these accounts in which a text has all the words, newest first.

    Words may be cut short. Nothing of what is asked is read as a language: only words count.
    """
    file, match = data / FILE, _match(question)
    if not match or most <= 0 or not file.exists():
        return ()
    asked = (match, msgspec.json.encode(accounts).decode(), most)
    with closing(
        sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT)
    ) as db:
        if db.execute(MADE).fetchone() is None:  # the clerk is making the file at this moment
            return ()
        return tuple(conversation for (conversation,) in db.execute(ASK, asked))


def _match(question: str) -> str:
    return " ".join(f'"{word}" *' for word in words(question[:QUESTION_MOST])[:WORDS_MOST])
