"""The directory as CSV and as vCards: out and in again, and everything that a file may do wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inbox.clerk.filing import READERS, WRITERS, handed_out, taken_in
from inbox.desk.contacts import Contacts
from inbox.directory import commands as c
from inbox.directory import table, vcard
from inbox.directory.importing import planned
from inbox.directory.listed import Fault, Listed
from inbox.directory.state import Contact, Known, Way
from inbox.store.client import Client
from inbox.words import Person
from tests.inbox.directory.house import AT, MINISTER, ON_X, minister, then
from tests.inbox.directory.test_contacts import did, door

FULL = Listed(
    row=2,
    id="c1",
    name='سالم حداد; "minister", of\tQasira | \\n',
    kind="counterpart",
    languages=("ar", "en"),
    time_zone="Asia/Aden",
    ways=(
        Way("phone", "+967 1 555 0101", "aj"),
        Way("email", "fm@mfa.qasira.example"),
        Way("embassy", "Landet's embassy | night desk"),
        Way("note", "Calls back\nafter Friday prayers", "en"),
    ),
    persons=(
        Known(Person("x:71", "salimhaddad", "Salim Haddad"), "=met in “May” ^ 2011", 0),
        Known(Person("mastodon:9@qasira.example", "salim@qasira.example", ""), "", 0),
    ),
)
OFFICERS = ("aj", "en", "supervisor")
HEAD = "name,kind\n"


def bare(one: Listed) -> Listed:
    return replace(one, row=0)


@pytest.mark.parametrize("ending", [".csv", ".vcf"])
def test_what_is_handed_out_is_read_as_it_was(ending: str) -> None:
    other = replace(FULL, row=3, id="c2", name="'Abd al-Karim", ways=(), persons=())
    read, wrong = READERS[ending](WRITERS[ending]([FULL, other]))
    assert wrong == []
    assert [bare(one) for one in read] == [bare(FULL), bare(other)]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=12
).filter(lambda text: text == text.strip())
RISKY = st.tuples(st.sampled_from(["", *"=+-@'＝", "''"]), TEXTS).map("".join)


@settings(max_examples=60, deadline=None)
@given(RISKY, RISKY, RISKY)
def test_no_cell_of_an_export_is_a_formula_and_all_come_back(a: str, b: str, d: str) -> None:
    one = Listed(
        2, a, "office", ways=(Way("note", b),), persons=(Known(Person("x:1", "h", d), b, 0),)
    )
    raw = table.written([one])
    cells = [cell for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(table.FORMULA)]
    read, wrong = table.read(raw)
    assert wrong == []
    assert read == [one]


@settings(max_examples=40, deadline=None)
@given(RISKY, RISKY, RISKY)
def test_whatever_is_written_as_a_vcard_comes_back(a: str, b: str, d: str) -> None:
    one = Listed(
        1, a, "office", ways=(Way("note", b),), persons=(Known(Person("x:1", "h", d), b, 0),)
    )
    assert vcard.read(vcard.written([one])) == ([one], [])


def test_a_card_begins_as_version_four_says() -> None:
    lines = vcard.written([FULL]).decode().split("\r\n")
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_card_from_elsewhere_is_read_and_known_again_by_its_uid() -> None:
    raw = (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ministry of Foreign Affairs\\, Qasira\r\nKIND:org\r\n"
        b"UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r\nTEL;VALUE=uri:tel:+967-1-555-0100\r\n"
        b"item1.EMAIL;TYPE=work:info@mfa.qasira.example\r\nLANG;PREF=1:ar\r\nTZ:Asia/Aden\r\n"
        b"PHOTO:data:image/png;base64,AAAA\r\nEND:VCARD\r\n"
    )
    (one,), wrong = vcard.read(raw)
    assert wrong == []
    assert (one.name, one.kind) == ("Ministry of Foreign Affairs, Qasira", "office")
    assert [way.value for way in one.ways] == ["+967-1-555-0100", "info@mfa.qasira.example"]
    assert one.id == vcard.read(raw)[0][0].id != ""


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("name,kind\nGöteborg,office\n".encode("latin-1"), "the file: is not UTF-8; save it anew"),
        (b"\xff\xfen\x00a\x00", "the file: is not UTF-8"),
        (b"na\x00me,kind\n", "the file: has NUL characters"),
        (b"", "row 1, name: this column is missing"),
        (b"name\nA\n", "row 1, kind: this column is missing"),
        (b"name,kind,tel\nA,office,1\n", "row 1, tel: no such column is known"),
        (b"name,kind,name\nA,office,B\n", "row 1, name: this column stands twice"),
        (b"name,kind\nA,office,x\n", "row 2: has 3 cells, the first row 2"),
        (b'name,kind\n"=HYPERLINK(1)",office\n', "row 2, name: begins as a formula does ('=')"),
        (b"name,kind,note\nA,office,@SUM(1)\n", "row 2, note: begins as a formula does ('@')"),
        (b"name,kind,phone\nA,office,+cmd|1\n", "row 2, phone: begins as a formula does ('+')"),
        (b"name,kind\n ,office\n", "row 2, name: is empty"),
        (b"name,kind\nA,enemy\n", "row 2, kind: 'enemy' is not one of counterpart, office"),
        (b"name,kind,time_zone\nA,office,Asia/Nowhere\n", "row 2, time_zone: 'Asia/Nowhere'"),
        (b"name,kind,languages\nA,office,arabic!\n", "row 2, languages: 'arabic!' is no language"),
        (b"name,kind,email\nA,office,nobody\n", "row 2, email: 'nobody' is no address"),
        (b"name,kind,phone\nA,office,none | aj\n", "row 2, phone: 'none' has no digit"),
        (b"name,kind,phone\nA,office,+1 | zz\n", "row 2, phone: 'zz' is no officer"),
        (b"name,kind,persons\nA,office,salimhaddad\n", "row 2, persons: 'salimhaddad' is no imm"),
        (b"name,kind\nA,office\na,office\n", "row 3: is the same contact as row 2"),
        (b"id,name,kind\nA B,A,office\n", "row 2, id: 'A B' has other than small letters"),
        (b"name,kind,persons\nA,office,x:1\nB,office,x:1\n", "row 3, persons: x:1 stands in row 2"),
        (b"id,name,kind\nc7,X,office\n", "row 2, id: was merged into c1; split them first"),
        (b"id,name,kind\nc8,X,office\n", "row 2, id: this contact was erased by law"),
        (b"name,kind,persons\nA,office,x:71\n", "row 2, persons: x:71 belongs to Salim Haddad"),
    ],
)
def test_each_fault_of_a_table_is_named_with_its_row(raw: bytes, told: str) -> None:
    there = {
        "c1": minister(),
        "c7": Contact(id="c7", name="X", kind="office", added=AT, merged_into="c1"),
        "c8": Contact(id="c8", kind="office", added=AT, erased=True),
    }
    file, wrong = table.read(raw)
    plan = planned(file, there, OFFICERS)
    found = [*wrong, *(one for one in plan if isinstance(one, Fault))]
    assert any(str(fault).startswith(told) for fault in found), [str(fault) for fault in found]


def test_all_faults_of_a_file_are_named_at_once() -> None:
    raw = b"name,kind,time_zone,phone\n,enemy,Mars,=1\nB,office,,x\n"
    file, wrong = table.read(raw)
    plan = planned(file, {}, OFFICERS)
    rows = [(one.row, one.where) for one in (*wrong, *plan) if isinstance(one, Fault)]
    wanted = {(2, "name"), (2, "kind"), (2, "time_zone"), (2, "phone"), (3, "phone")}
    assert set(rows) == wanted


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"BEGIN:VCARD\r\nFN:A", "row 1: is no vCard"),
        (b"\xff\xfe", "the file: is not UTF-8"),
        (b"", "the file: holds no vCard"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "row 1: is a VCALENDAR, no vCard"),
        (b"name,kind\nA,office\n", "row 1: is no vCard"),
    ],
)
def test_what_is_no_vcard_is_told(raw: bytes, told: str) -> None:
    read, wrong = vcard.read(raw)
    assert read == []
    assert str(wrong[0]).startswith(told), str(wrong[0])


def test_a_semicolon_table_as_excel_saves_it_is_read() -> None:
    file, wrong = table.read(b"name;kind;phone\r\nAnna Lind;office;+46 8 405 10 00\r\n")
    assert wrong == []
    assert (file[0].name, file[0].ways) == ("Anna Lind", (Way("phone", "+46 8 405 10 00"),))


def test_a_file_only_adds_and_corrects_what_it_leaves_out_stays() -> None:
    there = then(minister(), c.AddWay("phone", "1"), c.AddWay("note", "n", "aj"))
    one = Listed(2, MINISTER.name, "counterpart", id="c1", time_zone="Asia/Riyadh")
    one = replace(one, ways=(Way("phone", "1", "en"),), persons=(Known(ON_X, "", 0),))
    assert planned([one], {"c1": there}, OFFICERS) == (
        ("c1", 2, c.Describe("counterpart", ("ar", "en"), "Asia/Riyadh")),
        ("c1", 2, c.AddWay("phone", "1", "en")),
    )


@pytest.fixture
async def contacts(client: Client) -> Contacts:
    there = door(client)
    ways = (c.AddWay("phone", "+967 1"), c.AddWay("note", "=cmd", "supervisor"))
    await did(there, "c1", MINISTER, *ways, c.Attach(ON_X, "met"))
    return there


@pytest.mark.parametrize("ending", [".csv", ".vcf"])
async def test_importing_what_was_exported_changes_nothing_and_elsewhere_makes_the_same(
    contacts: Contacts, client: Client, ending: str
) -> None:
    raw, count = await handed_out(contacts, ending)
    assert count == 1
    assert await taken_in(contacts, raw, ending, "supervisor") == ((), 0)
    await client.everywhere("FLUSHALL")
    other = door(client)
    assert await taken_in(other, raw, ending, "supervisor") == ((), 4)
    assert await handed_out(other, ending) == (raw, 1)
    assert await taken_in(other, raw, ending, "supervisor") == ((), 0)


async def test_a_file_without_ids_adds_its_contacts_once(contacts: Contacts) -> None:
    raw = f"{HEAD}Office of the President,office\nسالم,journalist\n".encode()
    assert await taken_in(contacts, raw, ".csv", "supervisor") == ((), 2)
    assert await taken_in(contacts, raw, ".csv", "supervisor") == ((), 0)
    assert len(await contacts.everyone()) == 3


async def test_with_one_fault_nothing_is_imported(contacts: Contacts) -> None:
    faults, changed = await taken_in(
        contacts, f"{HEAD}A,office\nB,enemy\n".encode(), ".csv", "officer"
    )
    assert (len(faults), changed) == (1, 0)
    assert len(await contacts.everyone()) == 1


async def test_only_who_keeps_the_directory_imports(contacts: Contacts) -> None:
    for by in ("reader", "nobody", ""):
        faults, changed = await taken_in(contacts, f"{HEAD}A,office\n".encode(), ".csv", by)
        assert (len(faults), changed) == (1, 0)
        assert "may not do this" in faults[0]
