"""The directory as CSV: safe to open in a spreadsheet, and the same when it is read again.

One row a contact. A cell with several values has one a line. A way is `value` or `value | officer`,
a person `id | handle | name | why`; a bar or backslash that belongs to a value has a backslash
before it. A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from inbox.directory.listed import WAYS, Fault, Listed
from inbox.directory.state import Known, Way
from inbox.words import Person

COLUMNS = ("id", "name", "kind", "languages", "time_zone", *WAYS, "persons")
NEEDED = ("name", "kind")
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""With what a cell begins that spreadsheets calculate (OWASP, CSV injection)."""

NUMBER = re.compile(r"\+[\d\s()./-]+")
BAR = " | "


def written(contacts: Iterable[Listed]) -> bytes:
    """Write contacts as UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for one in contacts:
        table.writerow(_safe(cell) for cell in _cells(one))
    return out.getvalue().encode("utf-8-sig")


def read(raw: bytes) -> tuple[list[Listed], list[Fault]]:
    """Read contacts, and everything by which the file is no such table."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Fault(0, "", "is not UTF-8; save it anew as “CSV UTF-8”")]
    if "\x00" in text:
        return [], [Fault(0, "", "has NUL characters; save it anew as “CSV UTF-8”")]
    first = text.partition("\n")[0]
    semicolons = first.count(";") > first.count(",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ","))
    except csv.Error as error:
        return [], [Fault(0, "", f"is no CSV: {error}")]
    return _table([row for row in rows if any(cell.strip() for cell in row)])


def _table(rows: Sequence[Sequence[str]]) -> tuple[list[Listed], list[Fault]]:
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    faults = [Fault(1, name, "this column is missing") for name in NEEDED if name not in head]
    faults += [Fault(1, name, "no such column is known") for name in head if name not in COLUMNS]
    faults += [
        Fault(1, name, "this column stands twice") for name in set(head) if head.count(name) > 1
    ]
    if faults:
        return [], faults
    contacts: list[Listed] = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(head):
            faults.append(Fault(number, "", f"has {len(row)} cells, the first row {len(head)}"))
            continue
        cells = dict.fromkeys(COLUMNS, "") | dict(zip(head, row, strict=False))
        faults += _formulas(number, cells)
        contacts.append(_contact(number, {name: _plain(cell) for name, cell in cells.items()}))
    return contacts, faults


def _formulas(number: int, cells: dict[str, str]) -> list[Fault]:
    found = []
    for name, cell in cells.items():
        telephone = name == "phone" and NUMBER.fullmatch(re.split(r"[|\n]", cell)[0])
        if cell.startswith(FORMULA) and not telephone:
            what = f"begins as a formula does ({cell[0]!r}); put an apostrophe before it"
            found.append(Fault(number, name, what))
    return found


def _contact(number: int, cells: dict[str, str]) -> Listed:
    ways = (_way(kind, line) for kind in WAYS for line in _lines(cells[kind]))
    return Listed(
        row=number,
        name=cells["name"].strip(),
        kind=cells["kind"].strip().lower(),
        id=cells["id"].strip(),
        languages=tuple(re.split(r"[\s,;]+", cells["languages"].strip()))
        if cells["languages"].strip()
        else (),
        time_zone=cells["time_zone"].strip(),
        ways=tuple(dict.fromkeys(ways)),
        persons=tuple(_person(line) for line in _lines(cells["persons"])),
    )


def _way(kind: str, line: str) -> Way:
    value, known_by, *_ = [*_fields(line), ""]
    return Way(kind, value, known_by)  # type: ignore[arg-type]  # the columns are the kinds


def _person(line: str) -> Known:
    id_, handle, name, why, *_ = [*_fields(line), "", "", ""]
    return Known(Person(id_, handle, name), why, 0)


def _cells(one: Listed) -> Iterable[str]:
    yield from (one.id, one.name, one.kind, " ".join(one.languages), one.time_zone)
    for kind in WAYS:
        ways = ((way.value, way.known_by) for way in one.ways if way.kind == kind)
        yield "\n".join(_line(*fields) for fields in ways)
    yield "\n".join(_line(p.person.id, p.person.handle, p.person.name, p.why) for p in one.persons)


def _line(*fields: str) -> str:
    escaped = [re.sub(r"([\\|])", r"\\\1", one).replace("\n", r"\n") for one in fields]
    while len(escaped) > 1 and not escaped[-1]:
        escaped.pop()
    return BAR.join(escaped)


def _fields(line: str) -> list[str]:
    """Split at bars that nothing is before, and take the backslashes off."""
    found = [""]
    characters = iter(line)
    for character in characters:
        if character == "\\":
            after = next(characters, "\\")
            found[-1] += "\n" if after == "n" else after
        elif character == "|":
            found.append("")
        else:
            found[-1] += character
    return [one.strip() for one in found]


def _lines(cell: str) -> list[str]:
    return [line for line in cell.splitlines() if line.strip()]


def _safe(cell: str) -> str:
    risky = cell.startswith(FORMULA) or (
        cell.startswith("'") and cell[1:].startswith((*FORMULA, "'"))
    )
    return (
        f"'{cell}" if risky else cell
    )  # guard: formula-safe test=tests/inbox/directory/test_files.py::test_no_cell_of_an_export_is_a_formula_and_all_come_back


def _plain(cell: str) -> str:
    marked = cell.startswith("'") and cell[1:].startswith((*FORMULA, "'"))
    return cell[1:] if marked else cell
