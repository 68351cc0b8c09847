"""Two who say their word at once: the second's desk still knows the older state."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from inbox import Done
from inbox.conversations.commands import (
    Answer,
    AnyCommand,
    Claim,
    Clear,
    MarkEdited,
    Receive,
    StartSend,
    TurnDown,
)
from inbox.conversations.denied import Denied
from inbox.conversations.events import Cleared, SendStarted
from inbox.conversations.state import Answer as Written
from inbox.desk import Desk
from inbox.store.client import Client
from inbox.team.policies import Policies
from inbox.words import Clearance, Message, Officer, Person
from tests.inbox.house import ACCOUNT, LANES, PROFILE, SECRET, clock, ids, policies

_NUMBERS = itertools.count()


def ruled(needs: int) -> Policies:
    account = policies().accounts[0]
    people = (
        Officer("aj", "AJ", "Anna"),
        *(Officer(one, one.upper(), one, roles=("approver",)) for one in ("el", "ob")),
    )
    officers = tuple(one.id for one in people)
    rule = (Clearance(needs=needs),)
    account = replace(account, officers=officers, clearance=rule)
    return Policies((account,), people, LANES, (), {"x": PROFILE})


@dataclass
class Two:
    """Two processes' desks on one store, and an answer that waits."""

    first: Desk
    second: Desk
    ref: str

    async def does(self, desk: Desk, by: str, command: AnyCommand) -> Done | Denied:
        return await desk.do(self.ref, desk.order(command, by=by))

    async def answer(self) -> Written:
        """Let both desks learn how it stands."""
        seen = [
            await self.does(desk, "platform:x", UNCHANGED) for desk in (self.first, self.second)
        ]
        done = seen[-1]
        assert isinstance(done, Done)
        found = done.conversation.answer("a1")
        assert found
        return found


UNCHANGED = MarkEdited("x:unknown", "x:unknown", "", written=1)
"""What changes nothing of the answer: a desk that ordered it knows how things stand."""


@pytest.fixture
async def waiting(client: Client, request: pytest.FixtureRequest) -> Two:
    """Give an answer that needs as many words as the test says."""
    tables = ruled(getattr(request, "param", 1))
    made = [Desk(client, tables, secret=SECRET, now=clock, ids=ids()) for _ in range(2)]
    id_ = f"x:{next(_NUMBERS)}"
    message = Message(id_, ACCOUNT, id_, "x:p", Person("x:p"), "Open?", "public", 1)
    done = await made[0].take(ACCOUNT, Receive(message))
    assert isinstance(done, Done)
    two = Two(made[0], made[1], done.conversation.id)
    claimed = await two.does(two.first, "officer:aj", Claim())
    assert isinstance(claimed, Done)
    c = claimed.conversation
    await two.does(two.first, "officer:aj", Answer("a1", "Yes.", fence=c.fence, seen=c.version))
    return two


async def test_of_two_who_approve_at_once_one_is_told_who_was_first(waiting: Two) -> None:
    seal = (await waiting.answer()).seal
    won = await waiting.does(waiting.first, "officer:el", Clear("a1", seal))
    lost = await waiting.does(waiting.second, "officer:ob", Clear("a1", seal))
    assert isinstance(won, Done)
    assert lost == Denied("already_cleared", {"by": "el"})


@pytest.mark.parametrize("waiting", [2], indirect=True)
async def test_of_two_who_are_needed_the_second_makes_it_ready_though_it_knew_of_none(
    waiting: Two,
) -> None:
    seal = (await waiting.answer()).seal
    await waiting.does(waiting.first, "officer:el", Clear("a1", seal))
    last = await waiting.does(waiting.second, "officer:ob", Clear("a1", seal))
    assert isinstance(last, Done)
    assert last.events == (Cleared("a1", seal, 0),)


async def test_approved_and_turned_down_at_once_the_first_counts(waiting: Two) -> None:
    seal = (await waiting.answer()).seal
    await waiting.does(waiting.first, "officer:el", TurnDown("a1", seal, "no"))
    lost = await waiting.does(waiting.second, "officer:ob", Clear("a1", seal))
    assert lost == Denied("not_asked", {"answer": "a1"})
    started = await waiting.does(waiting.second, "postroom", StartSend("a1.1"))
    assert isinstance(started, Denied)


async def test_approved_first_it_leaves_though_another_turns_it_down(waiting: Two) -> None:
    seal = (await waiting.answer()).seal
    await waiting.does(waiting.first, "officer:el", Clear("a1", seal))
    lost = await waiting.does(waiting.second, "officer:ob", TurnDown("a1", seal, "no"))
    assert lost == Denied("already_cleared", {"by": "el"})
    started = await waiting.does(waiting.second, "postroom", StartSend("a1.1"))
    assert isinstance(started, Done)
    assert started.events == (SendStarted("a1.1", 1),)
