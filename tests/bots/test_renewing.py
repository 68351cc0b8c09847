"""Evidence that a machine can read is read again before it ends; the withdrawn counts no more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bots.proofs import Proofs
from bots.renewing import Renewer
from inbox.denied import Denied
from inbox.directory.commands import Add, AnyCommand, Attach, Prove
from inbox.directory.evidence import DAY, LASTS, level
from inbox.directory.state import Known
from inbox.words import Person
from tests.bots.conftest import House, no_sleep
from tests.bots.web import Web, little_web

PAGE = "mfa.example/people"


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with little_web() as made:
        yield made


async def orders(house: House, command: AnyCommand, by: str = "officer:eb") -> None:
    contacts = house.inbox.contacts
    done = await contacts.do("c1", contacts.order(command, by=by))
    assert not isinstance(done, Denied), done


async def attached(house: House, handle: str = "citizen") -> Person:
    user = house.scene.world.user(handle)
    them = await house.scene.bot().person(f"x:{user.id}")
    await orders(house, Add("Leila Qasim", "counterpart"))
    await orders(house, Attach(them))
    return them


async def proven(house: House, site: Web, left: int) -> Person:
    """Let their ministry's page prove them, with this many ms left."""
    them = await attached(house)
    site.pages[PAGE] = f'<a href="{them.url}">Our minister</a>'
    prove = Prove(them.id, "linked_from", site.url(PAGE), house.inbox.now() + left)
    await orders(house, prove, "clerk")
    return them


def renewer(house: House, site: Web) -> Renewer:
    account = house.scene.accounts["MinistryX"]
    proofs = Proofs(site.guarded(), house.inbox.now)
    return Renewer(house.inbox, account, house.scene.bot(), proofs, no_sleep)


async def known(house: House, them: Person) -> Known:
    contact = await house.inbox.contacts.load("c1")
    found = contact.known(them.id) if contact else None
    assert found
    return found


async def test_what_ends_soon_is_read_again_and_counts_on(house: House, site: Web) -> None:
    them = await proven(house, site, 2 * DAY)
    await renewer(house, site).round()
    [evidence] = (await known(house, them)).evidence
    assert evidence.expires == house.inbox.now() + LASTS["linked_from"]


async def test_what_ends_later_costs_no_look_up(house: House, site: Web) -> None:
    await proven(house, site, 20 * DAY)
    paid = list(house.scene.purse.taken)
    await renewer(house, site).round()
    assert (house.scene.purse.taken, site.heard) == (paid, [])


async def test_a_page_that_says_it_no_longer_freezes_them(house: House, site: Web) -> None:
    them = await proven(house, site, 2 * DAY)
    site.pages[PAGE] = "<p>We have another minister</p>"
    await renewer(house, site).round()
    found = await known(house, them)
    assert (found.frozen, level(found, house.inbox.now())) == ("linked_from", "unproven")


async def test_a_page_that_is_away_freezes_nobody_and_its_word_ends_in_time(
    house: House, site: Web
) -> None:
    them = await proven(house, site, 2 * DAY)
    del site.pages[PAGE]
    await renewer(house, site).round()
    found = await known(house, them)
    assert (found.frozen, level(found, house.inbox.now())) == ("", "verified")
    assert level(found, house.inbox.now() + 2 * DAY) == "unproven"


async def test_somebody_renamed_is_frozen_without_an_answer_on_its_way(
    house: House, site: Web
) -> None:
    them = await proven(house, site, 2 * DAY)
    house.scene.world.rename("citizen", "citizen_new")
    await renewer(house, site).round()
    assert (await known(house, them)).frozen == "handle"


async def test_a_governments_mark_is_noted_and_a_paid_one_is_not(house: House, site: Web) -> None:
    them = await attached(house, "EmbassyX")
    await renewer(house, site).round()
    found = await known(house, them)
    assert [one.kind for one in found.evidence] == ["government_mark"]
    assert level(found, house.inbox.now()) == "probable"


async def test_a_paid_badge_is_no_evidence(house: House, site: Web) -> None:
    them = await attached(house, "other")
    assert them.mark == "paid"
    await renewer(house, site).round()
    assert (await known(house, them)).evidence == ()


async def test_nobody_is_looked_up_again_and_again(house: House, site: Web) -> None:
    await proven(house, site, 2 * DAY)
    del site.pages[PAGE]
    worker = renewer(house, site)
    await worker.round()
    heard = len(site.heard)
    await worker.round()
    assert len(site.heard) == heard
