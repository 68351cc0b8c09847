"""The leak guard as officers meet it: told in the modal, the text kept, a tick where it helps."""

from typing import Any

from handlers.slack import ids
from inbox.conversations.commands import AddNote, Link
from tests.handlers.slack.conftest import ANNA, Builder, House, policies_of, words

HIDDEN = "We met Q\u200bаѕim."


def ticks(house: House) -> list[dict[str, Any]]:
    """Return the boxes by which findings may be let through."""
    blocks = house.view(ANNA)["blocks"]
    boxes = [b["element"] for b in blocks if b["type"] == "input"]
    return [one for box in boxes if box["action_id"] == ids.LEAK for one in box["options"]]


async def test_a_name_of_the_notes_is_told_the_text_kept_and_a_tick_lets_it_leave(
    office: House,
) -> None:
    ref = await office.hear("Is my brother safe?")
    await office.orders(ref, AddNote("n1", "Told Qasim to wait."), "officer:en")
    await office.answers(ANNA, ref, HIDDEN)
    told = words(office.view(ANNA))
    assert "stands in our notes" in told
    assert "only look right" in told
    assert "U+200B" in told
    assert office.written(ANNA) == HIDDEN
    assert (await office.conversation(ref)).answers == ()
    await office.submits(ANNA)
    assert (await office.conversation(ref)).answers == ()
    (box,) = ticks(office)
    await office.tap(ANNA, ids.LEAK, selected=[box["value"]])
    await office.submits(ANNA)
    assert (await office.answer(ref)).text == HIDDEN


async def test_a_tick_is_for_what_was_shown(office: House) -> None:
    ref = await office.hear()
    await office.answers(ANNA, ref, "Ring 070-174 06 05.")
    await office.tap(ANNA, ids.LEAK, selected=[ticks(office)[0]["value"]])
    await office.types(ANNA, "Ring 070-174 06 05 or 070-174 06 33.")
    await office.submits(ANNA)
    assert "070-174 06 33" in words(office.view(ANNA))
    assert (await office.conversation(ref)).answers == ()


async def test_what_they_wrote_in_private_does_not_leave_in_public(office: House) -> None:
    private = await office.hear("I am Qasim, in room 4711", audience="private")
    public = await office.hear("Can you help?")
    await office.orders(public, Link(private, "same person"), "clerk")
    await office.answers(ANNA, public, "Stay in 47 11, qasim.")
    told = words(office.view(ANNA))
    assert "“47 11” stands in our notes" in told
    assert "“qasim” stands in our notes" in told


async def test_what_everybody_reads_already_may_be_repeated(office: House) -> None:
    ref = await office.hear("I am Qasim")
    await office.orders(ref, AddNote("n1", "Told Qasim to wait."), "officer:en")
    await office.answers(ANNA, ref, "Thank you, Qasim.")
    assert (await office.answer(ref)).state == "ready"


async def test_an_account_that_blocks_offers_no_tick(builder: Builder) -> None:
    async with builder.house("http", policies_of(leak_guard="block")) as house:
        ref = await house.hear()
        await house.orders(ref, AddNote("n1", "Told Qasim to wait."), "officer:en")
        await house.answers(ANNA, ref, "We met Qasim.")
        assert "Change it: this account lets it not leave." in words(house.view(ANNA))
        assert ticks(house) == []
        await house.types(ANNA, "We met them.")
        await house.submits(ANNA)
        assert (await house.answer(ref)).text == "We met them."


async def test_ready_lines_and_our_own_numbers_are_let_through(
    builder: Builder,
) -> None:
    own = ("+46 8 465 004 10", "landet.example")
    async with builder.house("http", policies_of(ours=own, leak_guard="block")) as house:
        ref = await house.hear()
        await house.answers(ANNA, ref, "Ring 08-465 004 10, read landet.example/help. @LandetUD")
        assert (await house.answer(ref)).state == "ready"
