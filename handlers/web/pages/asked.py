"""Which figures were asked for: accounts, lane and day, all of them checked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.forms import Wrong
from handlers.web.visit import Turned, Visit
from inbox.words import Account, Lane, Millis, Record

OLDEST = timedelta(days=3 * 366)
"""No further back: nobody plots a day of four years ago by chance."""


class Asked(Record, frozen=True):
    """The figures' filter: `accounts` are those meant; `account` and `lane` "" mean all."""

    accounts: tuple[Account, ...]
    account: str
    lane: str
    day: date
    zone: ZoneInfo

    @property
    def since(self) -> Millis:
        """When the day begins, in the account's own zone."""
        return _midnight(self.day, self.zone)

    @property
    def until(self) -> Millis:
        """When the next day begins."""
        return _midnight(self.day + timedelta(days=1), self.zone)

    @property
    def query(self) -> str:
        """The same filter as an address has it; each value is one of ours."""
        return f"account={self.account}&lane={self.lane}&day={self.day.isoformat()}"

    @property
    def hours(self) -> list[tuple[str, str]]:
        """The UTC hours that begin in this day, as (key, what a clock there says)."""
        hour = 3_600_000
        first = -(-self.since // hour) * hour
        return [
            (str(at), f"{datetime.fromtimestamp(at / 1000, self.zone):%H}")
            for at in range(first, self.until, hour)
        ]


def _midnight(day: date, zone: ZoneInfo) -> Millis:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def asked(visit: Visit) -> Asked:
    """Read the filter of a request; what is impossible, or not theirs, is turned away alike."""
    query, mine = visit.request.query, visit.accounts("statistics")
    account, lane = query.get("account", ""), query.get("lane", "")
    accounts = tuple(one for one in mine if account in ("", one.id))
    lanes: tuple[Lane, ...] = visit.acting.policies.lanes
    if not accounts or lane not in ("", *(one.name for one in lanes)):
        raise Turned(400, Wrong("filter"))
    today, zone = _today(visit, accounts[0])
    return Asked(accounts, account, lane, _day(query.get("day", ""), today), zone)


def everything(visit: Visit) -> Asked:
    """Return the filter that leaves nothing out: today, in all of the officer's accounts."""
    accounts = visit.accounts("statistics")
    today, zone = _today(visit, accounts[0])
    return Asked(accounts, "", "", today, zone)


def _today(visit: Visit, account: Account) -> tuple[date, ZoneInfo]:
    zone = ZoneInfo(account.time_zone)
    return datetime.fromtimestamp(visit.acting.inbox.now() / 1000, zone).date(), zone


def _day(told: str, today: date) -> date:
    if not told:
        return today
    try:
        day = date.fromisoformat(told)
    except ValueError as wrong:
        raise Turned(400, Wrong("filter")) from wrong
    if not today - OLDEST <= day <= today:
        raise Turned(400, Wrong("filter"))
    return day
