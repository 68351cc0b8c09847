"""Who reads a channel: private messages only among ourselves; what is gone is told, loudly."""

from __future__ import annotations

from handlers.slack import ids
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    FALLBACK,
    MISSION,
    PRESS,
    PRIVATE,
    Builder,
    House,
    policies_of,
    until,
    words,
)


def said(house: House, channel: str, text: str) -> list[Message]:
    """Return the visible messages of a channel that hold a text."""
    visible = house.workspace.channels[channel].visible()
    return [m for m in visible if text in m.text or text in words(m.blocks)]


async def everywhere_but(house: House, channel: str, text: str) -> list[Message]:
    """Return what any other channel ever showed of a text."""
    return [
        m
        for name in house.workspace.channels
        if name != channel
        for m in house.workspace.messages(name)
        if text in m.text
        or text in words(m.blocks)
        or text in words([e["blocks"] for e in m.edits])
    ]


async def test_a_private_message_stands_in_the_private_channel_and_nowhere_else(
    office: House,
) -> None:
    ref = await office.hear("A secret matter", audience="private")
    await office.card(ref, PRIVATE)
    await office.press(ANNA, ref, ids.CLAIM, PRIVATE)
    await office.card_says(ref, "✋ Anna", PRIVATE)
    assert not await everywhere_but(office, PRIVATE, "secret")


async def test_private_messages_are_not_shown_in_a_channel_with_a_guest(builder: Builder) -> None:
    builder.workspace.user("U0GUEST", "guest", real_name="Guest", guest=True)
    builder.workspace.channels[PRIVATE].members.append("U0GUEST")
    async with builder.house() as house:
        await house.hear("A secret matter", audience="private")
        await until(lambda: said(house, PRESS, "a guest is in the channel"))
        await until(lambda: house.slack.board.still)
        assert not await everywhere_but(house, "", "secret")
        assert len(await house.inbox.queue.first([PRIVATE], 5)) == 1


async def test_private_messages_are_not_shown_in_a_public_channel(builder: Builder) -> None:
    builder.workspace.channel("C0ELSE00001", "open", members=(ANNA,))
    async with builder.house("http", policies_of(private_channel="C0ELSE00001")) as house:
        await house.hear("A secret matter", audience="private")
        await until(lambda: said(house, PRESS, "is public"))
        await until(lambda: house.slack.board.still)
        assert not await everywhere_but(house, "", "secret")


async def test_a_guest_who_joins_stops_the_channel_and_its_cards_become_lines(
    office: House,
) -> None:
    house = office
    ref = await house.hear("A secret matter", audience="private")
    card = await house.card(ref, PRIVATE)
    house.workspace.user("U0GUEST", "guest", real_name="Guest", guest=True)
    await house.workspace.invite(PRIVATE, "U0GUEST")
    await until(lambda: said(house, PRESS, "a guest is in the channel"))
    await until(lambda: "secret" not in words(card.blocks))
    await house.hear("Another secret", audience="private", person="omar")
    await until(lambda: house.slack.board.still)
    assert not said(house, PRIVATE, "Another secret")
    await house.workspace.leave(PRIVATE, "U0GUEST")
    await until(lambda: said(house, PRIVATE, "Another secret"))
    await until(lambda: said(house, PRIVATE, "A secret matter"))


async def test_what_was_quoted_under_a_private_card_goes_when_a_guest_joins(office: House) -> None:
    house = office
    ref = await house.hear("A private matter", audience="private")
    await house.card(ref, PRIVATE)
    await house.press(ANNA, ref, ids.CLAIM, PRIVATE)
    card = await house.card_says(ref, "✋ Anna", PRIVATE)
    await until(lambda: house.thread(card))
    await house.hear_more(ref, "At Long Street 3")
    await house.card_says(ref, "Long Street", PRIVATE)
    await until(lambda: house.slack.board.still)
    house.clock.forward(61)
    house.slack.board.wake()
    await until(lambda: [m for m in house.thread(card) if "Long Street" in words(m.blocks)])
    house.workspace.user("U0GUEST", "guest", real_name="Guest", guest=True)
    await house.workspace.invite(PRIVATE, "U0GUEST")
    await until(lambda: said(house, PRESS, "a guest is in the channel"))
    await until(lambda: not said(house, PRIVATE, "Long Street"))
    await until(lambda: house.slack.board.still)
    assert house.thread(card), "what says nothing of them stays"


async def test_a_channel_shared_outside_stops_at_once(office: House) -> None:
    house = office
    await house.card(await house.hear("A secret matter", audience="private"), PRIVATE)
    await house.workspace.share(PRIVATE)
    await until(lambda: said(house, PRESS, "shared outside"))
    await house.hear("Another secret", audience="private", person="omar")
    await until(lambda: house.slack.board.still)
    assert not said(house, PRIVATE, "Another secret")


async def test_a_private_message_without_a_private_channel_is_told_loudly_and_without_its_words(
    builder: Builder,
) -> None:
    async with builder.house("http", policies_of(private_channel="")) as house:
        await house.hear("A secret matter", audience="private")
        await house.hear("A second secret", audience="private", person="omar")
        await until(lambda: said(house, PRESS, "no private channel is set"))
        await until(lambda: house.slack.board.still)
        assert len(said(house, PRESS, "no private channel is set")) == 1
        assert not await everywhere_but(house, "", "secret")


async def test_an_archived_channels_cards_come_to_the_fallback_channel_with_an_alarm(
    office: House,
) -> None:
    house = office
    ref = await house.hear("Where are you?")
    await house.card(ref)
    await house.workspace.archive(PRESS)
    await until(lambda: said(house, FALLBACK, "Where are you?"))
    await until(lambda: said(house, FALLBACK, "its channel is gone for us"))
    [card] = said(house, FALLBACK, "Where are you?")
    await house.workspace.click(ANNA, FALLBACK, card.ts, ids.ANSWER)
    assert await house.holder(ref) == "aj"
    await house.workspace.say(ANNA, FALLBACK, "A note there", thread_ts=card.ts)
    assert [n.text for n in (await house.inbox.read.reading(ref)).notes] == ["A note there"]


async def test_the_cards_come_back_when_the_bot_is_in_its_channel_again(office: House) -> None:
    house = office
    ref = await house.hear("Where are you?")
    await house.card(ref)
    await house.workspace.remove_bot(PRESS)
    await until(lambda: said(house, FALLBACK, "Where are you?"))
    await house.workspace.invite(PRESS, house.workspace.bot_user_id)
    await until(lambda: house.slack.board.still)
    await house.hear_more(ref, "Back again")
    await house.card_says(ref, "Back again")
    assert not said(house, FALLBACK, "Back again")


async def test_a_removal_that_nobody_told_us_of_is_seen_when_posting(office: House) -> None:
    house = office
    await until(lambda: house.slack.board.still)
    house.workspace.channels[PRESS].archived = True
    await house.hear("Anybody?")
    await until(lambda: said(house, FALLBACK, "Anybody?"))


async def test_a_private_channel_that_is_gone_is_told_and_its_cards_go_nowhere_else(
    office: House,
) -> None:
    house = office
    await until(lambda: house.slack.board.still)
    await house.workspace.remove_bot(PRIVATE)
    await house.hear("A secret matter", audience="private")
    await until(lambda: said(house, FALLBACK, "PRIVATE messages is gone"))
    await until(lambda: house.slack.board.still)
    assert not await everywhere_but(house, "", "secret")


async def test_a_locked_account_is_told_in_the_fallback_channel(office: House) -> None:
    await office.inbox.notices.put("account_locked", {"account": MISSION})
    [told] = await until(lambda: said(office, FALLBACK, "Landet in Qasira"))
    assert "X" in told.text


async def test_a_post_that_is_not_ours_is_told_and_a_notice_nobody_knows_too(
    office: House,
) -> None:
    await office.inbox.notices.put("not_ours", {"account": MISSION})
    await office.inbox.notices.put("something_new", {"account": MISSION})
    await until(lambda: said(office, FALLBACK, "something_new"))
    assert len([m for m in office.workspace.messages(FALLBACK) if m.by_bot]) == 2


async def test_an_alarm_whose_answer_was_lost_stands_once(office: House) -> None:
    office.workspace.faults.arm("chat.postMessage", "drop_after")
    await office.inbox.notices.put("account_locked", {"account": MISSION})
    await until(lambda: said(office, FALLBACK, "Landet in Qasira"))
    await office.inbox.notices.put("something_new", {"account": MISSION})
    await until(lambda: said(office, FALLBACK, "something_new"))
    assert len(said(office, FALLBACK, "Landet in Qasira")) == 2
