"""The figures: as page, as JSON, as plot; and for whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.handlers.slack.conftest import until
from tests.handlers.web.conftest import Browser, Pages


async def told(browser: Browser, query: str = "") -> Any:
    """Give the figures as a program gets them."""
    seen = await browser.get(f"/figures.json{query}")
    assert seen.status == 200, seen.body
    return json.loads(seen.body)


async def counted(pages: Pages, browser: Browser) -> Any:
    """Answer one of two conversations, and wait until both are counted."""
    first = await pages.hear("Is the embassy open?")
    await pages.hear("We are trapped")
    await browser.acts(first, "hold")
    await browser.sends(f"/c/{first}/answer", text="Yes.")
    await pages.arrives(first)

    async def there() -> Any:
        figures = await told(browser)
        rows = figures["rows"]["account"]
        return figures if rows and rows[0]["answered"] == 1 and rows[0]["received"] == 2 else None

    return await until(there, awaited=True)


async def test_page_json_and_plot_tell_the_same(pages: Pages) -> None:
    maria = await pages.officer("ml")
    figures = await counted(pages, maria)
    assert figures["standing"]["unclaimed"] == 1
    assert figures["standing"]["urgent"] == 1
    assert sum(row["received"] for row in figures["rows"]["hour"]) == 2
    assert [row["key"] for row in figures["rows"]["officer"] if row["key"]] == ["ml"]
    page = await maria.get("/figures")
    assert "2 in, 1 answered." in page.text
    assert "Life-safety waits" in page.text
    assert "Maria Lundqvist" in page.text
    plain = await maria.get("/figures", headers={"Accept": "application/json"})
    assert json.loads(plain.body)["rows"] == figures["rows"]
    for dark in ("", "?dark=1"):
        drawn = await maria.get(f"/figures.svg{dark}")
        assert drawn.headers["Content-Type"] == "image/svg+xml"
        assert "<script" not in drawn.body
        assert "Received" in drawn.body


async def test_a_filter_leaves_out_what_it_says(pages: Pages) -> None:
    maria = await pages.officer("ml")
    await counted(pages, maria)
    urgent = await told(maria, "?lane=life-safety")
    assert [row["key"] for row in urgent["rows"]["lane"]] == ["life-safety"]
    assert sum(row["received"] for row in urgent["rows"]["hour"]) == 1
    mission = await told(maria, "?account=x/landetqasira")
    assert (mission["standing"]["open"], mission["rows"]["account"]) == (0, [])
    assert [gap["account"] for gap in mission["gaps"]] == ["x/landetqasira"]
    assert (await told(maria, "?day=2026-01-01"))["rows"]["hour"] == []


async def test_only_a_supervisor_sees_who_holds_what_and_what_burns(pages: Pages) -> None:
    ref = await pages.hear("We are trapped")
    anna, rut = await pages.officer(), await pages.officer("rr")
    await anna.acts(ref, "claim")
    for browser in (anna, rut):
        figures = await told(browser)
        assert "holders" not in figures["standing"]
        assert "officer" not in figures["rows"]
        for path in ("/", "/figures"):
            assert "Who holds how many" not in (await browser.get(path)).text


async def test_figures_of_another_account_are_not_told(pages: Pages) -> None:
    await pages.hear("Is the embassy open?")
    otto = await pages.officer("ot")
    figures = await told(otto)
    assert [one["account"] for one in figures["gaps"]] == ["x/landetqasira"]
    for query in ("?account=x/landetud", "?account=x/none"):
        seen = await otto.get(f"/figures.json{query}")
        assert (seen.status, list(json.loads(seen.body))) == (400, ["problem"])


@pytest.mark.parametrize(
    "query",
    [
        "lane=none",
        "day=yesterday",
        "day=2026-13-01",
        "day=9999-12-31",
        "day=0001-01-01",
        "day=2999-01-01",
        "account=%00",
        "lane=<script>",
    ],
)
async def test_an_impossible_filter_is_told_plainly(pages: Pages, query: str) -> None:
    anna = await pages.officer()
    for path in ("/figures", "/figures.json", "/figures.svg"):
        seen = await anna.get(f"{path}?{query}")
        assert seen.status == 400
        assert "cannot be understood" in seen.text or "cannot be understood" in seen.body
        assert "<script>" not in seen.body
