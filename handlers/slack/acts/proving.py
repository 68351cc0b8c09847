"""Proving who somebody is from a page: an officer names it, the machine reads it."""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

import asyncio
from urllib.parse import quote

from msgspec.structs import replace

from bots.guarded import Blocked
from bots.proofs import Proofs, Unproven
from handlers.forms import Wrong
from handlers.slack import ids
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show, wrong
from handlers.slack.dialogs import told_view
from handlers.slack.office import Office
from handlers.slack.safe import one_line
from inbox.denied import Denied
from inbox.directory.commands import Prove
from inbox.directory.evidence import OF_HANDLE
from inbox.directory.state import Contact, Evidence, EvidenceKind, Known
from inbox.team.roles import may
from inbox.words import Person

PAGES = {str(kind): kind for kind in OF_HANDLE}
"""The kinds of evidence that a page gives, by the word a modal sends."""
AT_ONCE = 1.0
"""Seconds in which a page is waited for; one that takes longer is told of when it is read."""


async def from_page(office: Office, click: Click) -> Contact | Acknowledgement:
    """Read the page that was named: the contact as it is then, or how the officer was told."""
    kind, source = PAGES[ids.typed(click.values, ids.PROOF)], ids.typed(click.values, ids.REASON)
    forbidden = False
    forbidden = not may(
        click.who.officer, "Prove", None
    )  # guard: page-by-approver test=tests/handlers/slack/test_acts_proving.py::test_who_no_longer_may_approve_proves_nothing_by_an_open_modal
    if forbidden:
        await office.refused(click.who, "Prove", "", "not_allowed")
        return await refused(office, click, Denied("not_allowed", {"needs": "approver"}))
    contact = await office.inbox.contacts.standing(click.meta.key)
    known = contact.known(click.meta.part) if contact else None
    if contact is None or known is None or office.proofs is None:
        return await refused(office, click, Denied("unknown_person"))
    if "://" not in source and kind != "domain":
        return wrong(office, click, Wrong("no_address"), ids.REASON)
    known = replace(known, person=_with_page(office, known.person))
    reading = asyncio.create_task(_read(office.proofs, kind, source.strip(), known))
    done, _ = await asyncio.wait({reading}, timeout=AT_ONCE)
    if done:
        return await _told(office, click, contact, reading.result())
    say = office.say(click.who.officer)
    answer = await show(office, click, told_view("proof.reading", say, opened(office, click)))
    click.place.view, click.place.late = click.view, True
    office.afterwards(_later(office, click, contact, reading))
    return answer


def _with_page(office: Office, person: Person) -> Person:
    """Return a person with the address of their page, where their platform lets one tell it."""
    platform = person.id.partition(":")[0]
    profiles = (office.policies.profile(one) for one in office.policies.accounts)
    page = next((one.page for one in profiles if one.platform == platform), "")
    return replace(person, url=person.url or page_of(page, person.handle))


def page_of(page: str, handle: str) -> str:
    """Fill a platform's pattern of pages with a handle; "" where that does not tell one."""
    handle = quote(handle.lstrip("@"), safe="@")
    user, _, server = handle.partition("@")
    whole = handle and (server or "{server}" not in page)
    return page.format(handle=handle, user=user, server=server) if whole else ""


async def _read(
    proofs: Proofs, kind: EvidenceKind, source: str, known: Known
) -> tuple[Known, Evidence | str]:
    """Return the evidence, or the word for why there is none."""
    try:
        return known, await proofs.read(kind, source, known.person)
    except (Unproven, Blocked) as error:
        return known, error.why


async def _later(
    office: Office,
    click: Click,
    contact: Contact,
    reading: asyncio.Task[tuple[Known, Evidence | str]],
) -> None:
    found = await _told(office, click, contact, await reading)
    if isinstance(found, Contact):
        say = office.say(click.who.officer)
        name = one_line(found.name, 80)
        await show(office, click, told_view("proof.kept", say, opened(office, click), name=name))


async def _told(
    office: Office, click: Click, contact: Contact, found: tuple[Known, Evidence | str]
) -> Contact | Acknowledgement:
    """Keep what was read; else say why it proves nothing."""
    known, evidence = found
    if isinstance(evidence, str):
        say = office.say(click.who.officer)
        view = told_view(f"proof.{evidence}", say, opened(office, click))
        return await show(office, click, view)
    command = Prove(known.person.id, evidence.kind, evidence.source, evidence.expires)
    contacts = office.inbox.contacts
    order = contacts.order(command, by="clerk", via=click.who.via, op=f"{click.op}/page")
    done = await contacts.do(contact.id, order)
    return await refused(office, click, done) if isinstance(done, Denied) else done.record
