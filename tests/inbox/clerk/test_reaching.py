"""The clock of the reachouts: it survives restarts, rings once, and tells who began them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox import Touched
from inbox.clerk.reaching import Telling, ring_all
from inbox.reachout import commands as c
from inbox.store.client import Client
from inbox.store.notices import Notice
from tests.inbox.reaching import CARL, EN, HOUR, PHONE, PRIVATE, PUBLIC, Office

MINUTE = HOUR // 60


pytestmark = pytest.mark.parametrize("store_url", ["single"], indirect=True)
"""What these follow is one log, whatever the server: others try the servers."""


@pytest.fixture
async def office(client: Client) -> Office:
    office = Office(client)
    await office.knows()
    return office


async def told(office: Any, id_: str) -> list[Notice]:
    """Let the clerk look, twice, and return what was told."""
    for _ in range(2):
        await Telling(office, office.tables).each((Touched("reach", id_, 1),))
    return [one async for batch in office.notices.everything() for one in batch]


async def test_a_rung_times_out_over_a_restart_and_once(office: Office, client: Client) -> None:
    reachout = await office.opens(PHONE, PRIVATE, PUBLIC)
    for later in (14 * MINUTE, 15 * MINUTE):
        started = Office(client, time=office.time + later)
        await asyncio.gather(ring_all(started), ring_all(started))  # type: ignore[arg-type]  # behaves alike
    found = await office.reachouts.load(reachout.id)
    assert found
    assert [one.state for one in found.rungs] == ["failed", "open", "waiting"]
    assert [one.why for one in found.rungs[0].attempts] == ["timeout"]
    assert [(one.kind, one.facts["officers"]) for one in await told(office, found.id)] == [
        ("reach_next", ["o0"])
    ]


async def test_a_deadline_that_passes_is_told_to_the_initiator_and_the_supervisor_once(
    office: Office, client: Client
) -> None:
    reachout = await office.opens(PHONE)
    started = Office(client, time=office.time + 8 * HOUR)
    for _ in range(2):
        await ring_all(started)  # type: ignore[arg-type]  # behaves alike
    found = await office.reachouts.load(reachout.id)
    assert found
    assert found.overdue(started.time)
    assert [(one.kind, one.facts["officers"]) for one in await told(started, found.id)] == [
        ("reach_overdue", ["o0", "ml"])
    ]
    assert await office.timers.due(started.time, 10, "reach") == ()


async def test_who_began_it_is_told_of_what_others_did_and_not_of_their_own_acts(
    office: Office,
) -> None:
    reachout = await office.opens(PHONE, PRIVATE, PUBLIC)
    await office.does(reachout.id, c.Record(0, "failed", "Engaged."))
    assert await told(office, reachout.id) == []
    await office.does(reachout.id, c.Skip(1, "Stolen in May."), EN)
    await office.does(reachout.id, c.Hear("x:666", "conv", "x:1", like=CARL.id), "clerk")
    await office.does(reachout.id, c.Hear(CARL.id, "conv", "x:2", "probable"), "clerk")
    await office.does(reachout.id, c.Hear(CARL.id, "conv", "x:3", "verified"), "clerk")
    assert [one.kind for one in await told(office, reachout.id)] == [
        "reach_next",
        "reach_imitated",
        "reach_doubted",
        "reach_heard",
    ]


async def test_a_ladder_at_its_end_is_told_as_failed(office: Office) -> None:
    reachout = await office.opens(PHONE)
    await office.does(reachout.id, c.Record(0, "failed"), EN)
    (notice,) = await told(office, reachout.id)
    assert (notice.kind, notice.facts["reachout"]) == ("reach_failed", reachout.id)
