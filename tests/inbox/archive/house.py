"""A ministry with an archive: an admin, an officer, and whatever is done behind the desk's back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from msgspec.structs import replace

from inbox import Inbox, opened
from inbox.archive.checking import Fault
from inbox.conversations.apply import fold
from inbox.conversations.commands import AnyCommand
from inbox.conversations.denied import Denied
from inbox.conversations.events import Entry
from inbox.conversations.state import Conversation
from inbox.desk import Done
from inbox.store import codec, keys
from inbox.store.client import Client
from inbox.store.packing import pack_line
from inbox.team.policies import Policies
from inbox.words import ConversationId
from tests.inbox.house import ACCOUNT, LANES, PROFILE, SECRET, clock, ids, policies, received

TOLD: list[tuple[int, int]] = []


def tables() -> Policies:
    """Give officers o0, who is an admin, and o1, who is not."""
    known = policies()
    people = [replace(one, roles=("officer",)) for one in known.officers.values()]
    people[0] = replace(people[0], roles=("officer", "admin"))
    return Policies(known.accounts, tuple(people), LANES, ("visa",), {"x": PROFILE})


def inbox_of(folder: Path) -> AbstractAsyncContextManager[Inbox]:
    """Open an inbox with an anchor beside its data folder, as a process of the product would."""
    return opened(
        None,
        data=folder / "var",
        secret=SECRET,
        policies=tables(),
        clock=clock,
        ids=ids(),
        mode="sandbox",
        anchor=folder / "anchor.jsonl",
    )


def everything(folder: Path) -> bytes:
    """Give every byte of a folder."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def house(client: Client, folder: Path) -> Inbox:
    """Give an inbox on this store, with an anchor beside its folder."""
    box = Inbox(
        client,
        tables(),
        data=folder / "var",
        secret=SECRET,
        clock=clock,
        ids=ids(),
        anchor=folder / "anchor.jsonl",
    )
    await box.refresh()
    return box


async def wrote(box: Inbox, id_: str, text: str = "Hello", **fields: object) -> ConversationId:
    """Let Eva write, and say in which conversation that is."""
    done = await box.desk.take(
        ACCOUNT, received(id_, text, **fields), b'{"text":"%s"}' % id_.encode()
    )
    assert isinstance(done, Done), done
    return done.conversation.id


async def ordered(box: Inbox, ref: ConversationId, command: AnyCommand, by: str = "o1") -> Done:
    """Let an officer do something, which must work."""
    done = await box.desk.do(ref, box.desk.order(command, by=f"officer:{by}"))
    assert not isinstance(done, Denied), done
    return done


async def found(box: Inbox) -> list[Fault]:
    """Give what verifying finds."""
    TOLD.clear()
    return [fault async for fault in box.archive.verify.faults(lambda *n: TOLD.append(n))]


async def history_became(
    client: Client, ref: ConversationId, lines: Sequence[bytes], *, whole: bool = False
) -> None:
    """Write a history past the desk; `whole`: and the conversation that follows from it."""
    await client.call("DEL", keys.old("conv", ref), keys.past("conv", ref))
    packed = [pack_line(line, codec.beginning_of(line)) for line in lines]
    if packed:
        await client.call("RPUSH", keys.past("conv", ref), *packed)
    if whole:
        await client.call(
            "SET", keys.snapshot("conv", ref), codec.encode_snapshot(made(ref, lines))
        )


def made(ref: ConversationId, lines: Sequence[bytes]) -> Conversation:
    """Give the conversation that these lines make, head and all."""
    conversation = Conversation(id=ref)
    for line in lines:
        conversation = fold(conversation, codec.decode_entry(line))
    return replace(conversation, head=codec.verify(lines))


def changed(line: bytes, change: Callable[[Entry], Entry]) -> bytes:
    """Give a line as somebody would forge it."""
    return codec.encode_entry(change(codec.decode_entry(line)))
