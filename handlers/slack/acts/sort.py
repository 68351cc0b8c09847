"""Putting in order: tags and lanes, snooze and wake, close and reopen."""

from __future__ import annotations

from handlers import forms
from handlers.slack import ids
from handlers.slack.acts.click import (
    Acknowledgement,
    Click,
    opened,
    refused,
    show,
    simply,
    wrong,
)
from handlers.slack.dialogs import close_view, snooze_view, tag_view
from handlers.slack.office import Office
from inbox.conversations.commands import Close, Reopen, SetLane, Wake
from inbox.conversations.denied import Denied


async def tag(office: Office, click: Click) -> Acknowledgement:
    """Ask which tags and which lane."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    policies = office.policies
    view = tag_view(shown, policies.tags, policies.lanes, say, opened(office, click))
    return await show(office, click, view)


async def tagged(office: Office, click: Click) -> Acknowledgement:
    """Put on and take off what was chosen: one order each, in a fixed order."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    chosen, lane = ids.chosen(click.values, ids.TAGS), ids.typed(click.values, ids.LANE)
    for number, order in enumerate(forms.sorting(shown.conversation, chosen, lane)):
        done = await office.do(click.who, click.conversation, order, f"{click.op}:{number}")
        if isinstance(done, Denied):
            return await refused(office, click, done)
    return {}


async def not_urgent(office: Office, click: Click) -> Acknowledgement:
    """Correct the lane with one tap: it is served with the others."""
    calm = max(office.policies.lanes, key=lambda lane: lane.rank)
    return await simply(office, click, SetLane(calm.name, "not urgent"))


async def snooze(office: Office, click: Click) -> Acknowledgement:
    """Ask until when."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, snooze_view(shown, say, opened(office, click)))


async def snoozed(office: Office, click: Click) -> Acknowledgement:
    """Put it aside until then."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    seconds = ids.typed(click.values, ids.WHEN_CHOSEN)
    chosen = int(seconds) * 1000 if seconds.isdigit() else 0
    zone, now = shown.account.time_zone, office.inbox.now()
    order = forms.snooze(ids.typed(click.values, ids.WHEN), chosen, now, zone)
    if isinstance(order, forms.Wrong):
        return wrong(office, click, order, ids.WHEN)
    done = await office.do(click.who, click.conversation, order, click.op)
    if isinstance(done, Denied) and done.why == "in_the_past":
        return wrong(office, click, forms.Wrong("no_time"), ids.WHEN)
    return await refused(office, click, done) if isinstance(done, Denied) else {}


async def wake(office: Office, click: Click) -> Acknowledgement:
    """Bring it back now."""
    return await simply(office, click, Wake("officer"))


async def close(office: Office, click: Click) -> Acknowledgement:
    """Ask how it ended."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, close_view(shown, say, opened(office, click)))


async def closed(office: Office, click: Click) -> Acknowledgement:
    """Close it."""
    order = forms.close(ids.typed(click.values, ids.OUTCOME))
    if not isinstance(order, Close):
        return wrong(office, click, order, ids.OUTCOME)
    return await simply(office, click, order)


async def reopen(office: Office, click: Click) -> Acknowledgement:
    """Take it up again."""
    return await simply(office, click, Reopen("officer"))
