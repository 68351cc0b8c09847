"""The record of a reachout in a real browser: on a phone, in the dark, in Arabic, and on paper."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.browser.test_page import fine, seen_by
from tests.handlers.web.conftest import Pages
from tests.handlers.web.test_reachout import (
    LINE,
    builder,
    clock,
    pages,
    single_servers,
    to_the_end,
)

__all__ = ["builder", "clock", "pages", "single_servers"]

HIDDEN = "e => getComputedStyle(e).display"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("sv", "dark"), ("ar", "dark")])
async def test_the_report_fits_a_phone_is_accessible_and_prints_without_the_page_around_it(
    chromium: Path, pages: Pages, tmp_path: Path, locale: str, scheme: str
) -> None:
    pages.policies.officers["ml"] = replace(pages.policies.officers["ml"], locale=locale)
    ref = await to_the_end(pages)
    photographs = Path(os.environ.get("CHANCERY_SCREENS") or tmp_path)
    async with seen_by(pages, "ml", color_scheme=scheme) as page:
        await page.goto(f"{pages.url}/reachouts")
        await fine(page)
        await page.goto(f"{pages.url}/reachouts/{ref}")
        await fine(page)
        await page.screenshot(path=photographs / f"report-{locale}.png", full_page=True)
        await page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
        assert await page.locator("header.top").evaluate(HIDDEN) == "none"
        assert await page.locator(".screen").evaluate(HIDDEN) == "none"
        assert LINE in await page.locator("article").inner_text()
        paper = await page.pdf(path=photographs / f"report-{locale}.pdf", format="A4")
        assert paper.startswith(b"%PDF")
        await page.set_viewport_size({"width": 800, "height": 1130})
        await page.screenshot(path=photographs / f"paper-{locale}.png", full_page=True)
