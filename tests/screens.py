"""`make screens`: run the demo, drive it as a visitor would, and photograph it for the README."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import aiohttp
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.steps import ladder

ROOT = Path(__file__).parents[1]
SCREENS = ROOT / "docs" / "screens"
DESKTOP = (1280, 800)
PHONE = (375, 812)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--font-render-hinting=none",
]
START_S = 60.0
CARD_MS = 60_000
ANSWER = "Yes, 08:00 to 15:00. Your father's passport is ready; he needs a photo ID."
NOUR = "محاصرون"


def chromium() -> Path | None:
    """Return where the browser is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((Path(found) for name in names if (found := which(name))), None)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start the system's Chromium, headless."""
    where = chromium()
    if where is None:
        raise SystemExit("No chromium on this machine: apt-get install chromium")
    async with async_playwright() as started:
        opened = await started.chromium.launch(executable_path=where, args=ARGUMENTS)
        try:
            yield opened
        finally:
            await opened.close()


@contextlib.asynccontextmanager
async def demo(**more: str) -> AsyncIterator[str]:
    """Run `python -m sandbox` on a free port until it is ready; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = dict(os.environ) | {"HOST": "127.0.0.1", "PORT": str(port)} | more
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", cwd=ROOT, env=environ
    )
    address = f"http://127.0.0.1:{port}"
    try:
        await _ready(address)
        yield address
    finally:
        running.send_signal(signal.SIGINT)
        await running.wait()


async def _ready(address: str) -> None:
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Shot:
    """One photograph: how the browser looks at the page."""

    name: str
    size: tuple[int, int] = DESKTOP
    dark: bool = False

    async def opened(self, opened: Browser, address: str) -> Page:
        """Open the page in a window of its own and wait for its first cards."""
        width, height = self.size
        viewport: ViewportSize = {"width": width, "height": height}
        page = await opened.new_page(
            viewport=viewport, color_scheme="dark" if self.dark else "light", locale="en-GB"
        )
        await page.goto(address)
        await page.locator(".message .button").first.wait_for(timeout=CARD_MS)
        return page

    async def taken(self, page: Page, folder: Path) -> None:
        """Take the picture once everything has settled, and close the window."""
        await page.wait_for_timeout(600)
        await page.screenshot(path=folder / f"{self.name}.png", animations="disabled")
        await page.close()


async def shoot(address: str, folder: Path) -> None:
    """Take all four pictures of a demo that runs at this address."""
    async with browser() as opened:
        shot = Shot("arabic")
        page = await shot.opened(opened, address)
        await page.locator("[data-user=U0SAMIRA]").click()
        await page.locator("[data-place=C0QASIRA002]").click()
        await page.get_by_role("tab", name="Private messages").click()
        await page.locator(".message", has_text=NOUR).first.wait_for(timeout=CARD_MS)
        await shot.taken(page, folder)

        shot = Shot("desktop")
        page = await shot.opened(opened, address)
        await page.locator(".button.next").wait_for(timeout=CARD_MS)
        await shot.taken(page, folder)

        shot = Shot("phone", PHONE)
        page = await shot.opened(opened, address)
        await page.locator(".button.next").wait_for(timeout=CARD_MS)
        await shot.taken(page, folder)

        shot = Shot("dark", dark=True)
        page = await shot.opened(opened, address)
        await page.locator(".button.next").click()
        await page.locator(".modal textarea").fill(ANSWER)
        await page.locator(".modal .primary.next").wait_for()
        await shot.taken(page, folder)


async def signed_in(opened: Browser, address: str, user: str, shot: Shot) -> Page:
    """Open the product's own page as a member of the team, signed in with Slack."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/state") as answer:
        product = (await answer.json())["product"]["url"]
    width, height = shot.size
    context = await opened.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if shot.dark else "light"
    )
    await context.add_cookies(
        [{"name": "slack_sandbox_user", "value": user, "domain": "127.0.0.1", "path": "/"}]
    )
    page = await context.new_page()
    await page.goto(f"{product}/login/slack")
    await page.locator(".row").first.wait_for(timeout=CARD_MS)
    return page


async def shoot_web(address: str, folder: Path) -> None:
    """Take the pictures of the product's own page, on a phone."""
    async with browser() as opened:
        shot = Shot("web-phone", PHONE)
        page = await signed_in(opened, address, "U0MARIA", shot)
        await page.locator(".row", has_text=NOUR).first.wait_for(timeout=CARD_MS)
        await shot.taken(page, folder)

        shot = Shot("web-arabic", PHONE)
        page = await signed_in(opened, address, "U0SAMIRA", shot)
        await page.locator(".row", has_text=NOUR).first.locator("a").click()
        await page.locator(".talk").wait_for()
        await shot.taken(page, folder)

        shot = Shot("web-dark", PHONE, dark=True)
        page = await signed_in(opened, address, "U0ANNA", shot)
        await page.locator(".row", has_text="passport").first.locator("a").click()
        await page.locator("form[action$='/hold'] button").click()
        await page.locator("#text").fill(ANSWER)
        await page.locator("#answer").evaluate("form => form.scrollIntoView()")
        await shot.taken(page, folder)

        shot = Shot("web-figures", PHONE)
        page = await signed_in(opened, address, "U0MARIA", shot)
        await page.locator("nav a[href='/figures']").click()
        await page.locator(".plot").wait_for()
        await shot.taken(page, folder)


async def shoot_reach(address: str, folder: Path, user: str, name: str) -> None:
    """Take the picture of a ladder as one member of the team sees it, on a phone."""
    async with browser() as opened:
        shot = Shot(name, PHONE)
        page = await shot.opened(opened, address)
        await page.locator(f"[data-user={user}]").click()
        window = await ladder(page)
        await window.locator(".scroll").evaluate("one => { one.scrollTop = one.scrollHeight; }")
        await shot.taken(page, folder)


def with_arabic(folder: Path) -> Path:
    """Copy the demo's tables; its Samira reads Arabic there."""
    copied = Path(shutil.copytree(ROOT / "config" / "demo", folder / "demo"))
    officers = copied / "officers.toml"
    text = officers.read_text("utf-8")
    before, samira, after = text.partition('id = "sh"')
    after = after.replace('locale = "en"', 'locale = "ar"', 1)
    officers.write_text(before + samira + after, "utf-8")
    return copied


async def main() -> None:
    """Run the demo and photograph it; then again for the page, with somebody who reads Arabic."""
    async with demo() as address:
        await shoot(address, SCREENS)  # Anna's window stays open here
    with tempfile.TemporaryDirectory() as folder:
        tables = with_arabic(Path(folder))
        async with demo(CHANCERY_CONFIG=str(tables)) as address:
            await shoot_web(address, SCREENS)
            await shoot_reach(address, SCREENS, "U0SAMIRA", "reach-arabic")
            await shoot_reach(address, SCREENS, "U0ANNA", "reach-phone")  # her window stays open


if __name__ == "__main__":
    asyncio.run(main())
