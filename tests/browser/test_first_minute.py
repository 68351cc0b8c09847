"""The demo as a newcomer meets it, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.screens import Shot, browser, demo

ASKED = "@LandetUD Where do I renew my passport if the consulate is closed?"
ANSWER = "At the embassy, 09:00 to 15:00. Bring the old one."
SIGNED = f"{ANSWER} ^AJ"
PATIENCE_MS = 45_000
NEWCOMER_S = 10.0
"""Seconds from the page to the first claim, for who clicks what is lit (UX.md, measure 2)."""


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


@pytest.mark.timeout(150)
async def test_clicking_only_what_the_page_highlights_claims_within_ten_seconds(
    chromium: Path, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    async with demo() as address, browser() as opened:
        page = await opened.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(address)
        landed = time.monotonic()
        modal = page.get_by_role("dialog")
        for _ in range(6):
            lit = page.locator(".button.next, .entry.next, .member.next").first
            await lit.click(timeout=PATIENCE_MS)
            if await _appears(modal):
                break
        await expect(page.locator(".message", has_text="✋ Anna")).to_have_count(
            1, timeout=PATIENCE_MS
        )
        claimed = time.monotonic()
        record_property("told", f"figure newcomer_start_to_claim {claimed - began:.1f} s")
        record_property("told", f"figure newcomer_page_to_claim {claimed - landed:.1f} s")
        assert claimed - landed <= NEWCOMER_S
        await page.keyboard.press("Escape")

        await page.get_by_role("tab", name="Private messages").click()
        private = page.locator("#public")
        await expect(private).to_contain_text("رد تلقائي", timeout=PATIENCE_MS)


async def _appears(modal: Locator) -> bool:
    try:
        await modal.wait_for(timeout=2_000)
    except PlaywrightTimeout:
        return False
    return True


@pytest.mark.timeout(150)
async def test_the_supervisor_opens_the_figures_on_the_web_signed_in_already(
    chromium: Path,
) -> None:
    async with demo() as address, browser() as opened:
        page = await Shot("test").opened(opened, address)
        await page.locator("[data-user=U0MARIA]").click()
        async with page.expect_popup() as opening:
            await page.get_by_role("link", name="Figures on the web").click()
        figures = await opening.value
        await expect(figures.locator(".me")).to_contain_text("Maria", timeout=PATIENCE_MS)
        await expect(figures.locator(".counts")).to_be_visible()
        await expect(figures.locator(".plot")).to_be_visible()
