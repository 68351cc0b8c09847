"""Links that tell more than they should: where they lead, and what they carry."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

import regex

from inbox.answers.leaks.letters import Spot
from inbox.answers.leaks.lists import listed

LINK = regex.compile(
    r"(?:https?|ftp)://[^\s<>\"”»]{1,2000}"
    r"|(?<![\w@.＠-])(?:[\w-]{1,63}\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})"
    r"(?::\d{2,5})?(?:/[^\s<>\"”»]{0,2000}|(?![\w.-]*@)\b)",
    regex.IGNORECASE,
)
"""An address with its scheme, or a bare one."""
TOKEN = regex.compile(r"(?=.*\d)[\w.~+=-]{20,}")
"""A value that is somebody's or something's number."""


def telling_url(text: str, hosts: Collection[str] = ()) -> Iterator[Spot]:
    """Yield links that tell: `hosts` are the account's own; where it has none, any may stand."""
    for link, at in links(text):
        parts = _split(link)
        if parts is None or _tells(parts, frozenset(hosts)):
            yield link, at


def links(text: str) -> Iterator[Spot]:
    """Yield every address, also a bare one."""
    for match in LINK.finditer(text):
        link = match.group().rstrip(".,;:!?…)]}'’»؟،")
        if "://" in link or _ending(link) in listed("endings"):
            yield link, match.start()


def host_of(link: str) -> str:
    """Return a link's host in lower case; "" where it has none."""
    parts = _split(link)
    return (parts.hostname or "") if parts else ""


def _ending(link: str) -> str:
    return link.partition("/")[0].partition(":")[0].rpartition(".")[2].lower()


def _split(link: str) -> SplitResult | None:
    """Take a link apart; None where nobody could."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def _tells(parts: SplitResult, hosts: frozenset[str]) -> bool:
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    ours = any(_under(host, one) for one in hosts)
    if parts.username is not None or _carries(parts, ours):
        return True
    if ours:
        return False
    strange = bool(hosts) or not host.isascii() or "xn--" in host
    return strange or _elsewhere(host, parts)


def _elsewhere(host: str, parts: SplitResult) -> bool:
    """Say whether a host shortens, is nobody's but the house's, or keeps documents."""
    shared = any(_under(host, one) for one in listed("documents"))
    public = host.partition(".")[0] in listed("public")
    file = parts.path.lower().endswith(listed("files"))
    strange = parts.port not in (None, 80, 443)
    hides = host in listed("shorteners") or _inside(host)
    return hides or strange or file or (shared and not public)


def _inside(host: str) -> bool:
    labels = host.split(".")
    if len(labels) == 1 or {labels[0], labels[-1]} & {*listed("inside")}:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _carries(parts: SplitResult, ours: bool) -> bool:
    """Say whether an address carries somebody's number, or what opens something."""
    told = parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True, max_num_fields=None)
    return any(
        name.lower() in listed("telling")
        or (name.lower() in listed("numbered") and not ours)
        or TOKEN.fullmatch(value)
        or "@" in value
        for name, value in told
    )


def _under(host: str, of: str) -> bool:
    return host == of or host.endswith(f".{of}")
