"""Every kind of record that has a history: how it looks on the wire, and what its lines make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from inbox.conversations import apply as conversing
from inbox.conversations import events as conversations
from inbox.conversations.state import Conversation
from inbox.directory import apply as keeping
from inbox.directory import events as directory
from inbox.directory.state import Contact
from inbox.reachout import apply as climbing
from inbox.reachout import events as reaching
from inbox.reachout.state import Reachout
from inbox.store.codec import CONVERSATIONS, Codec, Stands
from inbox.store.commit import Kind
from inbox.store.keys import of_ref, ref

__all__ = ["CONTACT", "CONVERSATION", "SORTS", "Sort", "of_ref", "ref", "sort_of"]

S = TypeVar("S", bound=Stands)
N = TypeVar("N")


class Sort(Generic[S, N]):
    """One kind: `none(id)` is the record of that id before its first entry."""

    def __init__(
        self,
        kind: Kind,
        codec: Codec[S, N],
        fold: Callable[[S, N], S],
        none: Callable[[str], S],
    ) -> None:
        self.kind = kind
        self.codec = codec
        self.fold = fold
        self.none = none

    def named(self, record: S, id_: str) -> S:
        """Return the record under its id, which a record that does not exist lacks."""
        changed: Any = record
        made: S = replace(changed, id=id_)
        return made


CONVERSATION: Sort[Conversation, conversations.Entry] = Sort(
    "conv", CONVERSATIONS, conversing.fold, lambda id_: Conversation(id=id_)
)
CONTACT: Sort[Contact, directory.Entry] = Sort(
    "contact",
    Codec(Contact, directory.Entry, directory.TEXTS),
    keeping.fold,
    lambda id_: Contact(id=id_),
)
REACHOUT: Sort[Reachout, reaching.Entry] = Sort(
    "reach",
    Codec(Reachout, reaching.Entry, reaching.TEXTS),
    climbing.fold,
    lambda id_: Reachout(id=id_),
)


def sort_of(name: str) -> Sort[Any, Any]:
    """Return the kind of a record by its one word; raises KeyError for one nobody knows."""
    return SORTS[of_ref(name)[0]]


SORTS: Mapping[str, Sort[Any, Any]] = {
    sort.kind: sort for sort in (CONVERSATION, CONTACT, REACHOUT)
}
