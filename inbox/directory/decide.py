"""What may happen to a contact: one rule a command, pure and total."""

# ruff: noqa: ARG001 - all rules stand in one table, so all take the same arguments.
# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from inbox.denied import Denied
from inbox.directory import commands as c
from inbox.directory import events as e
from inbox.directory.evidence import CALLED, OFFICER, until
from inbox.directory.state import Contact, Evidence, Known, Way
from inbox.team.roles import NEEDS, hindrance
from inbox.words import Officer

Decision: TypeAlias = tuple[e.AnyEvent, ...] | Denied
Rule: TypeAlias = Callable[[Contact, c.Order, Any], Decision]

CLERKS: tuple[type[c.Command], ...] = (
    *(c.Detach, c.Prove, c.Freeze, c.Erase),
    *(c.Merge, c.Split, c.Yield, c.Regain),
)
"""What the clerk may order too: what machines saw, and the other half of what somebody began."""

WHILE_MERGED: tuple[type[c.Command], ...] = (c.Yield, c.Regain)
"""What may happen to a contact in whose place another one stands: so a split gives it back whole."""


def decide(contact: Contact, order: c.Order, officer: Officer | None) -> Decision:
    """Return the events that the order brings about, `()` if it is already so, or why not."""
    no = _not_theirs_to_order(order, officer) or _not_there(contact, order)
    return no or RULES[type(order.command)](contact, order, order.command)


def _not_theirs_to_order(order: c.Order, officer: Officer | None) -> Denied | None:
    act = type(order.command).__name__
    if order.by.startswith("officer:"):
        why = hindrance(officer, act, None)
        return Denied(why, {"needs": NEEDS[act]}) if why else None
    ours = order.by == "clerk" and isinstance(order.command, CLERKS)
    return None if ours else Denied("not_allowed", {"needs": NEEDS[act]})


def _not_there(contact: Contact, order: c.Order) -> Denied | None:
    if contact.erased:
        return None if isinstance(order.command, c.Erase) else Denied("erased")
    if not contact.added and not isinstance(order.command, c.Add):
        return Denied("unknown_contact")
    frozen = contact.merged_into and not isinstance(order.command, WHILE_MERGED)
    return (
        Denied("merged", {"contact": contact.merged_into}) if frozen else None
    )  # guard: merged-stands-still test=tests/inbox/directory/test_merging.py::test_a_merged_contact_stands_still_until_it_is_split


def is_zone(zone: str) -> bool:
    """Say whether there is such a time zone; "" is none, and stands for one not known."""
    try:
        return not zone or bool(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return False


def _zone(zone: str) -> Denied | None:
    return None if is_zone(zone) else Denied("bad_time_zone", {"zone": zone})


def _add(contact: Contact, order: c.Order, command: c.Add) -> Decision:
    name = command.name.strip()
    if contact.added:
        return ()
    if not name:
        return Denied("empty")
    return _zone(command.time_zone) or (
        e.Added(name, command.kind, command.languages, command.time_zone),
    )


def _rename(contact: Contact, order: c.Order, command: c.Rename) -> Decision:
    name = command.name.strip()
    if not name:
        return Denied("empty")
    return () if name == contact.name else (e.Renamed(name),)


def _describe(contact: Contact, order: c.Order, command: c.Describe) -> Decision:
    said = (command.kind, command.languages, command.time_zone)
    if said == (contact.kind, contact.languages, contact.time_zone):
        return ()
    return _zone(command.time_zone) or (e.Described(*said),)


def _way(contact: Contact, kind: str, value: str) -> Way | None:
    return next((one for one in contact.ways if (one.kind, one.value) == (kind, value)), None)


def _add_way(contact: Contact, order: c.Order, command: c.AddWay) -> Decision:
    way = Way(command.kind, command.value.strip(), command.known_by)
    if not way.value:
        return Denied("empty")
    there = _way(contact, way.kind, way.value)
    if there is None:
        return (e.WayAdded(way),)
    if there.known_by == way.known_by or not way.known_by:
        return ()
    if there.of:
        return Denied("split_first", {"contact": there.of})
    return (e.WayRemoved(there), e.WayAdded(way))


def _remove_way(contact: Contact, order: c.Order, command: c.RemoveWay) -> Decision:
    way = _way(contact, command.kind, command.value)
    if way is None:
        return Denied("unknown_way")
    return Denied("split_first", {"contact": way.of}) if way.of else (e.WayRemoved(way),)


def _attach(contact: Contact, order: c.Order, command: c.Attach) -> Decision:
    if contact.known(command.person.id):
        return ()
    return (e.Attached(command.person, command.why),)


def _detach(contact: Contact, order: c.Order, command: c.Detach) -> Decision:
    known = contact.known(command.person)
    if known is None:
        return Denied("unknown_person")
    if known.of:
        return Denied("split_first", {"contact": known.of})
    return (e.Detached(command.person, command.why),)


def _merge(contact: Contact, order: c.Order, command: c.Merge) -> Decision:
    if command.other == contact.id:
        return Denied("itself")
    if command.other in contact.merged:
        return ()
    known = {one.person.id for one in contact.persons}
    ways = {(one.kind, one.value) for one in contact.ways}
    return (
        e.Merged(
            command.other,
            tuple(_of(one, command.other) for one in command.persons if one.person.id not in known),
            tuple(
                replace(one, of=command.other)
                for one in command.ways
                if (one.kind, one.value) not in ways
            ),
        ),
    )


def _of(known: Known, other: str) -> Known:
    return replace(known, of=other)


def _split(contact: Contact, order: c.Order, command: c.Split) -> Decision:
    there = command.other in contact.merged
    return (e.Split(command.other),) if there else Denied("not_merged")


def _yield(contact: Contact, order: c.Order, command: c.Yield) -> Decision:
    if command.to == contact.id:
        return Denied("itself")
    if contact.merged_into == command.to:
        return ()
    if contact.merged_into:
        return Denied("merged", {"contact": contact.merged_into})
    return (e.Yielded(command.to),)


def _regain(contact: Contact, order: c.Order, command: c.Regain) -> Decision:
    if contact.merged_into != command.of:
        return Denied("not_merged")
    return (e.Regained(command.of),)


def _prove(contact: Contact, order: c.Order, command: c.Prove) -> Decision:
    known = contact.known(command.person)
    if known is None:
        return Denied("unknown_person")
    if command.expires <= order.at:
        return Denied("in_the_past", {"until": command.expires})
    if (command.kind == CALLED) != order.by.startswith(OFFICER):
        return Denied("not_allowed", {"needs": "officer" if command.kind == CALLED else "clerk"})
    expires = until(command.kind, command.expires, order.at)
    new = Evidence(command.kind, command.source.strip(), expires, order.at, order.by)
    return (e.Proved(command.person, new),) if new.source else Denied("empty")


def _freeze(contact: Contact, order: c.Order, command: c.Freeze) -> Decision:
    known = contact.known(command.person)
    if known is None:
        return Denied("unknown_person")
    if not command.changed.strip():
        return Denied("empty")
    return () if known.frozen else (e.Frozen(command.person, command.changed),)


def _unfreeze(contact: Contact, order: c.Order, command: c.Unfreeze) -> Decision:
    known = contact.known(command.person)
    if known is None or (command.now and command.now.id != command.person):
        return Denied("unknown_person")
    if not known.frozen:
        return Denied("not_frozen")
    if not command.reason.strip():
        return Denied("empty")
    return (e.Unfrozen(command.person, command.reason, command.now),)


def _erase(contact: Contact, order: c.Order, command: c.Erase) -> Decision:
    if contact.erased:
        return ()
    if command.target in contact.merged:
        return Denied("split_first", {"contact": command.target})
    if contact.merged and command.target == contact.id:
        return Denied("split_first", {"contact": contact.merged[0]})
    return (e.Erased(command.target, command.basis),)


RULES: dict[type[c.Command], Rule] = {
    c.Add: _add,
    c.Rename: _rename,
    c.Describe: _describe,
    c.AddWay: _add_way,
    c.RemoveWay: _remove_way,
    c.Attach: _attach,
    c.Detach: _detach,
    c.Merge: _merge,
    c.Split: _split,
    c.Yield: _yield,
    c.Regain: _regain,
    c.Prove: _prove,
    c.Freeze: _freeze,
    c.Unfreeze: _unfreeze,
    c.Erase: _erase,
}
