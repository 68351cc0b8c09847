"""`python -m config check`: what is wrong in the settings, and what the world says of them."""

from __future__ import annotations

import asyncio
import os
import sys

import aiohttp

import bots
from bots.contract import Secrets
from config import checking, logs
from config.start import Start, clock, started
from handlers.slack.check import check as slack_check
from inbox import CannotStart, Gone, Unfit, opened
from inbox.words import Finding


def main() -> None:
    """Read all there is to read, then ask whoever can be asked; a fault ends with status 1."""
    if sys.argv[1:] != ["check"]:
        sys.exit("usage: python -m config check")
    logs.start("CRITICAL")  # what it would warn of stands in a line of its own
    start = started(os.environ, bots.profiles())
    accounts, officers = len(start.tables.accounts), len(start.tables.officers)
    say("settings", Finding(True, f"all there: {accounts} accounts, {officers} officers."))
    sys.exit(1 if asyncio.run(asked(start)) else 0)


def say(where: str, finding: Finding) -> bool:
    """Print one line; return whether it is a fault."""
    sys.stdout.write(checking.line(where, finding) + "\n")
    return not finding.ok


async def asked(start: Start) -> int:
    """Ask Slack, the platforms, the store and the machine; return how many faults there are."""
    settings, slack = start.settings, start.settings.slack
    secrets = Secrets(start.tables.app_secrets, start.tables.account_secrets, start.api_urls)
    async with aiohttp.ClientSession() as http:
        on_slack = slack_check(
            slack.bot_token, slack.app_token, slack.api_url, start.tables.accounts, clock()
        )
        rooms = {
            "machine": checking.machine(settings, http),
            "store": store(start),
            "slack": on_slack,
            "platforms": bots.checked(start.policies, secrets, http, clock),
        }
        found = [(where, one) for where, asking in rooms.items() for one in await asking]
    return sum(say(where, one) for where, one in found)


async def store(start: Start) -> tuple[Finding, ...]:
    """Open the inbox as a process would, and let it say how it stands."""
    try:
        async with opened(**start.opening) as box:
            return await box.check()
    except (CannotStart, Gone, Unfit) as error:
        return (Finding(False, str(error), "No process can start like this."),)


if __name__ == "__main__":
    main()
