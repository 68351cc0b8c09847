"""Answering from a card: claim, write, hold, stop, next; through both doors."""

from __future__ import annotations

import asyncio

from handlers.slack import ids
from inbox.conversations.commands import Close
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    PRIVATE,
    Builder,
    Door,
    House,
    policies_of,
    until,
    words,
)


def button_in(view: dict[str, object], action: str) -> bool:
    """Say whether a view offers a button."""
    blocks = view.get("blocks", [])
    assert isinstance(blocks, list)
    return any(e.get("action_id") == action for b in blocks for e in b.get("elements", []))


async def test_answer_claims_the_conversation_and_opens_its_modal(house: House) -> None:
    ref = await house.hear("Is the embassy open?")
    await house.press(ANNA, ref, ids.ANSWER)
    assert await house.holder(ref) == "aj"
    view = house.view(ANNA)
    assert view["callback_id"] == ids.VIEW_ANSWER
    assert "Is the embassy open?" in words(view)
    await house.card_says(ref, "✋ Anna Jansson")


async def test_of_two_officers_who_answer_at_once_one_writes_and_the_other_is_told_who_and_when(
    house: House,
) -> None:
    ref = await house.hear()
    await house.card(ref)
    await asyncio.gather(house.press(ANNA, ref, ids.ANSWER), house.press(ERIK, ref, ids.ANSWER))
    writing = [u for u in (ANNA, ERIK) if house.view(u)["callback_id"] == ids.VIEW_ANSWER]
    told = [u for u in (ANNA, ERIK) if house.view(u)["callback_id"] == ids.VIEW_DENIED]
    assert len(writing) == len(told) == 1
    view = house.view(told[0])
    names = {ANNA: "Anna Jansson", ERIK: "Erik Nyström"}
    assert names[writing[0]] in words(view)
    dates = [
        e for b in view["blocks"] for s in b.get("elements", []) for e in s.get("elements", [])
    ]
    assert any(e["type"] == "date" for e in dates)
    assert button_in(view, ids.NEXT)
    assert button_in(view, ids.TAKE_OVER)


async def test_title_and_submit_say_that_everyone_reads_a_public_answer(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    view = house.view(ANNA)
    assert view["title"]["text"] == "PUBLIC answer"
    assert view["submit"]["text"] == "Publish to everyone"


async def test_title_and_submit_say_that_only_they_read_a_private_answer(house: House) -> None:
    ref = await house.hear("Help me", audience="private")
    await house.press(ANNA, ref, ids.ANSWER, PRIVATE)
    view = house.view(ANNA)
    assert view["title"]["text"] == "PRIVATE answer"
    assert view["submit"]["text"] == "Send privately"


async def test_what_was_typed_for_one_never_stands_in_the_box_of_the_next(house: House) -> None:
    first = await house.hear("First question?", person="eva")
    second = await house.hear("Second question?", person="omar")
    await house.press(ANNA, first, ids.ANSWER)
    before = house.box(ANNA)["block_id"]
    await house.types(ANNA, "Only for Eva.")
    await house.submits(ANNA)
    await house.tap(ANNA, ids.NEXT)
    assert await house.holder(second) == "aj"
    assert "Second question?" in words(house.view(ANNA))
    assert house.box(ANNA)["block_id"] != before
    assert house.written(ANNA) == ""


async def test_each_opening_of_the_same_conversation_has_a_box_of_its_own(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    first = house.box(ANNA)["block_id"]
    await house.press(ANNA, ref, ids.ANSWER)
    assert house.box(ANNA)["block_id"] != first


async def test_after_sending_the_modal_says_when_it_leaves_and_offers_stop_and_next(
    house: House,
) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref, "Yes, 8 to 20.")
    view = house.view(ANNA)
    assert view["callback_id"] == ids.VIEW_HOLD
    assert "Yes, 8 to 20. ^AJ" in words(view)
    assert button_in(view, ids.STOP)
    assert button_in(view, ids.NEXT)
    answer = await house.answer(ref)
    assert answer.leaves_at == answer.at + 10_000


async def test_stop_brings_the_text_back_and_nothing_leaves(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref, "Too hasty.")
    await house.tap(ANNA, ids.STOP)
    assert house.view(ANNA)["callback_id"] == ids.VIEW_ANSWER
    assert house.written(ANNA) == "Too hasty."
    assert (await house.answer(ref)).state == "draft"


async def test_a_stop_that_comes_too_late_says_so_and_offers_to_take_it_back(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    await house.arrives(ref)
    await house.tap(ANNA, ids.STOP)
    view = house.view(ANNA)
    assert view["callback_id"] == ids.VIEW_DENIED
    assert button_in(view, ids.RETRACT)


async def test_the_card_tells_that_it_was_answered_publicly_and_by_whom(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    await house.arrives(ref)
    card = await house.card_says(ref, "^AJ")
    assert "Answered publicly" in words(card.blocks)


async def test_an_unfinished_text_is_found_again_after_the_modal_was_closed(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Half a sent")
    await house.workspace.close_view(ANNA)
    assert house.view(ANNA) == {}
    await house.press(ANNA, ref, ids.ANSWER)
    assert house.written(ANNA) == "Half a sent"


async def test_an_earlier_keystroke_that_arrives_later_changes_nothing(house: House) -> None:
    ref = await house.hear()
    now = house.inbox.now()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "The whole sentence.")
    kept = await house.inbox.drafts.load(ref, "aj")
    assert kept
    assert kept.at >= now
    assert not await house.inbox.drafts.save(ref, "aj", "The who", kept.at - 500, "public")
    await house.press(ANNA, ref, ids.ANSWER)
    assert house.written(ANNA) == "The whole sentence."


async def test_a_newer_message_is_told_before_sending_and_then_the_same_text_can_be_sent(
    house: House,
) -> None:
    ref = await house.hear("Is it open?")
    await house.press(ANNA, ref, ids.ANSWER)
    await house.hear_more(ref, "Forget it, where is the bus?")
    await house.types(ANNA, "Yes, it is open.")
    await house.submits(ANNA)
    view = house.view(ANNA)
    assert view["callback_id"] == ids.VIEW_ANSWER
    assert "Forget it, where is the bus?" in words(view)
    assert house.written(ANNA) == "Yes, it is open."
    assert (await house.conversation(ref)).answers == ()
    await house.submits(ANNA)
    assert (await house.answer(ref)).state == "ready"


async def test_an_empty_text_is_told_at_the_box_and_the_modal_stays(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "   ")
    outcome = await house.submits(ANNA)
    block = house.box(ANNA)["block_id"]
    assert list(outcome.body["errors"]) == [block]
    assert outcome.body["errors"][block].startswith("There is no text.")


async def test_a_text_too_long_is_told_at_the_box_and_kept(builder: Builder, door: Door) -> None:
    async with builder.house(door, policies_of(parts_most=2)) as house:
        ref = await house.hear()
        await house.press(ANNA, ref, ids.ANSWER)
        long = "This is a sentence of some length. " * 20
        await house.types(ANNA, long)
        outcome = await house.submits(ANNA)
        block = house.box(ANNA)["block_id"]
        assert outcome.body["errors"][block].startswith("The answer makes 3 parts; 2 is the most.")
        assert house.written(ANNA) == long


async def test_a_long_public_answer_leaves_as_a_signed_thread(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref, "This is a sentence of some length. " * 20)
    parts = (await house.answer(ref)).parts
    assert len(parts) > 1
    assert all("^AJ" in part.text for part in parts)


async def test_close_afterwards_closes_once_the_answer_stands(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Yes.")
    await house.submits(ANNA)
    assert (await house.conversation(ref)).state == "claimed"
    await house.arrives(ref)
    assert (await house.conversation(ref)).state == "closed"


async def test_without_the_tick_it_stays_open(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Yes.")
    await house.tap(ANNA, ids.CLOSE_AFTER, selected=[])
    await house.submits(ANNA)
    await house.arrives(ref)
    assert (await house.conversation(ref)).state == "claimed"


async def test_a_person_who_never_named_us_cannot_be_answered_and_that_is_told_before_writing(
    house: House,
) -> None:
    ref = await house.hear("Nobody helps!", named=False)
    await house.press(ANNA, ref, ids.ANSWER)
    view = house.view(ANNA)
    assert "They did not name us" in words(view)
    assert not [b for b in view["blocks"] if b.get("element", {}).get("action_id") == ids.TEXT]
    await house.types(ANNA, "https://x.com/LandetUD/status/123", ids.URL)
    await house.submits(ANNA)
    conversation = await house.conversation(ref)
    assert conversation.answered
    assert conversation.waiting_since == 0


async def test_what_is_no_address_is_told_at_the_box(house: House) -> None:
    ref = await house.hear("Nobody helps!", named=False)
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "somewhere on X", ids.URL)
    outcome = await house.submits(ANNA)
    assert "https" in next(iter(outcome.body["errors"].values()))
    assert not (await house.conversation(ref)).answered


async def test_an_unsure_part_says_look_first_and_it_is_there_settles_it(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    part = await house.starts(ref)
    await house.reports(ref, part, "unsure")
    card = await house.card_says(ref, "Look first")
    await house.workspace.click(ANNA, card.channel, card.ts, ids.IT_IS_THERE)
    await house.types(ANNA, "https://x.com/LandetUD/status/4711", ids.URL)
    await house.submits(ANNA)
    sent = (await house.answer(ref)).parts[0]
    assert (sent.state, sent.ref) == ("sent", "x:4711")


async def test_an_unsure_part_that_is_not_there_is_sent_again(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    part = await house.starts(ref)
    await house.reports(ref, part, "unsure")
    card = await house.card_says(ref, "Look first")
    await house.workspace.click(ANNA, card.channel, card.ts, ids.IT_IS_NOT)
    again = (await house.answer(ref)).parts[0]
    assert again.state == "ready"


async def test_a_refused_answer_can_be_tried_again_or_given_up(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    part = await house.starts(ref)
    await house.reports(ref, part, "failed", why="duplicate")
    card = await house.card_says(ref, "has this very text already")
    await house.workspace.click(ANNA, card.channel, card.ts, ids.DISCARD)
    assert (await house.answer(ref)).state == "discarded"


async def test_a_sent_answer_can_be_taken_back_from_its_late_stop(house: House) -> None:
    ref = await house.hear()
    await house.answers(ANNA, ref)
    await house.arrives(ref)
    await house.tap(ANNA, ids.STOP)
    await house.tap(ANNA, ids.RETRACT)
    assert (await house.answer(ref)).state == "retracting"


async def test_a_ready_line_is_put_behind_what_is_written(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Hello.")
    await house.tap(ANNA, ids.PHRASES)
    assert house.view(ANNA)["callback_id"] == ids.VIEW_PHRASES
    line = next(
        e["value"]
        for b in house.view(ANNA)["blocks"]
        for e in b.get("elements", [])
        if e.get("action_id") == ids.USE_PHRASE
    )
    await house.tap(ANNA, ids.USE_PHRASE, value=line)
    assert house.written(ANNA).startswith("Hello.\n")
    assert len(house.written(ANNA)) > len("Hello.\n")


async def test_a_submit_that_slack_delivers_again_answers_once(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Once.")
    sent: list[object] = []
    deliver = house.workspace.deliveries.interactive

    async def twice(payload: dict[str, object]) -> object:
        sent.append(await deliver(payload))
        return await deliver(payload)

    house.workspace.deliveries.interactive = twice  # type: ignore[assignment,method-assign]  # a network that repeats
    await house.submits(ANNA)
    assert len(sent) == 1
    assert len((await house.conversation(ref)).answers) == 1
    assert house.view(ANNA)["callback_id"] == ids.VIEW_HOLD


async def test_a_second_click_on_answer_changes_nothing(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    before = (await house.conversation(ref)).version
    await house.press(ANNA, ref, ids.ANSWER)
    assert (await house.conversation(ref)).version == before


async def test_a_trigger_that_is_too_old_leaves_the_claim_and_the_officer_opens_it_again(
    house: House,
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    trigger = house.workspace.trigger

    def stale(user: str) -> str:
        name = trigger(user)
        house.workspace.triggers[name].at -= 10
        return name

    house.workspace.trigger = stale  # type: ignore[method-assign]  # Slack's clock runs ahead
    outcome = await house.workspace.click(ANNA, card.channel, card.ts, ids.ANSWER)
    assert outcome.acknowledged
    assert house.view(ANNA) == {}
    assert await house.holder(ref) == "aj"
    del house.workspace.trigger
    await house.press(ANNA, ref, ids.ANSWER)
    assert house.view(ANNA)["callback_id"] == ids.VIEW_ANSWER


async def test_a_button_of_a_conversation_that_is_unknown_gets_a_sentence_and_a_way(
    house: House,
) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    for block in card.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == ids.ANSWER:
                element["value"] = ids.pack(ids.Press("aaaaaaaaaaaaaaaa"))
    await house.workspace.click(ANNA, card.channel, card.ts, ids.ANSWER)
    view = house.view(ANNA)
    assert "cannot be found" in words(view)
    assert button_in(view, ids.NEXT)


async def test_an_answer_to_a_conversation_closed_meanwhile_keeps_its_text(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Kept text.")
    await house.orders(ref, Close("spam"), "officer:aj")
    await house.submits(ANNA)
    view = house.view(ANNA)
    assert "Kept text." in words(view)
    assert button_in(view, ids.REOPEN)
    kept = await until(lambda: house.inbox.drafts.load(ref, "aj"), awaited=True)
    assert kept.text == "Kept text."
