"""auth, apps, users, user groups, Do Not Disturb, bots and the team: who is who."""

from __future__ import annotations

from sandbox.slack.methods.method import (
    HEADER,
    SPECIAL,
    TIER_2,
    TIER_3,
    TIER_4,
    Arguments,
    Method,
    page,
)
from sandbox.slack.records import Json, Problem, User
from sandbox.slack.world import Workspace

SOCKET_TICKETS_A_MINUTE = 20
"""Tier 1 says "1+" with bursts; an app may hold ten connections and renew them together."""


def auth_test(workspace: Workspace, _arguments: Arguments) -> Json:
    """Say whose token this is."""
    return {
        "url": f"{workspace.address}/",
        "team": workspace.team_name,
        "user": workspace.users[workspace.bot_user_id].name,
        "team_id": workspace.team,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(workspace: Workspace, _arguments: Arguments) -> Json:
    """Give the address of one WebSocket."""
    place = workspace.address.replace("http", "ws", 1)
    ticket = workspace.sockets.ticket()
    return {"url": f"{place}/link/?ticket={ticket}&app_id={workspace.app_id}"}


def users_info(workspace: Workspace, arguments: Arguments) -> Json:
    """Give one member."""
    user = _known(workspace, arguments.text("user"))
    with_locale = arguments.flag("include_locale")
    return {"user": user.as_slack(workspace.team, with_locale=with_locale)}


def users_list(workspace: Workspace, arguments: Arguments) -> Json:
    """Give all members."""
    with_locale = arguments.flag("include_locale")
    everyone = [u.as_slack(workspace.team, with_locale=with_locale) for u in _all(workspace)]
    part, metadata = page(everyone, arguments)
    return {"members": part, "cache_ts": int(workspace.now()), "response_metadata": metadata}


def usergroups_list(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the user groups."""
    with_users = arguments.flag("include_users")
    groups = []
    for group, (handle, members) in workspace.usergroups.items():
        body = {"id": group, "team_id": workspace.team, "handle": handle, "name": handle}
        groups.append(body | ({"users": list(members)} if with_users else {}))
    return {"usergroups": groups}


def usergroup_users(workspace: Workspace, arguments: Arguments) -> Json:
    """Give who is in a user group."""
    group = arguments.text("usergroup")
    if group not in workspace.usergroups:
        raise Problem("no_such_subteam")
    return {"users": list(workspace.usergroups[group][1])}


def dnd_info(workspace: Workspace, arguments: Arguments) -> Json:
    """Say whether somebody's notifications are silent now."""
    user = _known(workspace, arguments.text("user"))
    now = int(workspace.now())
    start, end = (now - 3600, now + 3600) if user.dnd else (1, 1)
    return {"dnd_enabled": user.dnd, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


def bots_info(workspace: Workspace, arguments: Arguments) -> Json:
    """Give the app's bot."""
    if arguments.text("bot") != workspace.bot_id:
        raise Problem("bot_not_found")
    return {
        "bot": {
            "id": workspace.bot_id,
            "deleted": False,
            "name": "Chancery",
            "app_id": workspace.app_id,
            "user_id": workspace.bot_user_id,
        }
    }


def team_info(workspace: Workspace, _arguments: Arguments) -> Json:
    """Give the workspace."""
    return {
        "team": {"id": workspace.team, "name": workspace.team_name, "domain": workspace.team_name}
    }


def openid_token(workspace: Workspace, arguments: Arguments) -> Json:
    """Exchange a sign-in code for an identity."""
    names = ("code", "redirect_uri", "client_id", "client_secret")
    given = {name: arguments.text(name) for name in names if name in arguments}
    header = arguments.maybe(HEADER) or ""
    return workspace.openid.exchange(given, header, workspace.users)


def openid_user_info(workspace: Workspace, arguments: Arguments) -> Json:
    """Say who signed in."""
    token = arguments.maybe("token") or arguments.text(HEADER).partition(" ")[2]
    return workspace.openid.facts_of(_known(workspace, workspace.openid.tokens[token]))


def _known(workspace: Workspace, name: str) -> User:
    if name not in workspace.users:
        raise Problem("user_not_found")
    return workspace.users[name]


def _all(workspace: Workspace) -> list[User]:
    return list(workspace.users.values())


METHODS = {
    "auth.test": Method(auth_test, (), SPECIAL),
    "apps.connections.open": Method(
        connections_open, ("connections:write",), SOCKET_TICKETS_A_MINUTE, caller="app"
    ),
    "users.info": Method(users_info, ("users:read",), TIER_4, reads=True),
    "users.list": Method(users_list, ("users:read",), TIER_2, reads=True),
    "usergroups.list": Method(usergroups_list, ("usergroups:read",), TIER_2, reads=True),
    "usergroups.users.list": Method(usergroup_users, ("usergroups:read",), TIER_2, reads=True),
    "dnd.info": Method(dnd_info, ("dnd:read",), TIER_3, reads=True),
    "bots.info": Method(bots_info, ("users:read",), TIER_3, reads=True),
    "openid.connect.token": Method(openid_token, (), SPECIAL, caller="none"),
    "openid.connect.userInfo": Method(openid_user_info, (), SPECIAL, caller="user"),
    "team.info": Method(team_info, ("team:read",), TIER_3, reads=True),
}
