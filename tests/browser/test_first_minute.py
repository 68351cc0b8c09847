"""The demo as a newcomer meets it, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.screens import Shot, browser, demo

ASKED = "@LandetUD Where do I renew my passport if the consulate is closed?"
ANSWER = "At the embassy, 09:00 to 15:00. Bring the old one."
SIGNED = f"{ANSWER} ^AJ"
PATIENCE_MS = 45_000


@pytest.mark.timeout(150)
async def test_a_public_post_becomes_a_card_and_its_answer_stands_in_public(chromium: Path) -> None:
    async with demo() as address, browser() as opened:
        page = await Shot("test").opened(opened, address)
        problems: list[str] = []
        page.on(
            "console", lambda said: problems.append(said.text) if said.type == "error" else None
        )
        page.on("pageerror", lambda error: problems.append(str(error)))

        await page.get_by_placeholder("Ask @LandetUD something…").fill(ASKED)
        await page.get_by_role("button", name="Post", exact=True).click()
        card = page.locator(".message", has_text="renew my passport")
        await card.get_by_role("button", name="Answer").click(timeout=PATIENCE_MS)

        modal = page.get_by_role("dialog")
        await expect(modal).to_contain_text("PUBLIC", timeout=PATIENCE_MS)
        await expect(modal).to_contain_text("renew my passport")
        await modal.locator("textarea").fill(ANSWER)
        await modal.get_by_role("button", name="Publish to everyone").click()
        await expect(modal).to_contain_text(SIGNED, timeout=PATIENCE_MS)
        await expect(modal.get_by_role("button", name="Stop")).to_be_visible()

        posts = page.locator("#public .timeline")
        await expect(posts).to_contain_text(SIGNED, timeout=PATIENCE_MS)
        assert not problems
