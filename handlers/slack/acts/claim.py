"""Who holds a conversation: claim, give back, take over, hand over, next."""

from __future__ import annotations

from handlers import forms
from handlers.slack import ids
from handlers.slack.acts import answer
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show, simply, wrong
from handlers.slack.dialogs import hand_over_view, take_over_view, told_view
from handlers.slack.office import Office
from inbox.conversations.commands import Release, TakeOver
from inbox.conversations.denied import Denied
from inbox.team.roles import may


async def claim(office: Office, click: Click) -> Acknowledgement:
    """Hold it: "I must find out first". Takes the same person's other unclaimed ones along."""
    done = await office.claim(click.who, click.conversation, click.op)
    if isinstance(done, Denied):
        return await refused(office, click, done)
    if click.view:
        return await answer.write(office, click, click.conversation)
    return {}


async def release(office: Office, click: Click) -> Acknowledgement:
    """Give the claim back to the queue."""
    return await simply(office, click, Release())


async def take_over(office: Office, click: Click) -> Acknowledgement:
    """Ask why it is taken over."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, take_over_view(shown, say, opened(office, click)))


async def taken_over(office: Office, click: Click) -> Acknowledgement:
    """Take it over, and go on to the answer."""
    reason = ids.typed(click.values, ids.REASON)
    done = await office.do(click.who, click.conversation, TakeOver(reason), click.op)
    if isinstance(done, Denied):
        return await refused(office, click, done)
    return await answer.write(office, click, click.conversation)


async def hand_over(office: Office, click: Click) -> Acknowledgement:
    """Ask to whom it goes."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return await refused(office, click, shown)
    others = [
        officer
        for officer in office.policies.officers.values()
        if officer.id != click.who.officer.id and may(officer, "Claim", shown.account)
    ]
    say = office.say(click.who.officer, shown.account)
    return await show(office, click, hand_over_view(shown, others, say, opened(office, click)))


async def handed_over(office: Office, click: Click) -> Acknowledgement:
    """Give the claim to a colleague, or back to everyone."""
    to, reason = ids.typed(click.values, ids.TO), ids.typed(click.values, ids.REASON)
    order = forms.hand_over(to, reason)
    if isinstance(order, forms.Wrong):
        return wrong(office, click, order, ids.TO)
    return await simply(office, click, order)


async def next_one(office: Office, click: Click) -> Acknowledgement:
    """Claim the most urgent one that waits for this officer, and open its answer."""
    if ref := await office.next(click.who, click.op):
        return await answer.write(office, click, ref)
    say = office.say(click.who.officer)
    return await show(office, click, told_view("modal.nothing", say, opened(office, click)))
