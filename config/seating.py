"""`python -m config admin`: a code, made on the host, by which an officer sits down in Slack."""

from __future__ import annotations

import argparse

from config.start import Start, ids
from inbox import opened
from inbox.team.policies import Policies
from inbox.words import Officer

LENGTH = 12
"""Characters of a code: sixty bits, for ten minutes, used once."""


def asked(arguments: list[str]) -> argparse.Namespace:
    """Read what follows `python -m config admin`."""
    line = argparse.ArgumentParser(
        prog="python -m config admin",
        description="Lets an officer of officers.toml without a Slack id take their seat in Slack.",
    )
    line.add_argument("officer", nargs="?", default="", help="an id; absent: the one administrator")
    line.add_argument("--free", action="store_true", help="forget who acts as this officer")
    return line.parse_args(arguments)


async def admin(start: Start, arguments: list[str]) -> str:
    """Make a code, or free a seat, and return what to tell the operator."""
    told = asked(arguments)
    officer = whose(start.policies, told.officer)
    if isinstance(officer, str):
        return officer
    async with opened(**start.opening) as box:
        if told.free:
            freed = await box.seats.free(officer.id)
            return f"{officer.name}: {freed} Slack ids no longer act as {officer.id}."
        code = ids()[:LENGTH]
        await box.seats.mint(code, officer.id)
    command = start.settings.slack.command
    return (
        f"{officer.name} types this in Slack within ten minutes; it works once:\n\n"
        f"    {command} admin {'-'.join(code[n : n + 4] for n in range(0, LENGTH, 4))}\n\n"
        f"Whoever types it acts as {officer.id} ({', '.join(officer.roles)})."
    )


def whose(policies: Policies, named: str) -> Officer | str:
    """Return the officer a code is for, or why there is none."""
    officers = policies.officers
    if not named:
        heads = [one for one in officers.values() if policies.seatable(one.id)]
        heads = [one for one in heads if "admin" in one.roles]
        if len(heads) == 1:
            return heads[0]
        return f"Name one: {len(heads)} administrators of officers.toml have no Slack id."
    if named not in officers:
        return f"{named} is no officer of officers.toml."
    if officer := policies.seatable(named):
        return officer
    return f"{named} is not active, or has a Slack id in officers.toml: the table says who it is."


def seats(policies: Policies, taken: dict[str, str]) -> list[str]:
    """Return a line for each seat that was taken by a code."""
    known = policies.officers
    return [
        f"{who} acts as {officer} ({known[officer].name}), by a code."
        if officer in known
        else f"{who} would act as {officer}, who is no officer any more."
        for who, officer in sorted(taken.items())
    ]
