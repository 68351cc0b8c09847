"""A page that somebody names is fetched from the public web, and never from our own house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest

from bots.guarded import SIZE, Blocked, Guarded, public
from tests.bots.web import LOOPBACK, Names, Web, little_web

SITE = "mfa.example/people"


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    async with little_web() as made:
        made.pages[SITE] = "<p>Our people</p>"
        yield made


async def why(guarded: Guarded, url: str) -> str:
    with pytest.raises(Blocked) as blocked:
        await guarded.fetch(url)
    return blocked.value.why


INSIDE = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::1"),
)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_of_a_house_is_public_however_it_is_wrapped(address: str) -> None:
    assert not public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert public(ip_address(address))


async def test_a_page_of_the_public_web_is_fetched_without_anything_of_ours(site: Web) -> None:
    page = await site.guarded().fetch(site.url(SITE) + "#people")
    assert (page.url, page.text) == (site.url(SITE) + "#people", "<p>Our people</p>")
    [heard] = site.heard
    assert not {"Cookie", "Authorization", "Referer"} & set(heard.headers)


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_into_the_house_is_not_followed(site: Web, address: str) -> None:
    names = Names({"evil.example": [f"{LOOPBACK} {address}"], "mfa.example": [address]})
    url = f"http://evil.example:{site.secret_port}/secret"
    assert await why(site.guarded(names), url) == "address"
    if address != LOOPBACK:
        assert await why(site.guarded(names), site.url(SITE)) == "address"
    assert (site.secrets, site.heard) == (0, [])


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "[::1]"),
        *("[::ffff:127.0.0.1]", "localhost", "localhost.", "intranet", "metadata"),
    ],
)
async def test_a_number_or_a_bare_name_is_no_name_of_the_public_web(site: Web, host: str) -> None:
    url = f"http://{host}:{site.secret_port}/secret"
    assert await why(site.guarded(), url) in ("host", "away")
    assert site.secrets == 0


@pytest.mark.parametrize("way", ["", "://evil.example:{port}/secret", "once"])
async def test_a_redirect_into_the_house_is_not_followed(site: Web, way: str) -> None:
    site.sends["mfa.example/old"] = site.secret if not way else f"http{way}"
    if way == "once":
        site.sends["mfa.example/old"] = site.url("mfa.example/older")
        site.sends["mfa.example/older"] = site.secret
    if way.startswith(":"):
        site.sends["mfa.example/old"] = "http" + way.format(port=site.secret_port)
    assert await why(site.guarded(), site.url("mfa.example/old")) in ("host", "address")
    assert site.secrets == 0


async def test_a_name_that_is_another_at_the_second_look_is_looked_up_once(site: Web) -> None:
    names = Names({"rebinding.example": ["192.0.2.9 8.8.8.8", LOOPBACK]})
    url = f"http://rebinding.example:{site.secret_port}/secret"
    assert await why(site.guarded(names), url) == "address"
    assert (names.asked["rebinding.example"], site.secrets) == (1, 0)


async def test_redirects_among_public_pages_are_followed_a_few_times(site: Web) -> None:
    site.sends["mfa.example/a"] = "/people"
    assert (await site.guarded().fetch(site.url("mfa.example/a"))).url == site.url(SITE)
    site.sends["mfa.example/loop"] = "/loop"
    assert await why(site.guarded(), site.url("mfa.example/loop")) == "redirects"
    assert len(site.heard) < 10


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://mfa.example/people", "scheme"),
        ("ftp://mfa.example/people", "scheme"),
        ("file:" + "///etc/passwd", "scheme"),
        ("gopher://mfa.example:70/", "scheme"),
        ("https://mfa.example:8443/people", "port"),
        ("https://mfa.example:22/", "port"),
        ("https://127.0.0.1/", "host"),
        ("https://[::1]/", "host"),
        ("https://user:pass@mfa.example/", "credentials"),
        ("https://admin@mfa.example/", "credentials"),
        ("https://mfa.example/", "address"),
        ("https:///people", "host"),
        ("", "scheme"),
        ("https://[", "away"),
    ],
)
async def test_outside_the_sandbox_only_https_at_its_own_port_is_asked_for(
    url: str, reason: str
) -> None:
    assert await why(Guarded(Names({})), url) == reason


@pytest.mark.parametrize(
    ("heads", "kind", "text", "reason"),
    [
        ({}, "text/html", "x" * (SIZE + 1), "size"),
        ({"Content-Encoding": "gzip"}, "text/html", "x", "kind"),
        ({}, "application/octet-stream", "x", "kind"),
    ],
)
async def test_what_is_too_large_or_packed_or_no_page_is_not_read(
    site: Web, heads: dict[str, str], kind: str, text: str, reason: str
) -> None:
    site.pages["mfa.example/odd"] = text
    site.heads["mfa.example/odd"], site.kinds["mfa.example/odd"] = heads, kind
    assert await why(site.guarded(), site.url("mfa.example/odd")) == reason
    assert await why(site.guarded(), site.url("mfa.example/none")) == "status"


async def test_a_site_that_never_ends_is_left(site: Web) -> None:
    assert await why(site.guarded(patience=0.0), site.url(SITE)) == "away"


async def test_behind_a_proxy_a_name_is_looked_up_before_it_is_asked(site: Web) -> None:
    names = Names({"evil.example": ["10.0.0.1"]})
    guarded = Guarded(names, proxy=lambda _: site.url("proxy.example/"))
    assert await why(guarded, "https://evil.example/") == "address"
    assert site.heard == []
