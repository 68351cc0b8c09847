"""Reads evidence of who somebody is: pages that link to their profile, domains that are theirs."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from bots.guarded import Blocked, Guarded, Page, loopback
from inbox.directory.evidence import LASTS, OF_HANDLE
from inbox.directory.state import Evidence, EvidenceKind
from inbox.words import Millis, Person, Record

ME = "me"
OTHERS_WORDS = frozenset({"ugc", "nofollow", "sponsored"})
"""How a page says that a link is not its own word: visitors wrote it, or paid for it."""
SAME_SITE = {"twitter.com": "x.com", "mobile.twitter.com": "x.com", "mobile.x.com": "x.com"}
"""Other names of one platform."""

NotProven = Literal["no_profile", "no_link", "no_link_back", "other_domain"]


class Unproven(Exception):
    """The page was read, and does not say it."""

    def __init__(self, why: NotProven) -> None:
        super().__init__(why)
        self.why: NotProven = why


def proving(
    proxy: Callable[[str], str],
    tls: ssl.SSLContext | None,
    now: Callable[[], Millis],
    *,
    sandbox: bool,
) -> Proofs:
    """Return what reads evidence by this way out of the house; in the sandbox from loopback too."""
    guarded = Guarded(spared=loopback if sandbox else None, proxy=proxy, tls=tls)
    return Proofs(guarded, now)


class Link(Record, frozen=True):
    """Where a page links to, and as what."""

    url: str
    rel: frozenset[str]


class Proofs:
    """Turns pages into evidence. Raises Unproven where they say otherwise, Blocked if unread."""

    def __init__(self, guarded: Guarded, now: Callable[[], Millis]) -> None:
        self._guarded, self._now = guarded, now

    async def read(self, kind: EvidenceKind, source: str, person: Person) -> Evidence:
        """Read one kind of evidence from its source."""
        if kind == "rel_me":
            return await self.rel_me(source, person)
        if kind == "domain":
            return await self.domain(source, person)
        return await self.linked_from(source, person)

    async def rel_me(self, page: str, person: Person) -> Evidence:
        """See that a page and a profile link to one another as the same person's."""
        profile = _profile(person)
        here = await self._guarded.fetch(page)
        if not _links(here, profile, ME):
            raise Unproven("no_link")
        back = await self._guarded.fetch(profile)
        if not _links(back, page, ME):
            raise Unproven("no_link_back")
        return self._evidence("rel_me", page)

    async def linked_from(self, page: str, person: Person) -> Evidence:
        """See that an institution's own page links to the profile, in its own words."""
        profile = _profile(person)
        if urlsplit(page).hostname == urlsplit(profile).hostname:
            raise Unproven("other_domain")
        if not _links(await self._guarded.fetch(page), profile):
            raise Unproven("no_link")
        return self._evidence("linked_from", page)

    async def domain(self, domain: str, person: Person) -> Evidence:
        """See that the handle lives at a domain, and that the domain says the same."""
        host = (urlsplit(domain).hostname if "://" in domain else domain.strip().lower()) or ""
        profile = _profile(person)
        name, _, at = person.handle.lstrip("@").lower().partition("@")
        if not host or (at or urlsplit(profile).hostname) != host:  # at our own server it is bare
            raise Unproven("other_domain")
        asked = quote(f"acct:{name}@{host}", safe="")
        site = domain.rstrip("/") if "://" in domain else f"https://{host}"
        finger = await self._guarded.fetch(f"{site}/.well-known/webfinger?resource={asked}")
        if not any(_same(one, profile) for one in _fingered(finger)):
            raise Unproven("no_link")
        return self._evidence("domain", site)

    async def still(self, evidence: Evidence, person: Person) -> bool | None:
        """Say whether its source says so still; None where it could not be read."""
        if evidence.kind not in OF_HANDLE:
            return None
        try:
            await self.read(evidence.kind, evidence.source, person)
        except Unproven as unproven:
            return None if unproven.why == "no_profile" else False
        except Blocked:
            return None
        return True

    def _evidence(self, kind: EvidenceKind, source: str) -> Evidence:
        now = self._now()
        return Evidence(kind, source, now + LASTS[kind], now, "clerk")


class _Links(HTMLParser):
    """Gathers a page's links; what stands in scripts, comments and templates is none."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.found: list[Link] = []
        self._base = page.url
        self._hidden = 0
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        given = {name: value or "" for name, value in attrs}
        if tag in ("template", "noscript"):
            self._hidden += 1
        elif tag == "base" and "href" in given:
            self._base = urljoin(self._base, given["href"])
        elif tag in ("a", "link", "area") and "href" in given and not self._hidden:
            rel = frozenset(given.get("rel", "").lower().split())
            self.found.append(Link(urljoin(self._base, given["href"].strip()), rel))

    def handle_endtag(self, tag: str) -> None:
        """Leave what is not shown."""
        if tag in ("template", "noscript"):
            self._hidden = max(0, self._hidden - 1)


def links(page: Page) -> tuple[Link, ...]:
    """Return where a page links to."""
    return tuple(_Links(page).found)


def _links(page: Page, to: str, rel: str = "") -> bool:
    return any(
        _same(link.url, to) and (rel in link.rel if rel else not link.rel & OTHERS_WORDS)
        for link in links(page)
    )


def _same(one: str, other: str) -> bool:
    """Whether two addresses name one page, however they are written."""
    return bool(one) and _plain(one) == _plain(other)


def _plain(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url, ""
    return SAME_SITE.get(host, host), parts.path.rstrip("/").casefold()


def _profile(person: Person) -> str:
    if not person.url:
        raise Unproven("no_profile")
    return person.url


def _fingered(page: Page) -> Iterable[str]:
    try:
        told: dict[str, Any] = msgspec.json.decode(page.text, type=dict[str, Any])
    except msgspec.DecodeError:
        return ()
    found = told.get("links")
    rows = found if isinstance(found, list) else []
    return [str(one.get("href", "")) for one in rows if isinstance(one, dict)]
