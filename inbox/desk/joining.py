"""Two contacts that are one, and two again: the merged one says whether it is."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from inbox.denied import Denied
from inbox.desk.records import Made, Records
from inbox.directory import commands as c
from inbox.directory.events import AnyEvent
from inbox.directory.state import Contact
from inbox.words import ContactId

Done = Made[Contact, AnyEvent]
Decide = Callable[[Contact, c.Order], tuple[AnyEvent, ...] | Denied]
Filed = Callable[[Contact], Awaitable[None]]


class Joining:
    """Gives both halves of an order; whoever dies between them is followed by `mend`."""

    def __init__(
        self, records: Records[Contact, c.AnyCommand, AnyEvent], decide: Decide, filed: Filed
    ) -> None:
        self._records = records
        self._decide = decide
        self._filed = filed

    async def merge(self, id_: ContactId, order: c.Order, other_id: ContactId) -> Done | Denied:
        """Let the other stand back first, then this one stand for it too."""
        refused = await self._dry(id_, order)
        if refused:
            return refused
        back = replace(order, op=f"{order.op}/yield", command=c.Yield(to=id_))
        first = await self._records.do(other_id, back)
        if isinstance(first, Denied):
            return first
        done = await self._records.do(id_, replace(order, command=_whole(first.record)))
        if isinstance(done, Denied):
            await self._undo(
                first.record, id_
            )  # guard: merge-undone test=tests/inbox/directory/test_contacts.py::test_two_who_merge_them_crosswise_leave_no_circle
            return done
        await self._filed(first.record)
        await self._filed(done.record)
        return done

    async def split(self, id_: ContactId, order: c.Order, other_id: ContactId) -> Done | Denied:
        """Let the other stand for itself first; then this one no longer stands for it."""
        refused = await self._dry(id_, order)
        if refused:
            return refused
        back = replace(order, op=f"{order.op}/regain", command=c.Regain(of=id_))
        first = await self._records.do(other_id, back)
        if isinstance(first, Denied) and first.why != "not_merged":
            return first
        done = await self._records.do(id_, order)
        if isinstance(done, Denied) and done.why == "not_merged":  # somebody has finished it for us
            truth = await self._records.load(id_)
            done = Made(truth, ()) if truth else done
        for one in (first, done):
            if isinstance(one, Made):
                await self._filed(one.record)
        return done

    async def mend(self, id_: ContactId, other_id: ContactId) -> None:
        """Let a contact stand for another exactly if that one says so."""
        here, other = await self._records.load(id_), await self._records.load(other_id)
        if here is None or other is None:
            return
        says, does = other.merged_into == id_, other_id in here.merged
        if says == does:
            return
        command = _whole(other) if says else c.Split(other_id)
        op = f"mended/{other_id}/{other.version}"
        done = await self._records.do(id_, self._records.order(command, by="clerk", op=op))
        if isinstance(done, Made):
            await self._filed(done.record)
        elif says:
            await self._undo(other, id_)

    async def _dry(self, id_: ContactId, order: c.Order) -> Denied | None:
        """Return why the contact itself would refuse, before another one is touched."""
        there = await self._records.load(id_) or Contact(id=id_)
        decided = () if order.op in there.ops else self._decide(there, order)
        return decided if isinstance(decided, Denied) else None

    async def _undo(self, other: Contact, of: ContactId) -> None:
        order = self._records.order(c.Regain(of), by="clerk", op=f"undone/{of}/{other.version}")
        done = await self._records.do(other.id, order)
        if isinstance(done, Made):
            await self._filed(done.record)


def _whole(other: Contact) -> c.Merge:
    """Write the order by which a contact takes over what another one has."""
    return c.Merge(other.id, other.persons, other.ways)
