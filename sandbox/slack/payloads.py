"""What an act looks like when it reaches the app: Slack's interaction payloads."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sandbox.slack.modals import Modals
from sandbox.slack.records import Json, Message, View
from sandbox.slack.state import Values, chosen, first_values, options_of, value_name


class NotThere(LookupError):
    """What a person tried to touch is not on their screen: the test or the page is wrong."""


class Payloads(Modals):
    """Builds payloads out of what is on the screen."""

    def who(self, user: str) -> Json:
        """Give the part that is the same in every interaction."""
        known = self.users[user]
        return {
            "user": {
                "id": user,
                "username": known.name,
                "name": known.name,
                "team_id": known.team or self.team,
            },
            "api_app_id": self.app_id,
            "token": self.verification_token,
            "team": {"id": self.team, "domain": self.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def of_message(self, user: str, message: Message) -> Json:
        """Give the part that says on which message somebody acted."""
        channel = self.channels[message.channel]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.ephemeral_to is not None,
        }
        if message.thread_ts is not None:
            container["thread_ts"] = message.thread_ts
        return {
            "container": container,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "message": self.as_slack(message),
            "response_url": self.response_url(channel.id, user, message.ts),
        }

    def of_view(self, view: View) -> Json:
        """Give the part that says in which view somebody acted."""
        return {
            "container": {"type": "view", "view_id": view.id},
            "view": self.view_as_slack(view),
        }

    def action(
        self, block: Json, element: Json, selected: Any, value: str | None, offered: list[Json]
    ) -> Json:
        """Give the entry of `actions` for one touched element."""
        made: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.stamp(),
        }
        name = value_name(element)
        if element["type"] == "button":
            kept = {key: element[key] for key in ("text", "value", "style") if key in element}
            return made | deepcopy(kept)
        if element["type"] == "overflow":
            return made | {"selected_option": chosen(element, selected, options_of(element))}
        if name is None:
            raise NotThere(f"{element['type']} cannot be touched")
        picked = value if name == "value" else chosen(element, selected, offered)
        return made | {name: picked}

    def remember(self, values: Values, action: Json, element: Json) -> None:
        """Keep what was just entered or chosen as the state of its input."""
        name = value_name(element)
        if name is not None:
            state = {"type": element["type"], name: deepcopy(action[name])}
            values.setdefault(action["block_id"], {})[action["action_id"]] = state

    def message_state(self, user: str, message: Message) -> Values:
        """Give what a person has chosen in a message's menus so far."""
        key = (message.channel, message.ts, user)
        known = self.message_values.setdefault(key, {})
        for block, inputs in first_values(message.blocks).items():
            for action, state in inputs.items():
                known.setdefault(block, {}).setdefault(action, state)
        return known
