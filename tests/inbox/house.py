"""A small ministry for the tests of the desk: two officers, one account on X, plain messages."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from inbox import Inbox, opened
from inbox.conversations.commands import Receive
from inbox.desk import Desk
from inbox.store.client import Client
from inbox.team.policies import Policies
from inbox.words import Account, Lane, Message, Officer, Person, Profile, Role

ACCOUNT = "x/landetud"
SECRET = b"a secret of a test, thirty-two bytes"
START = 1_770_000_000_000

PROFILE = Profile(
    platform="x",
    title="X",
    audiences=("public", "private"),
    count=len,
    limits={"public": 280, "private": 10_000},
    edits=True,
    deletes=True,
    retracts=True,
)

LANES = (
    Lane("life-safety", 0, 5, reserved=True, words={"en": ("help",)}),
    Lane("info", 5, 240, words={"en": ("passport",)}),
    Lane("other", 6, 480),
)


_COUNT = itertools.count()


def policies(officers: int = 2) -> Policies:
    """Give the tables of a ministry with so many officers, called o0, o1 and so on."""
    roles: tuple[Role, ...] = ("officer", "approver")
    people = tuple(Officer(f"o{n}", f"O{n}", f"Officer {n}", roles) for n in range(officers))
    account = Account(
        id=ACCOUNT,
        app="x-main",
        native_id="1",
        title="Landet UD",
        slack_channel="C1",
        private_channel="C2",
        officers=tuple(officer.id for officer in people),
        hold=0,
    )
    tables = Policies((account,), people, LANES, ("visa",), {"x": PROFILE})
    tables.lines = {"reach": {"en": "@{handle} We try to reach you."}}
    return tables


def ids() -> Callable[[], str]:
    """Give a source of ids that never repeats, not even another source's."""
    return lambda: f"{next(_COUNT):016d}"


def clock() -> int:
    """Give a time that stands still."""
    return START


def desk_of(client: Client, *, patience: float = 5.0, officers: int = 2) -> Desk:
    """Give another process's desk on the same store."""
    return Desk(
        client,
        policies(officers),
        secret=SECRET,
        now=clock,
        ids=ids(),
        patience=patience,
        unseen_wait=0.1,
    )


def inbox_of(data: Path, url: str | None = None) -> AbstractAsyncContextManager[Inbox]:
    """Open an inbox as a process of the product would."""
    return opened(
        url, data=data, secret=SECRET, policies=policies(), clock=clock, ids=ids(), mode="sandbox"
    )


def message(id_: str, text: str = "Hello", **fields: object) -> Message:
    """Give a public post of Eva's to the account, in thread t1."""
    first: dict[str, object] = {
        "account": ACCOUNT,
        "thread": "t1",
        "person": "x:7",
        "author": Person(id="x:7", handle="eva", name="Eva Lind"),
        "audience": "public",
        "written": START - 1000,
    }
    return Message(id=id_, text=text, **{**first, **fields})  # type: ignore[arg-type]  # by name


def received(id_: str, text: str = "Hello", **fields: object) -> Receive:
    """Give the command to take in such a post."""
    return Receive(message(id_, text, **fields))
