"""Clearance on the page: an approver says their word there when Slack is down."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from inbox.words import Clearance
from tests.handlers.slack.conftest import Builder, policies_of, until
from tests.handlers.web.conftest import Browser, Pages, pages_of

TEXT = "Yes, 8 to 20."


@pytest.fixture
async def careful(builder: Builder) -> AsyncIterator[Pages]:
    """Give the page, where every answer needs Eva's or Maria's word."""
    rule = Clearance(from_=("el", "ml"))
    async with pages_of(builder, policies_of(clearance=(rule,))) as made:
        yield made


async def asked(pages: Pages) -> tuple[str, Browser, Browser]:
    """Let Anna answer; give the conversation, her browser and Eva's."""
    ref = await pages.hear("Is the border open?", person="kim")
    anna, eva = await pages.officer(), await pages.officer("el")
    await anna.acts(ref, "hold")
    assert "Leaves only when approved by: Eva Lindqvist" in anna.page.text
    sent = await anna.sends(f"/c/{ref}/answer", text=TEXT)
    assert "Waits for clearance: Eva Lindqvist" in sent.text
    assert (await pages.answer(ref)).state == "asked"
    return ref, anna, eva


async def test_an_approver_finds_it_reads_it_whole_and_approves(careful: Pages) -> None:
    ref, anna, eva = await asked(careful)
    page = await eva.get(f"/c/{ref}")
    for fact in ("By Anna Jansson", "Is the border open?", f"{TEXT} ^AJ", "Approve"):
        assert fact in page.text
    assert f"/c/{ref}/clear" not in (await anna.get(f"/c/{ref}")).forms
    await eva.get(f"/c/{ref}")
    await eva.sends(f"/c/{ref}/clear")
    assert (await careful.answer(ref)).state == "ready"


async def test_what_waits_for_my_word_stands_on_the_first_page(careful: Pages) -> None:
    async def listed() -> bool:
        return "FOR YOUR WORD: 1" in (await eva.get("/")).text

    _, anna, eva = await asked(careful)

    await until(listed, awaited=True)
    assert "FOR YOUR WORD" not in (await anna.get("/")).text


async def test_an_approver_refuses_with_a_reason_or_returns_another_text(careful: Pages) -> None:
    ref, anna, eva = await asked(careful)
    await eva.get(f"/c/{ref}")
    assert (await eva.sends(f"/c/{ref}/turn_down", reason=" ")).status == 409
    await eva.sends(f"/c/{ref}/turn_down", reason="Not ours to say")
    assert (await careful.answer(ref)).state == "draft"
    assert (await anna.get(f"/c/{ref}")).forms[f"/c/{ref}/answer"]["text"] == TEXT
    await anna.sends(f"/c/{ref}/answer")
    await eva.get(f"/c/{ref}")
    await eva.sends(f"/c/{ref}/give_back", text="Yes, from eight.")
    page = await anna.get(f"/c/{ref}")
    assert page.forms[f"/c/{ref}/answer"]["text"] == "Yes, from eight."


async def test_a_page_left_open_does_not_clear_another_text(careful: Pages) -> None:
    ref, anna, eva = await asked(careful)
    await eva.get(f"/c/{ref}")
    await anna.get(f"/c/{ref}")
    await anna.sends(f"/c/{ref}/stop")
    await anna.sends(f"/c/{ref}/answer", text="No.")
    late = await eva.sends(f"/c/{ref}/clear")
    assert late.status == 409
    assert (await careful.answer(ref)).state == "asked"


async def test_a_figure_of_casualties_asks_for_its_source(builder: Builder) -> None:
    async with pages_of(builder, policies_of()) as pages:
        ref = await pages.hear("Is it true?")
        anna = await pages.officer()
        await anna.acts(ref, "hold")
        asks = await anna.sends(f"/c/{ref}/answer", text="At least 25 were killed.")
        assert "needs a source" in asks.text
        await anna.sends(f"/c/{ref}/answer", source="The hospital, 14:00")
        assert (await pages.answer(ref)).state == "ready"
