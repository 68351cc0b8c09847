"""What it is like to use, measured: acts, pings, glance, no loss and no dead end (UX.md, measures).

The newcomer's measure, and a glance at 375 px, need a browser: they stand in tests/browser.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

import inbox.clerk.alerts
from handlers.forms import Wrong
from handlers.slack import acts, ids
from handlers.slack.channel import GATHERED_MS
from handlers.slack.spoken import refused_post
from handlers.slack.views import denied_view
from inbox.conversations.commands import Close, MarkDeleted, TakeOver
from inbox.conversations.denied import Denied, Why
from inbox.conversations.state import Claim
from inbox.directory.commands import Attach, Prove
from inbox.triage.alerting import NEXT_MS, SUPERVISOR_MS
from inbox.words import ConversationId, Person, Reach
from sandbox.oracle import notified, pushed
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    PRESS,
    PRIVATE,
    SAMIRA,
    Builder,
    House,
    builder,
    clock,
    office,
    policies_of,
    until,
    words,
)
from tests.handlers.slack.hostile import BOOK, LANGUAGES, shown
from tests.handlers.slack.test_acts_reach import LINES, known, noted
from tests.handlers.slack.test_views import OPENED, with_text

__all__ = ["builder", "clock", "office"]

Told = Callable[[str, object], None]
TEXT = "Yes, from eight to eight. Bring"
"""What an officer has typed when something goes wrong."""


@pytest.fixture
def figure(record_property: Told) -> Callable[[str, float, str], None]:
    """Say a figure at the end of the run: `figure NAME VALUE UNIT`."""
    return lambda name, value, unit: record_property("told", f"figure {name} {value:g} {unit}")


Figure = Callable[[str, float, str], None]


# 1. Acts


class Presses:
    """Counts at Slack what officers press; what they type counts nothing."""

    def __init__(self, house: House) -> None:
        self.many = 0
        road = house.workspace.deliveries
        self._deliver = road.interactive
        road.interactive = self._counted  # type: ignore[method-assign]  # the stand-in, listened to

    async def _counted(self, payload: Any) -> Any:
        typed = [a for a in payload.get("actions", ()) if a["action_id"] == ids.TEXT]
        searched = payload.get("type") == "block_suggestion"
        self.many += not (typed or searched)
        return await self._deliver(payload)

    def since(self, before: int) -> int:
        return self.many - before


async def test_an_unclaimed_card_is_answered_in_two_presses_and_each_next_takes_one(
    office: House, figure: Figure
) -> None:
    refs = [await office.hear(f"Question {n}?", person=f"p{n}") for n in range(3)]
    for ref in refs:
        await office.card(ref)
    presses = Presses(office)
    await office.press(ANNA, refs[0], ids.ANSWER)
    await office.types(ANNA, "Yes.")
    await office.submits(ANNA)
    await office.arrives(refs[0])
    assert (await office.answer(refs[0])).state == "sent"
    first = presses.many
    nexts = []
    for many in (2, 3):
        before = presses.many
        await office.tap(ANNA, ids.NEXT)
        held = [ref for ref in refs if await office.holder(ref) == "aj"]
        assert len(held) == many
        nexts.append(presses.since(before))
        await office.types(ANNA, "Yes.")
        await office.submits(ANNA)
    figure("acts_to_answer", first, "presses")
    figure("acts_to_next", max(nexts), "presses")
    assert first <= 2
    assert max(nexts) <= 1


# 3. Pings


async def quiet(house: House) -> None:
    """Wait until the board is drawn and every answer to an officer is said."""
    await until(lambda: house.slack.board.still)
    await house.workspace.settled()


def ours(house: House) -> list[Message]:
    """Return everything that we ever said, anywhere."""
    slack = house.workspace
    return [one for channel in slack.channels.values() for one in channel.said if one.by_bot]


def direct(house: House, user: str) -> list[Message]:
    channel = house.workspace.channels.get(f"D{user[1:]}")
    return [one for one in channel.said if one.by_bot] if channel else []


@pytest.fixture
async def shift(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Give a night with Anna and Erik on duty, and a clerk that looks often."""
    monkeypatch.setattr(inbox.clerk.alerts, "LOOK", 0.02)
    async with builder.house() as house:
        for officer in ("aj", "en"):
            await house.inbox.duty.on(officer, house.inbox.now() + 12 * 3_600_000)
        yield house


@dataclass
class Heard:
    """What was said during a shift, and who had to act on it."""

    house: House
    must: dict[str, set[str]] = field(default_factory=dict)

    async def after(self, *who: str, of: Callable[[], list[Message]] | None = None) -> None:
        """Wait for what follows from a step; whoever hears of it must be one of these."""
        if of:
            await until(of)
        await quiet(self.house)
        for one in ours(self.house):
            self.must.setdefault(one.ts, set(who))

    async def news(self, ref: ConversationId, text: str, user: str, channel: str = PRESS) -> None:
        """Let them write on, and the minute pass in which news is gathered."""
        await self.house.hear_more(ref, text)
        await self.house.card_says(ref, text, channel)
        await self.after()
        before = len(ours(self.house))
        self.house.clock.forward(GATHERED_MS / 1000 + 1)
        self.house.slack.board.wake()
        await self.after(user, of=lambda: ours(self.house)[before:])


async def test_in_a_whole_shift_each_push_names_one_person_who_must_act(
    shift: House, figure: Figure
) -> None:
    house, heard = shift, Heard(shift)
    refs = [await house.hear(f"@anna <!channel> {n}?", person=f"p{n}") for n in range(4)]
    secret = await house.hear("<@U0ERIK> help", audience="private", person="nour")
    await heard.after()
    urgent = await house.hear("Help us, we are trapped", person="omar")
    await heard.after(ANNA, of=lambda: direct(house, ANNA))
    await house.press(ANNA, urgent, ids.CLAIM)
    await house.card_says(urgent, "✋ Anna")
    await heard.after()
    await heard.news(urgent, "Hello?", ANNA)
    await house.answers(ANNA, urgent, "We see you. Stay inside.")
    await house.press(ERIK, refs[0], ids.CLAIM)
    await house.card_says(refs[0], "✋ Erik")
    await heard.after()
    await heard.news(refs[0], "And tomorrow?", ERIK)
    await house.press(SAMIRA, secret, ids.ANSWER, PRIVATE)
    await house.card_says(secret, "✋ Samira", PRIVATE)
    await heard.after()
    await heard.news(secret, "Are you there?", SAMIRA, PRIVATE)
    await house.workspace.say(SAMIRA, house.workspace.direct(SAMIRA).id, "mine")
    await heard.after(SAMIRA, of=lambda: direct(house, SAMIRA))
    before = len(ours(house))
    await house.workspace.say(MARIA, PRESS, f"<@{house.workspace.bot_user_id}> next")
    await heard.after(MARIA, of=lambda: ours(house)[before:])
    await house.orders(refs[0], TakeOver("She is off"), "officer:sh")
    await house.card_says(refs[0], "✋ Samira")
    await heard.after()
    await heard.news(refs[0], "Hello at all?", SAMIRA)
    card = await house.card(secret, PRIVATE)
    await house.workspace.say(ANNA, PRIVATE, "I know her.", thread_ts=card.ts)
    await heard.after(ANNA, of=lambda: [m for m in ours(house) if m.ephemeral_to == ANNA])
    await heard.news(secret, "I am at the gate", SAMIRA, PRIVATE)

    pushes = [(one, notified(house.workspace, one)) for one in ours(house)]
    loud = [(one, who) for one, who in pushes if who]
    figure("pings_messages", len(pushes), "messages")
    figure("pings_pushes", len(loud), "pushes")
    figure("pings_most_named", max(len(who) for _, who in loud), "people")
    assert [(one.text, who) for one, who in loud if not who <= heard.must[one.ts]] == []
    assert all(len(who) == 1 for _, who in loud)
    assert len(loud) >= 6


async def test_unclaimed_life_safety_reaches_somebody_who_is_awake_within_a_minute(
    shift: House, figure: Figure
) -> None:
    house = shift
    await house.workspace.set_dnd(ANNA, dnd=True)
    began = house.clock.seconds()
    await house.hear("Help us, we are trapped")
    [told] = await until(lambda: direct(house, ERIK))
    took = float(told.ts) - began
    figure("pings_awake_within", took, "s")
    assert took <= 60
    assert pushed(house.workspace, told) == {ERIK}
    assert not [one for one in direct(house, ANNA) if pushed(house.workspace, one)]


async def test_unclaimed_for_long_it_reaches_the_next_and_then_a_supervisor(
    shift: House, figure: Figure
) -> None:
    house = shift
    began = house.clock.seconds()
    await house.hear("Help us, we are trapped")
    await until(lambda: direct(house, ANNA))
    house.clock.forward(NEXT_MS / 1000)
    [told] = await until(lambda: direct(house, ERIK))
    assert notified(house.workspace, told) == {ERIK}
    house.clock.forward(began + SUPERVISOR_MS / 1000 - house.clock.seconds())
    [told] = await until(lambda: direct(house, MARIA))
    assert notified(house.workspace, told) == {MARIA}
    figure("pings_supervisor_after", float(told.ts) - began, "s")
    assert float(told.ts) - began <= SUPERVISOR_MS / 1000 + 60


# 5. No loss, no dead end


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", get_args(Why))
def test_every_refusal_offers_a_way_wherever_it_is_said(language: str, why: Why) -> None:
    say, denied = BOOK.say(language), Denied(why)
    held = shown(claim=Claim("en", 3, OPENED.at))
    views = [
        denied_view(denied, say, OPENED),
        denied_view(denied, say, OPENED, held),
        denied_view(denied, say, OPENED, held, with_text(TEXT)),
        {"blocks": refused_post(denied, say).blocks},
    ]
    for view in views:
        ways = buttons(view)
        assert ways, view
        assert ways <= acts.BUTTONS.keys()
        assert words(view["blocks"]).strip()
    assert TEXT in words(views[2])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", ["unavailable", "unknown", "too_old", "nobody", "foreign"])
def test_every_other_trouble_offers_a_way(language: str, why: str) -> None:
    view = denied_view(Wrong(why), BOOK.say(language), OPENED)
    assert buttons(view) & acts.BUTTONS.keys()


def buttons(view: dict[str, Any]) -> set[str]:
    elements = (e for b in view["blocks"] for e in b.get("elements", ()))
    return {str(e["action_id"]) for e in elements if e.get("type") == "button"}


Trouble = Callable[[House, ConversationId], Awaitable[None]]


async def esc(house: House, ref: ConversationId) -> None:
    await house.workspace.close_view(ANNA)


async def gone(house: House, ref: ConversationId) -> None:
    """Let Slack forget the window without a word, as when it has expired."""
    house.workspace.stacks[ANNA].clear()


async def submitted_and_stopped(house: House, ref: ConversationId) -> None:
    await house.submits(ANNA)
    await house.tap(ANNA, ids.STOP)
    await house.workspace.close_view(ANNA)


async def taken_over(house: House, ref: ConversationId) -> None:
    await house.orders(ref, TakeOver("urgent"), "officer:en")
    await house.submits(ANNA)
    assert TEXT in words(house.view(ANNA))
    await house.workspace.close_view(ANNA)


async def taken_over_while_held(house: House, ref: ConversationId) -> None:
    await house.submits(ANNA)
    await house.orders(ref, TakeOver("urgent"), "officer:en")
    await house.workspace.close_view(ANNA)


async def closed_by_another(house: House, ref: ConversationId) -> None:
    await house.orders(ref, TakeOver("urgent"), "officer:en")
    await house.orders(ref, Close("spam"), "officer:en")
    await house.submits(ANNA)
    assert TEXT in words(house.view(ANNA))
    await house.workspace.close_view(ANNA)
    await sought(house, ref)


async def they_wrote_on(house: House, ref: ConversationId) -> None:
    await house.hear_more(ref, "Forget it.")
    await house.submits(ANNA)
    assert house.written(ANNA) == TEXT
    await house.workspace.close_view(ANNA)


async def they_deleted_it(house: House, ref: ConversationId) -> None:
    message = (await house.conversation(ref)).last_message
    await house.inbox.desk.take((await house.conversation(ref)).account, MarkDeleted(message))
    await house.submits(ANNA)
    assert TEXT in words(house.view(ANNA))
    await house.workspace.close_view(ANNA)


async def too_fast_to_open(house: House, ref: ConversationId) -> None:
    await house.workspace.close_view(ANNA)
    house.workspace.faults.arm("views.open", "busy")
    card = await house.card(ref)
    await house.workspace.click(ANNA, PRESS, card.ts, ids.ANSWER)
    assert house.view(ANNA) == {}


async def too_late_to_open(house: House, ref: ConversationId) -> None:
    await house.workspace.close_view(ANNA)
    house.workspace.faults.arm("views.open", "drop_before")
    card = await house.card(ref)
    await house.workspace.click(ANNA, PRESS, card.ts, ids.ANSWER)


async def too_fast_to_redraw(house: House, ref: ConversationId) -> None:
    house.workspace.faults.arm("views.update", "busy", times=3)
    house.workspace.faults.arm("chat.update", "busy", times=3)
    await house.types(ANNA, TEXT)
    await house.workspace.close_view(ANNA)


TROUBLES: tuple[Trouble, ...] = (
    *(esc, gone, submitted_and_stopped, taken_over, taken_over_while_held, closed_by_another),
    *(they_wrote_on, they_deleted_it, too_fast_to_open, too_late_to_open, too_fast_to_redraw),
)


WAYS = (ids.TAKE_OVER, ids.REOPEN, ids.ANSWER)


async def sought(house: House, ref: ConversationId) -> None:
    """Search for what has left the board, and open it."""

    async def indexed() -> bool:
        accounts = tuple(one.id for one in house.policies.accounts)
        return ref in await house.inbox.find.search("embassy", accounts, 5)

    await until(indexed, awaited=True)
    await house.command(ANNA, "find embassy")
    await house.tap(ANNA, ids.READ_ALL)


async def found_again(house: House, ref: ConversationId) -> str:
    """Go back to the conversation by what the buttons offer, and return what stands in the box."""
    for _ in range(8):
        view = house.view(ANNA)
        way = next((one for one in WAYS if view and one in buttons(view)), "")
        if view.get("callback_id") == ids.VIEW_ANSWER:
            return house.written(ANNA)
        if view.get("callback_id") == ids.VIEW_TAKE_OVER:
            await house.submits(ANNA)
        elif way:
            await house.tap(ANNA, way)
            if way == ids.REOPEN:
                await house.workspace.close_view(ANNA)
                await sought(house, ref)
        else:
            await house.press(ANNA, ref, ids.ANSWER)
    raise AssertionError(words(house.view(ANNA)))


async def at_work(house: House) -> tuple[ConversationId, ConversationId]:
    """Let Anna write to one person while another waits."""
    ref = await house.hear("Is the embassy open?", person="eva")
    other = await house.hear("Where is my passport?", person="omar")
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, TEXT)
    return ref, other


async def nothing_in_the_next(house: House, other: ConversationId) -> None:
    """See that the box of the next conversation is empty, by whichever way it is opened."""
    await house.command(ANNA, "next")
    assert await house.holder(other) == "aj"
    assert "Where is my passport?" in words(house.view(ANNA))
    assert house.written(ANNA) == ""


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.__name__)
async def test_whatever_goes_wrong_the_text_is_found_again_by_its_writer_alone(
    office: House, trouble: Trouble, record_property: Told
) -> None:
    ref, other = await at_work(office)
    await trouble(office, ref)
    assert await found_again(office, ref) == TEXT
    await nothing_in_the_next(office, other)
    record_property("told", f"figure no_loss_{trouble.__name__} 0 lost")


async def test_a_killed_process_loses_no_text(builder: Builder) -> None:
    async with builder.house() as house:
        ref, other = await at_work(house)
    async with builder.house() as house:
        house.workspace.stacks[ANNA].clear()
        assert await found_again(house, ref) == TEXT
        await nothing_in_the_next(house, other)


async def test_from_the_command_to_the_first_rung_takes_four_acts_at_most(
    builder: Builder, figure: Figure
) -> None:
    policies = policies_of(may_call=True)
    policies.lines = LINES
    most: dict[str, int] = {}
    async with builder.house("http", policies) as house:
        await known(house, "c1", "Foreign Minister, Qasira", ("phone", "+46 8 465 004 41"))
        await known(house, "c2", "Deputy Minister, Qasira")
        await noted(house, "c2", Attach(Person("x:4200", "deputy_q", "Deputy"), "his office"))
        expires = house.inbox.now() + 90 * 86_400_000
        await noted(house, "c2", Prove("x:4200", "called_back", "his office", expires))
        yes = Reach("yes")
        await house.inbox.reachouts.asks.answer("x/landetud", "x:4200", "private", yes)
        for contact, words_, box in (("c1", "foreign", ""), ("c2", "deputy", ids.REACH_TEXT)):
            presses = Presses(house)
            await house.workspace.command(ANNA, PRESS, "/reach", "")
            await house.workspace.options(ANNA, ids.REACH_WHO, words_)
            await house.tap(ANNA, ids.REACH_WHO, selected=contact)
            await house.types(ANNA, "Hand over the list", ids.REACH_WHY)
            await house.submits(ANNA)
            if box:
                await house.types(ANNA, "Please call our duty officer.", box)
                await house.submits(ANNA)
            (reachout,) = await house.inbox.reachouts.of_contact(contact)
            assert reachout.rungs[0].state == "attempted"
            most[contact] = presses.many + 1  # the command itself
    figure("acts_to_reach", max(most.values()), "acts")
    assert max(most.values()) <= 4
