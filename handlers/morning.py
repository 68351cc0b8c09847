"""What is said first of the figures: the verdict, what burns, who holds, where we are blind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from handlers.acting import Acting
from handlers.lengths import span
from handlers.say import At, Say
from handlers.shown import Told
from inbox import Gap
from inbox.figures.words import Burning, Held, Row, Spread, Standing
from inbox.team.roles import may
from inbox.words import Account, Millis, Officer, Record

BURNING = 10


class Stretch(Record, frozen=True):
    """From when until when figures are wanted, and of which lane ("": of all)."""

    since: Millis
    until: Millis
    lane: str = ""


class Morning(Record, frozen=True):
    """How things stand, the stretch as one row, what burns, what we may not see.

    `burns` and `holders` are a supervisor's; for anybody else there are none.
    """

    standing: Standing
    total: Row
    blind: tuple[Told, ...] = ()
    burns: tuple[Burning, ...] = ()
    holders: tuple[Held, ...] = ()


def allowed(acting: Acting, officer: Officer, act: str) -> tuple[Account, ...]:
    """Return the accounts for which an officer may do this."""
    return tuple(one for one in acting.policies.accounts if may(officer, act, one))


async def gather(
    acting: Acting, accounts: Sequence[Account], asked: Stretch, *, supervises: bool
) -> Morning:
    """Look at these accounts, all at once; the caller knows that the officer may see them."""
    inbox, mine = acting.inbox, tuple(one.id for one in accounts)
    standing, rows, gaps, burns = await asyncio.gather(
        inbox.figures.now(mine),
        inbox.figures.between(mine, asked.since, asked.until, "account", lane=asked.lane),
        inbox.gaps.list(),
        inbox.figures.burning(mine if supervises else (), BURNING),
    )
    titles = {one.id: one.title for one in accounts}
    return Morning(
        standing,
        _total(rows),
        tuple(told for gap in gaps if gap.account in titles for told in _gap(gap, titles)),
        burns,
        standing.holders if supervises else (),
    )


def _total(rows: Sequence[Row]) -> Row:
    """Return the whole day as one row; with one account it is exact, else spreads are the worst."""
    if len(rows) == 1:
        return rows[0]
    return Row(
        "",
        received=sum(row.received for row in rows),
        answered=sum(row.answered for row in rows),
        to_answer=max((row.to_answer for row in rows), key=lambda one: one.p50, default=Spread()),
    )


def verdict(total: Row, say: Say) -> str:
    """Say how much came in and was answered, and within which time half of it."""
    said = say("web.verdict", received=total.received, answered=total.answered)
    if total.to_answer.count:
        said += " " + say("web.verdict_half", span=span(total.to_answer.p50, say))
    return said


def _gap(gap: Gap, titles: dict[str, str]) -> list[Told]:
    """Tell what one account does not know, did not deliver, and costs."""
    name, found = titles[gap.account], list[Told]()
    if gap.reason:
        until = At(gap.complete_until, "day_time") if gap.complete_until else "–"
        found.append(Told("web.gap_until", {"account": name, "until": until}))
    if gap.hole_from:
        times = {"since": At(gap.hole_from, "day_time"), "until": At(gap.hole_until, "day_time")}
        found.append(Told("web.gap_hole", {"account": name, **times}))
    if gap.unreadable:
        found.append(Told("web.gap_unreadable", {"account": name, "count": gap.unreadable}))
    if gap.undelivered:
        found.append(Told("web.gap_undelivered", {"account": name, "count": gap.undelivered}))
    if gap.budget:
        sums = {"spent": f"{gap.spent:.2f}", "budget": f"{gap.budget:.2f} {gap.currency}"}
        found.append(Told("web.gap_spent", {"account": name, **sums}))
    return found
