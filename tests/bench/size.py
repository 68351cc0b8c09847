"""What a conversation of six real messages weighs in the store: all keys but raw payloads."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from itertools import cycle, islice

from inbox.conversations.commands import Claim, Close
from inbox.desk import Desk, Done
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.histories import SETTLED, Histories
from inbox.store.log import Log
from inbox.store.read import Read
from inbox.words import Person
from tests.bench.figures import Figure
from tests.bench.texts import MESSAGES, Said, conversations
from tests.inbox.house import ACCOUNT, START, desk_of, received

CONVERSATIONS = 400
AT_ONCE = 50
OTHERS = 100_000
"""Conversations whose messages the registry holds besides: its hashes are shared, and few that are
nearly empty would weigh twice as much a message."""
MANY = 2000
RAW = "raw:"


async def lived(desk: Desk, n: int, said: list[Said], *, close: bool) -> None:
    """Let one conversation happen; an official's messages come as echoes of our account."""
    root, citizen = 10**18 + n * 1000, 2 * 10**18 + n
    people = {
        False: _person(citizen, f"citizen{n:05d}", f"Citizen {n:05d}"),
        True: _person(1, "LandetUD", "Landet UD"),
    }
    ref = ""
    for k, (official, text) in enumerate(said):
        author = people[official]
        command = received(
            f"x:{root + k}",
            text,
            thread=str(root),
            person=people[False].id,
            author=author,
            ours=official,
            re=f"x:{root + k - 1}" if k else "",
            written=START - 1000 * (MESSAGES - k),
            raw=sha256(f"{root + k} {text}".encode()).hexdigest(),
            url=f"https://x.com/{author.handle}/status/{root + k}",
        )
        done = await desk.take(ACCOUNT, command, text.encode())
        assert isinstance(done, Done)
        ref = done.conversation.id
    for act in (Claim(), Close("answered")) if close else ():
        assert isinstance(await desk.do(ref, desk.order(act, by="officer:o0")), Done)


def _person(number: int, handle: str, name: str) -> Person:
    """Give a person with all that X tells of one."""
    picture = f"https://pbs.twimg.com/profile_images/{number * 7919 % 10**18}/{handle}_normal.jpg"
    since = START - number % 10**11
    return Person(
        f"x:{number}", handle, name, url=f"https://x.com/{handle}", avatar=picture, since=since
    )


async def crowd(client: Client) -> None:
    """Fill the registry as the messages of many other conversations would have."""
    by_key: dict[str, list[str]] = {}
    for n in range(OTHERS * MESSAGES):
        message = f"x:{3 * 10**18 + n}"
        by_key.setdefault(keys.registry(message), []).extend((message, f"{n:016d} "))
    calls = [("HSET", key, *pairs) for key, pairs in by_key.items()]
    for start in range(0, len(calls), MANY):
        await asyncio.gather(*(client.call(*call) for call in calls[start : start + MANY]))


async def weight(client: Client) -> int:
    """Return the bytes of all keys but raw payloads."""
    names = [name async for name in client.names("*") if not name.startswith(RAW)]
    total = 0
    for start in range(0, len(names), MANY):
        some = names[start : start + MANY]
        asked = (client.call("MEMORY", "USAGE", name, "SAMPLES", 0) for name in some)
        total += sum(await asyncio.gather(*asked))
    return total


async def shelved(client: Client) -> None:
    """Do what the clerk does with what has settled: shelve it, and cut the log an hour later."""
    histories, log = Histories(client), Log(client, Read(client).everything)
    async for touched in Read(client).everything():
        await asyncio.gather(*(histories.shelve(one.id, START + SETTLED) for one in touched))
    ends = await log.ends()
    await asyncio.gather(
        *(log.trim(tag, f"{int(end.partition('-')[0]) + 1}-0") for tag, end in ends.items())
    )


async def weighed(client: Client, *, close: bool) -> tuple[float, float]:
    """Return the bytes a conversation, as it comes, and after the clerk's rounds."""
    await client.everywhere("FLUSHALL")
    await client.load_libraries()
    await crowd(client)
    before = await weight(client)
    desk = desk_of(client)
    several = list(islice(cycle(conversations()), CONVERSATIONS))
    for start in range(0, CONVERSATIONS, AT_ONCE):
        some = enumerate(several[start : start + AT_ONCE], start)
        await asyncio.gather(*(lived(desk, n, said, close=close) for n, said in some))
    fresh = await weight(client) - before
    await shelved(client)
    return fresh / CONVERSATIONS, (await weight(client) - before) / CONVERSATIONS


async def measure(url: str) -> list[Figure]:
    """Weigh open conversations, then closed ones."""
    client = await Client.reached(url)
    open_, _ = await weighed(client, close=False)
    fresh, closed = await weighed(client, close=True)
    await client.everywhere("FLUSHALL")
    await client.aclose()
    rest = "conversation of six messages, all keys but raw payloads"
    return [
        Figure("bytes_open", round(open_), "bytes", f"an open {rest}", "at most", 4096),
        Figure("bytes_closed_fresh", round(fresh), "bytes", "a closed one, in its first minutes"),
        Figure(
            *("bytes_closed", round(closed), "bytes", f"a closed {rest}, shelved by the clerk"),
            *("at most", 2400),
        ),
    ]
