"""Putting in order and remarks: tags, lanes, snooze, close, notes; through both doors."""

from __future__ import annotations

from handlers.slack import ids
from inbox.conversations.commands import Close
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import ANNA, ERIK, PRESS, House, until, words


async def noted(house: House, ref: str) -> list[str]:
    """Return the texts of a conversation's notes."""
    return [note.text for note in (await house.inbox.read.reading(ref)).notes]


async def test_tags_are_put_on_and_taken_off(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.TAG)
    await house.tap(ANNA, ids.TAGS, selected=["visa", "press"])
    await house.submits(ANNA)
    assert set((await house.conversation(ref)).tags) == {"visa", "press"}
    await house.card_says(ref, "visa")
    await house.press(ANNA, ref, ids.TAG)
    await house.tap(ANNA, ids.TAGS, selected=["press"])
    await house.submits(ANNA)
    assert (await house.conversation(ref)).tags == ("press",)


async def test_a_card_shows_the_word_that_made_it_urgent_and_one_tap_corrects_it(
    house: House,
) -> None:
    ref = await house.hear("I feel trapped in this queue")
    card = await house.card_says(ref, "trapped")
    assert "LIFE-SAFETY" in words(card.blocks)
    await house.press(ANNA, ref, ids.NOT_URGENT)
    conversation = await house.conversation(ref)
    assert (conversation.lane, conversation.lane_set) == ("other", True)


async def test_the_lane_can_be_chosen_with_the_tags(house: House) -> None:
    ref = await house.hear("Nothing special")
    await house.press(ANNA, ref, ids.TAG)
    await house.tap(ANNA, ids.LANE, selected="consular")
    await house.submits(ANNA)
    assert (await house.conversation(ref)).lane == "consular"


async def test_snooze_puts_it_aside_until_then_and_it_wakes_by_itself(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.SNOOZE)
    await house.types(ANNA, "2h", ids.WHEN)
    await house.submits(ANNA)
    assert (await house.conversation(ref)).state == "snoozed"
    card = await house.card_says(ref, "Snoozed until")
    assert not [b for b in card.blocks if b["type"] == "actions"]
    house.clock.forward(2 * 3600 + 1)

    async def awake() -> bool:
        return (await house.conversation(ref)).state == "waiting"

    await until(awake, awaited=True)


async def test_a_time_that_cannot_be_read_is_told_at_the_box(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.SNOOZE)
    await house.types(ANNA, "when pigs fly", ids.WHEN)
    outcome = await house.submits(ANNA)
    assert "cannot be read" in next(iter(outcome.body["errors"].values()))
    assert (await house.conversation(ref)).state == "waiting"


async def test_answering_a_snoozed_one_wakes_it(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLAIM)
    card = await house.card_says(ref, "✋ Anna")
    await house.press(ANNA, ref, ids.SNOOZE)
    await house.types(ANNA, "2h", ids.WHEN)
    answer = Message(card.ts, PRESS, card.user, card.text, list(card.blocks))
    await house.submits(ANNA)
    await house.card_says(ref, "Snoozed until")
    pressed = next(
        e["value"]
        for b in answer.blocks
        for e in b.get("elements", [])
        if e.get("action_id") == ids.ANSWER
    )
    shown = house.workspace.channels[PRESS].find(card.ts)
    assert shown
    shown.blocks = answer.blocks  # an officer's screen that is a moment old
    await house.workspace.click(ANNA, PRESS, card.ts, ids.ANSWER, value=pressed)
    assert (await house.conversation(ref)).state == "claimed"
    assert house.view(ANNA)["callback_id"] == ids.VIEW_ANSWER


async def test_close_asks_how_it_ended_and_the_card_becomes_a_line_that_says_so(
    house: House,
) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLOSE)
    await house.tap(ANNA, ids.OUTCOME, selected="spam")
    await house.submits(ANNA)
    closed = await house.conversation(ref)
    assert (closed.state, closed.outcome) == ("closed", "spam")
    card = await house.card_says(ref, "Spam")
    assert len(card.blocks) == 1


async def test_what_is_closed_is_reopened_by_a_new_message_and_gets_a_card(house: House) -> None:
    ref = await house.hear()
    line = await house.card(ref)
    await house.press(ANNA, ref, ids.CLOSE)
    await house.submits(ANNA)
    await house.card_says(ref, "✓")
    await house.hear_more(ref, "One more thing")

    async def anew() -> bool:
        return (await house.card(ref)).ts != line.ts

    await until(anew, awaited=True)
    card = await house.card_says(ref, "One more thing")
    assert [b for b in card.blocks if b["type"] == "actions"]


async def test_who_writes_to_one_closed_meanwhile_can_reopen_it(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Wait!")
    await house.orders(ref, Close("spam"), "officer:aj")
    await house.submits(ANNA)
    await house.tap(ANNA, ids.REOPEN)
    assert (await house.conversation(ref)).state == "claimed"
    await house.card_says(ref, "✋ Anna")


async def test_a_note_by_button_is_kept_and_shown_under_the_card(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    await house.press(ANNA, ref, ids.NOTE)
    await house.types(ANNA, "She called twice.", ids.NOTE_TEXT)
    await house.submits(ANNA)
    assert await noted(house, ref) == ["She called twice."]
    [shown] = await until(lambda: house.thread(card))
    assert "She called twice." in words(shown.blocks)
    assert "Anna Jansson" in words(shown.blocks)


def shown_only_to(house: House, user: str, card: Message) -> list[Message]:
    """Return what one officer alone sees of ours under a card."""
    said = house.workspace.messages(card.channel)
    return [m for m in said if m.ephemeral_to == user and m.thread_ts == card.ts]


async def test_what_is_typed_under_a_card_is_kept_as_a_note_and_said_once_not_to_be_sent(
    house: House,
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    said = await house.workspace.say(ANNA, PRESS, "I know her.", thread_ts=card.ts)
    assert said.acknowledged
    assert await noted(house, ref) == ["I know her."]
    kept = await until(lambda: shown_only_to(house, ANNA, card))
    assert "Not sent. Kept as a note." in words(kept[0].blocks)
    typed = next(m for m in house.thread(card) if m.ts == said.ts)
    assert [name for name, _ in typed.reactions] == ["memo"]
    again = await house.workspace.say(ANNA, PRESS, "And her sister.", thread_ts=card.ts)
    marked = await until(
        lambda: [m for m in house.thread(card) if m.ts == again.ts and m.reactions]
    )
    assert [name for name, _ in marked[0].reactions] == ["memo"]
    assert len(shown_only_to(house, ANNA, card)) == 1
    assert await noted(house, ref) == ["I know her.", "And her sister."]


async def test_a_typed_note_delivered_again_under_a_new_event_id_is_kept_once(
    house: House,
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    house.workspace.deliveries.duplicate(fresh_id="EvANOTHER1")
    await house.workspace.say(ANNA, PRESS, "Once only.", thread_ts=card.ts)
    assert len(house.workspace.deliveries.attempts) >= 2
    assert await noted(house, ref) == ["Once only."]


async def test_a_typed_note_becomes_an_answer_with_its_button(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    await house.workspace.say(ANNA, PRESS, "Yes, 8 to 20.", thread_ts=card.ts)
    [kept] = await until(lambda: shown_only_to(house, ANNA, card))
    await house.workspace.click(ANNA, PRESS, kept.ts, ids.USE_NOTE)
    assert await house.holder(ref) == "aj"
    assert house.written(ANNA) == "Yes, 8 to 20."


async def test_any_message_under_a_card_is_kept_by_the_shortcut(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    house.workspace.subscriptions.discard("message.channels")
    typed = await house.workspace.say(ERIK, PRESS, "Seen on television.", thread_ts=card.ts)
    assert await noted(house, ref) == []
    await house.workspace.shortcut(ANNA, ids.SHORTCUT_NOTE, PRESS, typed.ts)
    assert await noted(house, ref) == ["Seen on television."]


async def test_the_shortcut_on_the_card_itself_asks_for_a_note(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    await house.workspace.shortcut(ANNA, ids.SHORTCUT_NOTE, PRESS, card.ts)
    assert house.view(ANNA)["callback_id"] == ids.VIEW_NOTE


async def test_the_shortcut_elsewhere_gets_a_sentence(house: House) -> None:
    said = await house.workspace.say(ERIK, PRESS, "Lunch?")
    await house.workspace.shortcut(ANNA, ids.SHORTCUT_NOTE, PRESS, said.ts)
    assert "cannot be found" in words(house.view(ANNA))


async def test_a_thread_that_is_no_cards_is_left_alone(house: House) -> None:
    said = await house.workspace.say(ERIK, PRESS, "Lunch?")
    await house.workspace.say(ANNA, PRESS, "Yes!", thread_ts=said.ts)
    assert not [m for m in house.workspace.messages(PRESS) if m.by_bot]


async def test_a_mention_is_answered_with_how_to_open_the_inbox(house: House) -> None:
    bot = house.workspace.bot_user_id
    await house.workspace.say(ANNA, PRESS, f"<@{bot}> what now?")
    [told] = await until(lambda: [m for m in house.workspace.messages(PRESS) if m.by_bot])
    assert "/inbox" in told.text
