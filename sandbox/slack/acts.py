"""What people do in the client; each act reaches the app as a real payload."""

from __future__ import annotations

from typing import Any

from sandbox.slack.answers import Answers
from sandbox.slack.blocks import interactive
from sandbox.slack.payloads import NotThere
from sandbox.slack.records import Json, Message, Outcome, View
from sandbox.slack.state import objection, options_of, value_name

Touched = tuple[Json, Json]


def touch(
    blocks: list[Json], action_id: str, block_id: str | None = None, value: str | None = None
) -> Touched:
    """Find the block and element a person means; by value too where buttons share a name."""
    for block in blocks:
        if block_id not in (None, block["block_id"]):
            continue
        for _, element in interactive(block):
            fits = value is None or element["type"] != "button" or element.get("value") == value
            if element.get("action_id") == action_id and fits:
                return block, element
    raise NotThere(f"no element {action_id!r} on the screen")


class Acts(Answers):
    """People at their screens."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.suggested: dict[tuple[str, str], list[Json]] = {}
        """(user, action id) → what the app last offered in an external menu."""

    # on messages

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        value: str | None = None,
        selected: Any = None,
        block_id: str | None = None,
    ) -> Outcome:
        """Press a button or pick from a menu (`selected`: option value, id or date)."""
        message = self._seen(user, channel, ts)
        block, element = touch(message.blocks, action_id, block_id, value)
        offered = self._offered(user, element)
        action = self.action(block, element, selected, value, offered)
        values = self.message_state(user, message)
        self.remember(values, action, element)
        payload = {
            "type": "block_actions",
            **self.who(user),
            **self.of_message(user, message),
            "trigger_id": self.trigger(user),
            "state": {"values": values},
            "actions": [action],
        }
        return await self.deliveries.interactive(payload)

    async def shortcut(
        self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None
    ) -> Outcome:
        """Use a message shortcut (with channel and ts) or a global one."""
        payload = {
            **self.who(user),
            "type": "shortcut",
            "callback_id": callback_id,
            "trigger_id": self.trigger(user),
            "action_ts": self.stamp(),
        }
        if channel is not None and ts is not None:
            message = self._seen(user, channel, ts)
            there = self.of_message(user, message)
            del there["container"]
            payload |= there | {"type": "message_action", "message_ts": ts}
        return await self.deliveries.interactive(payload)

    async def command(self, user: str, channel: str, command: str, text: str) -> Outcome:
        """Type a slash command; its answer appears in the channel or to this person alone.

        `text` is already Slack's own encoding (`&amp;`, `<@U…>`).
        """
        place = self.channels[channel]
        form = {
            "token": self.verification_token,
            "team_id": self.team,
            "team_domain": self.team_name,
            "channel_id": channel,
            "channel_name": place.name or "directmessage",
            "user_id": user,
            "user_name": self.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": self.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(channel, user, None),
            "trigger_id": self.trigger(user),
        }
        outcome = await self.deliveries.command(form)
        if outcome.acknowledged and outcome.body:
            outcome.ts = self.answer_command(user, place, outcome)
        return outcome

    # in views

    async def click_in_view(
        self,
        user: str,
        action_id: str,
        *,
        value: str | None = None,
        selected: Any = None,
        block_id: str | None = None,
    ) -> Outcome:
        """Press or pick in the top modal, or in the Home tab where no modal is open."""
        view = self._on_screen(user)
        block, element = touch(view.body["blocks"], action_id, block_id, value)
        action = self.action(block, element, selected, value, self._offered(user, element))
        self.remember(view.values, action, element)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome(acknowledged=True, sent=False)
        return await self._dispatch(user, view, action)

    async def type_in_view(
        self, user: str, action_id: str, text: str, *, block_id: str | None = None
    ) -> Outcome:
        """Type into an input; the app hears of it where the input dispatches each character."""
        view = self._on_screen(user)
        block, element = touch(view.body["blocks"], action_id, block_id)
        if value_name(element) != "value":
            raise NotThere(f"{action_id!r} takes no text")
        action = self.action(block, element, None, text, [])
        self.remember(view.values, action, element)
        told = element.get("dispatch_action_config", {}).get("trigger_actions_on", [])
        if not block.get("dispatch_action") or "on_character_entered" not in told:
            return Outcome(acknowledged=True, sent=False)
        return await self._dispatch(user, view, action)

    async def submit(self, user: str) -> Outcome:
        """Press the top modal's submit button; the client checks required inputs and lengths."""
        view = self._top(user)
        errors = self._objections(view)
        if errors:
            first = next(iter(errors.values()))
            body: Json = {"errors": errors}
            return Outcome(acknowledged=False, problem=first, sent=False, body=body)
        payload = {
            "type": "view_submission",
            **self.who(user),
            "trigger_id": self.trigger(user),
            "view": self.view_as_slack(view),
            "response_urls": [],
        }
        outcome = await self.deliveries.interactive(payload)
        if outcome.acknowledged:
            outcome.problem = self.answer_submission(user, view, outcome.body)
        return outcome

    async def close_view(self, user: str) -> Outcome:
        """Close the top modal by its close button; the app hears of it if it asked to."""
        view = self._top(user)
        cleared = bool(view.body.get("clear_on_close"))
        closed = self.clear_stack(user) if cleared else [self.close_top(user)]
        outcomes = [
            await self._tell_closed(one, is_cleared=cleared)
            for one in closed
            if one.body.get("notify_on_close")
        ]
        return outcomes[0] if outcomes else Outcome(acknowledged=True, sent=False)

    async def _tell_closed(self, view: View, *, is_cleared: bool) -> Outcome:
        """Tell the app of a closed modal, without what stood in it, as Slack does.

        Recorded so in slackapi/bolt-python, tests/scenario_tests, org-wide installations.
        """
        return await self.deliveries.interactive(
            {
                "type": "view_closed",
                **self.who(view.user),
                "view": self.view_as_slack(view) | {"state": {"values": {}}},
                "is_cleared": is_cleared,
            }
        )

    async def options(
        self, user: str, action_id: str, typed: str, *, channel: str = "", ts: str = ""
    ) -> Outcome:
        """Type into an external menu; the app answers with options, at most a hundred."""
        payload: Json = {"type": "block_suggestion", **self.who(user)}
        if channel:
            message = self._seen(user, channel, ts)
            block, element = touch(message.blocks, action_id)
            payload |= self.of_message(user, message)
            del payload["response_url"]
        else:
            view = self._on_screen(user)
            block, element = touch(view.body["blocks"], action_id)
            payload |= self.of_view(view)
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        outcome = await self.deliveries.interactive(payload)
        if outcome.acknowledged:
            outcome.problem = self.check_options(outcome.body)
            self.suggested[user, element["action_id"]] = options_of(outcome.body)
        return outcome

    async def _dispatch(self, user: str, view: View, action: Json) -> Outcome:
        shown = self.of_view(view)
        payload = {
            "type": "block_actions",
            **self.who(user),
            **shown,
            "trigger_id": self.trigger(user),
            "state": shown["view"]["state"],
            "actions": [action],
        }
        return await self.deliveries.interactive(payload)

    def _objections(self, view: View) -> dict[str, str]:
        found = {}
        for block in view.body["blocks"]:
            if block["type"] == "input":
                state = view.values[block["block_id"]][block["element"]["action_id"]]
                found[block["block_id"]] = objection(block, state)
        return {name: why for name, why in found.items() if why is not None}

    def _offered(self, user: str, element: Json) -> list[Json]:
        if element["type"].endswith("external_select"):
            return self.suggested.get((user, element["action_id"]), [])
        return options_of(element)

    def _seen(self, user: str, channel: str, ts: str) -> Message:
        place = self.channels[channel]
        message = place.find(ts)
        hidden = message is None or message.ephemeral_to not in (None, user)
        if message is None or hidden or (place.private and user not in place.members):
            raise NotThere(f"{user} sees no message {ts} in {channel}")
        return message

    def _on_screen(self, user: str) -> View:
        stack = self.stacks.get(user)
        view = stack[-1] if stack else self.homes.get(user)
        if view is None:
            raise NotThere(f"{user} has no view on the screen")
        return view

    def _top(self, user: str) -> View:
        if not self.stacks.get(user):
            raise NotThere(f"{user} has no modal open")
        return self.stacks[user][-1]
