"""The directory as a file: handed out, and taken in as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from inbox.denied import Denied
from inbox.desk.contacts import Contacts
from inbox.directory import table, vcard
from inbox.directory.importing import planned
from inbox.directory.listed import Fault, Listed, listed
from inbox.words import OfficerId

MOST = 20_000_000
"""Bytes of a file; ten thousand contacts have two million."""

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
        return tuple(map(str, found)), 0
    changed, crossed = 0, []
    for id_, row, command in (step for step in plan if not isinstance(step, Fault)):
        order = contacts.order(command, by=f"officer:{by}", via="cli")
        done = await contacts.do(id_, order)
        if isinstance(done, Denied):
            what = done.why.replace("_", " ")
            crossed.append(str(Fault(row, "", f"somebody changed it meanwhile: {what}")))
        else:
            changed += bool(done.events)
    return tuple(crossed), changed


def _row(fault: Fault) -> int:
    return fault.row
