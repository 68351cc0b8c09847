"""What is shown of a contact anywhere, in the reader's language; and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.safe import beside, one_line
from handlers.say import At, Fact, Pieces, Say
from handlers.shown import DOT
from inbox.directory import events as e
from inbox.directory.evidence import valid
from inbox.directory.state import Contact, Known
from inbox.words import Millis, OfficerId

SOURCE, TEXT = 100, 200
MOST_EVIDENCE = 4


def local_time(contact: Contact, now: Millis) -> str:
    """Return what time it is there, or "" where that is not known."""
    if not contact.time_zone:
        return ""
    return datetime.fromtimestamp(now / 1000, ZoneInfo(contact.time_zone)).strftime("%H:%M")


def about(contact: Contact, now: Millis, say: Say) -> str:
    """Return what a contact is, what time it is there, and which languages it speaks."""
    time = local_time(contact, now)
    told = [say(f"directory.{contact.kind}")]
    told += [say("directory.there", time=time)] if time else []
    tongues = ", ".join(one_line(say.word("language", one), 30) for one in contact.languages)
    return DOT.join([*told, *([tongues] if tongues else [])])


def upright(text: str, say: Say) -> str:
    """Return what a right-to-left line would turn round: a number, a handle, an address."""
    return beside(text, say("directory.words"))


def spoken_for(known: Known, now: Millis, say: Say) -> Iterator[Pieces]:
    """Yield what evidence there is that a person is who they say, each with its end."""
    for one in valid(known.evidence, now)[:MOST_EVIDENCE]:
        facts: dict[str, Fact] = {
            "source": upright(one_line(one.source, SOURCE), say),
            "until": At(one.expires, "day"),
        }
        yield say.pieces(f"directory.by_{one.kind}", **facts)


def happened(event: e.AnyEvent, say: Say, named: Callable[[str], str]) -> str:
    """Say what happened, to what, and why; `named` gives a contact's name."""
    what, why = _facts(event, named)
    told = say(
        f"directory.event_{type(event).__name__.lower()}",
        what=upright(one_line(what, TEXT), say),
    )
    return DOT.join(one for one in (told, one_line(why, TEXT) if why else "") if one)


def _facts(event: Any, named: Callable[[str], str]) -> tuple[str, str]:
    """Return to what something happened, and why."""
    why = getattr(event, "why", "") or getattr(event, "reason", "")
    match event:
        case e.WayAdded() | e.WayRemoved():
            return event.way.value, ""
        case e.Attached():
            return f"@{event.person.handle}" if event.person.handle else event.person.id, why
        case e.Proved():
            return event.person, event.evidence.source
        case e.Frozen():
            return event.person, event.changed
        case e.Detached() | e.Unfrozen():
            return event.person, why
        case e.Merged() | e.Split():
            return named(event.other), ""
        case e.Yielded() | e.Regained():
            return named(event.to if isinstance(event, e.Yielded) else event.of), ""
        case _:
            return str(getattr(event, "name", "")), str(getattr(event, "basis", ""))


def officers_name(by: str, names: Mapping[OfficerId, str]) -> str:
    """Return who did something: an officer's name, or our own word for what did it."""
    officer = by.removeprefix("officer:")
    return names.get(officer, officer)
