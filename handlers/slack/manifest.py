"""What Slack is asked for when the app is installed: each scope with its reason.

https://docs.slack.dev/reference/app-manifest (version 2). History is read where the app is invited,
and nowhere else: to find a card again whose posting was cut, and to hear what is typed under one.
Without these scopes notes come by button and shortcut, and a cut card may stand twice.
`python -m handlers.slack.manifest` prints it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from handlers.slack import ids

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "answers who calls it by name",
    "chat:write": "posts and updates the cards",
    "im:write": "calls a duty officer by direct message to what waits unclaimed",
    "commands": "takes /inbox, /reach and the shortcuts",
    "users:read": "sees whether a member of a private channel is a guest",
    "dnd:read": "warns who is silent while on duty",
    "reactions:write": "marks a message that was kept as a note",
    "channels:read": "sees when a public channel is archived or shared",
    "groups:read": "sees when a private channel is shared or gains a guest",
}
HISTORY: Mapping[str, str] = {
    "channels:history": "finds a card that was cut off; keeps what is typed under one as a note",
    "groups:history": "does the same in private channels",
    "im:history": "answers what is written to the app itself",
}
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "tokens_revoked",
)
MESSAGES = ("message.channels", "message.groups", "message.im")
"""What Slack tells of only to those who may read history."""


def manifest(
    public_url: str, command: str = "/inbox", *, socket: bool = False, history: bool = True
) -> dict[str, Any]:
    """Return the app manifest; over HTTP Slack calls `<public_url>/slack/events`.

    Without `history` the app hears nothing that is typed, so its own tab takes no messages either.
    """
    door = {} if socket else {"url": f"{public_url.rstrip('/')}/slack/events"}
    ask = {} if socket else {"request_url": door["url"]}
    slash = {
        "command": command,
        "description": "The next one that waits, yours, or find",
        "usage_hint": "next | mine | find words | on | off | help",
        "should_escape": True,
        **door,
    }
    reach = {
        "command": ids.COMMAND_REACH,
        "description": "Reach a counterpart when usual channels fail",
        "usage_hint": "name",
        "should_escape": True,
        **door,
    }
    choices = {"message_menu_options_url": ask["request_url"]} if ask else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Chancery",
            "description": "The ministry's social inbox: claimed once, answered once.",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": not history,
            },
            "bot_user": {"display_name": "Chancery", "always_online": True},
            "shortcuts": [
                _shortcut("Keep as a note", "message", ids.SHORTCUT_NOTE, "Kept inside, not sent"),
                _shortcut(
                    "Who is this?", "message", ids.SHORTCUT_WHO, "Who wrote, by the directory"
                ),
                _shortcut("Next in the inbox", "global", ids.SHORTCUT_NEXT, "The next that waits"),
                _shortcut("Reach a counterpart", "global", ids.SHORTCUT_REACH, "Start the ladder"),
            ],
            "slash_commands": [slash, reach],
        },
        "oauth_config": {
            **({} if socket else {"redirect_urls": [f"{public_url.rstrip('/')}/login/slack/back"]}),
            "scopes": {
                "bot": sorted({**SCOPES, **(HISTORY if history else {})}),
                # Sign in with Slack, for the page; asked of each officer when they sign in there.
                **({} if socket else {"user": ["openid", "profile"]}),
            },
        },
        "settings": {
            "event_subscriptions": {**ask, "bot_events": [*EVENTS, *(MESSAGES if history else ())]},
            "interactivity": {"is_enabled": True, **ask, **choices},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(name: str, kind: str, callback: str, description: str) -> dict[str, str]:
    return {"name": name, "type": kind, "callback_id": callback, "description": description}


def asked(arguments: list[str]) -> dict[str, Any]:
    """Return the manifest that a command line asks for; without an address it is Socket Mode."""
    line = argparse.ArgumentParser(
        prog="python -m handlers.slack.manifest",
        description="Prints the manifest to create the Slack app from.",
    )
    line.add_argument("address", nargs="?", default="", help="https://your.host; none: Socket Mode")
    line.add_argument("--command", default="/inbox", help="where /inbox is taken in your workspace")
    line.add_argument(
        "--no-history", action="store_true", help="where no app may read what is typed in channels"
    )
    told = line.parse_args(arguments)
    if told.address and not told.address.startswith("https://"):
        line.error(f"{told.address} is no https:// address; Slack calls no other")
    return manifest(
        told.address, told.command, socket=not told.address, history=not told.no_history
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asked(sys.argv[1:]), indent=2, ensure_ascii=False) + "\n")
