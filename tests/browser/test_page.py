"""The page in a real browser: on a phone, in the dark, in Arabic, by keyboard, without a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from msgspec.structs import replace
from playwright.async_api import Page, expect

from tests.handlers.slack.conftest import fresh
from tests.handlers.web.conftest import Pages, builder, clock, pages, single_servers
from tests.screens import PHONE, browser

__all__ = ["builder", "clock", "pages", "single_servers"]

ARABIC = "نحن محاصرون في الطابق الثالث"
PATIENCE_MS = 20_000


@asynccontextmanager
async def seen_by(house: Pages, officer: str, **look: Any) -> AsyncIterator[Page]:
    """Give the page on a phone, an officer signed in by a link."""
    token = fresh()
    await house.inbox.logins.mint(token, officer)
    async with browser() as opened:
        width, height = PHONE
        context = await opened.new_context(viewport={"width": width, "height": height}, **look)
        page = await context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        await page.goto(f"{house.url}/login/{token}")
        await page.get_by_role("button").click()
        await expect(page.locator("#waiting")).to_be_visible(timeout=PATIENCE_MS)
        yield page
        assert not problems


async def fine(page: Page) -> None:
    """Assert that nothing is wider than the phone, and that axe finds nothing serious."""
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, page.url
    found = (await Axe().run(page)).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [n["html"] for n in one["nodes"]]) for one in serious]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("locale", "scheme"), [("en", "light"), ("sv", "dark"), ("ar", "dark")])
async def test_every_page_fits_a_phone_and_is_accessible(
    chromium: Path, pages: Pages, locale: str, scheme: str
) -> None:
    maria = pages.policies.officers["ml"]
    pages.policies.officers["ml"] = replace(maria, locale=locale)
    ref = await pages.hear(ARABIC, audience="private", person="+46701234541")
    await pages.hear("@LandetUD " + "verylongword" * 30)
    async with seen_by(pages, "ml", color_scheme=scheme) as page:
        await fine(page)
        assert await page.locator("html").get_attribute("dir") == (
            "rtl" if locale == "ar" else "ltr"
        )
        await page.goto(f"{pages.url}/c/{ref}")
        await fine(page)
        await page.locator("form[action$='/hold'] button").click()
        await page.locator("#text").fill("Yes.")
        for one in await page.locator("summary").all():
            await one.click()
        await fine(page)
        for path in ("/find?q=embassy", "/figures"):
            await page.goto(f"{pages.url}{path}")
            await fine(page)


@pytest.mark.timeout(90)
async def test_without_a_script_an_answer_is_written_stopped_and_sent(
    chromium: Path, pages: Pages
) -> None:
    ref = await pages.hear("Is the embassy open?")
    async with seen_by(pages, "aj", java_script_enabled=False) as page:
        await page.get_by_role("link", name="Is the embassy open?").click()
        await page.get_by_role("button", name="Answer", exact=True).click()
        await page.get_by_label("Your answer").fill("Yes, 08 to 15.")
        await page.get_by_role("button", name="Publish to everyone").click()
        await expect(page.locator("#standing")).to_contain_text("Yes, 08 to 15. ^AJ")
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_label("Your answer")).to_have_value("Yes, 08 to 15.")
        await page.get_by_role("button", name="Publish to everyone").click()
        assert (await pages.answer(ref)).parts[0].text == "Yes, 08 to 15. ^AJ"


@pytest.mark.timeout(90)
async def test_keys_go_through_the_rows_a_draft_is_kept_and_news_is_told(
    chromium: Path, pages: Pages
) -> None:
    first = await pages.hear("Good evening", person="eva")
    pages.clock.forward(1)
    second = await pages.hear("Are you there?", person="kim")
    async with seen_by(pages, "aj") as page:
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await expect(page.locator(f"#row-{second} .says")).to_be_focused()
        pages.clock.forward(1)
        third = await pages.hear("Anybody there?", person="leila")
        await expect(page.locator(f"#row-{third}")).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.locator(f"#row-{second} .says")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/c/{second}")
        await page.go_back()
        await expect(page.locator(f"#row-{second} .says")).to_be_focused()
        await page.goto(f"{pages.url}/c/{first}")
        await page.get_by_role("button", name="Answer", exact=True).click()
        await page.locator("#text").type("Yes, from")
        await expect(page.locator(".kept")).to_have_text("Draft kept.", timeout=PATIENCE_MS)
        kept = await pages.inbox.drafts.load(first, "aj")
        assert kept is not None
        assert kept.text == "Yes, from"
        await pages.hear_more(first, "Hello?")
        await expect(page.locator(".changed")).to_be_visible(timeout=PATIENCE_MS)
        assert await page.locator("#text").input_value() == "Yes, from"
