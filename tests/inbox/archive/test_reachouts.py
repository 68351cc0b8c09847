"""Reachouts are verified, exported and erased by law, alone or with the contact they sought."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inbox import Inbox
from inbox.denied import Denied
from inbox.desk.records import Made
from inbox.directory import commands as directory
from inbox.reachout import commands as c
from inbox.reachout.state import Rung
from inbox.store.client import Client
from inbox.store.erasing import Erasure
from tests.inbox.archive.house import found, house
from tests.inbox.house import START

NUMBER, PURPOSE, NOTE = "+967 1 555 0199", "The attack in Qasira", "His secretary hung up."
AJ = "officer:o0"
BEFORE = START + 8 * 3_600_000


@pytest.fixture
async def box(client: Client, tmp_path: Path) -> Inbox:
    box = await house(client, tmp_path)
    for command in (
        directory.Add("Foreign Minister", "counterpart"),
        directory.AddWay("phone", NUMBER),
    ):
        assert isinstance(await box.contacts.do("c1", box.contacts.order(command, by=AJ)), Made)
    rungs = (Rung("phone", way=NUMBER),)
    for order in (
        c.Open("c1", PURPOSE, "urgent", BEFORE, rungs),
        c.Record(0, "failed", NOTE),
        c.Close("not_reached", NOTE),
    ):
        assert isinstance(await box.reachouts.do("r1", box.reachouts.order(order, by=AJ)), Made)
    return box


async def everything(box: Inbox) -> str:
    """Return all that is kept of reachouts, as bytes read."""
    lines = await box.read.lines("reach/r1")
    return repr(lines) + repr(await box.reachouts.load("r1"))


async def test_a_reachout_is_verified_and_handed_out(box: Inbox) -> None:
    assert await found(box) == []
    rows = [json.loads(line) async for line in box.archive.export.everything()]
    assert [row["id"] for row in rows] == ["contact/c1", "reach/r1"]
    assert rows[1]["entries"][0]["events"][0]["purpose"] == PURPOSE


@pytest.mark.parametrize("what", ["reach/r1", "contact/c1"])
async def test_what_we_wrote_of_seeking_somebody_is_erased_and_the_chain_stands(
    box: Inbox, what: str
) -> None:
    before = await box.reachouts.load("r1")
    erasure = Erasure("op-erase", what, what.partition("/")[2], "GDPR 17", "o0", START)
    for _ in range(2):
        denied = await box.archive.eraser.erase(erasure)
        assert not isinstance(denied, Denied), denied
    kept = await everything(box)
    for text in (NUMBER, PURPOSE, NOTE):
        assert text not in kept
    assert await found(box) == []
    after = await box.reachouts.load("r1")
    assert before
    assert after
    assert (after.version, after.outcome) == (before.version + 1, "not_reached")
