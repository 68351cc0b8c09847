"""The one way in which anything becomes true: a guess, what follows from it, and one answer."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from inbox.conversations.events import SCHEMA
from inbox.conversations.state import Conversation
from inbox.store import codec, keys, raw
from inbox.store.client import Client
from inbox.store.codec import NewerSchema
from inbox.store.packing import beginning, pack_line
from inbox.words import ConversationId, MessageId, Millis, Record

Kind: TypeAlias = Literal["conv", "reach", "contact"]
Answer: TypeAlias = Literal["ok", "moved", "already", "routed"]


class Commit(Record, frozen=True):
    """All that one commit writes; repeated byte by byte, it happens once.

    The line is given as it reads; it is packed on its way.

    `expected` is how the snapshot must begin ("" where there must be none), `line` begins with
    `beginning`, the operation's whole id. `due` is the next timer in UTC ms, None clears it.
    `place` is a Slack channel and a score in its queue; `channels` are all it may stand in now.
    `taken` are ids that may be taken in once: the first decides, the others go along.
    `route` is a message that is first routed here, in the same step; where it is routed elsewhere
    or marked, nothing is committed. Not on Cluster, where the route may lie on another server.
    """

    kind: Kind
    id: str
    expected: str
    number: int
    beginning: bytes
    snapshot: bytes
    line: bytes
    at: Millis
    due: Millis | None = None
    place: tuple[str, int] | None = None
    channels: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    route: MessageId = ""
    payload: bytes = b""
    message: MessageId = ""


class Verdict(NamedTuple):
    """What became of a commit.

    `truth` is the snapshot that stands, except after "ok" (nothing) and "routed": there it is what
    the registry holds of the message.
    """

    answer: Answer
    truth: bytes


ANSWERS: dict[bytes, Answer] = {
    b"ok": "ok",
    b"moved": "moved",
    b"already": "already",
    b"routed": "routed",
}


async def commit(client: Client, what: Commit) -> Verdict:
    """Let a commit happen; raise Gone when unknown, NewerSchema when a newer release has been."""
    tag = keys.tag(what.id)
    names = [
        keys.snapshot(what.kind, what.id),
        keys.past(what.kind, what.id),
        keys.log(tag),
        keys.known(what.kind, what.id),
        keys.due(tag),
        keys.schema(tag),
    ]
    packed = raw.pack(what.payload)
    if packed:
        names.append(raw.key(what.id, what.at))
    if what.place:
        names.append(keys.queue(tag, what.place[0]))
    standing = what.place[0] if what.place else ""
    names += [keys.queue(tag, channel) for channel in what.channels if channel != standing]
    routing: tuple[str, ...] = ()
    if what.route:
        names.insert(0, keys.registry(what.route))
        routing = what.route, what.id
    answer = await client.function(
        "take_1" if routing else "commit_1",
        names,
        *routing,
        SCHEMA,
        what.expected,
        what.number,
        beginning(what.beginning),
        what.snapshot,
        pack_line(what.line, what.beginning),
        what.kind,
        what.id,
        "" if what.due is None else what.due,
        what.place[1] if what.place else "",
        packed,
        what.message,
        raw.SECONDS,
        len(what.taken),
        *what.taken,
    )
    if answer[0] == b"newer":
        raise NewerSchema(f"schema {answer[1].decode()} is in use; this release knows {SCHEMA}")
    return Verdict(ANSWERS[answer[0]], answer[1] if len(answer) > 1 else b"")


async def load(client: Client, conversation: ConversationId) -> Conversation:
    """Read a conversation as it stands; one that does not exist has version 0. Raises Gone."""
    return codec.decode_snapshot(await snapshot(client, "conv", conversation))


async def snapshot(client: Client, kind: Kind, id_: str) -> bytes | None:
    """Read a record of any kind as it lies there. Raises Gone."""
    kept: bytes | None = await client.call("GET", keys.snapshot(kind, id_))
    return kept
