"""A small directory for tests: officers of every role, and a foreign minister with two persons."""

from __future__ import annotations

from typing import get_args

from inbox.denied import Denied
from inbox.directory.apply import fold
from inbox.directory.commands import Add, AnyCommand, Attach, Order, Prove
from inbox.directory.decide import decide
from inbox.directory.events import Entry
from inbox.directory.state import Contact
from inbox.words import Millis, Officer, Person, Role

AT = 1_770_000_000_000
MINISTER = Add("Salim Haddad, Foreign Minister of Qasira", "counterpart", ("ar", "en"), "Asia/Aden")
ON_X = Person("x:71", "salimhaddad", "Salim Haddad", "government")
ON_MASTODON = Person("mastodon:9", "salim@qasira.example", "Salim Haddad")

OFFICERS = {role: Officer(role, role[:2].upper(), role.title(), (role,)) for role in get_args(Role)}


def order(command: AnyCommand, by: str = "officer:supervisor", at: Millis = AT) -> Order:
    """Write an order, under an operation of its own."""
    return Order(op=f"{by}/{at}/{command}", at=at, by=by, command=command)


def decided(
    contact: Contact, command: AnyCommand, by: str = "officer:supervisor", at: Millis = AT
) -> object:
    """Give what is decided when somebody orders this."""
    officer = next((one for role, one in OFFICERS.items() if by == f"officer:{role}"), None)
    return decide(contact, order(command, by, at), officer)


def then(contact: Contact, *commands: AnyCommand, at: Millis = AT) -> Contact:
    """Give what a contact is after a supervisor's orders, but for evidence that a machine read."""
    for command in commands:
        read = isinstance(command, Prove) and command.kind != "called_back"
        given = order(command, "clerk" if read else "officer:supervisor", at=at)
        events = decide(contact, given, OFFICERS["supervisor"])
        assert not isinstance(events, Denied), events
        n = contact.version + 1
        contact = fold(contact, Entry(given.op, 1, n, at, given.by, "", "salt", events))
    return contact


def minister() -> Contact:
    """Give the Foreign Minister of Qasira, known on two platforms."""
    return then(Contact(id="c1"), MINISTER, Attach(ON_X, "met in May"), Attach(ON_MASTODON))
