"""What a page proves about a profile, and what it does not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bots.guarded import Page
from bots.proofs import Proofs, Unproven, links
from inbox.directory.evidence import LASTS
from inbox.words import Person
from tests.bots.web import Web, little_web

ROOT = Path(__file__).parents[2]
NOW = 1_305_100_800_000
MFA, PROFILE = "mfa.example/people", "social.example/@minister"


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with little_web() as made:
        yield made


def proofs(site: Web) -> Proofs:
    return Proofs(site.guarded(), lambda: NOW)


def minister(site: Web) -> Person:
    return Person("mastodon:1", "minister@social.example", "Minister", url=site.url(PROFILE))


async def unproven(site: Web, kind: str, source: str = MFA) -> str:
    with pytest.raises(Unproven) as no:
        await getattr(proofs(site), kind)(site.url(source), minister(site))
    return no.value.why


async def test_an_institutions_page_that_links_to_the_profile_proves_it(site: Web) -> None:
    site.pages[MFA] = f'<p>Our minister: <a href="{site.url(PROFILE)}/">here</a></p>'
    found = await proofs(site).linked_from(site.url(MFA), minister(site))
    assert (found.kind, found.source, found.by) == ("linked_from", site.url(MFA), "clerk")
    assert (found.at, found.expires) == (NOW, NOW + LASTS["linked_from"])


@pytest.mark.parametrize(
    "page",
    [
        "<p>Nothing here</p>",
        '<a href="{profile}/status/1">a post</a>',
        '<a href="{profile}x">another</a>',
        '<!-- <a href="{profile}">gone</a> -->',
        "<script>'<a href=\"{profile}\">no</a>'</script>",
        '<template><a href="{profile}">no</a></template>',
        "{profile}",
        '<a rel="ugc nofollow" href="{profile}">a visitor wrote this</a>',
        '<a rel="sponsored" href="{profile}">an advertisement</a>',
        '<a href="http://elsewhere.example/@minister">another site</a>',
    ],
)
async def test_what_is_no_link_of_the_institutions_own_proves_nothing(site: Web, page: str) -> None:
    site.pages[MFA] = page.format(profile=site.url(PROFILE))
    assert await unproven(site, "linked_from") == "no_link"


async def test_a_profile_does_not_prove_itself(site: Web) -> None:
    site.pages[PROFILE] = f'<a href="{site.url(PROFILE)}">me</a>'
    assert await unproven(site, "linked_from", PROFILE) == "other_domain"


async def test_a_page_and_a_profile_prove_one_another_only_both_ways(site: Web) -> None:
    site.pages[MFA] = f'<a rel="me noopener" href="{site.url(PROFILE)}">me</a>'
    site.pages[PROFILE] = "<p>I am the minister, believe me</p>"
    assert await unproven(site, "rel_me") == "no_link_back"
    site.pages[PROFILE] = f'<link rel="me" href="{site.url(MFA)}">'
    found = await proofs(site).rel_me(site.url(MFA), minister(site))
    assert (found.kind, found.source) == ("rel_me", site.url(MFA))
    site.pages[MFA] = f'<a href="{site.url(PROFILE)}">not as me</a>'
    assert await unproven(site, "rel_me") == "no_link"


async def test_a_handle_at_a_domain_is_proven_by_the_domain(site: Web) -> None:
    finger = "social.example/.well-known/webfinger"
    site.kinds[finger] = "application/jrd+json"
    site.pages[finger] = json.dumps({"links": [{"rel": "self", "href": site.url(PROFILE)}]})
    domain = site.url("social.example")
    assert (await proofs(site).domain(domain, minister(site))).kind == "domain"
    bare = replace(minister(site), handle="minister")
    assert (await proofs(site).domain(domain, bare)).kind == "domain"
    assert await unproven(site, "domain", "other.example") == "other_domain"
    for said in ("[]", '{"links": 3}', '{"links": ["x"]}', "no json", "{}"):
        site.pages[finger] = said
        assert await unproven(site, "domain", "social.example") == "no_link"


async def test_somebody_without_a_profile_page_is_proven_by_none(site: Web) -> None:
    with pytest.raises(Unproven):
        await proofs(site).linked_from(site.url(MFA), Person("x:1", "minister"))


async def test_evidence_is_read_again_and_a_site_that_is_away_says_nothing(site: Web) -> None:
    site.pages[MFA] = f'<a href="{site.url(PROFILE)}">our minister</a>'
    them, reader = minister(site), proofs(site)
    evidence = await reader.linked_from(site.url(MFA), them)
    assert await reader.still(evidence, them) is True
    site.pages[MFA] = "<p>We have another minister</p>"
    assert await reader.still(evidence, them) is False
    del site.pages[MFA]
    assert await reader.still(evidence, them) is None
    assert await reader.still(evidence, replace(them, url="")) is None


def test_links_are_read_as_a_browser_would() -> None:
    page = Page(
        "https://mfa.example/people/",
        '<base href="/en/"><a href=minister>m</a><A HREF="//x.com/Minister" REL="Me">x</A>',
    )
    assert [one.url for one in links(page)] == [
        "https://mfa.example/en/minister",
        "https://x.com/Minister",
    ]
    assert "me" in links(page)[1].rel


async def test_the_demo_has_a_ministry_whose_page_proves_its_minister(site: Web) -> None:
    text = (ROOT / "sandbox" / "page" / "static" / "qasira.html").read_text("utf-8")
    site.pages["qasira.example/static/qasira.html"] = text
    for url in ("https://x.com/JalilOrfani", "https://mfa.qasira.example/@orfani"):
        them = Person("x:1500000000000000041", "JalilOrfani", url=url)
        page = site.url("qasira.example/static/qasira.html")
        assert (await proofs(site).linked_from(page, them)).kind == "linked_from"
