"""A rung between X's stand-in and the real store: from the plan to their answer in our thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from bots.reaching import Asker
from inbox.clerk.hearing import Hearing
from inbox.conversations.commands import AnyCommand, Clear
from inbox.conversations.state import Conversation
from inbox.denied import Denied
from inbox.desk.firing import Fired, Shot
from inbox.desk.reachouts import Plan
from inbox.directory import commands as directory
from inbox.reachout import commands as c
from inbox.reachout.state import Reachout
from inbox.words import Officer, Person
from sandbox.x.records import Post
from tests.bots.conftest import House, house, no_sleep, scene
from tests.servers import single_servers

__all__ = ["house", "scene", "single_servers"]

T = TypeVar("T")
LINES = {"reach": {"en": "@{handle} We are trying to reach you."}}
LINE = "@CarlBild We are trying to reach you. ^AJ"
HOUR = 3_600_000
AJ, EB = "officer:aj", "officer:eb"


class Office:
    """The house of X, with a counterpart in its directory and a second officer who clears."""

    def __init__(self, house: House) -> None:
        self.house, self.inbox, self.world = house, house.inbox, house.scene.world
        house.policies.lines = LINES
        house.policies.officers["eb"] = Officer("eb", "EB", "Eva Berg", ("approver",))
        self.carl = self.world.join("CarlBild", "Carl Bild")
        self.parody = self.world.join("CarIBild", "Carl Bild")
        self.asker = Asker(
            self.inbox, house.scene.accounts["MinistryX"], house.scene.bot(), no_sleep
        )

    async def knows(self) -> None:
        person = Person(id=f"x:{self.carl.id}", handle="CarlBild", name="Carl Bild")
        until = self.inbox.now() + 90 * 24 * HOUR
        for command, by in (
            (directory.Add("Foreign Minister", "counterpart", ("en",)), AJ),
            (directory.AddWay("phone", "+1"), AJ),
            (directory.Attach(person), AJ),
            (directory.Prove(person.id, "called_back", "Embassy's call", until), EB),
        ):
            order = self.inbox.contacts.order(command, by=by)
            assert not isinstance(await self.inbox.contacts.do("carl", order), Denied)

    async def answered(self, asking: Coroutine[Any, Any, T]) -> T:
        """Let the bots answer what is asked meanwhile, as another process would."""
        task = asyncio.create_task(asking)
        while not task.done():
            await self.asker.round()
            await asyncio.sleep(0.01)
        return task.result()

    async def plan(self) -> Plan:
        officer = self.house.policies.officers["aj"]
        plan = await self.answered(self.inbox.reachouts.plan("carl", "urgent", officer, "reach"))
        assert not isinstance(plan, Denied)
        return plan

    async def does(self, id_: str, command: c.AnyCommand) -> Reachout:
        door = self.inbox.reachouts
        done = await self.answered(door.do(id_, door.order(command, by=AJ)))
        assert not isinstance(done, Denied), done
        return done.record

    async def opens(self, plan: Plan) -> Reachout:
        deadline = self.inbox.now() + 8 * HOUR
        command = c.Open("carl", "The attack in Qasira", "urgent", deadline, plan.rungs)
        return await self.does(self.inbox.reachouts.new_id(), command)

    async def fires(self, reachout: Reachout, rung: int, text: str = "") -> Fired:
        shot = Shot(rung, AJ, f"click{rung}", text=text)
        fired = await self.answered(self.inbox.reachouts.fire(reachout.id, shot))
        assert isinstance(fired, Fired), fired
        return fired

    async def orders(self, ref: str, command: AnyCommand, by: str) -> None:
        order = self.inbox.desk.order(command, by=by)
        assert not isinstance(await self.inbox.desk.do(ref, order), Denied)
        await self.inbox.pictures.mend("out", [ref])

    async def cleared(self, fired: Fired) -> None:
        seal = fired.conversation.answers[-1].seal
        await self.orders(fired.conversation.id, Clear(fired.answer, seal), EB)

    async def listens(self) -> None:
        """Take in what is new at X, and let the clerk hear it."""
        await self.house.listener().round()
        hearing = Hearing(self.inbox, self.house.policies)
        async for touched in self.inbox.read.everything():
            await hearing.each(touched)

    async def now(self, reachout: Reachout) -> Reachout:
        found = await self.inbox.reachouts.load(reachout.id)
        assert found
        return found

    async def conversations(self) -> list[Conversation]:
        ids = [
            t.id async for told in self.inbox.read.everything() for t in told if t.kind == "conv"
        ]
        return await self.inbox.read.conversations(ids)

    def post(self) -> Post:
        (post,) = self.world.posts_by("MinistryX")
        return post


@pytest.fixture
async def office(house: House) -> Office:
    office = Office(house)
    await office.knows()
    return office


async def at_the_public_line(office: Office) -> Reachout:
    """Open with a telephone that nobody answers and private messages that they do not take."""
    office.world.accept_dms("CarlBild", False)
    reachout = await office.opens(await office.plan())
    assert [one.state for one in reachout.rungs] == ["open", "failed", "waiting"]
    reachout = await office.does(reachout.id, c.Record(0, "failed", "Nobody answers."))
    assert reachout.current == 2
    return reachout


async def test_a_cleared_line_leaves_once_though_its_sender_was_killed_and_their_reply_is_heard(
    office: Office,
) -> None:
    reachout = await at_the_public_line(office)
    fired = await office.fires(reachout, 2)
    assert fired.asked
    assert await office.house.sent(office.house.sender()) is False
    await office.cleared(fired)
    # Whoever would have sent it was killed after the approval; two others start at once.
    await asyncio.gather(*(office.house.sent(office.house.sender()) for _ in range(2)))
    await office.house.sent(office.house.sender())
    assert office.house.heard() == [LINE]
    assert tuple(part.text for part in fired.conversation.answers[-1].parts) == (LINE,)
    office.house.scene.clock.forward(60)
    await office.listens()
    assert (await office.now(reachout)).rungs[2].left
    office.world.post("CarIBild", "@MinistryX Here I am!", in_reply_to=office.post().id)
    await office.listens()
    found = await office.now(reachout)
    assert found.running
    assert [one.kind for one in found.imitated] == ["imitated"]
    office.world.post("CarlBild", "@MinistryX Call me.", in_reply_to=office.post().id)
    await office.listens()
    found = await office.now(reachout)
    assert (found.state, found.rungs[2].state) == ("heard", "reached")
    assert found.heard
    assert found.heard.conversation == fired.conversation.id
    served = await office.house.conversation(fired.conversation.id)
    assert (served.lane, served.count) == ("life-safety", 1)
    assert len(await office.conversations()) == 2


async def test_a_cleared_line_to_a_handle_that_changed_hands_since_reaches_nobody(
    office: Office,
) -> None:
    reachout = await at_the_public_line(office)
    fired = await office.fires(reachout, 2)
    await office.cleared(fired)
    office.world.rename("CarlBild", "CarlBildFormer")
    office.world.join("CarlBild", "Carl Bild")  # whoever took the handle would be mentioned
    await office.house.sent(office.house.sender())
    assert office.house.heard() == []
    contact = await office.inbox.contacts.load("carl")
    assert contact
    assert contact.persons[0].frozen == "handle"
    held = await office.house.part(fired.conversation.id, fired.answer)
    assert (held.state, held.why) == ("failed", "identity")
    notices = [one async for some in office.inbox.notices.everything() for one in some]
    [told] = [one.facts for one in notices if one.kind == "identity_changed"]
    assert (told["officer"], told["name"]) == ("aj", "Foreign Minister")
    await office.listens()
    found = await office.now(reachout)
    assert (found.running, found.rungs[2].state) == (True, "failed")


@pytest.mark.parametrize("since", ["detached", "expired"])
async def test_a_cleared_line_to_somebody_no_longer_sure_stays_here(
    office: Office, since: str
) -> None:
    fired = await office.fires(await at_the_public_line(office), 2)
    await office.cleared(fired)
    person, soon = f"x:{office.carl.id}", office.inbox.now() + 1_000
    command: directory.AnyCommand = directory.Detach(person, "not he")
    if since == "expired":
        command = directory.Prove(person, "called_back", "Embassy's call", soon)
    order = office.inbox.contacts.order(command, by=EB)
    assert not isinstance(await office.inbox.contacts.do("carl", order), Denied)
    office.house.scene.clock.forward(2)
    await office.house.sent(office.house.sender())
    assert office.house.heard() == []
    held = await office.house.part(fired.conversation.id, fired.answer)
    assert (held.state, held.why) == ("failed", "identity")


async def test_a_line_whose_response_was_lost_is_settled_by_its_echo(office: Office) -> None:
    reachout = await at_the_public_line(office)
    fired = await office.fires(reachout, 2)
    await office.cleared(fired)
    office.world.faults.arm("POST /2/tweets", "drop_after")
    await office.house.sent(office.house.sender())
    office.house.scene.clock.forward(60)
    await office.listens()
    assert (await office.house.part(fired.conversation.id, fired.answer)).state == "sent"
    assert (await office.now(reachout)).rungs[2].left
    assert office.house.heard() == [LINE]
    assert len(await office.conversations()) == 1


async def test_a_line_posted_by_hand_where_x_forbids_us_is_found_and_alarms_nobody(
    office: Office,
) -> None:
    tables = office.house.policies
    tables.accounts = tuple(replace(one, may_reply_to="mentions") for one in tables.accounts)
    reachout = await at_the_public_line(office)
    assert (reachout.rungs[2].by_hand, reachout.rungs[2].rule) == (True, "mention_needed")
    post = office.world.post("MinistryX", LINE)
    url = f"https://x.com/MinistryX/status/{post.id}"
    await office.does(reachout.id, c.Attempt(2, by_hand=url))
    await office.listens()
    tries = (await office.now(reachout)).rungs[2].attempts
    assert [one.result for one in tries] == ["attempted", "sent", "found"]
    notices = [one.kind async for told in office.inbox.notices.everything() for one in told]
    assert "not_ours" not in notices
    office.world.post("MinistryX", "@CarlBild Call us about the hostages.")
    await office.listens()
    notices = [one.kind async for told in office.inbox.notices.everything() for one in told]
    assert "not_ours" in notices
    office.world.post("CarlBild", "@MinistryX Call me.", in_reply_to=post.id)
    await office.listens()
    found = await office.now(reachout)
    assert (found.state, found.rungs[2].state) == ("heard", "reached")


async def test_a_private_message_is_asked_about_beforehand_and_their_answer_lands_there(
    office: Office,
) -> None:
    office.world.accept_dms("CarlBild", True)
    plan = await office.plan()
    assert [one.reach for one in plan.rungs if one.kind == "private"] == ["yes"]
    reachout = await office.opens(plan)
    await office.does(reachout.id, c.Record(0, "failed"))
    fired = await office.fires(reachout, 1, "Please call us.")
    await office.inbox.pictures.mend("out", [fired.conversation.id])
    office.house.scene.clock.forward(11)
    await office.house.sent(office.house.sender())
    office.house.scene.clock.forward(60)
    office.world.dm("CarlBild", "MinistryX", "In five minutes.")
    await office.listens()
    found = await office.now(reachout)
    assert (found.state, found.rungs[1].state) == ("heard", "reached")
    assert found.heard
    assert found.heard.conversation == fired.conversation.id
