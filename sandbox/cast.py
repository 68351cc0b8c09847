"""Who is on stage: the operator's own tables, read so that every name stands in one place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.slack.world import Workspace
from sandbox.x.world import World

LOCALES = {"sv": "sv-SE", "en": "en-GB", "ar": "ar"}
"""The operator's short locale and the one Slack would report."""


@dataclass(frozen=True)
class Door:
    """One app of a platform, and the names of the variables with its secrets."""

    id: str
    platform: str
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Official:
    """One official account and the Slack channels it is answered from."""

    id: str
    app: str
    native_id: str
    handle: str
    title: str
    public: str
    private: str
    fallback: str
    officers: tuple[str, ...]
    secrets: Mapping[str, str] = field(repr=False)
    instance: str = ""
    """Where the account lives, on a network of many instances."""

    @property
    def platform(self) -> str:
        """The network it is on."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """The account's own part of its id, as its channels are named."""
        return self.id.partition("/")[2]


@dataclass(frozen=True)
class Member:
    """One officer as a member of the workspace."""

    id: str
    user: str
    name: str
    locale: str
    supervisor: bool


@dataclass(frozen=True)
class Shortcut:
    """One shortcut that the app has in Slack: on a message, or anywhere (`global`)."""

    callback: str
    title: str
    where: str


@dataclass(frozen=True)
class Cast:
    """Everybody who works for the ministry, its accounts, and what its app adds to Slack."""

    doors: tuple[Door, ...]
    officials: tuple[Official, ...]
    members: tuple[Member, ...]
    shortcuts: tuple[Shortcut, ...] = (
        Shortcut("shortcut_note", "Keep as a note", "message"),
        Shortcut("shortcut_who", "Who is this?", "message"),
        Shortcut("shortcut_next", "Next in the inbox", "global"),
        Shortcut("shortcut_reach", "Reach a counterpart", "global"),
    )
    """As the app's manifest names them when it is installed."""
    commands: tuple[str, ...] = ("/inbox", "/reach")


def read(folder: Path) -> Cast:
    """Read accounts.toml and officers.toml of a configuration folder."""
    accounts = tomllib.loads((folder / "accounts.toml").read_text("utf-8"))
    officers = tomllib.loads((folder / "officers.toml").read_text("utf-8"))
    groups = officers.get("groups", {})
    return Cast(
        doors=tuple(
            Door(app["id"], app["platform"], app.get("secrets", {})) for app in accounts["app"]
        ),
        officials=tuple(_official(one, groups) for one in accounts["account"]),
        members=tuple(_member(one) for one in officers["officer"] if one.get("active", True)),
    )


def on_x(cast: Cast, world: World, webhooks: str) -> dict[str, str]:
    """Let the accounts join X and its apps be registered; return the secrets by variable.

    `webhooks` is the address under which the product takes webhooks, `…/hooks/x`.
    """
    secrets: dict[str, str] = {}
    for door in (one for one in cast.doors if one.platform == "x"):
        given = {"consumer_key": f"key-of-{door.id}", "consumer_secret": f"secret-of-{door.id}"}
        app = world.register(
            door.id,
            given["consumer_key"],
            given["consumer_secret"],
            webhook_url=f"{webhooks}/{door.id}",
        )
        secrets |= {variable: given[name] for name, variable in door.secrets.items()}
        for official in (one for one in cast.officials if one.app == door.id):
            world.join(
                official.handle,
                official.title,
                id=official.native_id,
                mark="government",
                description="Official account",
            )
            tokens = world.grant(app, official.handle)
            both = {"token": tokens.token, "token_secret": tokens.secret}
            secrets |= {variable: both[name] for name, variable in official.secrets.items()}
    return secrets


def on_slack(cast: Cast, workspace: Workspace) -> None:
    """Let the officers join the workspace, with a channel or two for every account."""
    for member in cast.members:
        handle = member.name.partition(" ")[0].lower()
        workspace.user(member.user, handle, real_name=member.name, locale=member.locale)
        workspace.direct(member.user)
    users = {member.id: member.user for member in cast.members}
    shared = {one.public: one for one in reversed(cast.officials)}
    for official in shared.values():
        inside = [users[one] for one in official.officers if one in users]
        workspace.channel(official.public, official.slug, members=inside)
        workspace.channel(
            official.private, f"{official.slug}-private", private=True, members=inside
        )
    for fallback in dict.fromkeys(one.fallback for one in cast.officials if one.fallback):
        workspace.channel(fallback, "inbox-fallback", members=users.values())


def _official(table: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Official:
    named: list[str] = []
    for one in table["officers"]:
        named += groups[one.removeprefix("@")] if one.startswith("@") else [one]
    return Official(
        id=table["id"],
        app=table["app"],
        native_id=table["native_id"],
        handle=table["handle"],
        title=table["title"],
        public=table["slack_channel"],
        private=table["private_channel"],
        fallback=table.get("fallback_channel", ""),
        officers=tuple(dict.fromkeys(named)),
        secrets=table["secrets"],
        instance=table.get("instance", ""),
    )


def _member(table: Mapping[str, Any]) -> Member:
    return Member(
        id=table["id"],
        user=table["slack"][0].partition("/")[2],
        name=table["name"],
        locale=LOCALES.get(table.get("locale", "en"), "en-GB"),
        supervisor="supervisor" in table["roles"],
    )
