"""What was erased by law is gone from Slack too: from cards, from lines and from threads."""

from __future__ import annotations

import json

import pytest

from handlers.slack import ids
from inbox.conversations.commands import Close
from inbox.store.erasing import Erasure
from inbox.words import ConversationId
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import ANNA, House, until

NAME = "My name is Leila Qasim"


def everything(house: House) -> str:
    """Give all that anybody can still read in Slack, on cards and in threads."""
    said: list[Message] = [m for c in house.workspace.channels.values() for m in c.visible()]
    return json.dumps([[m.text, m.blocks] for m in said], ensure_ascii=False)


async def erase(house: House, ref: ConversationId, target: str = "") -> None:
    """Erase as the clerk does after a restore: no officer of the demo is an admin."""
    order = Erasure("erase-1", ref, target or ref, "GDPR 17", "root", house.inbox.now(), True)
    assert await house.inbox.archive.eraser.erase(order) is None


async def told_and_noted(house: House) -> ConversationId:
    """Let Leila write, write again into a claimed card's thread, and an officer note it."""
    ref = await house.hear(NAME, person="leila")
    await house.card(ref)
    await house.press(ANNA, ref, ids.CLAIM)
    await house.press(ANNA, ref, ids.NOTE)
    await house.types(ANNA, f"She says: {NAME}", ids.NOTE_TEXT)
    await house.submits(ANNA)
    await house.hear_more(ref, f"Again: {NAME}")
    await house.card_says(ref, "Again")
    return ref


def replies(house: House, card: Message) -> int:
    """Count the replies beneath a card that hold the text, while time passes."""
    house.clock.forward(5)
    house.slack.board.wake()
    return sum(NAME in one.text + str(one.blocks) for one in house.thread(card))


@pytest.mark.parametrize("closed", [False, True])
async def test_an_erased_conversation_is_gone_from_card_and_thread(
    house: House, closed: bool
) -> None:
    ref = await told_and_noted(house)
    card = await house.card(ref)
    await until(lambda: replies(house, card) >= 2)
    if closed:
        await house.orders(ref, Close("no_answer_needed"), "officer:aj")
    assert NAME in everything(house)
    await erase(house, ref)
    await until(lambda: "Leila" not in everything(house) and "leila" not in everything(house))
    if not closed:
        await house.card_says(ref, "Erased by law")
    await until(lambda: house.slack.board.still)


async def test_one_erased_message_leaves_the_others_on_the_card(house: House) -> None:
    ref = await house.hear("What are your hours?", person="leila")
    await house.hear_more(ref, NAME)
    await house.card_says(ref, NAME)
    [_, said] = (await house.inbox.read.reading(ref)).messages
    await erase(house, ref, said.message.id)
    await until(lambda: NAME not in everything(house))
    await house.card_says(ref, "What are your hours?")
    await house.card_says(ref, "Erased by law")
