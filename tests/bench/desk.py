"""The desk: claims of sixteen officers at once, and fifty who want the same one."""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import cast

from inbox.conversations.commands import Claim
from inbox.conversations.denied import Denied
from inbox.desk import Desk, Done
from inbox.store.client import Client
from inbox.words import ConversationId
from tests.bench.figures import Figure, percentile, rounded
from tests.bench.texts import questions
from tests.inbox.house import ACCOUNT, desk_of, received

OFFICERS = 16
CLAIMS = 4000
RACERS = 50
RACES = 40
AT_ONCE = 100


async def opened(desk: Desk, prefix: str, amount: int) -> list[ConversationId]:
    """Take so many questions in, each of somebody else."""
    texts = list(islice(questions(), amount))
    found: list[ConversationId] = []
    for start in range(0, amount, AT_ONCE):
        some = enumerate(texts[start : start + AT_ONCE], start)
        done = await asyncio.gather(
            *(
                desk.take(ACCOUNT, received(f"x:{prefix}{n}", text, thread=f"{prefix}{n}"))
                for n, text in some
            )
        )
        found += [cast("Done", one).conversation.id for one in done]
    return found


async def claims(desk: Desk, wanted: list[ConversationId]) -> tuple[float, list[float]]:
    """Let sixteen officers claim them, each his own; return the seconds, and those of each."""
    left = iter(wanted)
    took: list[float] = []

    async def officer(n: int) -> None:
        for ref in left:
            began = time.perf_counter()
            done = await desk.do(ref, desk.order(Claim(), by=f"officer:o{n}"))
            took.append(time.perf_counter() - began)
            assert isinstance(done, Done)
            assert done.events

    began = time.perf_counter()
    await asyncio.gather(*(officer(n) for n in range(OFFICERS)))
    return time.perf_counter() - began, took


async def races(client: Client) -> int:
    """Return in how many races not exactly one won, or somebody was not told who."""
    # One desk for every two officers: several processes, none of which knows what others did.
    desks = [desk_of(client, officers=RACERS) for _ in range(RACERS // 2)]
    refs = await opened(desks[0], "r", RACES)
    wrong = 0
    for ref in refs:
        answers = await asyncio.gather(
            *(
                desks[n // 2].do(ref, desks[n // 2].order(Claim(), by=f"officer:o{n}"))
                for n in range(RACERS)
            )
        )
        winners = [f"o{n}" for n, one in enumerate(answers) if isinstance(one, Done) and one.events]
        told = [one.facts.get("by") for one in answers if isinstance(one, Denied)]
        wrong += len(winners) != 1 or told != winners * (RACERS - 1)
    return wrong


async def measure(url: str) -> list[Figure]:
    """Measure claims of a process that has not seen the conversations, and of one that has."""
    client = await Client.reached(url)
    await client.load_libraries()
    maker = desk_of(client, officers=OFFICERS)
    unseen, seen = await opened(maker, "u", CLAIMS), await opened(maker, "s", CLAIMS)
    seconds, took = await claims(desk_of(client, officers=OFFICERS), unseen)
    remembered, quicker = await claims(maker, seen)
    wrong = await races(client)
    await client.aclose()
    return [
        Figure(
            *("claim_per_s", rounded(CLAIMS / seconds), "1/s"),
            f"claims through one desk, {OFFICERS} officers, conversations it has not seen",
            *("at least", 1000),
        ),
        Figure(
            *("claim_p50_ms", rounded(percentile(took, 50) * 1e3), "ms"), "the same: half of them"
        ),
        Figure(
            *("claim_p99_ms", rounded(percentile(took, 99) * 1e3), "ms"),
            *("the same: all but one in a hundred", "at most", 20),
        ),
        Figure(
            *("claim_remembered_per_s", rounded(CLAIMS / remembered), "1/s"),
            "claims of conversations the process remembers",
        ),
        Figure(
            *("claim_remembered_p99_ms", rounded(percentile(quicker, 99) * 1e3), "ms"),
            "the same: all but one in a hundred",
        ),
        Figure(
            *("race_wrong", wrong, "races"),
            f"of {RACES} races of {RACERS}: not one winner, or not all told who",
            *("at most", 0),
        ),
    ]
