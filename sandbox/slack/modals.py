"""Triggers, response URLs, modals in their stack of three, and Home tabs."""

from __future__ import annotations

import secrets
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sandbox.slack.posting import Posting
from sandbox.slack.records import Json, Problem, View
from sandbox.slack.state import first_values, kept_values
from sandbox.slack.surfaces import STACK, accept_view

TRIGGER_LASTS = 3.0
RESPONSE_URL_LASTS = 1800.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """The permission to open one modal that a person's act gives."""

    user: str
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """The permission to answer one act five times within half an hour."""

    channel: str
    user: str
    at: float
    message: str | None = None
    """The ts of the message acted on."""
    uses: int = 0


class Modals(Posting):
    """The workspace's views."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def home(self, user: str) -> Json | None:
        """Give the Home tab a person sees, None before the first publish."""
        return self.view_as_slack(self.homes[user]) if user in self.homes else None

    def open_view(self, user: str) -> Json | None:
        """Give the modal on top of a person's stack."""
        stack = self.stacks.get(user)
        return self.view_as_slack(stack[-1]) if stack else None

    def view_as_slack(self, view: View) -> Json:
        """Give the view object with what stands in its inputs."""
        body: Json = {"private_metadata": "", "callback_id": "", "external_id": ""} | deepcopy(
            view.body
        )
        if body["type"] == "modal":
            optional = {"submit": None, "close": None}
            body = optional | {"clear_on_close": False, "notify_on_close": False} | body
        return body | {
            "id": view.id,
            "team_id": self.team,
            "state": {"values": deepcopy(view.values)},
            "hash": view.hash,
            "root_view_id": view.root,
            "previous_view_id": view.previous,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "app_installed_team_id": self.team,
        }

    # permissions

    def trigger(self, user: str) -> str:
        """Make a trigger_id for what this person just did."""
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(user, self.now())
        return name

    def use_trigger(self, name: str) -> str:
        """Use up a trigger and give its person; refused when late, used or unknown."""
        trigger = self.triggers.get(name)
        if trigger is None:
            raise Problem("invalid_arguments", ["invalid `trigger_id` [json-pointer:/trigger_id]"])
        if trigger.used:
            raise Problem("exchanged_trigger_id")
        if self.now() - trigger.at > TRIGGER_LASTS:
            raise Problem("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def response_url(self, channel: str, user: str, message: str | None) -> str:
        """Make a response URL for what this person just did."""
        token = secrets.token_hex(16)
        self.response_urls[token] = ResponseUrl(channel, user, self.now(), message)
        return f"{self.address}/response/{token}"

    def use_response_url(self, token: str) -> ResponseUrl:
        """Count one use; refused when unknown, over thirty minutes old or used five times."""
        url = self.response_urls.get(token)
        if url is None or self.now() - url.at > RESPONSE_URL_LASTS:
            raise Problem("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Problem("used_url")
        url.uses += 1
        return url

    # views

    def open_modal(self, trigger_id: str, body: Any) -> View:
        """Open a modal in place of whatever this person had open: views.open."""
        accept_view(body, "modal")
        self._external_id_is_free(body)
        user = self.use_trigger(trigger_id)
        self.clear_stack(user)
        return self._add(user, body, None)

    def push_modal(self, trigger_id: str, body: Any) -> View:
        """Put a modal on top of the one a person has open: views.push."""
        accept_view(body, "modal")
        self._external_id_is_free(body)
        trigger = self.triggers.get(trigger_id)
        stack = self.stacks.get(trigger.user, []) if trigger else []
        if trigger is not None and not trigger.used and len(stack) >= STACK:
            raise Problem("push_limit_reached")
        user = self.use_trigger(trigger_id)
        return self.push_on(user, body)

    def push_on(self, user: str, body: Json) -> View:
        """Put a checked modal on a person's stack."""
        stack = self.stacks.get(user, [])
        if len(stack) >= STACK:
            raise Problem("push_limit_reached")
        return self._add(user, body, stack[-1] if stack else None)

    def update_view(self, view: View, body: Any, expected: str | None = None) -> View:
        """Give an open view a new face, keeping what was typed where the ids match."""
        accept_view(body, view.body["type"])
        if not view.open:
            raise Problem("not_found")
        if expected is not None and expected != view.hash:
            raise Problem("hash_conflict")
        self._external_id_is_free(body, view)
        view.body = body | {"blocks": self.with_ids(body["blocks"])}
        view.values = kept_values(view.body["blocks"], view.values)
        view.hash = self._hash()
        self.tell("view", user=view.user, id=view.id)
        return view

    def publish_home(self, user: str, body: Any, expected: str | None) -> View:
        """Put a Home tab before a person: views.publish."""
        accept_view(body, "home")
        if user not in self.users:
            raise Problem("invalid_arguments", ["invalid `user_id` [json-pointer:/user_id]"])
        if user in self.homes:
            return self.update_view(self.homes[user], body, expected)
        if expected is not None:
            raise Problem("hash_conflict")
        self.homes[user] = self._make(user, body, None)
        self.tell("home", user=user)
        return self.homes[user]

    def find_view(self, view_id: str | None, external_id: str | None) -> View:
        """Find an open view by either id."""
        for view in self.views.values():
            named = view.id == view_id if view_id else view.body.get("external_id") == external_id
            if named and view.open:
                return view
        raise Problem("not_found")

    def close_top(self, user: str) -> View:
        """Take the top view off a person's stack."""
        view = self.stacks[user].pop()
        view.open = False
        self.tell("view", user=user, id=view.id)
        return view

    def clear_stack(self, user: str) -> list[View]:
        """Close every modal of a person; give them, the top one first."""
        closed = []
        while self.stacks.get(user):
            closed.append(self.close_top(user))
        return closed

    def _add(self, user: str, body: Json, below: View | None) -> View:
        view = self._make(user, body, below)
        self.stacks.setdefault(user, []).append(view)
        self.tell("view", user=user, id=view.id)
        return view

    def _make(self, user: str, body: Json, below: View | None) -> View:
        name = self.make_id("V")
        filled = body | {"blocks": self.with_ids(body["blocks"])}
        view = View(name, user, filled, self._hash(), below.root if below else name)
        view.previous = below.id if below else None
        view.values = first_values(filled["blocks"])
        self.views[name] = view
        return view

    def _hash(self) -> str:
        return f"{int(self.now())}.{secrets.token_hex(4)}"

    def _external_id_is_free(self, body: Json, own: View | None = None) -> None:
        name = body.get("external_id")
        rivals = [v for v in self.views.values() if v.open and v is not own]
        if name and any(view.body.get("external_id") == name for view in rivals):
            raise Problem("duplicate_external_id")
