"""Holding a conversation: claim, take over, hand over, give back, next; through both doors."""

from __future__ import annotations

from handlers.slack import ids
from handlers.slack.acts.find import SHIFT_MS
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    MARIA,
    MISSION,
    PRESS,
    PRIVATE,
    QASIRA,
    SAMIRA,
    Builder,
    Door,
    House,
    policies_of,
    until,
    words,
)


async def test_claim_holds_it_without_a_modal_and_its_thread_says_that_it_stays_inside(
    house: House,
) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLAIM)
    assert house.view(ANNA) == {}
    card = await house.card_says(ref, "✋ Anna Jansson")
    inside = await until(lambda: house.thread(card))
    assert "Only we see this thread" in words(inside[0].blocks)


async def test_claim_takes_the_same_persons_other_unclaimed_ones_along(house: House) -> None:
    first = await house.hear("One")
    second = await house.hear("Two")
    third = await house.hear("Three", person="omar")
    account = "x/landetud"

    async def known() -> bool:
        return len(await house.inbox.read.of(account, "x:eva")) == 2

    await until(known, awaited=True)
    await house.press(ANNA, first, ids.CLAIM)
    assert [await house.holder(ref) for ref in (first, second, third)] == ["aj", "aj", ""]


async def test_a_card_says_how_many_more_they_wrote_and_who_holds_one(house: House) -> None:
    first = await house.hear("One")
    await house.card(first)
    await house.press(ERIK, first, ids.CLAIM)
    second = await house.hear("Two")

    async def known() -> bool:
        return len(await house.inbox.read.of("x/landetud", "x:eva")) == 2

    await until(known, awaited=True)
    await house.slack.board.heard(PRESS)
    card = await house.card_says(second, "Erik Nyström")
    assert "1" in words(card.blocks)


async def test_take_over_asks_why_and_goes_on_to_the_answer(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLAIM)
    await house.card_says(ref, "✋ Anna")
    await house.press(ERIK, ref, ids.ANSWER)
    await house.tap(ERIK, ids.TAKE_OVER)
    assert house.view(ERIK)["callback_id"] == ids.VIEW_TAKE_OVER
    await house.types(ERIK, "She is ill", ids.REASON)
    await house.submits(ERIK)
    assert await house.holder(ref) == "en"
    assert house.view(ERIK)["callback_id"] == ids.VIEW_ANSWER
    [taken] = [
        event
        for entry in await house.inbox.read.history(ref)
        for event in entry.events
        if getattr(event, "how", "") == "take_over"
    ]
    assert getattr(taken, "reason", "") == "She is ill"


async def test_after_a_takeover_the_former_holders_text_is_kept_not_sent_and_can_be_given(
    house: House,
) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Nearly done.")
    await house.press(ERIK, ref, ids.ANSWER)
    await house.tap(ERIK, ids.TAKE_OVER)
    await house.submits(ERIK)
    await house.submits(ANNA)
    view = house.view(ANNA)
    assert view["callback_id"] == ids.VIEW_DENIED
    assert "Erik Nyström" in words(view)
    assert "Nearly done." in words(view)
    assert not [a for a in (await house.conversation(ref)).answers if a.state != "draft"]
    await house.tap(ANNA, ids.GIVE_TEXT)
    await house.press(ERIK, ref, ids.ANSWER)
    assert house.written(ERIK) == "Nearly done."


async def test_the_former_holder_finds_the_text_again_after_taking_it_back(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.ANSWER)
    await house.types(ANNA, "Nearly done.")
    await house.press(ERIK, ref, ids.ANSWER)
    await house.tap(ERIK, ids.TAKE_OVER)
    await house.submits(ERIK)
    await house.submits(ANNA)
    await house.tap(ANNA, ids.TAKE_OVER)
    await house.submits(ANNA)
    assert await house.holder(ref) == "aj"
    assert house.written(ANNA) == "Nearly done."


async def test_hand_over_gives_it_to_a_colleague(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLAIM)
    await house.press(ANNA, ref, ids.HAND_OVER)
    await house.tap(ANNA, ids.TO, selected="sh")
    await house.types(ANNA, "She reads Arabic", ids.REASON)
    await house.submits(ANNA)
    assert await house.holder(ref) == "sh"
    await house.card_says(ref, "✋ Samira Haddad")


async def test_hand_over_to_everyone_gives_it_back_to_the_queue(house: House) -> None:
    ref = await house.hear()
    await house.press(ANNA, ref, ids.CLAIM)
    await house.card_says(ref, "✋ Anna")
    await house.press(ANNA, ref, ids.HAND_OVER)
    await house.tap(ANNA, ids.TO, selected="everyone")
    await house.submits(ANNA)
    assert await house.holder(ref) == ""
    await house.card_says(ref, "unclaimed")


async def test_next_claims_the_most_urgent_one_and_opens_its_answer(house: House) -> None:
    await house.hear("When do you open?", person="a")
    urgent = await house.hear("We are trapped, help us", person="b")
    await house.command(ANNA, "next")
    assert await house.holder(urgent) == "aj"
    assert "We are trapped" in words(house.view(ANNA))


async def test_next_passes_over_what_a_colleague_holds_and_says_when_nothing_waits(
    house: House,
) -> None:
    ref = await house.hear()
    await house.command(ANNA, "next")
    await house.command(ERIK, "")
    assert await house.holder(ref) == "aj"
    assert "Nothing waits" in words(house.view(ERIK)) or "väntar" in words(house.view(ERIK))


async def test_next_is_a_shortcut_too(house: House) -> None:
    ref = await house.hear()
    await house.workspace.shortcut(SAMIRA, ids.SHORTCUT_NEXT)
    assert await house.holder(ref) == "sh"


async def test_next_offers_no_account_that_is_not_the_officers(
    builder: Builder, door: Door
) -> None:
    async with builder.house(door, policies_of(officers=("aj",))) as house:
        ref = await house.hear("Help us, trapped")
        other = await house.hear("When?", account=MISSION)
        await house.command(ERIK, "next")
        assert await house.holder(ref) == ""
        assert await house.holder(other) == "en"


async def test_mine_lists_what_the_officer_holds(house: House) -> None:
    ref = await house.hear("Where is my passport?")
    await house.hear("Another one", person="omar")
    await house.press(ANNA, ref, ids.CLAIM)

    async def held() -> bool:
        return ref in await house.inbox.read.held("aj")

    await until(held, awaited=True)
    await house.command(ANNA, "mine")
    shown = words(house.view(ANNA))
    assert "Where is my passport?" in shown
    assert "Another one" not in shown


async def test_on_puts_the_officer_on_duty_for_a_shift_and_off_takes_them_off(
    house: House,
) -> None:
    await house.command(ANNA, "on")
    assert await house.inbox.duty.list() == {"aj": house.inbox.now() + SHIFT_MS}
    assert "You are on duty." in words(house.view(ANNA))
    await house.command(ANNA, "off")
    assert await house.inbox.duty.list() == {}


async def test_on_takes_a_time(house: House) -> None:
    await house.command(ANNA, "on until 2h")
    assert await house.inbox.duty.list() == {"aj": house.inbox.now() + 2 * 3_600_000}


async def test_on_warns_where_do_not_disturb_silences_slack(house: House) -> None:
    house.workspace.users[MARIA].dnd = True
    await house.command(MARIA, "on")
    assert "your Slack is silent" in words(house.view(MARIA))


async def test_help_names_every_word_that_can_be_typed(house: House) -> None:
    await house.command(ANNA, "help")
    shown = words(house.view(ANNA))
    assert all(f"/inbox {word}" in shown for word in ("next", "mine", "find", "on", "off", "help"))


async def test_an_unknown_word_gets_the_help(house: House) -> None:
    await house.command(ANNA, "abracadabra")
    assert house.view(ANNA)["callback_id"] == ids.VIEW_HELP


async def test_find_finds_a_conversation_by_its_words(house: House) -> None:
    ref = await house.hear("The ferry from Qasira is late")

    async def indexed() -> bool:
        return ref in await house.inbox.find.search("ferry", ("x/landetud",), 5)

    await until(indexed, awaited=True)
    await house.command(ANNA, "find ferry")
    assert "The ferry from Qasira" in words(house.view(ANNA))
    await house.types(ANNA, "nothingness", ids.WORDS)
    await house.submits(ANNA)
    assert "Nothing was found" in words(house.view(ANNA))


async def test_the_whole_conversation_opens_in_a_modal(house: House) -> None:
    ref = await house.hear("First of many")
    for number in range(4):
        await house.hear_more(ref, f"And then number {number}")
    await house.press(ANNA, ref, ids.ANSWER)
    await house.tap(ANNA, ids.READ_ALL)
    shown = words(house.view(ANNA))
    assert "First of many" in shown
    assert "And then number 3" in shown


async def test_home_lists_ones_own_and_the_unclaimed_by_urgency(house: House) -> None:
    mine = await house.hear("Mine to do", person="a")
    await house.press(ANNA, mine, ids.CLAIM)
    await house.hear("Opening hours please", person="b")
    await house.hear("We are trapped", person="c")
    await house.hear("Private matter", person="d", audience="private")

    async def held() -> bool:
        return mine in await house.inbox.read.held("aj")

    await until(held, awaited=True)
    await house.workspace.open_home(ANNA)
    home = house.workspace.home(ANNA)
    assert home
    shown = words(home)
    places = [shown.index(text) for text in ("Mine to do", "We are trapped", "Opening hours")]
    assert places == sorted(places)
    assert "Private matter" in shown


async def test_a_button_of_home_opens_the_answer(house: House) -> None:
    ref = await house.hear("From Home")
    await house.workspace.open_home(ANNA)
    await house.tap(ANNA, ids.ANSWER)
    assert await house.holder(ref) == "aj"
    assert house.view(ANNA)["callback_id"] == ids.VIEW_ANSWER


async def test_home_puts_an_officer_on_duty_and_shows_it(house: House) -> None:
    await house.workspace.open_home(ANNA)
    await house.tap(ANNA, ids.ON_DUTY)
    assert list(await house.inbox.duty.list()) == ["aj"]
    home = house.workspace.home(ANNA)
    assert home
    assert "Anna Jansson" in words(home)


async def test_a_private_conversation_waits_in_the_private_channel_only(house: House) -> None:
    ref = await house.hear("I am ill", audience="private")
    card = await house.card(ref, PRIVATE)
    assert "I am ill" not in card.text
    other = await house.hear("In Qasira", account=MISSION)
    await house.card(other, QASIRA)
    assert not [m for m in house.workspace.messages(PRESS) if "I am ill" in words(m.blocks)]
