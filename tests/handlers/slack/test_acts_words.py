"""Plain words to the app: in a direct message, or by name in a channel."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.slack import ids
from inbox import Unavailable
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    MISSION,
    PRESS,
    PRIVATE,
    QASIRA_PRIVATE,
    READER,
    STRANGER,
    House,
    until,
    words,
)

SECRET = "My passport number is 12345"


async def says(house: House, user: str, text: str) -> Message:
    """Let somebody write to the app directly, and return its answer."""
    return await answered(house, user, house.workspace.direct(user).id, text)


async def calls(house: House, user: str, channel: str, text: str) -> Message:
    """Let somebody call the app by name in a channel, and return its answer."""
    return await answered(house, user, channel, f"<@{house.workspace.bot_user_id}> {text}")


async def answered(house: House, user: str, channel: str, text: str) -> Message:
    before = len(said(house, channel))
    outcome = await house.workspace.say(user, channel, text)
    assert outcome.acknowledged
    found: list[Message] = await until(lambda: said(house, channel)[before:])
    return found[0]


def said(house: House, channel: str) -> list[Message]:
    """Return what the app said by itself in a channel: no cards, no summary."""
    nonces = ("said.",)
    return [
        one
        for one in house.workspace.messages(channel)
        if one.by_bot and str(nonce(one)).startswith(nonces)
    ]


def nonce(message: Message) -> Any:
    return ((message.metadata or {}).get("event_payload") or {}).get("nonce", "")


def acts(message: Message) -> list[str]:
    return [
        e["action_id"] for b in message.blocks for e in b.get("elements", []) if "action_id" in e
    ]


@pytest.mark.parametrize("word", ["next", "Nästa!", "التالي"])
async def test_next_claims_the_most_urgent_and_answers_with_its_card(
    house: House, word: str
) -> None:
    await house.hear("Is the embassy open?")
    urgent = await house.hear("Help us, we are trapped", person="omar")
    told = await says(house, ANNA, word)
    assert await house.holder(urgent) == "aj"
    assert "trapped" in words(told.blocks)
    assert acts(told)[0] == ids.ANSWER
    await house.workspace.click(ANNA, told.channel, told.ts, ids.ANSWER)
    await house.types(ANNA, "Stay where you are.")
    await house.submits(ANNA)
    assert (await house.answer(urgent)).text == "Stay where you are."


async def test_nothing_waits_is_said_with_a_way(office: House) -> None:
    told = await says(office, ANNA, "next")
    assert "Nothing waits" in told.text
    assert acts(told) == [ids.NEXT, ids.MINE, ids.FIND]


@pytest.mark.parametrize("word", ["mine", "mina", "محادثاتي"])
async def test_mine_lists_what_the_officer_holds(office: House, word: str) -> None:
    ref = await office.hear("Is the embassy open?")
    await office.hear("Anything new?", person="omar")
    await office.press(ANNA, ref, ids.CLAIM)
    await until(lambda: office.inbox.read.held("aj"), awaited=True)
    told = await says(office, ANNA, word)
    assert "Is the embassy open?" in words(told.blocks)
    assert "Anything new?" not in words(told.blocks)
    assert "YOURS: 1" in told.text


@pytest.mark.parametrize("word", ["find", "Sök", "ابحث"])
async def test_find_lists_what_the_words_find(office: House, word: str) -> None:
    ref = await office.hear("Is the border at Wadi Sahl open?")

    async def indexed() -> Any:
        return await office.inbox.find.search("wadi", (office.policies.accounts[0].id,), 5)

    assert await until(indexed, awaited=True) == (ref,)
    told = await says(office, ANNA, f"{word} wadi sahl")
    assert "Is the border at Wadi Sahl open?" in words(told.blocks)
    nothing = await says(office, ANNA, f"{word} unicorns")
    assert "Found: 0" in nothing.text


@pytest.mark.parametrize(("on", "off"), [("on until 23:00", "off"), ("på till 23:00", "av")])
async def test_on_and_off_duty_by_word(office: House, on: str, off: str) -> None:
    assert "on duty" in (await says(office, ANNA, on)).text
    assert list(await office.inbox.duty.list()) == ["aj"]
    assert "off duty" in (await says(office, ANNA, off)).text
    assert not await office.inbox.duty.list()


async def test_who_goes_on_duty_with_a_silent_slack_is_warned(office: House) -> None:
    await office.workspace.set_dnd(ANNA, dnd=True)
    assert "Urgent cards will not wake you" in (await says(office, ANNA, "on")).text


@pytest.mark.parametrize(
    "talk", ["", "hello there", "next week we could", "mine is bigger", "find", "help me with this"]
)
async def test_what_is_no_order_gets_help_and_claims_nothing(office: House, talk: str) -> None:
    ref = await office.hear()
    told = await says(office, ANNA, talk)
    assert "the most urgent one that waits" in words(told.blocks)
    assert await office.holder(ref) == ""


async def test_help_is_in_the_officers_own_language_and_words(office: House) -> None:
    told = await says(office, ERIK, "hjälp")
    shown = words(told.blocks)
    for word in ("nästa", "mina", "sök", "på", "av", "hjälp"):
        assert word in shown


async def test_a_message_told_again_and_again_is_answered_once(house: House) -> None:
    refs = [await house.hear(person=f"p{n}") for n in range(3)]
    house.workspace.deliveries.duplicate(fresh_id="EvANOTHER1")
    bot = house.workspace.bot_user_id
    await house.workspace.say(ANNA, PRESS, f"<@{bot}> next")
    await until(lambda: said(house, PRESS))
    held = [ref for ref in refs if await house.holder(ref)]
    assert len(held) == 1
    await house.workspace.settled()
    assert len(said(house, PRESS)) == 1


async def test_by_name_in_a_channel_it_is_answered_under_the_message(office: House) -> None:
    await office.hear("Is the embassy open?")
    told = await calls(office, ANNA, PRESS, "next")
    assert told.thread_ts
    assert "Is the embassy open?" in words(told.blocks)


async def private(house: House, text: str = SECRET, **fields: Any) -> str:
    return await house.hear(text, audience="private", thread="", **fields)


async def test_a_private_message_is_shown_directly(office: House) -> None:
    ref = await private(office)
    told = await says(office, ANNA, "next")
    assert await office.holder(ref) == "aj"
    assert SECRET in words(told.blocks)
    assert SECRET not in told.text


async def test_in_a_public_channel_no_private_one_is_claimed_or_shown(office: House) -> None:
    ref = await private(office)
    told = await calls(office, ANNA, PRESS, "next")
    assert "Nothing waits" in told.text
    assert await office.holder(ref) == ""
    await office.press(ANNA, ref, ids.CLAIM, PRIVATE)
    await until(lambda: office.inbox.read.held("aj"), awaited=True)
    for asked in ("mine", "find passport"):
        told = await calls(office, ANNA, PRESS, asked)
        assert SECRET not in words(told.blocks) + told.text
    assert "PRIVATE and not shown here: 1" in words(
        (await calls(office, ANNA, PRESS, "mine")).blocks
    )


async def test_a_channel_for_private_messages_shows_its_own_accounts_only(office: House) -> None:
    own = await private(office)
    other = await private(office, "A secret of Qasira", account=MISSION, person="omar")
    for ref, channel in ((own, PRIVATE), (other, QASIRA_PRIVATE)):
        await office.press(ANNA, ref, ids.CLAIM, channel)

    async def both() -> bool:
        return len(await office.inbox.read.held("aj")) == 2

    await until(both, awaited=True)
    told = await calls(office, ANNA, PRIVATE, "mine")
    assert SECRET in words(told.blocks)
    assert "A secret of Qasira" not in words(told.blocks)
    assert "PRIVATE and not shown here: 1" in words(told.blocks)


async def test_a_private_channel_that_gained_a_guest_shows_none(office: House) -> None:
    ref = await private(office)
    await office.press(ANNA, ref, ids.CLAIM, PRIVATE)
    await until(lambda: office.inbox.read.held("aj"), awaited=True)
    office.workspace.user("U0GUEST", "guest", real_name="A Guest", guest=True)
    await office.workspace.invite(PRIVATE, "U0GUEST")
    assert SECRET not in words((await calls(office, ANNA, PRIVATE, "mine")).blocks)


async def test_a_reader_may_look_and_claims_nothing(office: House) -> None:
    ref = await office.hear()
    secret = await private(office, person="omar")
    assert "Nothing waits" in (await says(office, READER, "next")).text
    assert [await office.holder(one) for one in (ref, secret)] == ["", ""]

    async def indexed() -> Any:
        accounts = tuple(one.id for one in office.policies.accounts)
        return await office.inbox.find.search("passport", accounts, 5)

    await until(indexed, awaited=True)
    assert SECRET not in words((await says(office, READER, "find passport")).blocks)


async def test_a_stranger_is_not_answered(office: House) -> None:
    ref = await office.hear()
    for channel in (office.workspace.direct(STRANGER).id, PRESS):
        await office.workspace.say(STRANGER, channel, f"<@{office.workspace.bot_user_id}> next")
    assert "YOURS" in (await says(office, MARIA, "mine")).text  # whoever came after was answered
    assert not said(office, PRESS)
    assert await office.holder(ref) == ""


async def test_where_the_store_is_away_that_is_said_with_a_way(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise Unavailable("away")

    monkeypatch.setattr(office.inbox.read, "held", away)
    told = await says(office, ANNA, "mine")
    assert "Write again shortly" in told.text
    assert acts(told)
