"""Looking: search, the whole conversation, one's own, help, Home, and who is on duty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from handlers import forms, reachouts
from handlers.clearing import to_clear
from handlers.say import At
from handlers.slack import ids
from handlers.slack.acts import claim, clear, directory, morning, reach
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show
from handlers.slack.blocks import Json
from handlers.slack.dialogs import found_view, help_view, told_view, whole_view
from handlers.slack.home import home
from handlers.slack.office import Office
from handlers.slack.pace import Doubt, SlackRefused
from handlers.slack.reach import MOST_OPEN, open_rows
from handlers.slack.shown import Shown, Told, line_of
from handlers.slack.silence import silent_until
from handlers.slack.summary import counted
from handlers.slack.who import Actor
from inbox.conversations.denied import Denied

FOUND = 15
WHOLE = 10_000
"""Messages read for a whole conversation: more than a thread on any platform holds."""
SHIFT_MS = 8 * 3_600_000
"""A duty ends by itself: nobody remembers to go off it."""


async def read_all(office: Office, click: Click, page: int = -1) -> Acknowledgement:
    """Show the whole conversation in a modal: nothing at night needs the web."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    reading = await office.inbox.read.reading(click.conversation)
    lines = [
        line_of(m.message, edited=m.edited, deleted=m.deleted, erased=m.erased)
        for m in reading.messages
    ]
    lines += office.our_lines(reading)
    lines.sort(key=lambda line: line.at)
    say = office.say(click.who.officer, shown.account)
    view = whole_view(shown, lines[-WHOLE:], say, opened(office, click), page)
    return await show(office, click, view)


async def page(office: Office, click: Click) -> Acknowledgement:
    """Turn a page of a whole conversation."""
    number = int(click.press.key) if click.press.key.isdigit() else -1
    return await read_all(office, click, number)


async def find(office: Office, click: Click, words: str = "") -> Acknowledgement:
    """Search the conversations of the officer's accounts."""
    sought = words or ids.typed(click.values, ids.WORDS)
    rows = await found(office, click.who, sought)
    say = office.say(click.who.officer)
    return await show(office, click, found_view(sought, rows[:FOUND], say, opened(office, click)))


async def found(office: Office, who: Actor, sought: str) -> list[Shown]:
    """Return what this officer may read of what these words find."""
    accounts = tuple(one.id for one in office.policies.accounts_for(who.officer))
    refs = await office.inbox.find.search(sought, accounts, FOUND * 2) if sought else ()
    return await office.readable(who, await office.inbox.read.conversations(refs))


async def mine(office: Office, click: Click) -> Acknowledgement:
    """Show what the officer holds."""
    rows = await held(office, click.who)
    say = office.say(click.who.officer)
    view = found_view(say("button.mine"), rows[:FOUND], say, opened(office, click))
    return await show(office, click, view)


async def held(office: Office, who: Actor) -> list[Shown]:
    """Return what an officer holds."""
    refs = await office.inbox.read.held(who.officer.id)
    return await office.readable(who, await office.inbox.read.conversations(refs))


async def help_me(office: Office, click: Click) -> Acknowledgement:
    """Say what can be typed and pressed."""
    say = office.say(click.who.officer)
    return await show(office, click, help_view(office.command, say, opened(office, click)))


async def on_duty(office: Office, click: Click, words: str = "") -> Acknowledgement:
    """Put the officer on duty for a shift, and warn where their Slack is silent."""
    return await _told(office, click, await go_on_duty(office, click.who, words))


async def go_on_duty(office: Office, who: Actor, words: str = "") -> Told:
    """Put the officer on duty: until what they typed ("until 16:00"), else for a shift.

    Returns what to say of it: that they are, or that their Slack is silent all the same.
    """
    now = office.inbox.now()
    zones = [account.time_zone for account in office.policies.accounts_for(who.officer)]
    typed = words.removeprefix("until ").removeprefix("till ").removeprefix("حتى ")
    ends = forms.snooze(typed, now + SHIFT_MS, now, zones[0] if zones else "UTC")
    until = now + SHIFT_MS if isinstance(ends, forms.Wrong) else ends.until
    await office.inbox.duty.on(who.officer.id, until)
    if silent := await silent_until(office, who.user):
        return Told("duty.silent", {"until": At(silent)})
    return Told("duty.on")


async def off_duty(office: Office, click: Click) -> Acknowledgement:
    """Take the officer off duty."""
    await office.inbox.duty.off(click.who.officer.id)
    return await _told(office, click, Told("duty.off"))


async def _told(office: Office, click: Click, what: Told) -> Acknowledgement:
    if click.home:
        await show_home(office, click.who)
        return {}
    say = office.say(click.who.officer)
    return await show(office, click, told_view(what.key, say, opened(office, click), **what.facts))


async def show_home(office: Office, who: Actor) -> None:
    """Draw an officer's Home as of now."""
    named = office.channels(who.officer)
    counts = await counted(office, named)
    mine = await office.inbox.read.conversations(await office.inbox.read.held(who.officer.id))
    queue = await office.inbox.queue.first(list(named), FOUND)
    waiting = await office.inbox.read.conversations([one.id for one in queue])
    view = home(
        who.officer.name,
        counts,
        await office.readable(who, [c for c in mine if c.state != "closed"]),
        await office.readable(who, waiting),
        office.say(who.officer),
        [*await reaching_rows(office, who), *await morning.above(office, who)],
        await to_clear(office, who),
    )
    try:
        await office.pace.at_once("views.publish", user_id=who.user, view=view)
    except (SlackRefused, Doubt):
        return  # drawn again when they next look


async def reaching_rows(office: Office, who: Actor) -> list[Json]:
    """Return the open reachouts, as Home begins with; nothing where there is none."""
    shown = await reachouts.running(office, who)
    say = office.say(who.officer)
    return open_rows(shown, say, MOST_OPEN) if shown else []


PLAIN: Mapping[str, Callable[[Office, Click], Awaitable[Acknowledgement]]] = {
    "next": claim.next_one,
    "mine": mine,
    "clear": clear.queue,
    "off": off_duty,
    "help": help_me,
}
WITH_WORDS: Mapping[str, Callable[[Office, Click, str], Awaitable[Acknowledgement]]] = {
    "find": find,
    "who": directory.look_up,
    "reach": reach.begin,
    "on": on_duty,
}


async def command(office: Office, click: Click) -> Acknowledgement:
    """Carry out a typed command: /inbox next, mine, clear, find, who, reach, on, off, help."""
    asked = forms.asked(click.text, forms.verbs(office.book.languages))
    if with_words := WITH_WORDS.get(asked.verb):
        return await with_words(office, click, asked.words)
    return await PLAIN[asked.verb](office, click)
