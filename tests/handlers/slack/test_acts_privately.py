"""Answering privately where they wrote in public, and asking them to write privately."""

import pytest

from handlers.slack import ids
from inbox.conversations.commands import TakeOver
from inbox.words import ConversationId, Reach
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    Builder,
    House,
    policies_of,
    words,
)
from tests.handlers.slack.test_acts_answer import button_in

LANDET = "x/landetud"


async def reached(house: House, ref: ConversationId, answer: Reach) -> None:
    """Let the bots know already whether the person can be written to."""
    person = (await house.conversation(ref)).person
    await house.inbox.reachouts.asks.answer(LANDET, person, "private", answer)


async def writes_privately(house: House, ref: ConversationId, user: str = ANNA) -> None:
    await house.press(user, ref, ids.ANSWER)
    await house.types(user, "Come to gate 4.")
    await house.tap(user, ids.ANSWER_PRIVATELY)


async def test_a_private_answer_is_written_in_a_linked_conversation_that_we_open(
    office: House,
) -> None:
    public = await office.hear("Where do we go?")
    await reached(office, public, Reach("yes"))
    await writes_privately(office, public)
    view = office.view(ANNA)
    assert view["title"]["text"] == "PRIVATE answer"
    assert office.written(ANNA) == "Come to gate 4."
    (ref,) = (await office.conversation(public)).linked
    there = await office.conversation(ref)
    assert (there.audience, there.linked, there.claim is not None) == ("private", (public,), True)
    assert there.person == (await office.conversation(public)).person
    await office.submits(ANNA)
    answer = await office.answer(ref)
    assert (answer.audience, answer.state, answer.text) == ("private", "ready", "Come to gate 4.")
    assert (await office.conversation(public)).answers == ()
    await office.card_says(public, "goes on in private")


@pytest.mark.parametrize(
    ("reach", "told"),
    [
        (Reach("no", "blocked"), "They accept no private messages."),
        (Reach("unknown"), "The platform could not be asked just now."),
    ],
)
async def test_where_they_cannot_be_written_to_it_says_why_and_the_text_is_kept(
    office: House, reach: Reach, told: str
) -> None:
    public = await office.hear("Where do we go?")
    await reached(office, public, reach)
    await writes_privately(office, public)
    assert told in words(office.view(ANNA))
    assert (await office.conversation(public)).linked == ()
    await office.tap(ANNA, ids.ANSWER_PUBLICLY)
    assert office.written(ANNA) == "Come to gate 4."


async def test_a_private_conversation_that_there_is_already_is_used(office: House) -> None:
    private = await office.hear("Help me", audience="private", person="leila")
    public = await office.hear("Does nobody answer?", person="leila")
    await writes_privately(office, public)
    assert (await office.conversation(public)).linked == (private,)
    assert await office.holder(private) == "aj"


async def test_two_who_ask_from_one_conversation_come_to_the_same_private_one(
    office: House,
) -> None:
    public = await office.hear("Where do we go?")
    await reached(office, public, Reach("yes"))
    await writes_privately(office, public)
    (ref,) = (await office.conversation(public)).linked
    await office.orders(public, TakeOver("night"), "officer:en")
    await office.press(ERIK, public, ids.ANSWER)
    await office.tap(ERIK, ids.ANSWER_PRIVATELY)
    assert "Anna Jansson" in words(office.view(ERIK))
    assert (await office.conversation(public)).linked == (ref,)


async def test_where_lives_may_depend_on_it_they_are_asked_by_one_click_to_write_privately(
    builder: Builder,
) -> None:
    async with builder.house("http", policies_of(call="+46 8 465 004 10")) as house:
        ref = await house.hear("Help, we are trapped")
        await house.press(ANNA, ref, ids.ANSWER)
        assert "Please write to us privately here." in words(house.view(ANNA))
        await house.types(ANNA, "We see you.")
        await house.tap(ANNA, ids.ADD_LINE)
        line = "Please write to us privately here. If life is in danger, call +46 8 465 004 10."
        assert house.written(ANNA) == f"We see you.\n{line}"
        await house.submits(ANNA)
        assert (await house.answer(ref)).state == "ready"


async def test_without_a_number_to_call_the_line_names_none(office: House) -> None:
    ref = await office.hear("Help, we are trapped")
    await office.press(ANNA, ref, ids.ANSWER)
    shown = words(office.view(ANNA))
    assert "Please write to us privately here, so that nobody else reads it." in shown
    assert "{call}" not in shown


async def test_an_account_without_a_private_channel_offers_none(builder: Builder) -> None:
    async with builder.house("http", policies_of(private_channel="")) as house:
        ref = await house.hear()
        await house.press(ANNA, ref, ids.ANSWER)
        assert not button_in(house.view(ANNA), ids.ANSWER_PRIVATELY)
