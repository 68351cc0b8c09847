"""A conversation as people read it: equal after any order in which its news arrived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec.structs import replace

from inbox.conversations import events as e
from inbox.conversations.outgoing import part_id
from inbox.conversations.state import AnswerKind, PartState
from inbox.words import (
    AnswerId,
    Audience,
    Media,
    Message,
    MessageId,
    Millis,
    OfficerId,
    PartId,
    Person,
    Record,
)


class Said(Record, frozen=True):
    """A message as its author last left it; a deleted one keeps its place and loses its text.

    One erased by law has lost its author's names too.

    `message.id` and `written` are those of its first version, whatever the edits were called. What
    differs by the door it came through (`raw`, the root, the chain) is left out.
    """

    message: Message
    edited: bool = False
    deleted: bool = False
    erased: bool = False


class Remark(Record, frozen=True):
    """An internal note."""

    id: str
    text: str
    by: OfficerId
    at: Millis
    erased: bool = False


class SentPart(Record, frozen=True):
    """One part of an answer, and where it stands."""

    id: PartId
    text: str = ""
    state: PartState = "ready"
    ref: MessageId = ""
    url: str = ""


class Ruling(Record, frozen=True):
    """What was said of an answer that waited for clearance; `why` where it was voided."""

    what: Literal["asked", "cleared", "turned_down", "returned", "overridden", "void"]
    by: OfficerId
    at: Millis
    reason: str = ""


class Reply(Record, frozen=True):
    """An answer of ours that was let go, with all its texts; or that waits, or waited, to be.

    `held` says that none of it may leave as things stand: it waits, or became a draft again.
    """

    id: AnswerId
    text: str
    by: OfficerId
    at: Millis
    audience: Audience = "public"
    re: MessageId = ""
    kind: AnswerKind = "human"
    parts: tuple[SentPart, ...] = ()
    erased: bool = False
    held: bool = False
    clearance: tuple[Ruling, ...] = ()


class Reading(Record, frozen=True):
    """Messages by the time they were written, then id; notes and answers by when they were made."""

    messages: tuple[Said, ...] = ()
    notes: tuple[Remark, ...] = ()
    answers: tuple[Reply, ...] = ()


Version: TypeAlias = tuple[bool, Millis, str, str, tuple[Media, ...]]
"""Whether it is an edit, when it was written, its id, its text, its media: the greatest counts."""


class _Told:
    """What a history tells of messages, gathered without regard to its order."""

    def __init__(self) -> None:
        self.first = dict[MessageId, MessageId]()  # any id of an edit chain -> one of them
        self.taken = dict[MessageId, Message]()
        self.edits = list[tuple[MessageId, Version]]()
        self.gone = set[MessageId]()
        self.erased = set[MessageId]()

    def take(self, message: Message) -> None:
        """Take a message in; its earlier versions are the same message."""
        self.taken.setdefault(message.id, message)
        for before in message.chain:
            self.join(before, message.id)

    def erase(self, event: e.Erased) -> None:
        """Blank one message, or all that were taken in so far."""
        self.erased |= set(self.taken) if event.whole else {event.target}

    def join(self, one: MessageId, other: MessageId) -> None:
        """Make two ids one message; which of them stands for both does not depend on the order."""
        a, b = self.root(one), self.root(other)
        self.first[max(a, b)] = min(a, b)

    def root(self, id_: MessageId) -> MessageId:
        """Return the id that stands for a whole chain."""
        while (first := self.first.get(id_, id_)) != id_:
            id_ = first
        return id_

    def said(self) -> tuple[Said, ...]:
        """Return every message taken in, once, as it stands now."""
        chains = dict[MessageId, list[Message]]()
        for message in self.taken.values():
            chains.setdefault(self.root(message.id), []).append(message)
        edits = dict[MessageId, list[Version]]()
        for target, version in self.edits:
            edits.setdefault(self.root(target), []).append(version)
        gone = {self.root(id_) for id_ in self.gone}
        erased = {self.root(id_) for id_ in self.erased}
        said = (
            self._one(chain, edits.get(root, []), root in gone, root in erased)
            for root, chain in chains.items()
        )
        return tuple(sorted(said, key=lambda one: (one.message.written, one.message.id)))

    @staticmethod
    def _one(chain: list[Message], edits: list[Version], gone: bool, erased: bool) -> Said:
        first = min(chain, key=lambda one: (one.written, one.id))
        shapes: list[Version] = [
            (bool(one.chain), one.written, one.id, one.text, one.media) for one in chain
        ]
        edited, _, _, text, media = max([*shapes, *edits], key=lambda one: one[:4])
        hidden = gone or erased
        message = replace(
            first,
            author=Person(first.author.id) if erased else first.author,
            url="" if erased else first.url,
            text="" if hidden else text,
            media=() if hidden else media,
            thread="",
            root_unknown=False,
            raw="",
            chain=(),
        )
        return Said(message=message, edited=edited and not gone, deleted=gone, erased=erased)


def reading(entries: Iterable[e.Entry]) -> Reading:
    """Return a history as people read it; what arrived in which order does not show."""
    told, notes, replies = _Told(), list[Remark](), dict[AnswerId, Reply]()
    for entry in entries:
        by = entry.by.partition(":")[2] if entry.by.startswith("officer:") else ""
        for event in entry.events:
            match event:
                case e.Noted():
                    notes.append(Remark(id=event.note, text=event.text, by=by, at=entry.at))
                case e.Answered():
                    before = replies.get(event.answer)
                    said = before.clearance if before else ()
                    replies[event.answer] = replace(_reply(event, by, entry.at), clearance=said)
                case e.Erased(whole=True):
                    told.erase(event)
                    notes = [replace(note, text="", erased=True) for note in notes]
                    replies = {id_: _blank(reply) for id_, reply in replies.items()}
                case _:
                    _hear(told, event)
                    _follow(replies, event)
                    _judge(replies, event, by, entry.at)
    return Reading(
        messages=told.said(),
        notes=tuple(sorted(notes, key=lambda one: (one.at, one.id))),
        answers=tuple(sorted(replies.values(), key=lambda one: (one.at, one.id))),
    )


def _hear(told: _Told, event: e.AnyEvent) -> None:
    match event:
        case e.Received() | e.Echoed():
            told.take(event.message)
        case e.Edited():
            told.join(event.message, event.new_id)
            version = (True, event.written, event.new_id, event.text, event.media)
            told.edits.append((event.message, version))
        case e.Deleted():
            told.gone.add(event.message)
        case e.Erased():
            told.erase(event)
        case _:
            pass


def _reply(event: e.Answered, by: OfficerId, at: Millis) -> Reply:
    parts = (SentPart(part_id(event.answer, n), text) for n, text in enumerate(event.parts, 1))
    return Reply(
        id=event.answer,
        text=event.text,
        by=by,
        at=at,
        audience=event.audience,
        re=event.re,
        kind=event.kind,
        parts=tuple(parts),
    )


def _blank(reply: Reply) -> Reply:
    """Take the texts out of an answer."""
    parts = tuple(replace(part, text="", url="") for part in reply.parts)
    said = tuple(replace(one, reason="") for one in reply.clearance)
    return replace(reply, text="", parts=parts, erased=True, clearance=said)


STATES: dict[type[e.Event], PartState] = {
    e.SendStarted: "sending",
    e.Sent: "sent",
    e.Arrived: "arrived",
    e.SendFailed: "failed",
    e.SendUnsure: "unsure",
    e.Postponed: "ready",
    e.Requeued: "ready",
    e.Retracted: "retracted",
}
"""What each event makes of the part it names."""


def _follow(replies: dict[AnswerId, Reply], event: e.AnyEvent) -> None:
    """Let an answer's parts follow an event that names one of them."""
    state, id_ = STATES.get(type(event)), getattr(event, "part", "")
    reply = replies.get(id_.rpartition(".")[0])
    if state is None or reply is None:
        return
    where = {"ref": event.ref, "url": event.url} if isinstance(event, e.Sent) else {}
    parts = tuple(
        replace(part, state=state, **where) if part.id == id_ else part for part in reply.parts
    )
    replies[reply.id] = replace(reply, parts=parts)


RULINGS: dict[
    type[e.Event],
    Literal["asked", "cleared", "turned_down", "returned", "overridden", "void"],
] = {
    e.ClearanceAsked: "asked",
    e.Cleared: "cleared",
    e.TurnedDown: "turned_down",
    e.ClearanceReturned: "returned",
    e.Overridden: "overridden",
    e.ClearanceExpired: "void",
}
"""What each event says of the clearance that an answer waits for."""


def _judge(replies: dict[AnswerId, Reply], event: e.AnyEvent, by: OfficerId, at: Millis) -> None:
    """Let an answer tell what became of its clearance, and whether it may leave."""
    what, reply = RULINGS.get(type(event)), replies.get(getattr(event, "answer", ""))
    if reply is None:
        return
    if isinstance(event, e.Recalled):
        replies[reply.id] = replace(reply, held=True)
    if what is None:
        return
    reason = str(getattr(event, "reason", getattr(event, "why", "")))
    let = isinstance(event, e.Overridden) or (isinstance(event, e.Cleared) and not event.left)
    said = Ruling(what=what, by=by, at=at, reason=reason)
    replies[reply.id] = replace(reply, held=not let, clearance=(*reply.clearance, said))
