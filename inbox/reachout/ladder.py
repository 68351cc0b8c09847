"""The ladder: which rungs a contact's channels make, what the platform forbids, what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from inbox.reachout.state import Rung, RungKind, Try, Urgency
from inbox.words import Account, Audience, Millis, Profile

ORDER: tuple[RungKind, ...] = ("phone", "email", "embassy", "private", "public")
"""From the quietest to the loudest: what everybody can read comes last."""

MINUTES: dict[Urgency, dict[RungKind, int]] = {
    "normal": {"phone": 60, "email": 240, "embassy": 480, "private": 240, "public": 480},
    "urgent": {"phone": 15, "email": 45, "embassy": 60, "private": 45, "public": 120},
    "immediate": {"phone": 5, "email": 10, "embassy": 15, "private": 10, "public": 30},
}
"""How long a rung may take, unless the officer says otherwise."""


def planned(rungs: Iterable[Rung], urgency: Urgency) -> tuple[Rung, ...]:
    """Return rungs in the order of the ladder, each with its time."""
    timed = (replace(one, minutes=MINUTES[urgency][one.kind]) for one in rungs)
    return tuple(sorted(timed, key=lambda one: ORDER.index(one.kind)))


def clean(rung: Rung, rule: str = "") -> Rung:
    """Return a rung as a plan: nothing of it has happened yet."""
    return Rung(
        kind=rung.kind,
        way="" if rung.on_platform else rung.way,
        person=rung.person if rung.on_platform else "",
        handle=rung.handle if rung.on_platform else "",
        account=rung.account if rung.on_platform else "",
        template=rung.template if rung.kind == "public" else "",
        language=rung.language,
        minutes=max(1, rung.minutes),
        reach=rung.reach if rung.kind == "private" else "",
        reason=rung.reason if rung.kind == "private" else "",
        by_hand=bool(rule),
        rule=rule,
    )


def first(rungs: Sequence[Rung], at: Millis, by: str) -> tuple[Rung, ...]:
    """Return a ladder at whose foot we stand: what cannot be delivered has failed already."""
    begun = [_begun(one, at, by) for one in rungs]
    n = next((n for n, one in enumerate(begun) if one.state == "waiting"), None)
    if n is not None:
        begun[n] = replace(begun[n], state="open", since=at)
    return tuple(begun)


def _begun(rung: Rung, at: Millis, by: str) -> Rung:
    if rung.kind != "private" or rung.reach != "no":
        return rung
    no = Try(at=at, by=by, result="failed", why=rung.reason or "private_impossible")
    return replace(rung, state="failed", attempts=(no,))


def audience_of(rung: Rung) -> Audience:
    """Return who can read what a rung on a platform says."""
    return "public" if rung.kind == "public" else "private"


def forbidden(rung: Rung, account: Account, profile: Profile) -> str:
    """Return the platform's rule that forbids us this post, or ""; said before anyone clears it."""
    audience = audience_of(rung)
    if audience not in profile.audiences:
        return "no_such_audience"
    if rung.kind == "public" and not account.calls:
        return "mention_needed"
    if rung.kind == "public" and "public" not in profile.starts:
        return "they_write_first"
    if rung.kind == "private" and "private" not in profile.starts and rung.reach != "yes":
        return "they_write_first"
    return ""


def is_ours(url: str, account: Account, profile: Profile) -> bool:
    """Say whether an address can be a post of this account: at its platform, under its name."""
    parts = urlsplit(url.strip())
    steps = [step.lstrip("@").casefold() for step in parts.path.split("/") if step]
    ours = account.handle.lstrip("@").partition("@")[0].casefold()
    at_home = parts.scheme == "https" and _home(parts.hostname or "", account, profile)
    return at_home and bool(ours) and ours in steps[:-1]


def _home(host: str, account: Account, profile: Profile) -> bool:
    """Say whether people read this account there: at its instance, or beside the API."""
    if account.instance:
        return host == urlsplit(account.instance).hostname
    homes = {one.partition(".")[2] for one in profile.hosts}
    return bool(host) and (not homes or host in homes or host.removeprefix("www.") in homes)
