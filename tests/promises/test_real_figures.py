"""Figures of what people really wrote, and officers did: counted alone from the export, the same.

The real posts come in at the door at the times at which they were written, some of them late, and
by look-up at last those that name nobody; officers claim, answer, take over and close meanwhile, by
a seeded plan.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from bots.platforms import x
from inbox import Inbox
from inbox.conversations.commands import (
    Answer,
    AnyCommand,
    Claim,
    Close,
    PostByHand,
    Release,
    Reopen,
    Report,
    SetLane,
    Snooze,
    StartSend,
    TakeOver,
)
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation
from inbox.figures.words import By, Row
from inbox.team.policies import Policies
from inbox.words import ConversationId, Lane, Officer
from tests.promises.recount import Recount
from tests.promises.replayed import Process, Real, now, process
from tests.promises.test_figures import agree

LANES = (
    Lane("life-safety", 0, 5, reserved=True, words={"en": ("help", "urgent")}),
    Lane("consular", 3, 60, words={"en": ("account", "order", "flight")}),
    Lane("other", 6, 480),
)
OFFICERS = tuple(Officer(f"o{n}", f"O{n}", f"Officer {n}") for n in range(5))
SUPERVISOR = Officer("sv", "SV", "Supervisor", roles=("supervisor",))
MINUTE = 60_000
DAY = 86_400_000
BY = get_args(By)


def policies(real: Real) -> Policies:
    """Give the organisations officers, three lanes, and answers that wait for nothing."""
    people = (*OFFICERS, SUPERVISOR)
    ids = tuple(officer.id for officer in people)
    accounts = [replace(account, officers=ids, hold=0) for account in real.accounts]
    return Policies(accounts, people, LANES, (), {"x": x.PROFILE})


@dataclass
class Plan:
    """What happens when: posts at their own times, and what officers make of them.

    Each conversation has dice of its own: which of several at once is first changes nothing else.
    """

    one: Process
    seed: int
    clock: Callable[[int], None]
    coming: list[tuple[int, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    begun: set[ConversationId] = field(default_factory=set)
    first = last = at = 0

    def __post_init__(self) -> None:
        self._numbers, dice = count(), random.Random(self.seed)
        self.one.inbox.desk.watch(lambda ref, _: self._wrote(ref))
        for id_ in self.one.real.said:
            late = dice.choice((500, 500, 2 * MINUTE, 40 * MINUTE))
            self._later(self.one.real.world.shelf.get(id_).written_ms + late, self._push(id_))

    async def live(self) -> None:
        """Let it all happen, in the order of its times."""
        self.first = self.first or self.coming[0][0]
        while self.coming:
            self.at, _, what = heappop(self.coming)
            self.clock(self.at)
            await what()
        self.last = self.at

    def _later(self, at: int, what: Callable[[], Awaitable[None]]) -> None:
        heappush(self.coming, (at, next(self._numbers), what))

    def _push(self, id_: str) -> Callable[[], Awaitable[None]]:
        async def push() -> None:
            await asyncio.gather(*map(self.one.push, self.one.real.pushes_of(id_)))

        return push

    def _wrote(self, ref: ConversationId) -> None:
        """See to most conversations, once each."""
        if ref not in self.begun:
            self.begun.add(ref)
            dice = random.Random(f"{self.seed} {ref}")
            if dice.random() < 0.65:
                self._see_to(ref, dice, dice.randrange(3, 7))

    def _see_to(self, ref: ConversationId, dice: random.Random, steps: int) -> None:
        async def act() -> None:
            (c,) = await self.one.inbox.read.conversations([ref])
            await self._do(ref, *self._chosen(c, dice))
            if steps:
                self._see_to(ref, dice, steps - 1)

        wait = dice.choice((700, MINUTE, 4 * MINUTE, 17 * MINUTE, 130 * MINUTE))
        self._later(self.at + wait, act)

    async def _do(self, ref: ConversationId, by: str, command: AnyCommand) -> None:
        desk = self.one.inbox.desk
        done = await desk.do(ref, desk.order(command, by=by))
        name = type(command).__name__
        self.done[name if not isinstance(done, Denied) else f"{name} denied: {done.why}"] += 1

    def _chosen(self, c: Conversation, dice: random.Random) -> tuple[str, AnyCommand]:
        """Send on what is on its way, else let whoever holds it go on, or somebody claim it."""
        for answer in c.answers:
            for part in answer.parts:
                if part.state == "ready":
                    return "postroom", StartSend(part.id, epoch=self.one.inbox.epoch)
                if part.state == "sending":
                    said = dice.choice(("sent",) * 6 + ("failed", "unsure"))
                    ref = f"x:9{next(self._numbers):017d}" if said == "sent" else ""
                    return "postroom", Report(part.id, said, ref=ref, attempt=part.attempt)  # type: ignore[arg-type]  # one of the outcomes
                if part.state in ("failed", "unsure") and c.claim and dice.random() < 0.5:
                    url = f"https://x.com/i/status/8{next(self._numbers):017d}"
                    return f"officer:{c.claim.holder}", PostByHand(part.id, url)
        other = dice.choice(OFFICERS).id
        if c.closed:
            return f"officer:{other}", Reopen("again")
        if c.claim is None:
            return f"officer:{other}", Claim()
        return self._held(c, c.claim.holder, dice)

    def _held(self, c: Conversation, holder: str, dice: random.Random) -> tuple[str, AnyCommand]:
        n = next(self._numbers)
        answer = Answer(
            f"a{n}",
            "Thank you, we are looking into it.",
            audience=c.audience,
            re=c.last_message,
            fence=c.fence,
            seen=c.version,
            confirmed="newer",
            close=dice.random() < 0.3,
        )
        said: tuple[AnyCommand, ...] = (
            *(answer, answer, answer, answer, Close("no_answer_needed")),
            *(Release(), SetLane(dice.choice(LANES).name), Snooze(self.at + 30 * MINUTE)),
            TakeOver("urgent"),
        )
        command = dice.choice(said)
        if isinstance(command, TakeOver):
            return f"officer:{SUPERVISOR.id}", command
        return f"officer:{holder}", command


async def exported_again(inbox: Inbox) -> Recount:
    found = Recount(lane.name for lane in LANES if lane.reserved)
    async for line in inbox.archive.export.everything():
        found.add(line)
    return found


async def caught_up(inbox: Inbox, found: Recount, asked: tuple[Any, ...]) -> None:
    """Wait until the follower has counted as many things as there are."""
    due = sum(sum(kinds.values()) for kinds in found.counts.values())
    accounts, since, until = asked
    async with asyncio.timeout(15):
        while True:
            rows = await inbox.figures.between(accounts, since, until, "account")
            lengths = sum(r.to_claim.count + r.to_answer.count + r.to_close.count for r in rows)
            kinds = ("received", "opened", "claimed", "answered", "greeted", "sent", "closed")
            counts = sum(getattr(r, n) for r in rows for n in (*kinds, "unsure", "failed"))
            if counts + lengths == due:
                return
            await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
async def test_an_independent_count_of_the_real_conversations_agrees_with_every_statistic(
    real: Real, tmp_path: Path, record_property: Any
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    record_property("told", f"figures of the real conversations: SEED={seed}")
    dice, times = random.Random(seed), [0]
    clock = lambda: times[0] or now()  # noqa: E731 - the store's clock is ours until it is opened
    accounts = [account.id for account in real.accounts]
    async with process(real, tmp_path, dice, policies(real), clock) as one:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(one.inbox.follow("sums", one.inbox.figures.count, stop=stop))
            plan = Plan(one, seed, lambda at: times.__setitem__(0, at))
            await plan.live()
            await one.by_look_up(
                kills=False
            )  # who never names the account is found above our answers
            await plan.live()
            found = await exported_again(one.inbox)
            whole = (plan.first - DAY, plan.last + DAY)
            await caught_up(one.inbox, found, (accounts, *whole))
            stop.set()
        half = (plan.first, (plan.first + plan.last) // 2)
        live = [await one.inbox.figures.between(accounts, *whole, by) for by in BY]
        standing = await one.inbox.figures.now(accounts)
        compared = sum([await agree(one.inbox.figures, found, accounts, w) for w in (whole, half)])
        await one.inbox.rebuild("sums")
        assert [await one.inbox.figures.between(accounts, *whole, by) for by in BY] == live
        again = await one.inbox.figures.now(accounts)
        assert replace(again, at=0) == replace(standing, at=0)
    record_property("told", f"{compared:,} figures agree; {dict(plan.done)}")
    check(plan, live[0])


def check(plan: Plan, rows: tuple[Row, ...]) -> None:
    """Every real message of theirs was counted, and officers did see to a good part of them."""
    theirs = sum(not said["official"] for said in plan.one.real.said.values())
    assert sum(row.received for row in rows) == theirs
    assert plan.done["Claim"] > 200
    assert min(sum(getattr(row, n) for row in rows) for n in ("answered", "sent", "closed")) > 40
    assert min(sum(getattr(row, n) for row in rows) for n in ("unsure", "failed")) > 5
