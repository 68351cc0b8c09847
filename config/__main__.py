"""`python -m config check | paper | admin`: what an operator asks before and while it runs.

`check`: what is wrong in the settings, and what the world says of them. `paper`: what an
administrator of the workspace must know before installing. `admin`: a code to sit down with.
"""

from __future__ import annotations

import asyncio
import os
import sys

import bots
from bots.contract import Secrets
from config import checking, logs, seating
from config.start import Start, clock, started
from handlers.slack.check import check as slack_check
from handlers.slack.paper import House, paper
from handlers.slack.way import Way
from inbox import KEPT_DAYS, CannotStart, Gone, Unfit, opened
from inbox.words import Finding


def main() -> None:
    """Read all there is to read, then ask whoever can be asked; a fault ends with status 1."""
    command, *rest = [*sys.argv[1:], ""]
    if command not in ("check", "paper", "admin") or (command == "check" and rest != [""]):
        sys.exit("usage: python -m config check | paper | admin [officer] [--free]")
    logs.start("CRITICAL")  # what it would warn of stands in a line of its own
    if command == "paper":
        return print_paper()
    start = started(os.environ, bots.profiles())
    if command == "admin":
        return write(in_words(start, sys.argv[2:]))
    accounts, officers = len(start.tables.accounts), len(start.tables.officers)
    say("settings", Finding(True, f"all there: {accounts} accounts, {officers} officers."))
    sys.exit(1 if asyncio.run(asked(start)) else 0)


def print_paper() -> None:
    """Print the install paper, for these settings as far as they are there."""
    environ = os.environ
    write(
        paper(
            House(
                command=environ.get("CHANCERY_COMMAND", "/inbox"),
                public_url=environ.get("PUBLIC_URL", ""),
                socket=bool(environ.get("SLACK_APP_TOKEN")),
                platforms=tuple(bots.profiles().values()),
                days=KEPT_DAYS,
                history="--no-history" not in sys.argv,
            )
        )
    )


def in_words(start: Start, arguments: list[str]) -> str:
    """Make a code, or say why it cannot be made."""
    try:
        return asyncio.run(seating.admin(start, arguments))
    except (CannotStart, Gone, Unfit) as error:
        sys.exit(str(error))


def write(text: str) -> None:
    """Print it."""
    sys.stdout.write(text + "\n")


def say(where: str, finding: Finding) -> bool:
    """Print one line; return whether it is a fault."""
    sys.stdout.write(checking.line(where, finding) + "\n")
    return not finding.ok


async def asked(start: Start) -> int:
    """Ask Slack, the platforms, the store and the machine; return how many faults there are."""
    settings, slack = start.settings, start.settings.slack
    secrets = Secrets(
        start.tables.app_secrets, start.tables.account_secrets, start.settings.api_urls
    )
    async with start.settings.outbound.session() as http:
        on_slack = slack_check(
            slack.bot_token,
            slack.app_token,
            slack.api_url,
            start.tables.accounts,
            clock(),
            Way(settings.outbound.proxy(slack.api_url), settings.outbound.tls),
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
            seats = seating.seats(start.policies, await box.seats.list())
            return (*await box.check(), *(Finding(True, line) for line in seats))
    except (CannotStart, Gone, Unfit) as error:
        return (Finding(False, str(error), "No process can start like this."),)


if __name__ == "__main__":
    main()
