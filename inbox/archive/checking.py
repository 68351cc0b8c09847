"""Whether one history is what it was: pure, so that anybody may check an export in the same way."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal, TypeAlias

import msgspec

from inbox.archive.scope import reached_in
from inbox.store.codec import Stands
from inbox.store.sorts import SORTS, Sort, ref
from inbox.words import Record

Wrong: TypeAlias = Literal[
    "unreadable",
    "missing",
    "changed",
    "no_conversation",
    "no_history",
    "differs",
    "cut",
    "rewritten",
    "gone",
    "blanked",
    "still_there",
    "anchor",
]

SENTENCES: dict[Wrong, str] = {
    "unreadable": "entry {n} cannot be read",
    "missing": "entry {n} is missing",
    "changed": "the chain is broken: an entry after {n} was changed",
    "no_conversation": "there is a history of {n} entries, and no conversation",
    "no_history": "the conversation says {n} entries, and the history has none of them",
    "differs": "the conversation as kept is not what its {n} entries make of it",
    "cut": "entry {n} was anchored, and the history ends before it",
    "rewritten": "the history up to entry {n} is not the one that was anchored",
    "gone": "the whole conversation is missing; its entry {n} was anchored",
    "blanked": "the texts of entry {n} were taken out, and no erasure says so",
    "still_there": "entry {n} was erased, and its texts are still there",
    "anchor": "the anchor itself was changed before the line of an hour's end",
}
"""What is wrong, for an operator; `n` says where."""


class Fault(Record, frozen=True):
    """One thing that is not as it was: in which record, and at which entry."""

    id: str
    wrong: Wrong
    n: int = 0

    def __str__(self) -> str:
        where = f"{self.id}: " if self.id else ""
        return where + SENTENCES[self.wrong].format(n=self.n)


def faults(
    kept: Any,
    lines: Sequence[bytes],
    anchored: Sequence[tuple[int, str]],
    kind: str = "conv",
) -> Iterator[Fault]:
    """Yield what is wrong with a record (version 0: there is none), its history, its anchors.

    The history is read after the record: what came in between is no fault.
    """
    id_, sort = ref(kind, kept.id), SORTS[kind]
    if not lines:
        if kept.version or anchored:
            wrong: Wrong = "no_history" if kept.version else "gone"
            yield Fault(id_, wrong, kept.version or anchored[-1][0])
        return
    entries = _read(lines, sort)
    bad = next((n for n, entry in enumerate(entries, 1) if entry is None or entry.n != n), 0)
    if bad:
        yield Fault(id_, "unreadable" if entries[bad - 1] is None else "missing", bad)
        return
    heads = list(accumulate(lines, sort.codec.chain, initial=""))
    yield from _chained(id_, kept, heads, anchored)
    whole = [entry for entry in entries if entry is not None]
    yield from _texts(id_, whole, reached_in(kind, kept.id, whole))
    if kept.version and len(heads) > kept.version and heads[kept.version] == kept.head:
        made = _made(sort, kept, whole[: kept.version])
        if made != kept:
            yield Fault(id_, "differs", kept.version)


def _read(lines: Sequence[bytes], sort: Sort[Any, Any]) -> list[Any]:
    found: list[Any] = []
    for line in lines:
        try:
            found.append(sort.codec.decode_entry(line))
        except (msgspec.MsgspecError, IndexError, TypeError, KeyError):
            found.append(None)
    return found


def _chained(
    id_: str, kept: Stands, heads: Sequence[str], anchored: Sequence[tuple[int, str]]
) -> Iterator[Fault]:
    """Compare the heads that the lines make with the record's own and with the anchored."""
    there = len(heads) - 1
    good = max((n for n, head in anchored if n <= there and heads[n] == head), default=0)
    if not kept.version:
        yield Fault(id_, "no_conversation", there)
    elif kept.version > there:
        yield Fault(id_, "missing", there + 1)
    elif heads[kept.version] != kept.head:
        yield Fault(id_, "changed", good)
    for n, head in anchored:
        if n > there:
            yield Fault(
                id_, "cut", n
            )  # guard: anchored-tail test=tests/inbox/archive/test_verify.py::test_a_tail_cut_together_with_its_conversation_is_found_by_the_anchor
            return
        if heads[n] != head:
            yield Fault(
                id_, "rewritten", n
            )  # guard: anchored-head test=tests/inbox/archive/test_verify.py::test_a_wholly_rewritten_history_is_found_by_the_anchor
            return


def _texts(id_: str, entries: Sequence[Any], erased: frozenset[int]) -> Iterator[Fault]:
    """See that an erased entry has an erasure that says so, and that an erasure left no text."""
    for entry in entries:
        if not entry.salt and entry.n not in erased:
            yield Fault(id_, "blanked", entry.n)
        if entry.salt and entry.n in erased and not _is_erasure_alone(entry):
            yield Fault(id_, "still_there", entry.n)


def _is_erasure_alone(entry: Any) -> bool:
    """Whether an entry is an erasure's own: it has no text of anybody's, and may keep its salt."""
    return all(type(event).__name__ == "Erased" for event in entry.events)


def _made(sort: Sort[Any, Any], kept: Any, entries: Sequence[Any]) -> Any:
    made = sort.none(kept.id)
    for entry in entries:
        made = sort.fold(made, entry)
    return msgspec.structs.replace(made, head=kept.head)
