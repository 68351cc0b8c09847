"""The figures: how things stand, what a day brought, where we are blind; as page, JSON and plot."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from handlers.lengths import ago, span
from handlers.morning import Stretch, gather, verdict
from handlers.say import Say
from handlers.web import charts
from handlers.web.pages.asked import Asked, asked
from handlers.web.visit import Visit
from inbox.figures.words import By, Row, Share, Spread, Standing


class Count(msgspec.Struct, frozen=True):
    """One large number with its word."""

    value: str
    label: str
    alarm: bool = False


async def figures(visit: Visit) -> web.StreamResponse:
    """Show the figures; whoever asks for JSON gets JSON."""
    if "application/json" in visit.request.headers.get("Accept", ""):
        return await as_json(visit)
    filtered, say = asked(visit), visit.say
    kinds: tuple[By, ...] = ("account", "lane", *(("officer",) if supervises(visit) else ()))
    tables = [(kind, _table(visit, kind, await _rows(visit, filtered, kind))) for kind in kinds]
    hours = {row.key: row for row in await _rows(visit, filtered, "hour")}
    return visit.page(
        "figures.html",
        asked=filtered,
        mine=visit.accounts("statistics"),
        lanes=visit.acting.policies.lanes,
        figures=await morning(visit, filtered),
        tables=[one for one in tables if one[1]],
        hours=[(name, hours.get(key, Row(key))) for key, name in filtered.hours],
        heads=[say(f"web.{WORDS.get(name, name)}") for name in HEADS],
    )


HEADS = ("received", "claimed", "answered", "closed", "to_claim", "to_answer", "to_close")
WORDS = {"closed": "closed_count"}
"""A conversation is closed, and a number of them are: some languages say it otherwise."""


def supervises(visit: Visit) -> bool:
    """Whether this officer sees who holds what, and what burns."""
    return bool(visit.accounts("AssignAnyone"))


async def _rows(visit: Visit, filtered: Asked, by: By) -> tuple[Row, ...]:
    accounts = tuple(one.id for one in filtered.accounts)
    since, until = filtered.since, filtered.until
    inbox = visit.acting.inbox
    return await inbox.figures.between(accounts, since, until, by, lane=filtered.lane)


def _table(visit: Visit, by: By, rows: tuple[Row, ...]) -> list[tuple[str, list[str]]]:
    """Return what a table shows: a name, and a cell for each head."""
    return [
        (
            _name(visit, by, row.key),
            [
                # What comes in is nobody's: a nought beside each officer would say something else.
                "–" if by == "officer" else str(row.received),
                *(str(getattr(row, name)) for name in HEADS[1:4]),
                *(_spread(getattr(row, name), visit.say) for name in HEADS[4:]),
            ],
        )
        for row in rows
        if row.key
    ]


def _name(visit: Visit, by: By, key: str) -> str:
    policies = visit.acting.policies
    if by == "account":
        account = policies.account(key)
        return account.title if account else key
    if by == "officer":
        officer = policies.officer(key)
        return officer.name if officer else key
    return visit.say.word("lane", key)


def _spread(found: Spread, say: Say) -> str:
    if not found.count:
        return "–"
    return f"{span(found.p50, say)} · {span(found.p90, say)}"


async def morning(visit: Visit, filtered: Asked) -> dict[str, Any]:
    """Return what a page says first: the verdict, what burns, who holds, where we are blind."""
    say, now = visit.say, visit.acting.inbox.now()
    stretch = Stretch(filtered.since, filtered.until, filtered.lane)
    supervising = supervises(visit)
    found = await gather(visit.acting, filtered.accounts, stretch, supervises=supervising)
    return {
        "counts": _counts(found.standing, filtered, visit),
        "verdict": verdict(found.total, say),
        "gaps": [say(one.key, **one.facts) for one in found.blind],
        "query": filtered.query,
        "supervises": supervising,
        "burns": [
            (one.id, say(f"web.burns_{one.why}"), ago(one.since, now, say)) for one in found.burns
        ],
        "holders": [(_name(visit, "officer", one.officer), one.count) for one in found.holders],
    }


def _counts(standing: Standing, filtered: Asked, visit: Visit) -> list[Count]:
    say, now = visit.say, visit.acting.inbox.now()
    share: Share = standing
    if filtered.lane:
        named = (one for one in standing.lanes if one.key == filtered.lane)
        share = next(named, Share(filtered.lane))
    oldest = span(now - share.oldest, say) if share.oldest else "–"
    return [
        Count(str(share.unclaimed), say("web.count_unclaimed")),
        Count(str(share.open), say("web.count_open")),
        Count(oldest, say("web.count_oldest")),
        Count(str(share.urgent), say("web.count_urgent"), share.urgent > 0),
        Count(str(share.unsure), say("web.count_unsure"), share.unsure > 0),
        Count(str(share.failed), say("web.count_failed"), share.failed > 0),
    ]


async def as_json(visit: Visit) -> web.StreamResponse:
    """Give the same figures for a program: times in UTC ms, lengths in ms, nothing left out."""
    filtered, inbox = asked(visit), visit.acting.inbox
    accounts = tuple(one.id for one in filtered.accounts)
    standing: dict[str, Any] = _whole(await inbox.figures.now(accounts))
    kinds: tuple[By, ...] = ("account", "lane", "hour")
    if supervises(visit):
        kinds = (*kinds, "officer")
    else:
        standing.pop("holders")
    rows = {kind: _whole(await _rows(visit, filtered, kind)) for kind in kinds}
    told = {
        "account": filtered.account,
        "lane": filtered.lane,
        "day": filtered.day.isoformat(),
        "zone": filtered.zone.key,
        "since": filtered.since,
        "until": filtered.until,
        "standing": standing,
        "rows": rows,
        "gaps": [_whole(gap) for gap in await inbox.gaps.list() if gap.account in accounts],
    }
    return web.json_response(told)


def _whole(value: Any) -> Any:
    """Return a record with every field, also those that are nothing: a program looks for them."""
    if isinstance(value, msgspec.Struct):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    return [_whole(one) for one in value] if isinstance(value, (tuple, list)) else value


async def plot(visit: Visit) -> web.StreamResponse:
    """Draw the day."""
    filtered = asked(visit)
    rows = await _rows(visit, filtered, "hour")
    look = {name: name in visit.request.query for name in ("dark", "narrow")}
    drawn = await asyncio.to_thread(charts.day, rows, filtered.hours, visit.say, **look)
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    headers = {"Content-Security-Policy": policy}
    return web.Response(body=drawn, content_type="image/svg+xml", headers=headers)
