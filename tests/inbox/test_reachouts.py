"""The door to the reachouts, on a real store: opened, climbed, two at once, half done, over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from inbox.conversations.commands import Begin, Clear, Order, Receive
from inbox.denied import Denied
from inbox.desk import Desk, Done
from inbox.desk.firing import Fired, Firing, Shot
from inbox.desk.reachouts import Reachouts
from inbox.directory import commands as directory
from inbox.reachout import commands as c
from inbox.store import keys
from inbox.store.asks import Asks
from inbox.store.client import Client
from inbox.store.pictures import Pictures
from inbox.store.timers import Timers
from inbox.words import Reach
from tests.inbox.house import ACCOUNT, START, message
from tests.inbox.reaching import AJ, CARL, EN, HOUR, PHONE, PRIVATE, PUBLIC, Office


@pytest.fixture
async def office(client: Client) -> Office:
    office = Office(client)
    await office.knows()
    return office


async def test_a_reachout_is_found_while_it_is_under_way_and_with_its_contact_afterwards(
    office: Office,
) -> None:
    first = await office.opens(PHONE)
    assert [one.id for one in await office.reachouts.open()] == [first.id]
    assert await Timers(office.client).due(START + 9 * HOUR, 10, "reach") == (first.id,)
    await office.does(first.id, c.Record(0, "failed", "Engaged."))
    await office.does(first.id, c.Close("not_reached"))
    assert await office.reachouts.open() == ()
    assert await Timers(office.client).due(START + 9 * HOUR, 10, "reach") == ()
    office.time += HOUR
    second = await office.opens(PHONE)
    found = await office.reachouts.of_contact(office.contact)
    assert [one.id for one in found] == [second.id, first.id]
    told = await office.reachouts.record(office.contact)
    assert [(one.kind, one.why, one.count) for one in told.failed] == [("phone", "no_answer", 1)]
    history = await office.reachouts.history(first.id)
    assert [entry.n for entry in history] == [1, 2, 3]


async def test_the_lists_and_timers_are_written_anew_from_the_histories(office: Office) -> None:
    first, second = await office.opens(PHONE), await office.opens(PHONE)
    await office.does(second.id, c.Close("no_longer_needed"))
    before = await office.reachouts.of_contact(office.contact)
    due = await Timers(office.client).due(START + 9 * HOUR, 10, "reach")
    for tag in keys.tags():
        names = keys.due(tag), *(keys.queue(tag, keys.reaching(one)) for one in ("", "carl"))
        await office.client.call("DEL", names[0])
        for name in names[1:]:
            await office.client.call("DEL", name)
    assert await office.reachouts.open() == ()
    await office.reachouts.rebuild()
    assert [one.id for one in await office.reachouts.open()] == [first.id]
    assert await office.reachouts.of_contact(office.contact) == before
    assert await Timers(office.client).due(START + 9 * HOUR, 10, "reach") == due


async def test_to_draw_the_queues_anew_takes_no_reachout_away(office: Office) -> None:
    opened = await office.opens(PHONE)
    await Pictures(office.client, office.read, lambda _: None).rebuild("queue")
    assert [one.id for one in await office.reachouts.open()] == [opened.id]


async def test_a_ladder_is_planned_from_the_directory_and_says_who_is_left_out(
    office: Office,
) -> None:
    await office.reachouts.asks.answer(ACCOUNT, CARL.id, "private", Reach("no", "blocked"))
    officer = office.tables.officers["o0"]
    plan = await office.reachouts.plan(office.contact, "urgent", officer, "reach")
    assert not isinstance(plan, Denied)
    assert [one.kind for one in plan.rungs] == ["phone", "private", "private", "public", "public"]
    assert (plan.rungs[1].reach, plan.rungs[1].reason) == ("no", "blocked")
    assert (plan.rungs[3].language, plan.rungs[3].handle) == ("en", "CarlB")
    assert [(one.handle, one.level) for one in plan.left_out] == [("spokesman", "unproven")]
    opened = await office.opens(*plan.rungs)
    assert [one.state for one in opened.rungs] == [
        "open",
        "failed",
        "waiting",
        "waiting",
        "waiting",
    ]


async def test_whoever_opens_cannot_say_otherwise_than_the_directory(office: Office) -> None:
    lies = replace(PUBLIC, handle="Call us about the hostages")
    opened = await office.opens(lies)
    assert opened.rungs[0].handle == "CarlB"
    command = c.Open(office.contact, "x", "urgent", START + HOUR, (replace(PHONE, way="+666"),))
    assert await office.refused("another", command) == "unknown_way"
    await office.contacts.do(
        office.contact, office.contacts.order(directory.Freeze(CARL.id, "handle"), by=AJ)
    )
    lie = c.Attempt(0, "a", "c", level="verified")
    assert await office.refused(opened.id, lie) == "not_verified"


async def test_a_public_rung_begins_a_conversation_and_waits_for_somebody_elses_word(
    office: Office,
) -> None:
    opened = await office.opens(PUBLIC)
    fired = await office.fires(opened.id, 0, text="The hostages are in Qasira")
    assert isinstance(fired, Fired)
    assert fired.asked
    answer = fired.conversation.answers[-1]
    assert answer.text == "@CarlB We try to reach you."
    assert (answer.kind, answer.reachout, answer.rung) == ("rung", opened.id, 0)
    assert fired.conversation.claim
    own = await office.desk.do(
        fired.conversation.id, office.desk.order(Clear(answer.id, answer.seal), by=AJ)
    )
    assert isinstance(own, Denied)
    assert own.why == "own_text"
    done = await office.desk.do(
        fired.conversation.id, office.desk.order(Clear(answer.id, answer.seal), by=EN)
    )
    assert isinstance(done, Done)
    assert done.conversation.answers[-1].state == "ready"


async def test_a_line_names_them_as_the_directory_does_when_it_is_said(office: Office) -> None:
    opened = await office.opens(PUBLIC)
    for command, by in (
        (directory.Freeze(CARL.id, "handle"), AJ),
        (directory.Unfreeze(CARL.id, "Called back.", replace(CARL, handle="CarlNew")), EN),
    ):
        order = office.contacts.order(command, by=by)
        assert not isinstance(await office.contacts.do(office.contact, order), Denied)
    fired = await office.fires(opened.id, 0)
    assert isinstance(fired, Fired)
    assert fired.conversation.answers[-1].text == "@CarlNew We try to reach you."


@dataclass
class Staged:
    """The reachouts, but a rival acts just before the rung is taken."""

    reachouts: Reachouts
    rival: Callable[[], Awaitable[Any]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reachouts, name)

    async def do(self, id_: str, order: c.Order) -> Any:
        if isinstance(order.command, c.Attempt):
            await self.rival()
        return await self.reachouts.do(id_, order)


async def test_two_rungs_fired_at_once_are_one_answer_and_the_loser_is_told(
    office: Office, client: Client
) -> None:
    opened, other = await office.opens(PRIVATE, PUBLIC), Office(client)
    won: list[Fired | Denied] = []

    async def rival() -> None:
        won.append(await other.fires(opened.id, 0, EN, text="Please call us."))

    staged = Firing(Staged(office.reachouts, rival), office.desk, office.read)
    lost = await staged.fire(opened.id, Shot(0, AJ, "click", text="Please call us now."))
    assert isinstance(won[0], Fired)
    assert isinstance(lost, Denied)
    assert (lost.why, lost.facts["by"]) == ("rung_taken", "o1")
    assert len(await office.conversations()) == 1


async def test_a_rung_skipped_at_the_moment_it_is_fired_does_not_leave(
    office: Office, client: Client
) -> None:
    opened, other = await office.opens(PRIVATE, PUBLIC), Office(client)

    async def rival() -> None:
        await other.does(opened.id, c.Skip(0, "Their account was stolen."), EN)
        assert isinstance(await other.fires(opened.id, 1, EN), Fired)

    staged = Firing(Staged(office.reachouts, rival), office.desk, office.read)
    lost = await staged.fire(opened.id, Shot(0, AJ, "click", text="Please call us."))
    assert isinstance(lost, Denied)
    assert [one.audience for one in await office.conversations()] == ["public"]


@dataclass
class Dying:
    """The desk, whose process ends before or after so many of its steps."""

    desk: Desk
    steps: int
    after: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)

    async def begin(self, begin: Begin, *, by: str, via: str = "") -> Any:
        return await self._step(lambda: self.desk.begin(begin, by=by, via=via))

    async def do(self, ref: str, order: Order) -> Any:
        return await self._step(lambda: self.desk.do(ref, order))

    async def _step(self, act: Callable[[], Awaitable[Any]]) -> Any:
        self.steps -= 1
        if self.steps > 0:
            return await act()
        if self.after:
            await act()
        raise Killed


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [1, 2, 3], ids=["begin", "claim", "answer"])
async def test_whoever_is_killed_while_firing_and_presses_again_has_fired_once(
    office: Office, step: int, after: bool
) -> None:
    opened = await office.opens(PUBLIC)
    shot = Shot(0, AJ, "click")
    dying = Firing(office.reachouts, Dying(office.desk, step, after), office.read)
    with pytest.raises(Killed):
        await dying.fire(opened.id, shot)
    other = await office.fires(opened.id, 0, EN)
    assert isinstance(other, Denied), "nobody fires beside who may still be firing"
    fired = await office.reachouts.fire(opened.id, shot)
    assert isinstance(fired, Fired)
    assert fired.asked
    [c] = await office.conversations()
    assert [one.id for one in c.answers] == [fired.answer]


async def test_the_same_click_fires_once(office: Office) -> None:
    opened = await office.opens(PUBLIC)
    both = [await office.fires(opened.id, 0) for _ in range(2)]
    assert all(isinstance(one, Fired) for one in both)
    assert len(await office.conversations()) == 1
    assert len((await office.conversations())[0].answers) == 1


async def test_what_is_refused_at_the_desk_gives_the_rung_back(office: Office) -> None:
    opened = await office.opens(PRIVATE)
    denied = await office.fires(opened.id, 0, text="  ")
    assert isinstance(denied, Denied)
    assert denied.why == "empty"
    back = await office.reachouts.load(opened.id)
    assert back
    assert [back.rungs[0].state, back.rungs[0].attempts[-1].why] == ["open", "empty"]
    assert isinstance(await office.fires(opened.id, 0, text="Call us.", op="again"), Fired)


async def test_a_rung_taken_by_somebody_who_died_is_given_back_after_two_minutes(
    office: Office,
) -> None:
    opened = await office.opens(PUBLIC)
    await office.does(opened.id, c.Attempt(0, "gone", "nowhere"))
    told = await office.fires(opened.id, 0, EN)
    assert isinstance(told, Denied)
    assert told.why == "rung_taken"
    office.time += 121_000
    assert isinstance(await office.fires(opened.id, 0, EN, op="again"), Fired)


async def test_a_private_rung_answers_where_they_have_written_to_us_already(
    office: Office,
) -> None:
    theirs = message("x:1", person=CARL.id, author=CARL, thread="1-55", audience="private")
    before = await office.desk.take(ACCOUNT, Receive(theirs))
    assert isinstance(before, Done)
    await office.client.call("ZADD", keys.of(ACCOUNT, CARL.id), 1, before.conversation.id)
    opened = await office.opens(PRIVATE)
    fired = await office.fires(opened.id, 0, text="Please call us.")
    assert isinstance(fired, Fired)
    assert fired.conversation.id == before.conversation.id
    assert len(await office.conversations()) == 1


async def test_a_question_to_a_platform_is_answered_by_another_process(client: Client) -> None:
    asks = Asks(client, patience=0)
    assert await asks.ask(ACCOUNT, CARL.id, "private") == Reach("unknown")
    assert await Asks(client).open(ACCOUNT) == ((CARL.id, "private"),)
    await Asks(client).answer(ACCOUNT, CARL.id, "private", Reach("no", "blocked"))
    assert await asks.ask(ACCOUNT, CARL.id, "private") == Reach("no", "blocked")
    assert await asks.open(ACCOUNT) == ()
