"""The directory as a file: handed out, and taken in as a whole or not at all."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from inbox.denied import Denied
from inbox.desk.contacts import Contacts
from inbox.directory import table, vcard
from inbox.directory.commands import AnyCommand
from inbox.directory.importing import planned
from inbox.directory.listed import Fault, Listed, listed
from inbox.words import ContactId, OfficerId

T = TypeVar("T")

MOST = 20_000_000
"""Bytes of a file; ten thousand contacts have two million."""

AT_ONCE = 32
"""Contacts taken in at the same time: their commits share round trips."""

READERS: Mapping[str, Callable[[bytes], tuple[list[Listed], list[Fault]]]] = MappingProxyType(
    {".csv": table.read, ".vcf": vcard.read}
)
WRITERS: Mapping[str, Callable[[list[Listed]], bytes]] = MappingProxyType(
    {".csv": table.written, ".vcf": vcard.written}
)
"""How a file is read and written, by how its name ends."""


async def handed_out(contacts: Contacts, ending: str) -> tuple[bytes, int]:
    """Return the whole directory as a file, and how many contacts that is. Raises Gone."""
    everyone = await contacts.everyone()
    return WRITERS[ending]([listed(one) for one in everyone]), len(everyone)


async def taken_in(
    contacts: Contacts, raw: bytes, ending: str, by: OfficerId
) -> tuple[tuple[str, ...], int]:
    """Take a file in, and return everything that is wrong with it, and how much was changed.

    With a fault nothing is changed. Killed on the way, the same file again does the rest; what
    somebody else changed in that moment is told as a fault too. Raises Gone, Unavailable.
    """
    if len(raw) > MOST:
        return (str(Fault(0, "", f"is longer than {MOST:,} bytes")),), 0
    refused = contacts.refused(by, "Add")
    if refused:
        return (f"{by!r} may not do this: {refused.why.replace('_', ' ')}",), 0
    file, wrong = READERS[ending](raw)
    there = {one.id: one for one in await contacts.everybody()}
    plan = planned(file, there, contacts.officers)
    if wrong or (plan and isinstance(plan[0], Fault)):
        found = sorted([*wrong, *(one for one in plan if isinstance(one, Fault))], key=_row)
        return (
            tuple(map(str, found)),
            0,
        )  # guard: whole-or-not test=tests/inbox/directory/test_files.py::test_with_one_fault_nothing_is_imported
    steps: dict[ContactId, list[tuple[int, AnyCommand]]] = {}
    for id_, row, command in (step for step in plan if not isinstance(step, Fault)):
        steps.setdefault(id_, []).append((row, command))
    crossed, changed = [], 0
    for some in _by(AT_ONCE, list(steps.items())):
        done = await asyncio.gather(*(_carried_out(contacts, by, *one) for one in some))
        crossed += [fault for faults, _ in done for fault in faults]
        changed += sum(count for _, count in done)
    return tuple(crossed), changed


async def _carried_out(
    contacts: Contacts, by: OfficerId, id_: ContactId, steps: Sequence[tuple[int, AnyCommand]]
) -> tuple[list[str], int]:
    """Do what a file says of one contact, in order."""
    crossed, changed = [], 0
    for row, command in steps:
        order = contacts.order(command, by=f"officer:{by}", via="cli")
        done = await contacts.do(id_, order)
        if isinstance(done, Denied):
            what = done.why.replace("_", " ")
            crossed.append(str(Fault(row, "", f"somebody changed it meanwhile: {what}")))
        else:
            changed += bool(done.events)
    return crossed, changed


def _by(most: int, rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), most):
        yield rows[first : first + most]


def _row(fault: Fault) -> int:
    return fault.row
