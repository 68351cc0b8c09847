"""The install paper: what an administrator of the workspace must know before saying yes.

Made from the manifest itself, so that it cannot ask for less than the app does. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from handlers.slack.manifest import EVENTS, HISTORY, MESSAGES, SCOPES, manifest
from inbox.words import Profile, Record

WIDTH = 96
SLACK_HOSTS = ("slack.com",)
OWN_HOST = "each account's instance"
"""What a platform calls that has no host of its own: every account lives on one."""
SOCKET_HOSTS = ("wss-primary.slack.com", "wss-backup.slack.com")
"""Where Socket Mode's lines lead (https://docs.slack.dev/apis/events-api/using-socket-mode)."""


class House(Record, frozen=True):
    """What the paper must know of one installation; `days` says for how long what is kept."""

    command: str
    public_url: str
    socket: bool
    platforms: Sequence[Profile]
    days: Mapping[str, int]
    history: bool = True


def paper(house: House) -> str:
    """Return the whole paper as plain text."""
    return "\n".join(
        [
            "CHANCERY: INSTALL PAPER",
            "What the Slack app asks for and why, what flows where, what is kept.",
            *_part("WHAT IT ASKS FOR", _scopes(house)),
            *_part("WHAT IT HEARS OF", _events(house)),
            *_part("WHAT FLOWS WHERE", _flow(house)),
            *_part("WHOM IT CALLS (outbound, TLS, port 443)", _outbound(house)),
            *_part("WHO CALLS IT (inbound)", _inbound(house)),
            *_part("WHAT IS KEPT, WHERE, HOW LONG", _kept(house)),
            *_part("HOW IT ENDS", ENDS),
        ]
    )


def reasons(*, history: bool) -> Mapping[str, str]:
    """Return each scope with its reason: all that the manifest asks for, and nothing else."""
    known = {**SCOPES, **HISTORY}
    asked = manifest("", history=history)["oauth_config"]["scopes"]["bot"]
    return {scope: known[scope] for scope in asked}


def _scopes(house: House) -> Iterator[str]:
    for scope, reason in reasons(history=house.history).items():
        yield f"{scope:<20}{reason.replace('/inbox', house.command)}"
    if house.history:
        yield ""
        yield (
            f"Without {', '.join(HISTORY)} (manifest --no-history) nothing typed in a channel is"
            " heard: notes are kept by button, and a card whose posting was cut may stand twice."
        )
    yield ""
    yield "No user token, no scope to read or write as anybody, none to list or to join channels."


def _events(house: House) -> Iterator[str]:
    yield ", ".join((*EVENTS, *(MESSAGES if house.history else ())))
    yield ""
    yield "Only in channels the app was invited to, and in direct messages to the app itself."


def _flow(house: House) -> Iterator[str]:
    names = ", ".join(profile.title for profile in house.platforms) or "no platform yet"
    yield (
        f"{names} -> this host -> the Slack channels that accounts.toml names: what the public"
        " wrote to the ministry's accounts. Private messages only into private channels that are"
        " neither shared outside nor have a guest; else they are kept here, not shown, and told of."
    )
    yield (
        f"Slack -> this host -> {names}: an answer leaves when an officer sends it, and otherwise"
        " only the automatic reply to a private message, where accounts.toml asks for one."
    )
    yield (
        "A thread under a card, notes and tags stay in the house. Nobody else gets anything: no"
        " telemetry, no fonts or scripts from elsewhere."
    )


def _outbound(house: House) -> Iterator[str]:
    for host in (*SLACK_HOSTS, *(SOCKET_HOSTS if house.socket else ())):
        yield f"{host:<28}Slack"
    for profile in house.platforms:
        for host in profile.hosts:
            yield f"{host:<28}{profile.title}"
        if not profile.hosts:
            yield f"{OWN_HOST:<28}{profile.title}: the hosts that accounts.toml names"
    yield (
        f"{'any site, https alone':<28}pages that an officer names as evidence of who somebody is;"
        " never an address inside a house: each name is looked up once and checked."
    )
    yield ""
    yield "HTTPS_PROXY and NO_PROXY are honoured, and CHANCERY_CA names further authorities (PEM)."


def _inbound(house: House) -> Iterator[str]:
    here = house.public_url or "https://your.host"
    if house.socket:
        yield "Slack: nobody. Socket Mode: the host calls out, Slack answers on that line."
    else:
        yield f"Slack: {here}/slack/events, signed by Slack, refused when older than five minutes."
    for profile in house.platforms:
        if profile.pushes:
            door = f"{here}/hooks/{profile.platform}/<app>"
            yield f"{profile.title}: {door}, signed by it; or nobody, where it is polled."


def _kept(house: House) -> Iterator[str]:
    store = "this host's Redis or Valkey"
    yield f"Conversations, answers, notes, who did what: {store}, until erased (python -m inbox)."
    yield f"Payloads as the platform sent them: {store}, {house.days['raw']} days."
    yield f"An officer's unfinished text: {store}, {house.days['drafts']} days."
    yield "Words for search: an index under CHANCERY_DATA on this host; what is erased leaves it."
    yield "Digests of histories, no text: CHANCERY_DATA and wherever they are anchored."
    yield "Cards and what is quoted under them: your Slack, by your own retention."
    yield "Who holds a token: this host's environment; logs carry neither token nor text."


ENDS = (
    "Remove the app from the workspace: its token dies, nothing more is posted, cards wait here.",
    "The page still works. What it posted stays in Slack until your own retention takes it.",
)


def _part(title: str, lines: Iterator[str] | Sequence[str]) -> list[str]:
    """Return one part, its long lines wrapped and hanging under their own beginning."""
    told: list[str] = ["", title]
    for line in lines:
        told += wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ") or [""]
    return told
