"""The directory: looking somebody up, changing what is known, and saying who a writer is."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from handlers.slack import ids
from handlers.slack.acts import proving
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show, wrong
from handlers.slack.contacts import (
    Entry,
    contact_view,
    directory_view,
    edit_view,
    merge_view,
    person_view,
    way_key,
    way_view,
    who_view,
)
from handlers.slack.ids import Press
from handlers.slack.office import Office
from handlers.slack.shown import Shown
from inbox.denied import Denied
from inbox.directory import commands as c
from inbox.directory.evidence import CALLED, LASTS
from inbox.directory.listed import KINDS, WAYS
from inbox.directory.state import Contact
from inbox.directory.suggesting import Suggestion, suggested
from inbox.team.roles import may
from inbox.words import ContactId, Person

K = TypeVar("K")
FOUND = 12
ACTS = (
    *("Describe", "AddWay", "RemoveWay", "Detach", "Freeze"),
    *("Merge", "Split", "Prove", "Unfreeze"),
)
"""What the modal of a contact offers, to whom may do it."""


async def look_up(office: Office, click: Click, words: str = "") -> Acknowledgement:
    """Search the directory."""
    if no := await _may_not(office, click, "directory"):
        return no
    sought = words or ids.typed(click.values, ids.WORDS)
    rows = await office.inbox.contacts.find(sought, FOUND) if sought else ()
    if words and len(rows) == 1:
        return await _show(office, click, rows[0])
    say = office.say(click.who.officer)
    return await show(office, click, directory_view(sought, rows, say, opened(office, click)))


async def contact(office: Office, click: Click) -> Acknowledgement:
    """Show a contact."""
    there = await _asked(office, click, "directory")
    return await _show(office, click, there) if isinstance(there, Contact) else there


async def add(office: Office, click: Click) -> Acknowledgement:
    """Ask for a new contact; from a card, for whom its writer is."""
    if no := await _may_not(office, click, "Add"):
        return no
    say = office.say(click.who.officer)
    shown = await _writer(office, click)
    name = shown.person.name if shown else click.press.key
    ref = shown.conversation.id if shown else ""
    view = edit_view(Contact(), say, opened(office, click), name[:200], ref)
    return await show(office, click, view)


async def edit(office: Office, click: Click) -> Acknowledgement:
    """Ask what a contact is called and what it is."""
    there = await _asked(office, click, "Describe")
    if not isinstance(there, Contact):
        return there
    say = office.say(click.who.officer)
    return await show(office, click, edit_view(there, say, opened(office, click)))


async def edited(office: Office, click: Click) -> Acknowledgement:
    """Keep what a contact is called and is; a new one gets the writer it was made for."""
    name = ids.typed(click.values, ids.CONTACT_NAME).strip()
    kind = _chosen(KINDS, ids.typed(click.values, ids.CONTACT_KIND))
    spoken = tuple(re.findall(r"[\w-]+", ids.typed(click.values, ids.LANGUAGES).lower()))
    zone = ids.typed(click.values, ids.TIME_ZONE).strip()
    if not name:
        return wrong(office, click, Denied("empty"), ids.CONTACT_NAME)
    id_ = click.meta.key or f"n{click.op.rpartition(':')[2][:20]}"
    orders: list[c.AnyCommand] = []
    if not click.meta.key:
        orders.append(c.Add(name, kind, spoken, zone))
    else:
        orders += [c.Rename(name), c.Describe(kind, spoken, zone)]
    done = await _do(office, click, id_, orders)
    if isinstance(done, Denied):
        if done.why == "bad_time_zone":
            return wrong(office, click, done, ids.TIME_ZONE)
        return await refused(office, click, done)
    shown = None if click.meta.key else await _writer(office, click)
    if shown:
        attached = await _do(office, click, id_, [c.Attach(shown.person, "")])
        if isinstance(attached, Denied):
            return await refused(office, click, attached)
        done = attached
    return await _show(office, click, done)


async def way(office: Office, click: Click) -> Acknowledgement:
    """Ask for a usual channel."""
    there = await _asked(office, click, "AddWay")
    if not isinstance(there, Contact):
        return there
    say = office.say(click.who.officer)
    view = way_view(await _entry(office, click, there), say, opened(office, click))
    return await show(office, click, view)


async def way_added(office: Office, click: Click) -> Acknowledgement:
    """Keep a usual channel."""
    kind = _chosen(WAYS, ids.typed(click.values, ids.WAY_KIND))
    value = ids.typed(click.values, ids.WAY_VALUE).strip()
    if not value:
        return wrong(office, click, Denied("empty"), ids.WAY_VALUE)
    known_by = ids.typed(click.values, ids.KNOWN_BY)
    return await _then_shown(office, click, c.AddWay(kind, value, known_by))


async def way_removed(office: Office, click: Click) -> Acknowledgement:
    """Strike a channel out."""
    there = await _asked(office, click, "RemoveWay")
    if not isinstance(there, Contact):
        return there
    found = next((one for one in there.ways if way_key(one) == click.press.part), None)
    if found is None:
        return await refused(office, click, Denied("unknown_way"))
    return await _then_shown(office, click, c.RemoveWay(found.kind, found.value))


async def who(office: Office, click: Click) -> Acknowledgement:
    """Say who wrote, or offer whom they might be."""
    if no := await _may_not(office, click, "directory"):
        return no
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    sought = ids.typed(click.values, ids.WORDS)
    contacts = office.inbox.contacts
    known = await contacts.of_person(shown.person.id)
    offers: Sequence[Suggestion] = ()
    if known is None:
        doubtful = shown.likeness is not None and shown.likeness.kind != "same"
        offers = suggested(shown.person, await contacts.everyone(), doubtful=doubtful)
    found = await contacts.find(sought, FOUND) if sought else ()
    say = office.say(click.who.officer, shown.account)
    view = who_view(shown, known, offers, found, sought, say, opened(office, click))
    return await show(office, click, view)


async def from_card(office: Office, click: Click) -> Acknowledgement:
    """Say who wrote the card on which Slack's own menu was opened."""
    ref = await office.card_at(click.channel, click.thread or click.ts)
    if not ref:
        return await refused(office, click, Denied("unknown_conversation"))
    return await who(office, replace(click, press=Press(ref)))


async def attach(office: Office, click: Click) -> Acknowledgement:
    """Keep that the writer is this contact: an officer said so."""
    shown = await _writer(office, click)
    if shown is None:
        return await refused(office, click, Denied("unknown_conversation"))
    offers = suggested(shown.person, await office.inbox.contacts.everyone())
    spoke = next((one for one in offers if one.contact.id == click.press.key), None)
    say = office.say(click.who.officer)
    why = say(f"directory.why_{spoke.reason}", what=spoke.what) if spoke else ""
    return await _then_shown(office, click, c.Attach(shown.person, why))


async def merge(office: Office, click: Click) -> Acknowledgement:
    """Ask which other contact is the same."""
    there = await _asked(office, click, "Merge")
    if not isinstance(there, Contact):
        return there
    sought = ids.typed(click.values, ids.WORDS)
    found = await office.inbox.contacts.find(sought, FOUND) if sought else ()
    say = office.say(click.who.officer)
    view = merge_view(there, found, sought, say, opened(office, click))
    return await show(office, click, view)


async def merged(office: Office, click: Click) -> Acknowledgement:
    """Let this contact stand for the other too: it can be split again."""
    return await _then_shown(office, click, c.Merge(click.press.part))


async def split(office: Office, click: Click) -> Acknowledgement:
    """Let a merged contact stand for itself again."""
    return await _then_shown(office, click, c.Split(click.press.part))


async def about_person(office: Office, click: Click) -> Acknowledgement:
    """Ask why a person is proven, trusted again, or not this contact."""
    there = await _asked(office, click, click.act.title())
    if not isinstance(there, Contact):
        return there
    known = there.known(click.press.part)
    if known is None:
        return await refused(office, click, Denied("unknown_person"))
    say, entry = office.say(click.who.officer), await _entry(office, click, there)
    view = person_view(entry, known, click.act, say, opened(office, click))
    return await show(office, click, view)


async def person_settled(office: Office, click: Click) -> Acknowledgement:
    """Keep what was said of a person."""
    reason, person = ids.typed(click.values, ids.REASON).strip(), click.meta.part
    act = click.meta.answer
    if not reason and act != ids.DETACH:
        return wrong(office, click, Denied("empty"), ids.REASON)
    if act == ids.PROVE and ids.typed(click.values, ids.PROOF) in proving.PAGES:
        found = await proving.from_page(office, click)
        return await _show(office, click, found) if isinstance(found, Contact) else found
    command: c.AnyCommand = c.Detach(person, reason)
    if act == ids.PROVE:
        command = c.Prove(person, CALLED, reason, office.inbox.now() + LASTS[CALLED])
    elif act == ids.FREEZE:
        command = c.Freeze(person, reason)
    elif act == ids.UNFREEZE:
        command = c.Unfreeze(person, reason, await _as_seen(office, click))
    return await _then_shown(office, click, command)


def _chosen(kinds: Sequence[K], typed: str) -> K:
    """Return which of these was chosen; Slack sends one of them, and nobody else gets here."""
    return next((one for one in kinds if one == typed), kinds[0])


async def _as_seen(office: Office, click: Click) -> Person | None:
    """Return a person as they last wrote to us, for whoever trusts them again as they are now."""
    for account in office.policies.accounts:
        for ref in reversed(await office.inbox.read.of(account.id, click.meta.part)):
            conversation = await office.inbox.read.conversation(ref)
            if conversation:
                shown = await office.shown(conversation)
                if shown.person.handle and shown.person.id == click.meta.part:
                    return shown.person
    return None


async def _writer(office: Office, click: Click) -> Shown | None:
    """Return the conversation from which a writer shall be attached, as this officer sees it."""
    if not click.conversation:
        return None
    shown = await office.read(click.who, click.conversation)
    return None if isinstance(shown, Denied) or not shown.person.id else shown


async def _then_shown(office: Office, click: Click, command: c.AnyCommand) -> Acknowledgement:
    done = await _do(office, click, click.press.key or click.meta.key, [command])
    if isinstance(done, Denied):
        return await refused(office, click, done)
    return await _show(office, click, done)


async def _do(
    office: Office, click: Click, id_: ContactId, orders: Sequence[c.AnyCommand]
) -> Contact | Denied:
    """Let these orders happen, each once; what an officer may not do is recorded."""
    contacts = office.inbox.contacts
    there: Contact | Denied = Denied("unknown_contact")
    for command in orders:
        op = f"{click.op}/{type(command).__name__}"
        order = contacts.order(command, by=click.who.by, via=click.who.via, op=op)
        done = await contacts.do(id_, order)
        if isinstance(done, Denied):
            if done.why == "not_allowed":
                await office.refused(click.who, type(command).__name__, "", done.why)
            return done
        there = done.record
    return there


async def _asked(office: Office, click: Click, act: str) -> Contact | Acknowledgement:
    """Return the contact that was pressed, as it stands, or how the officer was refused."""
    if no := await _may_not(office, click, act):
        return no
    found = await office.inbox.contacts.standing(click.press.key or click.meta.key)
    return found or await refused(office, click, Denied("unknown_contact"))


async def _may_not(office: Office, click: Click, act: str) -> Acknowledgement | None:
    """Refuse, record and tell an officer what is not theirs to see or do."""
    no = office.inbox.contacts.refused(click.who.officer.id, act)
    if no is None:
        return None
    await office.refused(click.who, act, "", no.why)
    return await refused(
        office, click, no
    )  # guard: directory-roles test=tests/handlers/slack/test_acts_directory.py::test_a_reader_sees_nothing_of_the_directory_and_it_is_recorded


async def _show(office: Office, click: Click, there: Contact) -> Acknowledgement:
    entry = await _entry(office, click, there)
    say = office.say(click.who.officer)
    return await show(office, click, contact_view(entry, say, opened(office, click)))


async def _entry(office: Office, click: Click, there: Contact) -> Entry:
    contacts = office.inbox.contacts
    others = [await contacts.load(id_) for id_ in there.merged]
    return Entry(
        contact=there,
        now=office.inbox.now(),
        names={id_: one.name for id_, one in office.policies.officers.items() if one.active},
        may=frozenset(act for act in ACTS if may(click.who.officer, act, None)),
        others={one.id: one.name for one in others if one},
    )
