"""Clearance in Slack: one is asked, one screen, their word, and what everybody is told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

import inbox.clerk.clearances
from handlers.slack import ids
from inbox.answers.seal import seal
from inbox.conversations.commands import MarkEdited, StartSend
from inbox.conversations.denied import Denied
from inbox.conversations.state import part_to_send
from inbox.team.policies import Policies
from inbox.triage.asking import OTHERS_MS
from inbox.words import Clearance
from sandbox.oracle import notified
from sandbox.slack.records import Message
from tests.handlers.slack.conftest import (
    ANNA,
    ERIK,
    EVA,
    FALLBACK,
    MARIA,
    PRESS,
    Builder,
    House,
    policies_of,
    until,
    words,
)

BY_EVA = Clearance(from_=("el", "ml"), valid="2h")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clerk look often: the clock of the test stands still between two looks."""
    monkeypatch.setattr(inbox.clerk.clearances, "LOOK", 0.02)


def ruled(*rules: Clearance, **changes: Any) -> Policies:
    return policies_of(clearance=rules or (BY_EVA,), **changes)


@pytest.fixture
async def careful(builder: Builder) -> AsyncIterator[House]:
    """Give the app at work, where every answer needs Eva's or Maria's word."""
    async with builder.house(policies=ruled()) as house:
        yield house


def direct(house: House, user: str) -> list[Message]:
    """Return what we wrote to somebody directly."""
    channel = house.workspace.channels.get(f"D{user[1:]}")
    return [m for m in channel.visible() if m.by_bot] if channel else []


async def told(house: House, user: str, text: str) -> Message:
    """Wait until somebody's direct messages show a text."""

    def shown() -> Message | None:
        return next((m for m in direct(house, user) if text in words(m.blocks)), None)

    found: Message = await until(shown)
    return found


async def asked(house: House, text: str = "Yes, 8 to 20.") -> tuple[str, Message]:
    """Let Anna answer, and give the conversation and the question that Eva is asked."""
    ref = await house.hear("Is the border open?")
    await house.answers(ANNA, ref, text)
    return ref, await told(house, EVA, text)


async def state(house: House, ref: str) -> str:
    return (await house.answer(ref)).state


async def test_its_author_is_told_whom_it_waits_for_and_one_is_asked(careful: House) -> None:
    ref, question = await asked(careful)
    assert "Asked for clearance: Eva Lindqvist" in words(careful.view(ANNA)["blocks"])
    shown = words(question.blocks)
    for fact in ("PUBLIC", "By Anna Jansson", "Is the border open?", "Yes, 8 to 20. ^AJ"):
        assert fact in shown
    assert notified(careful.workspace, question) == {EVA}
    assert not direct(careful, MARIA)
    await careful.card_says(ref, "Waits for clearance: Eva Lindqvist")
    assert await state(careful, ref) == "asked"


async def test_one_press_clears_it_and_what_was_read_is_what_leaves(careful: House) -> None:
    ref, question = await asked(careful)
    outcome = await careful.workspace.click(EVA, question.channel, question.ts, ids.APPROVE)
    assert outcome.acknowledged
    assert await state(careful, ref) == "ready"
    conversation = await careful.conversation(ref)
    offered = part_to_send(conversation)
    assert offered is not None
    answer, part, _ = offered
    account = conversation.account
    assert answer.seal == seal(account, "public", part.recipients, part.re, [part.text], ())
    assert part.text in words(question.blocks) or part.text.startswith("Yes, 8 to 20.")
    await told(careful, EVA, "Eva Lindqvist approved")
    done = await careful.inbox.desk.do(
        ref,
        careful.inbox.desk.order(
            StartSend(part.id, epoch=careful.inbox.epoch, seal=answer.seal), by="postroom"
        ),
    )
    assert not isinstance(done, Denied)


async def test_from_card_to_cleared_are_two_acts(
    careful: House, record_property: Callable[[str, object], None]
) -> None:
    ref, _ = await asked(careful)
    acts = 0
    while await state(careful, ref) == "asked":
        acts += 1
        if acts == 1:
            await careful.press(EVA, ref, ids.CLEAR)
        else:
            assert careful.view(EVA)["submit"]["text"] == "Approve"
            await careful.submits(EVA)
    assert await state(careful, ref) == "ready"
    record_property("told", f"figure acts_to_clear {acts} presses")
    assert acts <= 2
    assert "It leaves now" in words(careful.view(EVA)["blocks"])


async def test_after_five_minutes_the_others_are_asked_and_all_are_told_who_approved(
    careful: House,
) -> None:
    ref, _ = await asked(careful)
    careful.clock.forward(OTHERS_MS / 1000 - 30)
    assert not direct(careful, MARIA)
    careful.clock.forward(31)
    question = await told(careful, MARIA, "Yes, 8 to 20.")
    await careful.workspace.click(MARIA, question.channel, question.ts, ids.APPROVE)
    await told(careful, EVA, "Maria Lundqvist approved")
    await told(careful, MARIA, "Maria Lundqvist approved")
    assert len(direct(careful, EVA)) == len(direct(careful, MARIA)) == 1
    assert await state(careful, ref) == "ready"


async def test_whose_slack_is_silent_is_passed_over_at_first(careful: House) -> None:
    careful.workspace.users[EVA].dnd = True
    await careful.hear("Is the border open?")
    ref = await careful.hear("Is the border open?", person="ali")
    await careful.answers(ANNA, ref)
    await told(careful, MARIA, "Yes, 8 to 20.")
    assert not direct(careful, EVA)


async def test_the_second_of_two_is_told_who_was_first(careful: House) -> None:
    ref, question = await asked(careful)
    await careful.press(MARIA, ref, ids.CLEAR)
    await careful.workspace.click(EVA, question.channel, question.ts, ids.APPROVE)
    await careful.submits(MARIA)
    assert "Eva Lindqvist has cleared this answer" in words(careful.view(MARIA)["blocks"])


async def test_what_was_refused_comes_back_to_its_author_with_the_reason(careful: House) -> None:
    ref, question = await asked(careful)
    await careful.workspace.click(EVA, question.channel, question.ts, ids.REFUSE)
    await careful.types(EVA, "Not ours to say", ids.REASON)
    await careful.submits(EVA)
    assert await state(careful, ref) == "draft"
    back = await told(careful, ANNA, "Eva Lindqvist refused it")
    assert "Not ours to say" not in words(back.blocks) + back.text
    await careful.workspace.click(ANNA, back.channel, back.ts, ids.ANSWER)
    assert careful.written(ANNA) == "Yes, 8 to 20."
    assert "Not ours to say" in words(careful.view(ANNA)["blocks"])


async def test_what_was_returned_is_the_author_s_draft_with_the_approver_s_text(
    careful: House,
) -> None:
    ref, question = await asked(careful)
    await careful.workspace.click(EVA, question.channel, question.ts, ids.GIVE_BACK)
    await careful.types(EVA, "Yes, from eight to eight.", ids.EDITED)
    await careful.submits(EVA)
    back = await told(careful, ANNA, "Eva Lindqvist returned it")
    await careful.workspace.click(ANNA, back.channel, back.ts, ids.ANSWER)
    assert careful.written(ANNA) == "Yes, from eight to eight."
    await careful.submits(ANNA)
    await told(careful, EVA, "Yes, from eight to eight. ^AJ")
    assert await state(careful, ref) == "asked"


async def test_its_author_withdraws_it_and_everybody_asked_is_told(careful: House) -> None:
    ref, question = await asked(careful)
    await careful.press(ANNA, ref, ids.WITHDRAW)
    assert careful.written(ANNA) == "Yes, 8 to 20."
    await told(careful, EVA, "Withdrawn")
    assert not [one for one in question.blocks if one["type"] == "actions"]
    assert await state(careful, ref) == "draft"


async def test_a_question_left_open_on_a_screen_does_not_clear_another_text(
    careful: House,
) -> None:
    ref, question = await asked(careful)
    await careful.press(EVA, ref, ids.CLEAR)
    await careful.press(ANNA, ref, ids.WITHDRAW)
    await careful.types(ANNA, "No.")
    await careful.submits(ANNA)
    await careful.submits(EVA)
    assert await state(careful, ref) == "asked"
    assert "Not done" in careful.view(EVA)["title"]["text"]
    del question


async def test_a_second_slack_id_of_the_author_clears_nothing(builder: Builder) -> None:
    policies = ruled(Clearance())
    eva = policies.officers["el"]
    two = replace(eva, slack=(*eva.slack, f"T0SANDBOX/{ERIK}"))
    others = [o for o in policies.officers.values() if o.id not in ("el", "en")]
    fewer = Policies(
        policies.accounts, (two, *others), policies.lanes, policies.tags, policies.profiles
    )
    async with builder.house(policies=fewer) as house:
        ref = await house.hear("Is the border open?")
        await house.answers(EVA, ref)
        await house.card_says(ref, "Waits for clearance")
        await house.press(ERIK, ref, ids.CLEAR)
        assert not house.view(ERIK)["submit"]
        assert await state(house, ref) == "asked"
        await told(house, MARIA, "Yes, 8 to 20.")
        assert not direct(house, ERIK)
        assert not direct(house, EVA)


async def test_their_edit_voids_it_and_says_so(careful: House) -> None:
    ref, _ = await asked(careful)
    target = (await careful.answer(ref)).re
    edit = MarkEdited(target, target, "Is it shut?", written=careful.inbox.now() + 1)
    await careful.orders(ref, edit, "platform:x")
    await told(careful, EVA, "They edited their message")
    await told(careful, ANNA, "They edited their message")
    assert await state(careful, ref) == "draft"


async def test_when_its_time_is_over_everybody_is_told(careful: House) -> None:
    ref, _ = await asked(careful)
    careful.clock.forward(2 * 3600 + 1)
    await told(careful, EVA, "The time was over")
    await told(careful, ANNA, "The time was over")
    assert await state(careful, ref) == "draft"


async def test_news_that_come_meanwhile_stand_on_the_question(careful: House) -> None:
    ref, _ = await asked(careful)
    await careful.hear_more(ref, "Hello? Anybody?")
    question = await told(careful, EVA, "They wrote since:")
    assert "Hello? Anybody?" in words(question.blocks)
    assert await state(careful, ref) == "asked"


async def test_a_supervisor_overrides_loudly(careful: House) -> None:
    ref, _ = await asked(careful)
    card = await careful.card_says(ref, "Waits for clearance")
    await careful.pick(MARIA, card, ids.OVERRIDE)
    await careful.types(MARIA, "Border closes at noon", ids.REASON)
    await careful.submits(MARIA)
    assert await state(careful, ref) == "ready"
    loud = "let an answer leave without the clearance"
    await told(careful, EVA, loud)
    for channel in (PRESS, FALLBACK):

        def there(channel: str = channel) -> bool:
            said = careful.workspace.channels[channel].visible()
            return any(loud in words(m.blocks) for m in said)

        await until(there)
    await told(careful, EVA, "Maria Lundqvist overrode the clearance")


async def test_an_officer_does_not_override(careful: House) -> None:
    ref, _ = await asked(careful)
    card = await careful.card_says(ref, "Waits for clearance")
    await careful.pick(ERIK, card, ids.OVERRIDE)
    await careful.types(ERIK, "Hurry", ids.REASON)
    await careful.submits(ERIK)
    assert await state(careful, ref) == "asked"
    assert "Bara en arbetsledare" in words(careful.view(ERIK)["blocks"])


async def test_my_queue_shows_what_waits_for_my_word_and_nobody_else_s(careful: House) -> None:
    await asked(careful)
    await careful.command(EVA, "clear")
    assert "FOR YOUR WORD: 1" in words(careful.view(EVA)["blocks"])
    await careful.tap(EVA, ids.CLEAR)
    assert careful.view(EVA)["submit"]["text"] == "Approve"
    await careful.command(ERIK, "clear")
    assert "Inget väntar på ditt ord" in words(careful.view(ERIK)["blocks"])
    await careful.workspace.open_home(EVA)
    home = await until(lambda: careful.workspace.home(EVA))
    assert "FOR YOUR WORD: 1" in words(home["blocks"])


async def test_a_minister_s_approver_types_the_handle(builder: Builder) -> None:
    async with builder.house(policies=ruled(kind="minister")) as house:
        ref = await house.hear("Is the border open?")
        await house.press(ANNA, ref, ids.ANSWER)
        await house.types(ANNA, "Yes.")
        await house.types(ANNA, "@LandetUD", ids.CONFIRMED)
        await house.submits(ANNA)
        question = await told(house, EVA, "Yes.")
        await house.workspace.click(EVA, question.channel, question.ts, ids.APPROVE)
        assert await state(house, ref) == "asked"
        await house.types(EVA, "@LandetUD", ids.CONFIRMED)
        await house.submits(EVA)
        assert await state(house, ref) == "ready"


async def test_a_figure_of_casualties_asks_for_its_source(builder: Builder) -> None:
    policies = policies_of()
    async with builder.house(policies=policies) as house:
        ref = await house.hear("Is it true?")
        await house.answers(ANNA, ref, "At least 25 were killed.")
        assert "needs a source" in words(house.view(ANNA)["blocks"])
        assert house.written(ANNA) == "At least 25 were killed."
        await house.types(ANNA, "The hospital, 14:00", ids.SOURCE)
        await house.submits(ANNA)
        answer = await house.answer(ref)
        assert answer.state == "ready"
        assert "hospital" not in "".join(part.text for part in answer.parts)


async def test_a_private_answer_s_question_lights_no_lock_screen(builder: Builder) -> None:
    async with builder.house(policies=ruled()) as house:
        ref = await house.hear("My passport is gone", audience="private")
        await house.answers(ANNA, ref, "Come to us.", channel="C0PRESS0002")
        question = await told(house, EVA, "Come to us.")
        assert "Come to us" not in question.text + words(question.blocks[:1])
        assert "passport" not in question.text + words(question.blocks[:1])
