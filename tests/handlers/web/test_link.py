"""The login link, made on the host beside a product that runs."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from sandbox.product import inherited
from tests import demo
from tests.handlers.slack.conftest import Builder
from tests.handlers.web.conftest import Pages

ROOT = Path(__file__).parents[3]


async def makes(builder: Builder, *words: str) -> tuple[int, str]:
    """Run `python -m handlers` as an operator would; give its exit status and what it said."""
    environ = inherited(os.environ) | demo.secrets(value="a-secret")
    environ |= {
        "CHANCERY_MODE": "sandbox",
        "CHANCERY_SECRET": "a secret of a test, thirty-two bytes",
        "CHANCERY_DATA": str(builder.data),
        "REDIS_URL": builder.url,
        "PUBLIC_URL": "https://inbox.example",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "a-secret",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handlers", *words, cwd=ROOT, env=environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_host_makes_a_link_that_opens_the_page_and_says_nothing_else(
    builder: Builder, pages: Pages
) -> None:
    status, said = await makes(builder, "link", "aj")
    assert status == 0, said
    made = re.search(r"https://inbox\.example(/login/[a-z2-7]{32})\n", said)
    assert made, said
    browser = await pages.browser()
    await browser.get(made[1])
    assert "Anna Jansson" in (await browser.sends(made[1])).text


async def test_there_is_no_link_for_somebody_who_is_no_officer(builder: Builder) -> None:
    status, said = await makes(builder, "link", "nobody")
    assert (status, "There is no officer nobody" in said) == (1, True)
    status, said = await makes(builder, "link")
    assert (status, "usage" in said) == (1, True)
