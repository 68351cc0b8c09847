"""The board: bounded, level-triggered, and quiet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handlers.slack import ids
from handlers.slack.channel import GATHERED_MS, SWEEP_MS
from handlers.slack.pace import SlackRefused
from handlers.slack.seats import RESERVED, SEATS
from handlers.slack.shown import Shown
from inbox.conversations.state import Conversation
from sandbox.oracle import notified
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import ANNA, ERIK, PRESS, House, until, words


def cards(house: House, channel: str = PRESS) -> list[Message]:
    """Return the full cards that a channel shows."""
    visible = house.workspace.channels[channel].visible()
    top = [m for m in visible if m.by_bot and m.thread_ts is None]
    return [m for m in top if any(e.get("action_id") == ids.CLAIM for e in elements(m))]


def elements(message: Message) -> list[dict[str, object]]:
    return [e for block in message.blocks for e in block.get("elements", [])]


def summaries(house: House, channel: str = PRESS) -> list[Message]:
    """Return the summaries that a channel shows."""
    visible = house.workspace.channels[channel].visible()
    return [m for m in visible if m.by_bot and m.thread_ts is None and "waiting:" in m.text]


async def still(house: House) -> None:
    """Wait until the board has nothing more to draw."""
    await until(lambda: house.slack.board.still)


async def many(house: House, count: int, text: str = "Question") -> list[str]:
    """Let so many people write, one second after the other."""
    refs = []
    for number in range(count):
        house.clock.forward(1)
        refs.append(await house.hear(f"{text} {number}", person=f"p{text[0]}{number}"))
    return refs


async def settled(house: House, true: Callable[[], object]) -> None:
    """Wait until something holds and the board is still, and see that it holds then."""
    await until(true)
    await still(house)
    assert true()


async def test_a_channel_shows_ten_unclaimed_cards_and_counts_the_rest(house: House) -> None:
    await many(house, SEATS + 5)
    await settled(house, lambda: len(cards(house)) == SEATS)
    [summary] = await until(lambda: summaries(house))
    house.clock.forward(16)
    await house.slack.board.heard(PRESS)
    await until(lambda: f"waiting: {SEATS + 5}" in summaries(house)[-1].text)
    assert len(summaries(house)) == 1
    assert summary.ts == summaries(house)[0].ts


async def test_life_safety_takes_three_more_seats_and_then_a_less_urgent_one(
    office: House,
) -> None:
    house = office
    first = await many(house, SEATS)
    await settled(house, lambda: len(cards(house)) == SEATS)
    urgent = await many(house, RESERVED, "Trapped")
    await settled(house, lambda: len(cards(house)) == SEATS + RESERVED)
    before = {m.ts for m in cards(house)}
    [last] = await many(house, 1, "Help us, trapped")
    card = await house.card(last)
    await settled(house, lambda: len(cards(house)) == SEATS + RESERVED)
    gone = before - {m.ts for m in cards(house)}
    assert len(gone) == 1
    line = house.workspace.channels[PRESS].find(gone.pop())
    assert line
    assert len(line.blocks) == 1
    assert "Waiting since" in words(line.blocks)
    assert card.ts in {m.ts for m in cards(house)}
    assert {(await house.card(ref)).ts for ref in urgent} <= {m.ts for m in cards(house)}
    assert len(first) == SEATS


async def test_a_claimed_card_stays_on_show_and_gives_its_seat_back(office: House) -> None:
    house = office
    refs = await many(house, SEATS + 1)
    await settled(house, lambda: len(cards(house)) == SEATS)
    await house.press(ANNA, refs[0], ids.CLAIM)
    await settled(house, lambda: len(cards(house)) == SEATS)
    shown = {m.ts for m in cards(house)}
    assert (await house.card(refs[SEATS])).ts in shown
    claimed = await house.card_says(refs[0], "✋ Anna Jansson")
    assert claimed.ts not in shown
    assert not claimed.deleted


async def test_a_closed_card_shrinks_to_a_line_with_its_outcome_and_is_never_deleted(
    office: House,
) -> None:
    house = office
    ref = await house.hear()
    before = await house.card(ref)
    await house.answers(ANNA, ref)
    await house.arrives(ref)
    line = await house.card_says(ref, "✓")
    await until(lambda: len(line.blocks) == 1)
    assert line.ts == before.ts
    assert not [m for m in house.workspace.messages(PRESS) if m.deleted]


async def test_one_taken_by_next_gets_a_card_though_it_never_had_a_seat(office: House) -> None:
    house = office
    refs = await many(house, SEATS + 1)
    await settled(house, lambda: len(cards(house)) == SEATS)
    for ref in refs[:SEATS]:
        await house.press(ANNA, ref, ids.CLAIM)
    await house.command(ERIK, "next")
    assert await house.holder(refs[SEATS]) == "en"
    await house.card_says(refs[SEATS], "✋ Erik")


async def test_changes_that_come_together_are_drawn_together(office: House) -> None:
    house = office
    ref = await house.hear()
    card = await house.card(ref)
    await still(house)
    drawn = len(card.edits)
    house.workspace.faults.arm("chat.update", "slow", seconds=0.3)
    await house.press(ANNA, ref, ids.CLAIM)
    for number in range(20):
        await house.hear_more(ref, f"More {number}")
    await house.card_says(ref, "More 19")
    assert len(card.edits) - drawn <= 4


async def test_a_message_deleted_in_slack_is_posted_anew(office: House) -> None:
    house = office
    ref = await house.hear()
    card = await house.card(ref)
    await house.workspace.delete_message(PRESS, card.ts)

    async def anew() -> bool:
        return (await house.kept(ref)).get("ts", card.ts) not in ("", card.ts)

    await until(anew, awaited=True)
    assert len(cards(house)) == 1


async def test_a_message_wiped_while_nobody_listened_is_posted_anew_within_the_hour(
    office: House,
) -> None:
    house = office
    ref = await house.hear()
    card = await house.card(ref)
    house.workspace.subscriptions.discard("message.channels")
    await house.workspace.delete_message(PRESS, card.ts)
    house.clock.forward(SWEEP_MS / 1000 + 1)
    house.slack.board.wake()

    async def anew() -> bool:
        return (await house.kept(ref)).get("ts", card.ts) not in ("", card.ts)

    await until(anew, awaited=True)


async def test_news_on_a_claimed_card_is_one_reply_that_names_the_holder_only(
    office: House,
) -> None:
    house = office
    ref = await house.hear("Is it open?")
    await house.press(ANNA, ref, ids.CLAIM)
    card = await house.card_says(ref, "✋ Anna")
    await until(lambda: house.thread(card))
    await house.hear_more(ref, "Hello?")
    await house.hear_more(ref, "Anybody?")
    await house.card_says(ref, "Anybody?")
    await still(house)
    assert len(house.thread(card)) == 1
    house.clock.forward(GATHERED_MS / 1000 + 1)
    house.slack.board.wake()
    replies = await until(lambda: house.thread(card)[1:])
    assert len(replies) == 1
    told = replies[0]
    assert "Hello?" in words(told.blocks)
    assert "Anybody?" in words(told.blocks)
    assert "2" in told.text
    assert notified(house.workspace, told) == {ANNA}
    house.slack.board.wake()
    await still(house)
    assert len(house.thread(card)) == 2


async def test_drawing_a_card_again_names_nobody(office: House) -> None:
    house = office
    ref = await house.hear("<!channel> <@U0ERIK> @anna look: <https://evil|gov>")
    card = await house.card(ref)
    await house.press(ANNA, ref, ids.CLAIM)
    await house.card_says(ref, "✋ Anna")
    assert notified(house.workspace, card) == set()


async def test_the_summary_is_reposted_as_the_newest_after_ten_minutes_and_the_old_one_goes(
    office: House,
) -> None:
    house = office
    await many(house, SEATS + 1)
    [first] = await until(lambda: summaries(house))
    house.clock.forward(601)
    await many(house, 1, "Late")
    await settled(house, lambda: summaries(house) and summaries(house)[-1].ts != first.ts)
    assert len(summaries(house)) == 1
    assert first.deleted


async def test_the_summary_is_reposted_at_once_when_lives_are_at_stake(office: House) -> None:
    house = office
    await many(house, SEATS + 1)
    [first] = await until(lambda: summaries(house))
    await many(house, 1, "Trapped")
    await settled(house, lambda: summaries(house) and summaries(house)[-1].ts != first.ts)
    assert len(summaries(house)) == 1
    assert "life-safety: 1" in summaries(house)[0].text


async def test_a_card_that_slack_refuses_stops_no_other(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, shown = office, office.slack.office.shown
    bad: list[str] = []

    async def refusing(conversation: Conversation, lines: int = 4) -> Shown:
        if conversation.id in bad:
            raise SlackRefused("chat.postMessage", "invalid_blocks")
        return await shown(conversation, lines)

    monkeypatch.setattr(house.slack.office, "shown", refusing)
    house.workspace.faults.arm("chat.postMessage", "slow", seconds=0.1)
    await house.hear("First")
    bad.append(await house.hear("Poison", person="bad"))
    good = await house.hear("Last", person="good")
    await house.card_says(good, "Last")
    await still(house)
    assert len(cards(house)) == 2
