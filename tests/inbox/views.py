"""Conversations put into a store as the desk's commits would, for the tests of what follows."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from inbox.conversations.events import SCHEMA, AnyEvent, Entry, Received
from inbox.conversations.state import Claim, Conversation, due_at
from inbox.store import codec, keys
from inbox.store.client import Client
from inbox.store.commit import Commit, Verdict, commit
from inbox.words import Message, Millis, Person

CHANNELS = ("C1", "C2")
START = 1_770_000_000_000

_ops = itertools.count()


def place(conversation: Conversation) -> tuple[str, int] | None:
    """Give a waiting conversation its place: channel C1, or C2 for the account "x/two"."""
    if conversation.state != "waiting" or not conversation.waiting_since:
        return None
    channel = "C2" if conversation.account == "x/two" else "C1"
    rank = 0 if conversation.lane == "life-safety" else 6
    return channel, rank * 10**13 + conversation.waiting_since


def conversation(id_: str, **fields: object) -> Conversation:
    """Give a waiting conversation of version 0."""
    first: dict[str, object] = {
        "account": "x/one",
        "person": f"x:{id_}",
        "opened": START,
        "waiting_since": START,
    }
    return Conversation(id=id_, **{**first, **fields})  # type: ignore[arg-type]  # fields by name


def message(id_: str, text: str, written: Millis = START, **fields: object) -> Message:
    """Give a public message of Eva's to the account "x/one"."""
    eva = Person(id="x:1", handle="eva", name="Eva Lind")
    return Message(
        id=id_,
        account="x/one",
        thread="",
        person="x:1",
        author=eva,
        text=text,
        audience="public",
        written=written,
        **fields,  # type: ignore[arg-type]  # fields by name
    )


def ids() -> Callable[[], str]:
    """Give a source of ids that never repeats, across tests too."""
    return lambda: f"id{next(_ops):014d}"


async def put(
    client: Client, after: Conversation, *events: AnyEvent, salt: str = "c2FsdA"
) -> Conversation:
    """Commit a conversation's next version, as it should be after these events."""
    kept = await client.call("GET", keys.snapshot("conv", after.id))
    before = codec.decode_snapshot(kept)
    what, then = next_commit(before, after, events, salt)
    verdict: Verdict = await commit(client, what)
    assert verdict.answer == "ok"
    return then


def next_commit(
    before: Conversation, after: Conversation, events: tuple[AnyEvent, ...], salt: str
) -> tuple[Commit, Conversation]:
    """Give the commit that makes `after` of `before`, and what stands then."""
    op = f"op{next(_ops)}"
    number = before.version + 1
    told = events or (Received(message=message(op, "")),)
    line = codec.encode_entry(Entry(op, SCHEMA, number, START, "x", "", salt, told))
    fields = {name: getattr(after, name) for name in after.__struct_fields__}
    then = Conversation(**{**fields, "version": number, "head": codec.chain(before.head, line)})
    what = Commit(
        kind="conv",
        id=after.id,
        expected=codec.token(before),
        number=number,
        beginning=codec.beginning(op),
        snapshot=codec.encode_snapshot(then),
        line=line,
        at=START,
        due=due_at(then),
        place=place(then),
        channels=CHANNELS,
    )
    return what, then


def held_by(officer: str) -> Claim:
    """Give a claim of this officer's."""
    return Claim(officer, 1, START)
