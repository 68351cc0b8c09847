"""What a conversation of six real messages weighs in the store: all keys but raw payloads."""

from __future__ import annotations

import asyncio
from itertools import cycle, islice

from inbox.conversations.commands import Claim, Close
from inbox.desk import Desk, Done
from inbox.store.client import Client
from inbox.words import Person
from tests.bench.figures import Figure
from tests.bench.texts import MESSAGES, Said, conversations
from tests.inbox.house import ACCOUNT, START, desk_of, received

CONVERSATIONS = 400
AT_ONCE = 50
RAW = "raw:"


async def lived(desk: Desk, n: int, said: list[Said], *, close: bool) -> None:
    """Let one conversation happen; an official's messages come as echoes of our account."""
    root, person = 10**18 + n * 1000, f"x:{2 * 10**18 + n}"
    people = {
        False: Person(id=person, handle=f"citizen{n:05d}", name=f"Citizen {n:05d}"),
        True: Person(id="x:1", handle="LandetUD", name="Landet UD"),
    }
    ref = ""
    for k, (official, text) in enumerate(said):
        command = received(
            f"x:{root + k}",
            text,
            thread=str(root),
            person=person,
            author=people[official],
            ours=official,
            re=f"x:{root + k - 1}" if k else "",
            written=START - 1000 * (MESSAGES - k),
        )
        done = await desk.take(ACCOUNT, command, text.encode())
        assert isinstance(done, Done)
        ref = done.conversation.id
    for act in (Claim(), Close("answered")) if close else ():
        assert isinstance(await desk.do(ref, desk.order(act, by="officer:o0")), Done)


async def weight(client: Client) -> int:
    """Return the bytes of all keys but raw payloads."""
    names = [name async for name in client.names("*") if not name.startswith(RAW)]
    weights = [await client.call("MEMORY", "USAGE", name, "SAMPLES", 0) for name in names]
    return sum(weights)


async def weighed(url: str, *, close: bool) -> float:
    """Return the bytes a conversation, in a store that holds nothing else."""
    client = await Client.reached(url)
    await client.everywhere("FLUSHALL")
    await client.load_libraries()
    desk = desk_of(client)
    several = list(islice(cycle(conversations()), CONVERSATIONS))
    for start in range(0, CONVERSATIONS, AT_ONCE):
        some = enumerate(several[start : start + AT_ONCE], start)
        await asyncio.gather(*(lived(desk, n, said, close=close) for n, said in some))
    found = await weight(client)
    await client.aclose()
    return found / CONVERSATIONS


async def measure(url: str) -> list[Figure]:
    """Weigh open conversations, then closed ones."""
    open_, closed = await weighed(url, close=False), await weighed(url, close=True)
    rest = "conversation of six messages, all keys but raw payloads"
    return [
        Figure("bytes_open", round(open_), "bytes", f"an open {rest}", "at most", 4096),
        Figure("bytes_closed", round(closed), "bytes", f"a closed {rest}", "at most", 2458),
    ]
