"""Hearing an answer: on any platform, in any thread, of a verified person; and of nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from inbox import Touched
from inbox.clerk.hearing import Hearing
from inbox.conversations.commands import Recall, Report, StartSend, TurnDown
from inbox.desk.firing import Fired
from inbox.directory import commands as directory
from inbox.reachout.commands import Attempt
from inbox.reachout.state import Reachout
from inbox.store.client import Client
from inbox.words import Person
from tests.inbox.reaching import AJ, CARL, EN, HOUR, ODA, PHONE, PRIVATE, PUBLIC, Office

PARODY = Person(id="x:666", handle="CarIB", name="Carl B")


pytestmark = pytest.mark.parametrize("store_url", ["single"], indirect=True)
"""What these follow is one log, whatever the server: others try the servers."""


@pytest.fixture
async def office(client: Client) -> Office:
    office = Office(client)
    await office.knows()
    return office


async def listens(office: Any, box: Any = None) -> None:
    """Let the clerk be told of every conversation, as when it starts."""
    hearing = Hearing(box or office, office.tables)
    async for touched in office.read.everything():
        await hearing.each(touched)


async def now(office: Office, reachout: Reachout) -> Reachout:
    found = await office.reachouts.load(reachout.id)
    assert found
    return found


async def opened(office: Office) -> Reachout:
    reachout = await office.opens(PHONE, PUBLIC)
    office.time += 60_000
    return reachout


@pytest.mark.parametrize("author", [CARL, ODA])
async def test_a_verified_person_s_answer_anywhere_stops_the_clock_and_is_served_first(
    office: Office, author: Person
) -> None:
    reachout = await opened(office)
    c = await office.hears(f"{author.id}-1", author)
    await listens(office)
    found = await now(office, reachout)
    assert found.state == "heard"
    assert found.heard
    assert (found.heard.person, found.heard.conversation) == (author.id, c.id)
    served = await office.read.conversation(c.id)
    assert served
    assert served.lane == "life-safety"


async def test_who_is_only_called_alike_is_warned_of_and_the_clock_runs_on(office: Office) -> None:
    reachout = await opened(office)
    await office.hears("x:1", PARODY)
    await office.hears("x:2", Person(id="x:8", handle="somebody", name="Somebody"))
    await listens(office)
    found = await now(office, reachout)
    assert found.running
    (warned,) = found.imitated
    assert (warned.person, warned.kind, warned.like) == (PARODY.id, "imitated", CARL.id)
    assert warned.differs


async def test_a_person_of_theirs_who_is_not_verified_is_warned_of(office: Office) -> None:
    reachout = await opened(office)
    await office.hears("x:1", Person(id="x:56", handle="spokesman"))
    freeze = directory.Freeze(CARL.id, "name")
    await office.contacts.do(office.contact, office.contacts.order(freeze, by=AJ))
    await office.hears("x:2")
    await listens(office)
    found = await now(office, reachout)
    assert found.running
    assert {one.person: one.kind for one in found.imitated} == {
        "x:56": "unproven",
        CARL.id: "unproven",
    }


async def test_who_is_no_longer_called_as_we_know_them_stops_nothing(office: Office) -> None:
    reachout = await opened(office)
    await office.hears("x:1", replace(CARL, handle="CarlSold"))
    await listens(office)
    found = await now(office, reachout)
    assert found.running
    assert [(one.person, one.kind) for one in found.imitated] == [(CARL.id, "unproven")]


async def test_what_was_written_before_we_began_is_no_answer(office: Office) -> None:
    await office.hears("x:1")
    office.time += 60_000
    reachout = await opened(office)
    await listens(office)
    assert (await now(office, reachout)).running


async def test_whoever_is_another_contact_is_no_imitation(office: Office) -> None:
    for command in (directory.Add("A namesake", "journalist"), directory.Attach(PARODY)):
        await office.contacts.do("other", office.contacts.order(command, by=AJ))
    assert await office.contacts.of_person(PARODY.id)
    reachout = await opened(office)
    await office.hears("x:1", PARODY)
    await listens(office)
    assert (await now(office, reachout)).imitated == ()


@dataclass
class Dying:
    """The office, but its process ends at one call of the reachouts' door."""

    office: Office
    when: str

    def __getattr__(self, name: str) -> Any:
        return self if name == "reachouts" else getattr(self.office, name)

    async def open(self) -> Any:
        return await self.office.reachouts.open()

    def order(self, *args: Any, **more: Any) -> Any:
        return self.office.reachouts.order(*args, **more)

    async def do(self, id_: str, order: Any) -> Any:
        if self.when == "after":
            await self.office.reachouts.do(id_, order)
        raise Killed


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_answer_is_heard_once_whenever_the_clerk_is_killed(
    office: Office, when: str
) -> None:
    reachout = await opened(office)
    c = await office.hears("x:1")
    with pytest.raises(Killed):
        await listens(office, Dying(office, when))
    for _ in range(2):
        await listens(office)
    history = await office.reachouts.history(reachout.id)
    heard = [e for entry in history for e in entry.events if type(e).__name__ == "Heard"]
    assert len(heard) == 1
    served = await office.read.conversation(c.id)
    assert served
    assert served.lane == "life-safety"


async def test_while_nobody_is_reached_nobody_is_looked_for(office: Office) -> None:
    await office.hears("x:1", PARODY)
    await Hearing(office, office.tables).each((Touched("contact", "carl", 1),))  # type: ignore[arg-type]  # behaves alike
    await listens(office)


async def fired(office: Office, rung: int = 0) -> tuple[Reachout, Fired]:
    reachout = await office.opens(PUBLIC) if rung else await office.opens(PRIVATE, PUBLIC)
    shot = await office.fires(reachout.id, 0, text="Please call us.")
    assert isinstance(shot, Fired)
    return reachout, shot


@pytest.mark.parametrize(
    ("says", "result"),
    [("@CarlB We try to reach you. ^O0", "found"), ("@CarlB Call 112!", "differs")],
)
async def test_a_post_made_by_hand_is_looked_up_among_our_own(
    office: Office, says: str, result: str
) -> None:
    x = office.tables.profiles["x"]
    office.tables.profiles["x"] = replace(x, starts=())
    reachout = await office.opens(PUBLIC)
    assert reachout.rungs[0].by_hand
    handle = office.tables.accounts[0].handle
    await office.does(reachout.id, Attempt(0, by_hand=f"https://x.com/{handle}/status/900"))
    await listens(office)
    assert (await now(office, reachout)).rungs[0].unseen
    us = Person(id="x:1", handle=handle)
    await office.hears("x:900", us, text=says, person="", ours=True)
    for _ in range(2):
        await listens(office)
    tries = (await now(office, reachout)).rungs[0].attempts
    assert [one.result for one in tries] == ["attempted", "sent", result]


async def test_a_rung_that_stands_on_the_platform_has_left(office: Office) -> None:
    reachout, shot = await fired(office)
    await office.leaves(shot)
    for _ in range(2):
        await listens(office)
    rung = (await now(office, reachout)).rungs[0]
    assert rung.left
    assert [one.result for one in rung.attempts] == ["attempted", "sent"]
    assert rung.attempts[-1].url == "https://x.com/1"


async def test_a_private_message_that_the_platform_refuses_opens_the_next_rung(
    office: Office,
) -> None:
    reachout, shot = await fired(office)
    where, part = shot.conversation.id, f"{shot.answer}.1"
    await office.orders(where, StartSend(part), "postroom")
    await office.orders(where, Report(part, "failed", why="blocked", attempt=1), "postroom")
    for _ in range(2):
        await listens(office)
    found = await now(office, reachout)
    assert [one.state for one in found.rungs] == ["failed", "open"]
    assert found.rungs[0].attempts[-1].why == "blocked"


@pytest.mark.parametrize("how", ["turned_down", "recalled"])
async def test_a_rung_that_never_left_the_house_is_open_again(office: Office, how: str) -> None:
    reachout, shot = await fired(office, 1)
    seal = shot.conversation.answers[-1].seal
    if how == "turned_down":
        no = TurnDown(shot.answer, seal, "Not now.")
        await office.orders(shot.conversation.id, no, EN)
    else:
        await office.orders(shot.conversation.id, Recall(shot.answer), AJ)
    for _ in range(2):
        await listens(office)
    found = await now(office, reachout)
    assert found.rungs[0].state == "open"
    given_up = await office.read.conversation(shot.conversation.id)
    assert given_up
    assert given_up.claim is None, "nobody holds what came to nothing"
    again = await office.fires(reachout.id, 0, op="again")
    assert isinstance(again, Fired)
    assert again.answer != shot.answer


async def test_their_answer_in_the_thread_we_opened_is_heard_and_the_rung_has_reached(
    office: Office,
) -> None:
    reachout, shot = await fired(office, 1)
    await office.leaves(shot)
    await listens(office)
    office.time += HOUR // 60
    c = await office.hears("x:901", thread="900", re="x:900")
    assert c.id == shot.conversation.id
    await listens(office)
    found = await now(office, reachout)
    assert (found.state, found.rungs[0].state) == ("heard", "reached")
    served = await office.read.conversation(c.id)
    assert served
    assert (served.state, served.lane) == ("waiting", "life-safety"), "whoever is there is called"
