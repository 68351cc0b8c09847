"""The directory in Slack: searching it, one contact, changing it, and who somebody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import get_args

from handlers.contacts import about, local_time, spoken_for, upright
from handlers.say import At, Say
from handlers.shown import Shown, looks_like
from handlers.slack import ids
from handlers.slack.blocks import (
    Json,
    actions,
    asked,
    button,
    divider,
    heading,
    menu,
    modal,
    radio,
    rich,
    run,
    select,
    sentence,
    typing,
    weight,
    words,
)
from handlers.slack.ids import Meta, Press, block_of, pack
from handlers.slack.safe import escape, one_line, public
from handlers.slack.shown import DOT, Opened, Post, facts
from inbox.directory.evidence import CALLED, OF_HANDLE, level
from inbox.directory.state import Contact, ContactKind, Known, Way, WayKind
from inbox.directory.suggesting import Suggestion
from inbox.words import Millis, OfficerId, Record

NAME, VALUE, HANDLE = 80, 300, 60
"""Units of a contact's name, of a channel, of a person's handle."""
ROWS = 12
ROOM_WAYS, ROOM_PERSONS = 3_000, 4_500
"""Units of all channels and of all persons of one contact: a modal takes some 9,500."""
MERGED = 5
OPTION_VALUE = 150
"""Characters that an option of a menu may carry."""
PICTURES: Mapping[WayKind, str] = {"phone": "📞", "email": "✉", "embassy": "🏛", "note": "📝"}
MARKS = {"verified": "✓", "probable": "≈", "unproven": "?"}


class Entry(Record, frozen=True):
    """A contact with all that its modal shows; `may` are the acts of this officer."""

    contact: Contact
    now: Millis
    names: Mapping[OfficerId, str]
    may: frozenset[str]
    others: Mapping[str, str] = {}
    """Merged contacts: id to name."""


def directory_view(sought: str, rows: Sequence[Contact], say: Say, opened: Opened) -> Json:
    """Ask whom to look for, and show whom these words found."""
    where = block_of(ids.WORDS, "directory", opened.turn)
    box = typing(ids.WORDS, initial=one_line(sought, 200), multiline=False, most=200)
    blocks: list[Json] = [asked(where, say("directory.words"), box)]
    if sought:
        key = "directory.found" if rows else "directory.found_none"
        blocks.append(sentence(say, key, count=len(rows)))
    for contact in rows[:ROWS]:
        blocks += _row(contact, say, opened.at, ids.CONTACT, Press(key=contact.id))
    blocks += actions(button(ids.ADD_CONTACT, say("button.add_contact"), Press(key=sought[:100])))
    feet = (say("button.find"), say("button.done"))
    return modal(ids.VIEW_DIRECTORY, say("modal.title_directory"), blocks, _meta(opened), feet)


def found_post(rows: Sequence[Contact], now: Millis, say: Say) -> Post:
    """Answer with the contacts that were found: who asked in plain words gets no modal."""
    key = "directory.found" if rows else "directory.found_none"
    blocks = [sentence(say, key, count=len(rows))]
    for contact in rows[:ROWS]:
        blocks += _row(contact, say, now, ids.CONTACT, Press(key=contact.id))
    return Post(escape(say(key, count=len(rows))), blocks)


def contact_view(entry: Entry, say: Say, opened: Opened) -> Json:
    """Show one contact: what time it is there, how to reach them, and who they are where."""
    contact = entry.contact
    blocks = [heading(one_line(contact.name, NAME)), rich(*_about(entry, say))]
    ways = ([rich(_way(way, entry, say))] for way in contact.ways)
    blocks += _fitting(ways, ROOM_WAYS, say) or [sentence(say, "directory.no_way")]
    blocks += [divider()]
    persons = (
        [rich(*_person(known, entry, say)), *_person_menu(known, entry, say)]
        for known in contact.persons
    )
    blocks += _fitting(persons, ROOM_PERSONS, say) or [sentence(say, "directory.no_person")]
    for other in contact.merged[:MERGED]:
        name = one_line(entry.others.get(other, "…"), NAME)
        blocks.append(sentence(say, "directory.stands_for", contact=name))
        if "Split" in entry.may:
            press = Press(key=contact.id, part=other)
            blocks += actions(button(ids.SPLIT, say("button.split"), press))
    blocks += _contact_buttons(entry, say)
    feet = ("", say("button.done"))
    carried = _meta(opened, contact.id)
    return modal(ids.VIEW_CONTACT, say("modal.title_contact"), blocks, carried, feet)


def edit_view(
    contact: Contact, say: Say, opened: Opened, name: str = "", conversation: str = ""
) -> Json:
    """Ask what a contact is called, what it is, which languages it speaks, what time it is there.

    An empty contact is a new one; with a conversation it is whoever writes in that.
    """
    kinds = [(say(f"directory.{kind}"), kind) for kind in get_args(ContactKind)]

    def line(action: str, text: str, *, hint: str = "", optional: bool = True) -> Json:
        where = block_of(action, contact.id, opened.turn)
        box = typing(action, initial=text, multiline=False, most=200)
        return asked(where, say(f"directory.ask_{action}"), box, optional=optional, hint=hint)

    blocks = [
        line(ids.CONTACT_NAME, contact.name or name, optional=False),
        asked(
            block_of(ids.CONTACT_KIND, contact.id, opened.turn),
            say("directory.ask_contact_kind"),
            select(ids.CONTACT_KIND, kinds, initial=contact.kind),
        ),
        line(ids.LANGUAGES, " ".join(contact.languages), hint=say("directory.hint_languages")),
        line(ids.TIME_ZONE, contact.time_zone, hint=say("directory.hint_time_zone")),
    ]
    feet = (say("directory.submit_keep"), say("button.cancel"))
    title = say("modal.title_edit" if contact.id else "modal.title_add")
    carried = Meta(conversation, turn=opened.turn, opened=opened.at, key=contact.id)
    return modal(ids.VIEW_EDIT_CONTACT, title, blocks, carried, feet)


def way_view(entry: Entry, say: Say, opened: Opened) -> Json:
    """Ask for a usual channel, and who of us knows them by it."""
    id_ = entry.contact.id
    kinds = [(say(f"directory.{kind}"), kind) for kind in get_args(WayKind)]
    officers = [(one_line(name, 70), officer) for officer, name in entry.names.items()]
    blocks = [
        rich(words(one_line(entry.contact.name, NAME), bold=True)),
        asked(
            block_of(ids.WAY_KIND, id_, opened.turn),
            say("directory.ask_way_kind"),
            select(ids.WAY_KIND, kinds, initial="phone"),
        ),
        asked(
            block_of(ids.WAY_VALUE, id_, opened.turn),
            say("directory.ask_way_value"),
            typing(ids.WAY_VALUE, multiline=False, most=1000),
            hint=say("directory.hint_way_value"),
        ),
        asked(
            block_of(ids.KNOWN_BY, id_, opened.turn),
            say("directory.ask_known_by"),
            select(ids.KNOWN_BY, officers, placeholder=say("modal.choose")),
            optional=True,
        ),
    ]
    feet = (say("directory.submit_keep"), say("button.cancel"))
    return modal(ids.VIEW_WAY, say("modal.title_way"), blocks, _meta(opened, id_), feet)


def who_view(
    shown: Shown,
    contact: Contact | None,
    suggestions: Sequence[Suggestion],
    found: Sequence[Contact],
    sought: str,
    say: Say,
    opened: Opened,
) -> Json:
    """Say who somebody is, or offer whom they might be: an officer decides, never we."""
    here = Press(shown.conversation.id)
    blocks = [facts(shown, say)]
    if shown.likeness:
        blocks.append(rich(words(f"⚠ {looks_like(shown.likeness, say)}", bold=True)))
    if contact:
        blocks.append(sentence(say, "directory.is_known", contact=one_line(contact.name, NAME)))
        blocks += actions(button(ids.CONTACT, say("button.contact"), Press(key=contact.id)))
    else:
        blocks.append(sentence(say, "directory.check_first"))
        for one in suggestions:
            why = run(_why(one, say), say)
            blocks += _row(
                one.contact, say, opened.at, ids.ATTACH, _with(here, one.contact.id), why
            )
        for other in found[:ROWS]:
            blocks += _row(other, say, opened.at, ids.ATTACH, _with(here, other.id))
        if sought and not found:
            blocks.append(sentence(say, "directory.found_none", count=0))
        new = button(ids.ADD_CONTACT, say("button.add_contact"), here)
        blocks += actions(new)
    where = block_of(ids.WORDS, shown.conversation.id, opened.turn)
    box = typing(ids.WORDS, initial=one_line(sought, 200), multiline=False, most=200)
    blocks.append(asked(where, say("directory.words"), box, optional=True))
    carried = Meta(conversation=shown.conversation.id, turn=opened.turn, opened=opened.at)
    feet = (say("button.find"), say("button.done"))
    return modal(ids.VIEW_WHO, say("modal.title_who"), blocks, carried, feet)


def merge_view(
    contact: Contact, found: Sequence[Contact], sought: str, say: Say, opened: Opened
) -> Json:
    """Ask which other contact this one shall stand for too."""
    blocks = [sentence(say, "directory.merge", contact=one_line(contact.name, NAME))]
    for other in (one for one in found[:ROWS] if one.id != contact.id):
        press = Press(key=contact.id, part=other.id)
        blocks += _row(other, say, opened.at, ids.MERGE_WITH, press)
    where = block_of(ids.WORDS, contact.id, opened.turn)
    box = typing(ids.WORDS, initial=one_line(sought, 200), multiline=False, most=200)
    blocks.append(asked(where, say("directory.words"), box))
    feet = (say("button.find"), say("button.cancel"))
    carried = _meta(opened, contact.id)
    return modal(ids.VIEW_MERGE, say("modal.title_merge"), blocks, carried, feet)


def person_view(entry: Entry, known: Known, act: str, say: Say, opened: Opened) -> Json:
    """Ask what proves a person, why they are trusted again, or why it is not they."""
    id_ = entry.contact.id
    blocks = [rich(*_person(known, entry, say))]
    if act == ids.PROVE:
        kinds = [(say(f"proof.by_{kind}"), kind) for kind in (CALLED, *OF_HANDLE)]
        where = block_of(ids.PROOF, id_, opened.turn)
        chosen = radio(ids.PROOF, kinds, initial=CALLED)
        blocks.append(asked(where, say("proof.what"), chosen))
    where = block_of(ids.REASON, id_, opened.turn)
    box = typing(ids.REASON, most=500)
    asks, hint = say(f"directory.ask_{act}"), say(f"directory.hint_{act}")
    blocks.append(asked(where, asks, box, optional=act == ids.DETACH, hint=hint))
    feet = (say("directory.submit_keep"), say("button.cancel"))
    carried = Meta(key=id_, part=known.person.id, answer=act, turn=opened.turn, opened=opened.at)
    return modal(ids.VIEW_PERSON, say(f"modal.title_{act}"), blocks, carried, feet)


def way_key(way: Way) -> str:
    """Name a channel in a button: its value may be longer than a button carries."""
    return blake2b(f"{way.kind}\n{way.value}".encode(), digest_size=8).hexdigest()


def _fitting(rows: Iterable[list[Json]], room: int, say: Say) -> list[Json]:
    """Return as many rows as fit, and how many are left out."""
    found: list[Json] = []
    left = 0
    for row in rows:
        room -= weight(row)
        if left or room < 0:
            left += 1
        else:
            found += row
    return [*found, *([sentence(say, "home.more", count=left)] if left else [])]


def _about(entry: Entry, say: Say) -> list[list[Json]]:
    lines = [words(about(entry.contact, entry.now, say))]
    if entry.contact.known_by:
        names = ", ".join(_officer(one, entry) for one in entry.contact.known_by)
        lines.append(words(say("directory.known_by", by=names)))
    return lines


def _way(way: Way, entry: Entry, say: Say) -> list[Json]:
    line = words(f"{PICTURES[way.kind]} {say(f'directory.{way.kind}')}: ")
    lines = public(way.value, VALUE).split("\n")
    line += words("\n".join(upright(one, say) for one in lines))
    if way.known_by:
        line += words(DOT + upright(_officer(way.known_by, entry), say))
    return line


def _person(known: Known, entry: Entry, say: Say) -> list[list[Json]]:
    person, sure = known.person, level(known, entry.now)
    platform = one_line(person.id.partition(":")[0].title(), 20)
    handle = one_line(f"@{person.handle.lstrip('@')}" if person.handle else person.id, HANDLE)
    lines = [
        [
            *words(upright(f"{platform} {handle}", say)),
            *words(DOT + one_line(person.name, NAME) if person.name else ""),
            *words(f"{DOT}{MARKS[sure]} {say(f'reach.level_{sure}')}", bold=True),
        ]
    ]
    if known.frozen:
        frozen = say("directory.frozen", changed=_changed(known.frozen, say))
        lines.append(words(f"⚠ {frozen}", bold=True))
    lines += [run(pieces, say) for pieces in spoken_for(known, entry.now, say)]
    if known.why:
        lines.append(words(one_line(known.why, 200)))
    return lines


def _changed(what: str, say: Say) -> str:
    """Return what is other about a person, our words for it in the reader's language."""
    return one_line(", ".join(say.word("identity", one) for one in what.split(", ")), 200)


def _person_menu(known: Known, entry: Entry, say: Say) -> list[Json]:
    acts = [ids.PROVE] if "Prove" in entry.may else []
    if known.frozen:
        acts += [ids.UNFREEZE] if "Unfreeze" in entry.may else []
    else:
        acts += [ids.FREEZE] if "Freeze" in entry.may else []
    acts += [ids.DETACH] if "Detach" in entry.may and not known.of else []
    row = [
        button(act, say(f"button.{act}"), Press(key=entry.contact.id, part=known.person.id))
        for act in acts
    ]
    return actions(*row)


def _contact_buttons(entry: Entry, say: Say) -> list[Json]:
    contact = entry.contact
    here = Press(key=contact.id)
    row = [button(ids.REACH, say("button.reach"), here, "primary")]
    if "Describe" in entry.may:
        row.append(button(ids.EDIT_CONTACT, say("button.edit_contact"), here))
        row.append(button(ids.ADD_WAY, say("button.add_way"), here))
    choices = [(ids.MERGE, say("button.merge"), here)] if "Merge" in entry.may else []
    if "RemoveWay" in entry.may:
        for way in (one for one in contact.ways if not one.of):
            label = say("directory.remove_way", what=one_line(way.value, 40))
            choices.append((ids.REMOVE_WAY, label, Press(key=contact.id, part=way_key(way))))
    options = [
        (label, pack(Press(key=press.key, part=press.part, act=act)))
        for act, label, press in choices
    ]
    fitting = [one for one in options if len(one[1]) <= OPTION_VALUE]
    return actions(*row, *([menu(ids.MORE, fitting)] if fitting else []))


def _row(
    contact: Contact,
    say: Say,
    now: Millis,
    act: str,
    press: Press,
    why: Iterable[Json] = (),
) -> list[Json]:
    """Return one contact in two lines, and what can be done with it."""
    time = local_time(contact, now)
    told = [
        say(f"directory.{contact.kind}"),
        *([say("directory.there", time=time)] if time else []),
    ]
    handles = (one.person.handle for one in contact.persons[:2] if one.person.handle)
    told += [upright(one_line(f"@{handle.lstrip('@')}", HANDLE), say) for handle in handles]
    name = words(one_line(contact.name, NAME), bold=True)
    blocks = [rich(name, words(DOT.join(told)), list(why))]
    return [*blocks, *actions(button(act, say(f"button.{act}"), press))]


def _why(one: Suggestion, say: Say) -> tuple[str | At, ...]:
    return say.pieces(f"directory.why_{one.reason}", what=upright(one_line(one.what, HANDLE), say))


def _officer(officer: OfficerId, entry: Entry) -> str:
    return one_line(entry.names.get(officer, officer), 40)


def _with(press: Press, contact: str) -> Press:
    return Press(press.conversation, key=contact)


def _meta(opened: Opened, contact: str = "") -> Meta:
    return Meta(turn=opened.turn, opened=opened.at, key=contact)
