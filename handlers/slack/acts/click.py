"""One thing an officer did in Slack, whatever Slack calls it, and how it is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from handlers.say import Refusal
from handlers.slack import ids
from handlers.slack.blocks import Json
from handlers.slack.ids import Meta, Press
from handlers.slack.office import Office
from handlers.slack.pace import LOCKED, Doubt, SlackRefused
from handlers.slack.safe import decoded
from handlers.slack.shown import Opened, Shown
from handlers.slack.views import denied_view
from handlers.slack.who import Actor
from inbox.conversations.commands import AnyCommand
from inbox.conversations.denied import Denied
from inbox.words import Millis

Kind = Literal["button", "submit", "closed", "shortcut", "command", "options"]
Acknowledgement: TypeAlias = dict[str, Any]
"""What Bolt's ack takes: {} is a plain 200."""

KINDS: Mapping[str, Kind] = {
    "block_actions": "button",
    "view_submission": "submit",
    "view_closed": "closed",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "block_suggestion": "options",
}
LATE = (
    "expired_trigger_id",
    "trigger_expired",
    "exchanged_trigger_id",
    "not_found",
    "hash_conflict",
)
"""Slack's words for a modal that can no longer be opened or changed: the officer closed it."""


@dataclass
class Place:
    """Where an act that took long shows its end: the modal that asked the officer to wait."""

    view: str = ""
    late: bool = False
    shown: bool = False


@dataclass(frozen=True)
class Click:
    """A button, a submission, a closing, a shortcut or a command, with what it carries.

    `op` names the act for the desk: the same for Slack's every delivery of it. `at` is when it was
    done (UTC ms).
    """

    who: Actor
    kind: Kind
    act: str
    op: str
    at: Millis
    press: Press = field(default_factory=Press)
    meta: Meta = field(default_factory=Meta)
    values: Mapping[str, Any] = field(default_factory=dict)
    trigger: str = ""
    view: str = ""
    home: bool = False
    channel: str = ""
    ts: str = ""
    thread: str = ""
    text: str = ""
    place: Place = field(default_factory=Place)

    @property
    def conversation(self) -> str:
        """Return which conversation it is about: the button's, else the modal's."""
        return self.press.conversation or self.meta.conversation


def parse(who: Actor, body: Mapping[str, Any], now: Millis) -> Click:
    """Read Slack's payload; raises KeyError where it is no payload of Slack's."""
    kind = KINDS.get(str(body.get("type", "")), "command")
    view: Mapping[str, Any] = body.get("view") or {}
    action: Mapping[str, Any] = (body.get("actions") or ({},))[0]
    option = action.get("selected_option") or {}
    carried = str(action.get("value") or option.get("value") or "")
    pressed = ids.unpack(Press, carried) or Press()
    act = _act(kind, body, action, view, pressed)
    container: Mapping[str, Any] = body.get("container") or {}
    message: Mapping[str, Any] = body.get("message") or {}
    modal = view if view.get("type") == "modal" else {}
    return Click(
        who=who,
        kind=kind,
        act=act,
        op=_op(kind, who, body, action, view),
        at=_moment(action.get("action_ts")) or now,
        press=pressed,
        meta=ids.unpack(Meta, str(modal.get("private_metadata", ""))) or Meta(),
        values=view.get("state", {}).get("values", {}),
        trigger=str(body.get("trigger_id", "")),
        view=str(modal.get("id", "")),
        home=view.get("type") == "home",
        channel=str(
            container.get("channel_id") or (body.get("channel") or {}).get("id", "")
            if not isinstance(body.get("channel"), str)
            else body["channel"]
        ),
        ts=str(container.get("message_ts") or message.get("ts", "")),
        thread=str(message.get("thread_ts", "")),
        text=decoded(str(body.get("text") or message.get("text") or ""))
        or str(action.get("value") or body.get("value") or ""),
    )


def act_of(body: Mapping[str, Any]) -> str:
    """Name what somebody did, whoever they are."""
    action: Mapping[str, Any] = (body.get("actions") or ({},))[0]
    named = (action.get("action_id"), body.get("callback_id"), body.get("command"))
    view = (body.get("view") or {}).get("callback_id")
    return str(next((one for one in (*named, view) if one), ""))[:100]


def _act(
    kind: Kind,
    body: Mapping[str, Any],
    action: Mapping[str, Any],
    view: Mapping[str, Any],
    pressed: Press,
) -> str:
    match kind:
        case "button":
            return pressed.act if action["action_id"] == ids.MORE else str(action["action_id"])
        case "submit" | "closed":
            return str(view["callback_id"])
        case "shortcut":
            return str(body["callback_id"])
        case "options":
            return str(body["action_id"])
        case "command":
            return str(body["command"])


def _op(
    kind: Kind,
    who: Actor,
    body: Mapping[str, Any],
    action: Mapping[str, Any],
    view: Mapping[str, Any],
) -> str:
    """Name the act by what it is about: Slack may deliver it again under another id."""
    match kind:
        case "button":
            about = (action["action_id"], action.get("action_ts"), action.get("value"))
        case "submit":
            about = (view["id"], view.get("hash"), "submit")
        case _:
            about = (view.get("id"), body.get("trigger_id"), "once")
    told = "\0".join((kind, who.via, *(str(one) for one in about)))
    return f"slack:{hashlib.sha256(told.encode()).hexdigest()[:24]}"


def _moment(seconds: object) -> Millis:
    try:
        return int(float(str(seconds)) * 1000)
    except ValueError:
        return 0


def opened(office: Office, click: Click) -> Opened:
    """Return the opening of a modal: a fresh turn, and the card it came from."""
    card = (
        (click.channel, click.ts)
        if click.channel and click.ts
        else (click.meta.channel, click.meta.ts)
    )
    return Opened(office.ids(), office.inbox.now(), *card)


async def show(office: Office, click: Click, view: Json) -> Acknowledgement:
    """Show a modal: in place of the one submitted or clicked in, else as a new one.

    An officer who has closed Slack meanwhile sees nothing; what they did stands all the same.
    """
    click.place.shown = True
    if click.kind == "submit" and not click.place.late:
        return {"response_action": "update", "view": view}
    if there := click.place.view or click.view:
        await _at_once(office, "views.update", view_id=there, view=view)
    else:
        await opened_now(office, click, view)
    return {}


async def opened_now(office: Office, click: Click, view: Json) -> str:
    """Open a modal and return its id; "" where it could not be opened."""
    told = await _at_once(office, "views.open", trigger_id=click.trigger, view=view)
    return str(told.get("view", {}).get("id", ""))


async def _at_once(office: Office, method: str, **body: Any) -> Json:
    try:
        return await office.pace.at_once(method, **body)
    except SlackRefused as error:
        if error.error not in LATE and error.error not in LOCKED:
            raise
    except Doubt:  # the act is committed; the officer opens the card again
        return {}
    return {}


async def refused(office: Office, click: Click, why: Denied) -> Acknowledgement:
    """Say why it did not happen, with a way on."""
    known: Shown | Denied = why
    if click.conversation:
        known = await office.read(click.who, click.conversation, recorded=False)
    shown = None if isinstance(known, Denied) else known
    say = office.say(click.who.officer, shown.account if shown else None)
    return await show(office, click, denied_view(why, say, opened(office, click), shown))


async def simply(office: Office, click: Click, order: AnyCommand) -> Acknowledgement:
    """Let one order happen; the card tells that it did, a modal tells why it did not."""
    done = await office.do(click.who, click.conversation, order, click.op)
    return await refused(office, click, done) if isinstance(done, Denied) else {}


def wrong(office: Office, click: Click, why: Refusal, action: str) -> Acknowledgement:
    """Say under an input what is wrong with what was typed; the modal stays open."""
    say = office.say(click.who.officer)
    first = next(iter(click.values), "")
    block = next((name for name, inputs in click.values.items() if action in inputs), first)
    return {"response_action": "errors", "errors": {block: say.plain(say.because(why))}}
