"""One holder: fifty at once, rivals staged inside the step, and what a stale holder wrote."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from bots.platforms import x
from inbox import Inbox, opened
from inbox.conversations.commands import AnyCommand, Claim, Release, StartSend, TakeOver
from inbox.conversations.denied import Denied
from inbox.conversations.events import Claimed
from inbox.desk import Desk, Done
from inbox.store import codec
from inbox.store.client import Argument, Client
from inbox.store.histories import Histories
from inbox.team.policies import Policies
from inbox.words import ConversationId, Officer
from tests.bots.conftest import LANES, House, Scene
from tests.inbox.house import ACCOUNT, desk_of, received

OFFICERS = 50
PROCESSES = 5
SECRET = b"s" * 32
Rival = Callable[[], Awaitable[object]]


class Staged(Client):
    """A caller in whose way a rival steps, once, just before its commit reaches the server."""

    rival: Rival | None = None

    @property
    def stepped(self) -> bool:
        """Whether the rival was there."""
        return self.rival is None

    async def function(self, name: str, names: Sequence[str], *args: Argument) -> object:
        if name in ("commit_1", "take_1") and self.rival:
            rival, self.rival = self.rival, None
            await rival()
        return await super().function(name, names, *args)


@pytest.fixture
async def staged(store_url: str, client: Client) -> AsyncIterator[Staged]:
    caller = Staged(store_url, cluster=client.cluster)
    yield caller
    await caller.aclose()


async def waiting(desks: Sequence[Desk], n: int) -> ConversationId:
    """Let somebody write, and every process know the conversation as it is now."""
    taken = await desks[0].take(ACCOUNT, received(f"x:{n}", thread=f"t{n}"))
    assert isinstance(taken, Done)
    for desk in desks:  # from here on all of them guess the same: the race is in the commits
        known = await desk.do(taken.conversation.id, desk.order(Release(), by="officer:o0"))
        assert isinstance(known, Done)
        assert known.conversation.version == 1
    return taken.conversation.id


async def claims(client: Client, ref: ConversationId) -> list[Claimed]:
    """Return who ever held it, as its history tells."""
    lines = await Histories(client).lines(ref)
    events = [event for line in lines for event in codec.decode_entry(line).events]
    return [event for event in events if isinstance(event, Claimed)]


@pytest.mark.timeout(300)
async def test_of_fifty_officers_at_once_one_holds_it_and_the_others_are_told_who(
    client: Client, long_run: bool
) -> None:
    desks = [desk_of(client, officers=OFFICERS) for _ in range(PROCESSES)]
    for n in range(1000 if long_run else 50):
        ref = await waiting(desks, n)
        answers = await asyncio.gather(
            *(
                desk.do(ref, desk.order(Claim(), by=f"officer:o{m}"))
                for m, desk in zip(range(OFFICERS), itertools.cycle(desks), strict=False)
            )
        )
        winners = [f"o{m}" for m, answer in enumerate(answers) if isinstance(answer, Done)]
        assert [claim.holder for claim in await claims(client, ref)] == winners
        [winner] = winners
        told = [(a.why, a.facts["by"]) for a in answers if isinstance(a, Denied)]
        assert told == [("claimed", winner)] * (OFFICERS - 1)


async def test_a_rival_inside_the_step_wins_and_the_late_one_is_told(
    client: Client, staged: Staged
) -> None:
    rival, late = desk_of(client), desk_of(staged)
    ref = await waiting([rival, late], 1)
    staged.rival = lambda: rival.do(ref, rival.order(Claim(), by="officer:o0"))
    lost = await late.do(ref, late.order(Claim(), by="officer:o1"))
    assert staged.stepped
    assert isinstance(lost, Denied)
    assert (lost.why, lost.facts["by"]) == ("claimed", "o0")
    assert [claim.holder for claim in await claims(client, ref)] == ["o0"]


async def test_each_new_claim_grows_the_fence_whoever_steps_in_between(
    client: Client, staged: Staged
) -> None:
    rival, late = desk_of(client), desk_of(staged)
    ref = await waiting([rival, late], 1)
    staged.rival = lambda: rival.do(ref, rival.order(Claim(), by="officer:o0"))
    taken = await late.do(ref, late.order(TakeOver(), by="officer:o1"))
    assert isinstance(taken, Done)
    found = [(one.holder, one.fence) for one in await claims(client, ref)]
    assert found == [("o0", 1), ("o1", 2)]


# What a stale holder wrote


@pytest.fixture
async def house(
    scene: Scene, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """Give the real inbox and X, with two officers."""

    async def unmeasured(inbox: Inbox) -> None:
        """Keep the test's own time: the server has another."""

    monkeypatch.setattr(Inbox, "measure", unmeasured)
    accounts = list(scene.accounts.values())
    ministry = accounts[0]
    officers = [Officer("aj", "AJ", "Anna"), Officer("en", "EN", "Erik", accounts=(ministry.id,))]
    policies = Policies(accounts, officers, LANES, (), {"x": x.PROFILE})
    numbers = itertools.count()
    async with opened(
        store_url,
        data=tmp_path,
        secret=SECRET,
        policies=policies,
        clock=scene.clock,
        ids=lambda: f"{next(numbers):016d}",
        mode="sandbox",
    ) as inbox:
        yield House(scene, inbox, policies)


@dataclass
class Elsewhere:
    """The house's inbox as another process has it, with a desk of its own."""

    inbox: Inbox
    desk: Desk

    def __getattr__(self, name: str) -> object:
        return getattr(self.inbox, name)


def elsewhere(house: House, caller: Client) -> Inbox:
    ids = itertools.count()
    desk = Desk(
        caller,
        house.policies,
        secret=SECRET,
        now=house.inbox.now,
        ids=lambda: f"elsewhere{next(ids):07d}",
    )
    return cast("Inbox", Elsewhere(house.inbox, desk))


async def does(house: House, ref: ConversationId, command: AnyCommand, by: str) -> Done | Denied:
    order = house.inbox.desk.order(command, by=f"officer:{by}")
    return await house.inbox.desk.do(ref, order)


async def test_a_stale_holder_s_answer_does_not_leave(house: House) -> None:
    ref = await house.answered()
    assert isinstance(await does(house, ref, TakeOver(), "en"), Done)
    await house.sent(house.sender())
    start = StartSend(part="a1.1", epoch=house.inbox.epoch)
    refused = await house.inbox.desk.do(ref, house.inbox.desk.order(start, by="postroom"))
    assert isinstance(refused, Denied)
    assert house.heard() == []


async def test_an_answer_taken_over_while_its_sending_is_written_down_does_not_leave(
    house: House, staged: Staged
) -> None:
    ref = await house.answered()
    await house.inbox.pictures.mend("out", [ref])
    staged.rival = lambda: does(house, ref, TakeOver(), "en")
    await house.sender(inbox=elsewhere(house, staged)).round()
    assert staged.stepped
    now = await house.conversation(ref)
    assert now.claim
    assert now.claim.holder == "en"
    assert house.heard() == []


async def test_an_answer_begun_before_the_take_over_leaves_once_and_nobody_sends_it_again(
    house: House, staged: Staged
) -> None:
    ref = await house.answered()
    await house.sent(house.sender())
    assert isinstance(await does(house, ref, TakeOver(), "en"), Done)
    await house.sender(inbox=elsewhere(house, staged)).round()
    assert len(house.heard()) == 1
