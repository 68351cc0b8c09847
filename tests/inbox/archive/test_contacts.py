"""Contacts have histories as conversations have: verified, anchored, exported, erased by law."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inbox import Inbox
from inbox.denied import Denied
from inbox.desk.records import Made
from inbox.directory import commands as c
from inbox.store import keys
from inbox.store.client import Client
from inbox.store.erasing import Erasure
from inbox.store.packing import pack_line
from inbox.store.read import Read
from inbox.store.sorts import CONTACT
from tests.inbox.archive.house import found, house, tables, wrote
from tests.inbox.directory.house import MINISTER, ON_MASTODON
from tests.inbox.house import START

SECRET_LINE = "+967 1 555 0199"
BY = "officer:o0"


@pytest.fixture
async def box(client: Client, tmp_path: Path) -> Inbox:
    return await house(client, tmp_path)


async def did(box: Inbox, id_: str, *commands: c.AnyCommand) -> None:
    for command in commands:
        done = await box.contacts.do(id_, box.contacts.order(command, by=BY))
        assert isinstance(done, Made), done


async def erased(box: Inbox, ref: str, op: str = "op-erase") -> Denied | None:
    return await box.archive.eraser.erase(Erasure(op, ref, ref, "GDPR 17", "o0", START))


async def test_a_changed_contact_is_found_and_named(box: Inbox, client: Client) -> None:
    await wrote(box, "x:1")
    await did(box, "c1", MINISTER, c.AddWay("phone", SECRET_LINE))
    assert await found(box) == []
    _, second = await box.read.lines("contact/c1")
    forged = second.replace(b"0199", b"0666")
    name = keys.past("contact", "c1")
    await client.call("LSET", name, 1, pack_line(forged, b""))
    faults = await found(box)
    assert {fault.id for fault in faults} == {"contact/c1"}
    assert "changed" in {fault.wrong for fault in faults}


async def test_a_contact_that_was_anchored_and_is_gone_is_missed(
    box: Inbox, client: Client
) -> None:
    await did(box, "c1", MINISTER)
    assert await box.archive.anchoring.take() == 1
    await client.call("DEL", keys.past("contact", "c1"), keys.snapshot("contact", "c1"))
    assert [(fault.id, fault.wrong) for fault in await found(box)] == [("contact/c1", "gone")]
    assert await box.archive.anchoring.is_behind() is False


async def test_an_export_hands_contacts_out_after_conversations(box: Inbox) -> None:
    ref = await wrote(box, "x:1")
    await did(box, "c1", MINISTER)
    rows = [json.loads(line) async for line in box.archive.export.everything()]
    assert [row["id"] for row in rows] == [ref, "contact/c1"]
    assert rows[1]["kind"] == "contact"
    assert rows[1]["entries"][0]["events"][0]["name"] == MINISTER.name
    one = await box.archive.export.one("contact/c1")
    assert one
    assert json.loads(one) == rows[1]
    assert await box.archive.export.one("contact/c9") is None


async def test_what_is_known_of_a_citizen_is_erased_and_the_chain_stands(
    box: Inbox, client: Client
) -> None:
    await did(box, "c1", MINISTER, c.AddWay("phone", SECRET_LINE), c.Attach(ON_MASTODON, "wrote"))
    before = CONTACT.codec.verify(await box.read.lines("contact/c1"))
    assert await erased(box, "contact/c1") is None
    lines = await box.read.lines("contact/c1")
    assert CONTACT.codec.verify(lines[:3]) == before
    assert await found(box) == []
    assert await everywhere(client, SECRET_LINE, "Haddad", "salim@qasira") == []
    assert await erased(box, "contact/c1") is None
    assert await box.contacts.everyone() == ()


async def test_what_another_contact_copied_is_erased_too_and_its_own_stays(
    box: Inbox, client: Client
) -> None:
    await did(box, "c1", c.Add("Office", "office"), c.AddWay("email", "office@qasira.example"))
    await did(box, "c2", MINISTER, c.AddWay("phone", SECRET_LINE), c.Attach(ON_MASTODON))
    await did(box, "c1", c.Merge("c2"), c.Freeze(ON_MASTODON.id, "name: Haddad"))
    refused = Denied("merged", {"contact": "Office", "id": "c1"})
    assert await erased(box, "contact/c2", "op-1") == refused
    await did(box, "c1", c.Split("c2"))
    assert await erased(box, "contact/c2", "op-2") is None
    assert await found(box) == []
    assert await everywhere(client, SECRET_LINE, "Haddad") == []
    (office,) = await box.contacts.everyone()
    assert [way.value for way in office.ways] == ["office@qasira.example"]
    assert b"office@qasira.example" in b"".join(await box.read.lines("contact/c1"))


async def test_only_an_admin_erases_a_contact(box: Inbox) -> None:
    assert "o1" in tables().officers
    await did(box, "c1", MINISTER)
    order = Erasure("op", "contact/c1", "contact/c1", "GDPR 17", "o1", START)
    assert await box.archive.eraser.erase(order) == Denied("not_allowed", {"needs": "admin"})
    assert len(await box.contacts.everyone()) == 1


async def everywhere(client: Client, *texts: str) -> list[str]:
    """Give the texts that stand anywhere in histories or in what lies beside them."""
    held = b""
    for id_ in ("c1", "c2"):
        held += await client.call("GET", keys.snapshot("contact", id_)) or b""
    for kept in (await client.call("HGETALL", keys.roll())).values():
        held += kept
    held += repr(await client.call("HGETALL", keys.whose())).encode()
    for ref in ("contact/c1", "contact/c2"):
        held += b"".join(await Read(client).lines(ref))
    return [text for text in texts if text.encode() in held]
