"""Gathering what a supervisor's Home shows first."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.morning import Stretch, allowed, gather
from handlers.slack.blocks import Json
from handlers.slack.morning import Holder, Overview, late, overview, paces
from handlers.slack.office import Office
from handlers.slack.who import Actor
from inbox.words import Account, Millis

SHARE = 0.5
"""Of our patience: the rest is for drawing Home without the figures."""


async def above(office: Office, who: Actor) -> list[Json]:
    """Return what a supervisor's Home begins with; nothing for anybody else."""
    known = allowed(office, who.officer, "statistics")
    accounts = [a for a in allowed(office, who.officer, "AssignAnyone") if a in known]
    if not accounts:
        return []
    say = office.say(who.officer, accounts[0])
    try:
        async with asyncio.timeout(office.patience * SHARE):
            return overview(await _seen(office, accounts), say)
    except TimeoutError:
        return late(say)


async def _seen(office: Office, accounts: list[Account]) -> Overview:
    inbox, policies = office.inbox, office.policies
    mine = tuple(one.id for one in accounts)
    since, until = yesterday(inbox.now(), accounts[0].time_zone)
    now, lanes, duty = await asyncio.gather(
        gather(office, accounts, Stretch(since, until), supervises=True),
        inbox.figures.between(mine, since, until, "lane"),
        inbox.duty.list(),
    )
    officers = policies.officers
    holders = [
        Holder(
            officers[one.officer].name if one.officer in officers else one.officer,
            one.count,
            one.officer in duty,
        )
        for one in now.holders
    ]
    return Overview(
        now,
        paces(lanes, policies.lanes),
        tuple(sorted(holders, key=lambda one: one.name)),
        tuple((one.id, one.title) for one in accounts),
    )


def yesterday(now: Millis, zone: str) -> tuple[Millis, Millis]:
    """Return when the day before this one began and ended, by the account's clock."""
    local = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / 1000, local).date()
    ends = [
        datetime(day.year, day.month, day.day, tzinfo=local)
        for day in (today - timedelta(days=1), today)
    ]
    return round(ends[0].timestamp() * 1000), round(ends[1].timestamp() * 1000)
