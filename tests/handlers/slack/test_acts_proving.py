"""An officer names a page, the machine reads it, and the contact shows what it proves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from bots import profiles
from bots.proofs import Proofs
from handlers.slack import ids
from handlers.slack.acts import proving
from inbox.directory import commands as c
from inbox.directory.evidence import level
from inbox.directory.state import Known
from inbox.words import Person
from tests.bots.web import Web, little_web
from tests.handlers.slack.conftest import ANNA, MARIA, House, until, words
from tests.handlers.slack.test_acts_directory import actions_of, known, standing

PAGE, PROFILE = "mfa.example/people", "social.example/@orfani"


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with little_web() as made:
        yield made


async def asked(house: House, site: Web, source: str, kind: str = "linked_from") -> str:
    """Let Maria name a page; give what her modal says then."""
    person = Person("x:eva", handle="eva", name="Eva", url=site.url(PROFILE))
    await named(house, site, person, source, kind)
    await house.submits(MARIA)
    return words(house.view(MARIA)["blocks"])


async def named(house: House, site: Web, person: Person, source: str, kind: str) -> None:
    """Let Maria name a page for this person, and not yet submit it."""
    house.slack.office.proofs = Proofs(site.guarded(), house.inbox.now)
    await known(house, c.Attach(person))
    await house.command(MARIA, "who qasira")
    await house.tap(MARIA, ids.PROVE)
    await house.tap(MARIA, ids.PROOF, selected=kind)
    await house.types(MARIA, source, ids.REASON)


async def proven(house: House) -> Known:
    found = (await standing(house)).known("x:eva")
    assert found
    return found


async def test_an_institutions_page_that_links_to_the_profile_verifies(
    office: House, site: Web
) -> None:
    site.pages[PAGE] = f'<a href="{site.url(PROFILE)}">Our minister</a>'
    told = await asked(office, site, site.url(PAGE))
    assert "✓ verified" in told
    assert "until" in told
    assert site.url(PAGE) in told
    found = await proven(office)
    assert [(one.kind, one.by) for one in found.evidence] == [("linked_from", "clerk")]
    history = await office.inbox.contacts.history("fm")
    assert history[-1].via.endswith(MARIA)


@pytest.mark.parametrize(
    ("page", "kind", "says"),
    [
        ("<p>Nobody</p>", "linked_from", "does not link to their profile"),
        ('<a rel="me" href="{profile}">me</a>', "rel_me", "does not give that page"),
    ],
)
async def test_a_page_that_says_otherwise_proves_nothing_and_is_told(
    office: House, site: Web, page: str, kind: str, says: str
) -> None:
    site.pages[PAGE] = page.format(profile=site.url(PROFILE))
    assert says in await asked(office, site, site.url(PAGE), kind)
    found = await proven(office)
    assert (found.evidence, level(found, office.inbox.now())) == ((), "unproven")


async def test_an_address_inside_the_house_is_never_asked_for(office: House, site: Web) -> None:
    assert "no name of a public site" in await asked(office, site, site.secret)
    assert site.secrets == 0


async def test_what_is_no_address_is_told_at_the_box(office: House, site: Web) -> None:
    await asked(office, site, "the ministry's page")
    assert office.view(MARIA)["callback_id"] == ids.VIEW_PERSON
    assert (await proven(office)).evidence == ()


async def test_a_page_that_takes_its_time_is_told_of_when_it_is_read(
    office: House, site: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, let = Proofs.linked_from, asyncio.Event()

    async def slowly(self: Proofs, page: str, person: Person) -> object:
        await let.wait()
        return await read(self, page, person)

    monkeypatch.setattr(Proofs, "linked_from", slowly)
    monkeypatch.setattr(proving, "AT_ONCE", 0.01)
    site.pages[PAGE] = f'<a href="{site.url(PROFILE)}">Our minister</a>'
    assert "being read" in await asked(office, site, site.url(PAGE))
    let.set()
    await until(lambda: "Kept as evidence" in words(office.view(MARIA)["blocks"]))
    assert level(await proven(office), office.inbox.now()) == "verified"


async def test_who_may_not_approve_proves_nothing(office: House, site: Web) -> None:
    await known(office, c.Attach(Person("x:eva", handle="eva", url=site.url(PROFILE))))
    await office.command(ANNA, "who qasira")
    assert ids.PROVE not in actions_of(office.view(ANNA))


async def test_who_no_longer_may_approve_proves_nothing_by_an_open_modal(
    office: House, site: Web
) -> None:
    site.pages[PAGE] = f'<a href="{site.url(PROFILE)}">Our minister</a>'
    person = Person("x:eva", handle="eva", name="Eva", url=site.url(PROFILE))
    await named(office, site, person, site.url(PAGE), "linked_from")
    maria = replace(office.policies.officers["ml"], roles=("officer",))
    office.policies.officers["ml"] = maria
    vars(office.policies)["_by_slack"] |= dict.fromkeys(maria.slack, maria)
    await office.submits(MARIA)
    assert "approver" in words(office.view(MARIA)["blocks"])
    assert (site.heard, (await proven(office)).evidence) == ([], ())


async def test_of_somebody_who_never_wrote_the_page_is_known_by_their_handle(
    office: House, site: Web
) -> None:
    site.pages[PAGE] = '<a href="https://twitter.com/Eva">Our minister</a>'
    await named(office, site, Person("x:eva", handle="eva"), site.url(PAGE), "linked_from")
    await office.submits(MARIA)
    assert level(await proven(office), office.inbox.now()) == "verified"


@pytest.mark.parametrize(
    ("platform", "handle", "page"),
    [
        ("x", "@eva", "https://x.com/eva"),
        ("mastodon", "eva@mfa.example", "https://mfa.example/@eva"),
        ("mastodon", "eva", ""),
        ("x", "", ""),
    ],
)
def test_a_platform_says_where_a_persons_page_stands(platform: str, handle: str, page: str) -> None:
    assert proving.page_of(profiles()[platform].page, handle) == page
    assert proving.page_of("", "eva") == ""
