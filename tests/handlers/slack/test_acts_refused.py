"""Who may not: refused in a sentence, changed nothing, and recorded; through both doors."""

from __future__ import annotations

from msgspec.structs import replace

from handlers.slack import ids
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    FOREIGNER,
    PRESS,
    PRIVATE,
    READER,
    STRANGER,
    Builder,
    Door,
    House,
    policies_of,
    until,
    words,
)


async def test_a_reader_who_presses_claim_is_refused_and_it_is_recorded(house: House) -> None:
    ref = await house.hear()
    await house.press(READER, ref, ids.CLAIM)
    assert await house.holder(ref) == ""
    assert "Only an officer may do this" in words(house.view(READER))
    [refusal] = await house.inbox.refusals.list(5)
    assert (refusal.officer, refusal.act, refusal.account, refusal.why) == (
        "rr",
        "Claim",
        "x/landetud",
        "not_allowed",
    )


async def test_a_reader_sees_nothing_of_a_private_conversation(house: House) -> None:
    ref = await house.hear("Very private", audience="private")
    await house.press(READER, ref, ids.ANSWER, PRIVATE)
    assert "Very private" not in words(house.view(READER))
    [refusal] = await house.inbox.refusals.list(5)
    assert (refusal.officer, refusal.act) == ("rr", "read_private")


async def test_an_officer_of_another_account_is_refused_and_it_is_recorded(
    builder: Builder, door: Door
) -> None:
    async with builder.house(door, policies_of(officers=("aj",))) as house:
        ref = await house.hear()
        await house.press(ERIK, ref, ids.ANSWER)
        assert await house.holder(ref) == ""
        [refusal] = await house.inbox.refusals.list(5)
        assert (refusal.officer, refusal.why) == ("en", "not_your_account")


async def test_a_stranger_is_told_that_nobody_knows_them_and_it_is_recorded(house: House) -> None:
    ref = await house.hear()
    await house.press(STRANGER, ref, ids.ANSWER)
    assert await house.holder(ref) == ""
    assert "does not know you" in words(house.view(STRANGER))
    [refusal] = await house.inbox.refusals.list(5)
    told = (refusal.officer, refusal.act, refusal.why)
    assert told == (f"T0SANDBOX/{STRANGER}", ids.ANSWER, "nobody")


async def test_somebody_of_a_foreign_team_is_refused_and_it_is_recorded(house: House) -> None:
    ref = await house.hear()
    await house.press(FOREIGNER, ref, ids.CLAIM)
    assert await house.holder(ref) == ""
    assert "another workspace" in words(house.view(FOREIGNER))
    [refusal] = await house.inbox.refusals.list(5)
    assert (refusal.officer, refusal.why) == (f"T0ELSEWHERE/{FOREIGNER}", "foreign")


async def test_a_strangers_command_is_refused_too(house: House) -> None:
    await house.command(STRANGER, "next")
    assert "does not know you" in words(house.view(STRANGER))
    [refusal] = await house.inbox.refusals.list(5)
    assert refusal.act == "/inbox"


async def test_what_a_stranger_types_under_a_card_is_no_note(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    await house.workspace.say(STRANGER, PRESS, "Let me help", thread_ts=card.ts)
    assert (await house.inbox.read.reading(ref)).notes == ()


async def test_a_readers_typed_note_is_refused_and_told_to_them_alone(house: House) -> None:
    ref = await house.hear()
    card = await house.card(ref)
    await house.workspace.say(READER, PRESS, "Let me help", thread_ts=card.ts)
    assert (await house.inbox.read.reading(ref)).notes == ()
    messages = house.workspace.messages
    [told] = await until(lambda: [m for m in messages(PRESS) if m.ephemeral_to == READER])
    assert "Only an officer" in told.text
    [refusal] = await house.inbox.refusals.list(5)
    assert refusal.act == "AddNote"


async def test_an_officer_who_was_removed_may_do_nothing(builder: Builder, door: Door) -> None:
    policies = policies_of()
    gone = policies.officers["aj"]
    policies.officers["aj"] = replace(gone, active=False)
    async with builder.house(door, policies) as house:
        ref = await house.hear()
        await house.press(ANNA, ref, ids.CLAIM)
        assert await house.holder(ref) == ""
        assert [one.why for one in await house.inbox.refusals.list(5)]
