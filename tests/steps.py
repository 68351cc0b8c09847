"""What a visitor of the demo does step by step to reach a counterpart, for stories and pictures."""

from __future__ import annotations

import asyncio

from playwright.async_api import Locator, Page, expect

PATIENCE_MS = 45_000


async def types(page: Page, text: str) -> Locator:
    """Type into the channel, and give the window that opens."""
    writer = page.locator(".writer textarea").first
    await writer.fill(text)
    await writer.press("Enter")
    return page.get_by_role("dialog")


async def noted(window: Locator, button: str, text: str) -> None:
    """Press a rung's end and say what happened."""
    await window.get_by_role("button", name=button).click()
    await window.locator("textarea").fill(text, timeout=PATIENCE_MS)
    await window.locator("footer .primary").click()


async def become(page: Page, user: str, place: str) -> None:
    """Sit down at somebody else's Slack."""
    await page.locator(f"[data-user={user}]").click()
    await page.locator(f"[data-place={place}]").click(timeout=PATIENCE_MS)


async def ladder(page: Page) -> Locator:
    """Type /reach until the directory knows the minister: it is taken in after the start."""
    async with asyncio.timeout(2 * PATIENCE_MS / 1000):
        while True:
            window = await types(page, "/reach orfani")
            await window.locator("footer .primary").wait_for(timeout=PATIENCE_MS)
            if "→ @orfani@mfa" in await window.inner_text():
                return window
            await window.locator("footer .button").first.click()
            await expect(window).to_have_count(0, timeout=PATIENCE_MS)


async def shows(where: Locator, text: str) -> None:
    """Wait until something shows a text."""
    await expect(where).to_contain_text(text, timeout=PATIENCE_MS)
