"""The week of 2011 with invented names, told in a browser: every usual channel has failed.

A line in public is cleared by a second officer; a parody answers it and is warned of; the minister
answers where nobody asked him; the talk goes to a secure line, and the record is a report.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.screens import Shot, browser, demo
from tests.steps import PATIENCE_MS, become, ladder, noted, shows

WHY = "Hand over the list of names for Wadi Sahl before dark"
SECURE = "Secure line of the embassy, 14:30"


@pytest.mark.timeout(240)
async def test_the_week_of_2011_from_the_telephone_to_the_report(chromium: Path) -> None:
    async with demo() as address, browser() as opened:
        page = await Shot("test").opened(opened, address)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))

        window = await ladder(page)
        await expect(window).to_contain_text("they do not accept ours")
        await window.locator("textarea").fill(WHY)
        await window.get_by_role("button", name="Start with the phone").click()
        await shows(window, "Never a number out of a message")
        await noted(window, "Failed…", "It rang out, three times")
        await shows(window, "✗ 1  Phone")
        await noted(window, "Failed…", "It came back: mailbox full")
        await shows(window, "✗ 2  E-mail")
        await noted(window, "Skip…", "The embassy is being evacuated")
        await shows(window, "they do not accept our private messages")
        await shows(window, "5  Private message")
        await noted(window, "Skip…", "He reads this once a week")
        await window.get_by_role("button", name="Show line…").click()
        await shows(window, "A bystander sees that")
        await window.get_by_role("button", name="Ask for clearance").click()
        await shows(window, "Waits for a second officer")
        await expect(page.locator(".hint")).not_to_contain_text("ten seconds")
        await window.get_by_role("button", name="Close").last.click()

        await become(page, "U0MARIA", "D0MARIA")
        asked = page.locator(".message", has_text="@JalilOrfani").last
        await asked.get_by_role("button", name="Approve").first.click(timeout=PATIENCE_MS)
        line = page.locator("#public .post.official", has_text="@JalilOrfani")
        await expect(line).to_be_visible(timeout=PATIENCE_MS)
        await become(page, "U0ANNA", "D0ANNA")
        told = page.locator(".message")
        await shows(told.last, "@JaIilOrfani wrote and is not Foreign Minister, Qasira")
        await shows(told.last, "capital I for l at letter 3. The clock runs on.")
        await shows(told.last, "@orfani@mfa.qasira.example answered, verified. The clock stands.")
        await shows(told.last, "I have seen your line. My office is at the telephone now")
        await told.last.get_by_role("button", name="Hand over…").click()
        await window.locator("input").fill(SECURE, timeout=PATIENCE_MS)
        await window.get_by_role("button", name="Hand over", exact=True).click()
        await shows(window, "CLOSED · Foreign Minister, Qasira")

        async with page.expect_popup() as opening:
            await window.get_by_role("link", name="Read report").click()
        report = await opening.value
        await report.get_by_role("link", name="Sign in with Slack").click()
        await shows(report.locator("article.report"), "CLOSED · Foreign Minister, Qasira")
        for fact in (WHY, "It rang out, three times", "Cleared by: Maria Lundqvist", SECURE):
            await expect(report.locator("article.report")).to_contain_text(fact)
        assert not problems
