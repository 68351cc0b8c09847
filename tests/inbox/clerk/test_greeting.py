"""The greeter at work between X's stand-in and the real store: what a person who writes gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bots.platforms import x
from config.phrases import greetings
from inbox import Inbox, Touched
from inbox.clerk.greeting import Greeter
from inbox.conversations.commands import Claim, Greet, Order, Release
from inbox.conversations.denied import Denied
from inbox.desk import Done
from inbox.team.policies import Policies
from inbox.words import ConversationId
from tests.bots.conftest import House, house, scene
from tests.servers import single_servers

__all__ = ["house", "scene", "single_servers"]

PHRASES, _ = greetings(Path(__file__).parents[3] / "config" / "demo")
MINISTRY = "MinistryX"


@dataclass
class Reception:
    """A house whose greeter is told of everything whenever the test says so."""

    house: House
    greeter: Greeter
    told: list[str] = field(default_factory=list)

    @property
    def world(self) -> Any:
        return self.house.scene.world

    def again(self, inbox: object = None, **changes: Any) -> Reception:
        """Give a clerk that has just started."""
        return reception(self.house, inbox, **changes)

    async def writes(self, text: str, to: str = MINISTRY, by: str = "citizen") -> ConversationId:
        """Let somebody write privately, and take it in."""
        message = self.world.dm(by, to, text)
        account = self.house.scene.accounts[to]
        listener = replace_account(self.house, account, to)
        await listener.round()
        found = await self.house.inbox.read.where(f"x:{message.id}")
        assert found
        return found

    async def looks(self) -> None:
        """Tell the greeter everything."""
        async for touched in self.house.inbox.read.everything():
            await self.greeter.each(touched)

    async def leaves(self, handle: str = MINISTRY) -> None:
        """Let the postroom send what may leave."""
        async for touched in self.house.inbox.read.everything():
            await self.house.inbox.pictures.out(touched)
        sender = self.house.sender()
        if handle != MINISTRY:
            sender.account, sender.bot = (
                self.house.scene.accounts[handle],
                self.house.scene.bot(handle),
            )
        while await self.house.sent(sender):
            pass

    def heard(self, by: str = "citizen", of: str = MINISTRY) -> list[str]:
        """Return what they got from an account."""
        us = self.world.user(of).id
        return [one.text for one in self.world.dms_between(by, of) if one.sender_id == us]


def replace_account(house: House, account: Any, handle: str) -> Any:
    """Make the one who reads for this account."""
    listener = house.listener(house.scene.bot(handle))
    return type(listener)(house.inbox, account, listener.bot, listener.clock, listener.sleep)


def reception(house: House, inbox: object = None, **changes: Any) -> Reception:
    changes = {"greeting": "always", "languages": ("sv",), **changes}
    accounts = [replace(one, **changes) for one in house.scene.accounts.values()]
    policies = Policies(accounts, [], (), (), {"x": x.PROFILE})
    used: Inbox = inbox or house.inbox  # type: ignore[assignment]  # a staged one behaves alike
    return Reception(house, Greeter(used, policies, PHRASES))


@pytest.fixture
def desk(house: House) -> Reception:
    return reception(house)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hjälp, mitt pass har blivit stulet i Qasira", "sv"),
        ("Help, my passport was stolen in Qasira", "en"),
        ("سُرق جواز سفري في قاصرة، ماذا أفعل؟", "ar"),
        ("Hej", "sv"),  # too short to tell: the account's own
        ("Potrzebuję pomocy, skradziono mi paszport", "sv"),  # no greeting in Polish
    ],
)
async def test_who_writes_privately_gets_one_automatic_reply_in_their_language(
    desk: Reception, text: str, language: str
) -> None:
    ref = await desk.writes(text)
    for _ in range(2):
        await desk.looks()
        await desk.leaves()
    said = PHRASES[language]
    assert desk.heard() == [f"{said['mark']}: {said['first']} {said['danger']}"]
    conversation = await desk.house.conversation(ref)
    assert (conversation.greeted, conversation.answered) == (True, False)
    assert conversation.waiting_since, "whoever was only greeted still waits"
    assert conversation.state == "waiting"
    await desk.writes("And my daughter's too, and her bag, and the tickets")
    await desk.looks()
    await desk.leaves()
    assert len(desk.heard()) == 1


async def test_nobody_is_greeted_in_public(desk: Reception) -> None:
    await desk.house.asked("@MinistryX is the embassy open today?")
    await desk.looks()
    await desk.leaves()
    assert desk.house.heard() == []
    assert desk.heard() == []


async def test_the_language_is_known_wherever_it_can_be_told(desk: Reception) -> None:
    post = await desk.house.asked("@MinistryX är ambassaden öppen i dag?")
    private = await desk.writes("Hjälp oss, vi är instängda")
    short = await desk.writes("Hej", by="other")
    await desk.looks()
    told = [(await desk.house.conversation(one)).language for one in (post, private, short)]
    assert told == ["sv", "sv", ""]
    await desk.writes("Hej igen, är ambassaden öppen i dag?", by="other")
    await desk.looks()
    assert (await desk.house.conversation(short)).language == "sv"
    history = await desk.house.inbox.read.history(private)
    assert [entry.by for entry in history] == ["platform:x", "clerk", "greeter"]


async def test_an_account_whose_policy_is_off_greets_nobody(house: House) -> None:
    desk = reception(house, greeting="off")
    await desk.writes("Is the embassy open today?")
    await desk.looks()
    await desk.leaves()
    assert desk.heard() == []


async def test_our_own_other_account_is_not_greeted(desk: Reception) -> None:
    await desk.writes("Please share our new travel advice", by="EmbassyX")
    await desk.looks()
    await desk.leaves()
    assert desk.heard(by="EmbassyX") == []


async def test_another_houses_automatic_reply_is_not_replied_to(desk: Reception) -> None:
    said = PHRASES["en"]
    await desk.writes(f"{said['mark']}: {said['first']}", by="other")
    await desk.looks()
    await desk.leaves()
    assert desk.heard(by="other") == []


async def test_a_person_who_writes_to_two_of_our_accounts_is_greeted_once_a_day(
    desk: Reception,
) -> None:
    for handle in (MINISTRY, "EmbassyX"):
        await desk.writes("Is the embassy open today?", to=handle)
        await desk.looks()
        await desk.leaves(handle)
    assert len(desk.heard()) == 1
    assert desk.heard(of="EmbassyX") == []


async def claims(house: House, ref: ConversationId) -> None:
    order = house.inbox.desk.order(Claim(), by="officer:aj")
    assert isinstance(await house.inbox.desk.do(ref, order), Done)


async def test_a_greeting_still_queued_when_an_officer_claims_does_not_leave(
    desk: Reception,
) -> None:
    ref = await desk.writes("Is the embassy open today?")
    await desk.looks()
    assert (await desk.house.conversation(ref)).answers[-1].state == "ready"
    await claims(desk.house, ref)
    await desk.leaves()
    await desk.house.does(ref, Release())
    await desk.looks()
    await desk.leaves()
    assert desk.heard() == []


@dataclass
class Staged:
    """The inbox, but something happens inside the greeter's step: before its order, or after."""

    inbox: Inbox
    before: Callable[[Order], Awaitable[None]] | None = None
    after: Callable[[Order], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inbox, name)

    @property
    def desk(self) -> Any:
        return self

    def order(self, *args: Any, **more: Any) -> Order:
        return self.inbox.desk.order(*args, **more)

    async def do(self, ref: ConversationId, order: Order) -> Done | Denied:
        greets = isinstance(order.command, Greet)
        if self.before and greets:
            await self.before(order)
        done = await self.inbox.desk.do(ref, order)
        if self.after and greets:
            await self.after(order)
        return done


async def test_an_officer_who_claims_between_looking_and_greeting_is_first(house: House) -> None:
    desk = reception(house)
    ref = await desk.writes("Is the embassy open today?")

    async def rival(order: Order) -> None:
        await claims(house, ref)

    staged = desk.again(Staged(house.inbox, before=rival))
    await staged.looks()
    await staged.leaves()
    assert desk.heard() == []
    assert not (await house.conversation(ref)).greeted


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_clerk_killed_between_deciding_and_being_answered_greets_once(
    house: House, when: str
) -> None:
    async def death(order: Order) -> None:
        raise Killed

    desk = reception(house)
    ref = await desk.writes("Is the embassy open today?")
    dying = desk.again(Staged(house.inbox, **{when: death}))
    with pytest.raises(Killed):
        await dying.looks()
    for _ in range(2):
        started = desk.again()
        await started.looks()
        await started.leaves()
    assert len(desk.heard()) == 1
    greeted = [entry for entry in await house.inbox.read.history(ref) if entry.by == "greeter"]
    assert len(greeted) == 1


async def test_what_is_told_all_anew_a_day_later_is_not_greeted(
    desk: Reception, house: House
) -> None:
    ref = await desk.writes("Is the embassy open today?")
    house.scene.clock.forward(86_400)
    async for touched in house.inbox.read.everything():
        await desk.greeter.each((*touched, Touched("contact", ref, 1)))
    await desk.leaves()
    assert desk.heard() == []
    assert (await house.conversation(ref)).language == "en"
