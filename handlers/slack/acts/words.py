"""What is said to us in plain words, in a direct message or by name: answered with messages.

A plain message opens no modal: what the command shows in one stands in the answer, with buttons.
"""

# ruff: noqa: E501 - a guard names its test on its own line, which is what the guards runner removes.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import forms
from handlers.clearing import to_clear
from handlers.slack.acts import find
from handlers.slack.acts.directory import FOUND
from handlers.slack.cards import card
from handlers.slack.contacts import found_post
from handlers.slack.guarding import Guard
from handlers.slack.ids import COMMAND_REACH
from handlers.slack.office import Office
from handlers.slack.safe import decoded
from handlers.slack.shown import Post, Shown
from handlers.slack.spoken import help_post, refused_post, rows_post, told_post
from handlers.slack.who import Actor
from inbox import Gone, Unavailable
from inbox.conversations.denied import Denied
from inbox.words import Record

REPEATED = 30 * 3600
"""Seconds in which Slack may tell of one message again: it repeats for a day what it lost."""


class Said(Record, frozen=True):
    """One message that somebody typed in Slack; `thread` is "" where it stands in none."""

    channel: str
    ts: str
    text: str
    thread: str = ""
    direct: bool = False
    named: bool = False
    """Whether it calls us by name: Slack tells of such a message twice."""

    @property
    def to_us(self) -> bool:
        """Whether we are asked: directly, or by name in a channel."""
        return self.direct or self.named

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Said:
        """Read a `message` or an `app_mention`."""
        ts, thread = str(event.get("ts", "")), str(event.get("thread_ts", ""))
        return cls(
            channel=str(event.get("channel", "")),
            ts=ts,
            text=decoded(str(event.get("text", ""))),
            thread="" if thread == ts else thread,
            direct=event.get("channel_type") == "im",
            named=event.get("type") == "app_mention",
        )


async def heard(office: Office, who: Actor, said: Said) -> None:
    """Do what was asked, once, and answer where it was asked: under it in a channel."""
    if not await office.inbox.seen_once(f"slack:{said.channel}:{said.ts}", REPEATED):
        return
    try:
        post = await _answer(office, who, said)
    except (Unavailable, Gone):
        post = told_post(office.say(who.officer), "spoken.unavailable")
    thread = {} if said.direct and not said.thread else {"thread_ts": said.thread or said.ts}
    office.afterwards(
        office.pace.post(
            f"said.{said.channel}.{said.ts}",
            channel=said.channel,
            text=post.text,
            blocks=post.blocks,
            **thread,
        )
    )


async def _answer(office: Office, who: Actor, said: Said) -> Post:
    text = said.text.replace(f"@{office.bot}", "")
    asked = forms.said(text, forms.verbs(office.book.languages))
    match asked.verb:
        case "next":
            return await _next(office, who, said)
        case "mine":
            return await _rows(office, who, said, await find.held(office, who), "home.mine")
        case "clear":
            rows = await to_clear(office, who)
            return await _rows(office, who, said, rows, "clearance.mine")
        case "find":
            found = await find.found(office, who, asked.words)
            return await _rows(office, who, said, found, "modal.found")
        case "who" | "reach":
            return await _contact(office, who, said, asked)
        case "on" | "off":
            return await _duty(office, who, asked)
        case "help":
            return help_post(office.command, office.say(who.officer))


async def _duty(office: Office, who: Actor, asked: forms.Asked) -> Post:
    """Put them on duty, or take them off it."""
    if asked.verb == "on":
        told = await find.go_on_duty(office, who, asked.words)
        return told_post(office.say(who.officer), told.key, **told.facts)
    await office.inbox.duty.off(who.officer.id)
    return told_post(office.say(who.officer), "duty.off")


async def _contact(office: Office, who: Actor, said: Said, asked: forms.Asked) -> Post:
    """Show whom the directory knows by these words; never where others read along.

    Reaching somebody begins in a window, which a plain message cannot open.
    """
    say = office.say(who.officer)
    if asked.verb == "reach":
        return told_post(say, "reach.use_command", command=COMMAND_REACH)
    if not said.direct:
        return told_post(
            say, "directory.ask_directly"
        )  # guard: directory-indoors test=tests/handlers/slack/test_acts_directory.py::test_asked_in_a_channel_the_directory_says_nothing
    if no := office.inbox.contacts.refused(who.officer.id, "directory"):
        await office.refused(who, "directory", "", no.why)
        return refused_post(no, say)
    found = await office.inbox.contacts.find(asked.words, FOUND)
    return found_post(found, office.inbox.now(), say)


async def _next(office: Office, who: Actor, said: Said) -> Post:
    """Claim the most urgent one that may be shown here, and show its card."""
    here = await _queues(office, said)
    ref = await office.next(who, f"slack:said:{said.channel}:{said.ts}", here)
    shown = await office.read(who, ref) if ref else None
    if shown is None:
        return told_post(office.say(who.officer), "modal.nothing")
    if isinstance(shown, Denied):
        return refused_post(shown, office.say(who.officer))
    return card(shown, office.say(who.officer, shown.account))


async def _rows(office: Office, who: Actor, said: Said, found: Sequence[Shown], key: str) -> Post:
    """Show what may be shown here, and say how many are kept for a direct message."""
    here = await _queues(office, said)
    rows = [one for one in found if _fits(one, here)]
    return rows_post(key, rows, len(found) - len(rows), office.say(who.officer))


async def _queues(office: Office, said: Said) -> frozenset[str] | None:
    """Return the channels whose conversations may be shown where this was said; None means all.

    Directly all that the officer may read; in a channel the public ones, and those of a channel for
    private messages in that channel alone, while nobody else can read it.
    """
    if said.direct:
        return None
    private = {one.private_channel for one in office.policies.accounts}
    public = {one.slack_channel for one in office.policies.accounts} - private
    own = said.channel in private and not await Guard(office).fault(said.channel, private=True)
    return frozenset(public | {said.channel} if own else public)


def _fits(shown: Shown, here: frozenset[str] | None) -> bool:
    public = shown.conversation.audience == "public"
    return here is None or public or shown.account.private_channel in here
