"""When something fails behind the page, and when many press at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from inbox import Gone
from tests.handlers.web.conftest import Pages

CANARY = "a-word-that-stands-in-no-page-and-no-log"
TEAM = ("aj", "en", "sh", "ml")


async def test_of_all_who_claim_at_once_one_holds_it_and_the_others_are_told_who(
    pages: Pages,
) -> None:
    ref = await pages.hear()
    for one in TEAM:
        known = pages.policies.officers[one]
        pages.policies.officers[one] = replace(known, locale="en")
    browsers = [await pages.officer(one) for one in TEAM]
    for browser in browsers:
        await browser.get(f"/c/{ref}")
    seen = await asyncio.gather(*(browser.sends(f"/c/{ref}/claim") for browser in browsers))
    assert sorted(one.status for one in seen) == [200, 409, 409, 409]
    holder = await pages.holder(ref)
    name = pages.policies.officers[holder].name
    assert all(f"{name} was first" in one.text for one in seen if one.status == 409)


async def test_what_fails_shows_no_trace_on_the_page_nor_in_the_log(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ref = await pages.hear(CANARY)
    anna = await pages.officer()

    async def broken(*_: Any) -> Any:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(pages.inbox.read, "reading", broken)
    seen = await anna.get(f"/c/{ref}")
    assert seen.status == 500
    assert "Something failed here" in seen.text
    told = capsys.readouterr()
    for text in (seen.body, told.out, told.err):
        assert CANARY not in text
        assert "Traceback" not in text


async def test_a_store_that_is_away_is_told_and_the_text_given_back(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await pages.hear()
    anna = await pages.officer()
    await anna.acts(ref, "hold")

    async def away(*_: Any) -> Any:
        raise Gone("away")

    with monkeypatch.context() as bent:
        bent.setattr(pages.inbox.read, "conversation", away)
        seen = await anna.sends(f"/c/{ref}/answer", text="Half a thought")
    assert seen.status == 503
    assert "The inbox does not answer" in seen.text
    assert "Half a thought" in seen.text
