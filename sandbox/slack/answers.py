"""What the client does with the app's answers: to submissions, commands and response URLs."""

from __future__ import annotations

import json

from sandbox.slack.blocks import accept_message_blocks
from sandbox.slack.elements import GROUP, OPTION
from sandbox.slack.payloads import Payloads
from sandbox.slack.records import Channel, Json, Message, Outcome, Problem, View
from sandbox.slack.shapes import Found, array
from sandbox.slack.surfaces import accept_view


class Answers(Payloads):
    """Carries out what the app answered."""

    def answer_submission(self, user: str, view: View, body: Json) -> str | None:
        """Do what a view_submission was answered with; give the trouble the person sees."""
        match body.get("response_action"):
            case None:
                if view.open:
                    self.close_top(user)
                return None
            case "clear":
                self.clear_stack(user)
                return None
            case "errors":
                return self._check_errors(view, body.get("errors"))
            case "update" | "push" as how:
                return self._show(user, view, body.get("view"), how)
            case other:
                return f"bad_response:{other}"

    def _check_errors(self, view: View, errors: object) -> str | None:
        inputs = {b["block_id"] for b in view.body["blocks"] if b["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            return "bad_response:errors"
        return None

    def _show(self, user: str, view: View, body: object, how: str) -> str | None:
        try:
            if how == "update":
                self.update_view(view, body)
            else:
                accept_view(body, "modal")
                self.push_on(user, body if isinstance(body, dict) else {})
        except Problem as problem:
            return f"bad_response:{problem.error}"
        return None

    def check_options(self, body: Json) -> str | None:
        """Look over the answer to an options request."""
        found = Found()
        if "option_groups" in body:
            array(GROUP, 100, 0)(body["option_groups"], "/option_groups", found)
        else:
            array(OPTION, 100, 0)(body.get("options"), "/options", found)
        return f"bad_response:{found.faults[0].line()}" if found.faults else None

    def answer_command(self, user: str, channel: Channel, outcome: Outcome) -> str | None:
        """Show what a slash command was answered with; give the ts of the new message."""
        try:
            return self.respond(user, channel, outcome.body, None)
        except Problem as problem:
            outcome.problem = f"bad_response:{problem.error}"
            return None

    def respond(self, user: str, channel: Channel, body: Json, on: str | None) -> str | None:
        """Carry out an answer by response URL: new message, replacement or deletion."""
        blocks = body.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        accept_message_blocks(blocks)
        touched = channel.find(on) if on else None
        if body.get("delete_original"):
            if touched is not None:
                self.take_away(touched)
            return None
        text = str(body.get("text") or "")
        if not text and not blocks:
            raise Problem("no_text")
        if body.get("replace_original") and touched is not None:
            self.change(touched, text=text, blocks=blocks)
            return touched.ts
        return self._new(user, channel, body, Message("", channel.id, "", text, blocks)).ts

    def _new(self, user: str, channel: Channel, body: Json, message: Message) -> Message:
        message.ts = self.stamp()
        message.user = self.bot_user_id
        message.by_bot = True
        message.thread_ts = body.get("thread_ts")
        message.mrkdwn = bool(body.get("mrkdwn", True))
        if body.get("response_type") != "in_channel":
            message.ephemeral_to = user
        return self.put(channel, message)
