"""The clerk's process, and what an operator does to the inbox from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import get_args

import structlog

import bots
import inbox.clerk
from config import health, logs
from config.start import Start, clock, ids, started, stop_asked
from inbox import CannotStart, Gone, Inbox, Unavailable, Unfit, opened
from inbox.archive.scope import holds
from inbox.clerk.filing import WRITERS, handed_out, taken_in
from inbox.denied import Denied
from inbox.directory.commands import Prove
from inbox.store.erasing import Erasure
from inbox.store.pictures import View
from inbox.store.scrub import NotWritten

DAY = 86_400_000
"""Milliseconds of a day."""

SAID_EVERY = 2.0
"""Seconds between two lines of progress."""

log = structlog.stdlib.get_logger("inbox")


def say(line: str) -> None:
    """Tell whoever reads the terminal."""
    sys.stdout.write(line + "\n")


def progress(what: str) -> Callable[..., None]:
    """Return what tells, now and then and beside what is printed, how far something is."""
    last = time.monotonic()

    def told(*figures: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SAID_EVERY:
            last = time.monotonic()
            sys.stderr.write(f"{what.format(*figures)}\n")

    return told


async def serve(start: Start) -> None:
    """Keep time and the views until told to stop."""
    stop = stop_asked()
    async with AsyncExitStack() as house:
        box = await house.enter_async_context(opened(**start.opening))
        await house.enter_async_context(health.serving(start.settings, box, start.policies))
        if start.settings.anchor_url:
            http = await house.enter_async_context(start.settings.outbound.session())
            box.archive.anchoring.post = bots.witness(http, start.settings.anchor_url)
        await house.enter_async_context(
            inbox.clerk.running(box, start.policies, clock, start.tables.phrases)
        )
        log.info("listening", mode=start.settings.mode)
        await stop.wait()
        log.info("stopping")


async def rebuild(box: Inbox, _said: argparse.Namespace) -> int:
    """Build every view anew, beside live traffic."""
    total = await box.archive.heads.count()
    for view in (*get_args(View), "find", "sums", "directory", "reach"):
        say(f"rebuilding {view}")
        await box.rebuild(view, progress(f"{view}: {{:,}} of {total:,} conversations"))
    say(f"done: {total:,} conversations")
    return 0


async def restored(box: Inbox, _said: argparse.Namespace) -> int:
    """Begin a new epoch after a backup was put back, and expect no longer what it does not hold."""
    lost = await box.restored()
    say("Every answer that has not left now waits for an officer.")
    say("What was erased is erased again by the clerk, within a minute.")
    if lost:
        say(f"{lost:,} anchored states are no more: `verify` expects them no longer.")
    return 0


async def verify(box: Inbox, _said: argparse.Namespace) -> int:
    """Compare every history with its chain and with the anchor; status 1 where something is wrong.

    Beside live traffic: a conversation that moves on meanwhile is no fault.
    """
    looked, wrong = (0, 0), 0
    told = progress("{:,} conversations, {:,} entries")

    def hear(conversations: int, entries: int) -> None:
        nonlocal looked
        looked = conversations, entries
        told(conversations, entries)

    async for fault in box.archive.verify.faults(hear):
        wrong += 1
        say(str(fault))
    told_of = f"{looked[0]:,} conversations, {looked[1]:,} entries"
    say(f"{told_of}: {f'{wrong:,} faults' if wrong else 'all as they were'}")
    return 1 if wrong else 0


async def erase(box: Inbox, said: argparse.Namespace) -> int:
    """Make the texts of a conversation, a message or a contact unreadable for ever.

    Killed on the way, it is finished by the clerk.
    """
    id_ = said.target if ":" not in said.target else await box.read.where(said.target)
    there = bool(id_ and await box.read.lines(id_))
    if there and ":" in said.target:
        there = holds(await box.read.history(id_ or ""), said.target)
    if not there:
        say(f"Nothing is known of {said.target}: nothing was erased.")
        return 1
    order = Erasure(ids(), id_ or "", said.target, said.basis, said.by, box.now())
    try:
        denied = await box.archive.eraser.erase(order)
    except NotWritten as refused:
        say(f"Erased, but not yet from the server's files: {refused}. The clerk goes on with it.")
        return 1
    if denied:
        facts = ", ".join(f"{name}: {fact}" for name, fact in denied.facts.items())
        say(f"Nothing was erased: {denied.why}{f' ({facts})' if facts else ''}.")
        return 1
    say(f"Erased: {said.target}. The chain stands. What was copied elsewhere is yours to erase.")
    return 0


async def export(box: Inbox, said: argparse.Namespace) -> int:
    """Write one history, or all, as JSON Lines: see inbox/archive/export.py for the fields."""
    told = progress("{:,} conversations")
    count = 0
    with said.to.open("wb") if said.to else os.fdopen(os.dup(1), "wb") as out:
        if said.conversation:
            line = await box.archive.export.one(said.conversation)
            count = out.write(line + b"\n") and 1 if line else 0
        else:
            async for line in box.archive.export.everything():
                out.write(line + b"\n")
                count += 1
                told(count)
    sys.stderr.write(f"{count:,} conversations\n")
    return 0 if count or not said.conversation else 1


async def contacts(box: Inbox, said: argparse.Namespace) -> int:
    """Take the directory in from FILE.csv or FILE.vcf, hand it out, or note that we called back.

    A file with a fault changes nothing; every fault is named at once.
    """
    if said.way == "prove":
        return await prove(box, said)
    file = Path(said.what[0])
    if file.suffix.lower() not in WRITERS:
        say(f"{file.name} is neither .csv nor .vcf: nothing was done.")
        return 1
    try:
        return await (take_in if said.way == "import" else hand_out)(box, file, said.by)
    except OSError as error:
        say(f"{file.name}: {error.strerror}. Nothing was changed.")
        return 1


async def hand_out(box: Inbox, file: Path, _by: str) -> int:
    """Write the directory to a file."""
    raw, count = await handed_out(box.contacts, file.suffix.lower())
    await asyncio.to_thread(file.write_bytes, raw)
    say(f"{count:,} contacts written to {file.name}")
    return 0


async def take_in(box: Inbox, file: Path, by: str) -> int:
    """Read a file into the directory."""
    raw = await asyncio.to_thread(file.read_bytes)
    faults, changed = await taken_in(box.contacts, raw, file.suffix.lower(), by)
    for fault in faults:
        say(fault)
    what = f"{changed:,} changes" if changed else "nothing was changed"
    say(f"{len(faults):,} faults: {what}." if faults else f"{what[0].upper()}{what[1:]}.")
    return 1 if faults else 0


async def prove(box: Inbox, said: argparse.Namespace) -> int:
    """Note that an officer called these persons of the directory back by a usual channel."""
    for person in said.what:
        contact = await box.contacts.of_person(person)
        command = Prove(person, "called_back", said.source, box.now() + said.days * DAY)
        order = box.contacts.order(command, by=f"officer:{said.by}", via="cli")
        done = await box.contacts.do(contact.id, order) if contact else Denied("unknown_person")
        if isinstance(done, Denied):
            say(f"Nothing was noted of {person}: {done.why.replace('_', ' ')}.")
            return 1
        say(f"Noted: {person} is {done.record.name}, for {said.days} days.")
    return 0


COMMANDS = {
    "contacts": contacts,
    "rebuild": rebuild,
    "restored": restored,
    "verify": verify,
    "erase": erase,
    "export": export,
}


async def once(start: Start, said: argparse.Namespace) -> int:
    """Do one thing and end, with its status."""
    async with opened(**start.opening) as box:
        return await COMMANDS[said.command](box, said)


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    whole = argparse.ArgumentParser(prog="python -m inbox", description=__doc__)
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="absent: serve")
    reads = {
        name: commands.add_parser(name, help=(do.__doc__ or "").partition("\n")[0])
        for name, do in COMMANDS.items()
    }
    reads["erase"].add_argument(
        "target", help="a conversation's id, a message's (x:123), contact/ID or reach/ID"
    )
    reads["erase"].add_argument("--basis", required=True, help="the law it is done by; is kept")
    reads["erase"].add_argument("--by", required=True, metavar="OFFICER", help="an admin's id")
    reads["export"].add_argument("conversation", nargs="?", help="absent: all")
    reads["export"].add_argument("--to", type=Path, metavar="FILE", help="absent: standard output")
    reads["contacts"].add_argument("way", choices=("import", "export", "prove"))
    reads["contacts"].add_argument(
        "what", nargs="+", help="FILE.csv, FILE.vcf, or the ids of persons to prove"
    )
    reads["contacts"].add_argument("--by", default="", metavar="OFFICER", help="who does it")
    reads["contacts"].add_argument("--source", default="", help="prove: how we called them back")
    reads["contacts"].add_argument("--days", type=int, default=90, help="prove: for how long")
    return whole


def main() -> None:
    """Read the command line: nothing means to serve as the clerk."""
    said = parser().parse_args()
    logs.start()
    start = started(os.environ, bots.profiles())
    try:
        status = asyncio.run(once(start, said) if said.command else serve(start))
    except (CannotStart, Gone, Unavailable, Unfit) as error:
        sys.exit(f"Chancery cannot start: {error}")
    sys.exit(status)


if __name__ == "__main__":
    main()
