"""Clearing: an approver's word on exactly what they read, from one screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from handlers.cleared import Question
from handlers.clearing import question, to_clear
from handlers.say import Say
from handlers.slack import ids
from handlers.slack.acts.click import Acknowledgement, Click, opened, refused, show, wrong
from handlers.slack.asking import Asking
from handlers.slack.blocks import Json
from handlers.slack.clearing import (
    clear_view,
    give_back_view,
    override_view,
    queue_view,
    refuse_view,
)
from handlers.slack.dialogs import told_view
from handlers.slack.office import Office
from handlers.slack.shown import Opened
from inbox.conversations.commands import Clear, Override, Return, TurnDown
from inbox.conversations.denied import Denied

View: TypeAlias = Callable[[Question, Say, Opened], Json]


async def clear(office: Office, click: Click) -> Acknowledgement:
    """Show one screen with what waits; whoever may, clears it there."""
    asks = await _asked(office, click)
    if isinstance(asks, Denied):
        return await refused(office, click, asks)
    say = office.say(click.who.officer, asks.shown.account)
    return await show(office, click, clear_view(asks, say, opened(office, click)))


async def _asked(office: Office, click: Click) -> Question | Denied:
    """Return what waits in this conversation; what became of it where nothing does any more."""
    shown = await office.read(click.who, click.conversation)
    if isinstance(shown, Denied):
        return shown
    asks = await question(office, click.who.officer, shown)
    if asks is not None:
        return asks
    about = shown.conversation.answer(click.press.answer or click.meta.answer)
    clearing = about.clearing if about else None
    if clearing and not clearing.left:
        by = clearing.overridden or clearing.cleared[-1]
        return Denied("already_cleared", {"by": by})
    return Denied("not_asked")


async def approve(office: Office, click: Click) -> Acknowledgement:
    """Let exactly what they read leave; a minister's account asks for its handle first."""
    typed = ids.typed(click.values, ids.CONFIRMED)
    carried = _carried(click)
    order = Clear(answer=carried[0], seal=carried[1], confirmed=typed)
    done = await office.do(click.who, click.conversation, order, click.op)
    if isinstance(done, Denied):
        if done.why == "confirmation_needed" and click.kind == "button":
            return await clear(office, click)
        if done.why == "confirmation_needed":
            return wrong(office, click, done, ids.CONFIRMED)
        return await refused(office, click, done)
    _redrawn(office, click)
    if click.kind == "button" and not click.view:
        return {}
    answer = done.conversation.answer(carried[0])
    key = "clearance.one_more" if answer and answer.uncleared else "clearance.leaves"
    return await _said(office, click, key)


async def give_back(office: Office, click: Click) -> Acknowledgement:
    """Ask for the text that goes back to its author."""
    return await _next(office, click, give_back_view)


async def refuse(office: Office, click: Click) -> Acknowledgement:
    """Ask why it may not leave."""
    return await _next(office, click, refuse_view)


async def override(office: Office, click: Click) -> Acknowledgement:
    """Ask a supervisor why nobody else need be asked."""
    return await _next(office, click, override_view)


async def _next(office: Office, click: Click, view: View) -> Acknowledgement:
    asks = await _asked(office, click)
    if isinstance(asks, Denied):
        return await refused(office, click, asks)
    say = office.say(click.who.officer, asks.shown.account)
    return await show(office, click, view(asks, say, opened(office, click)))


async def given_back(office: Office, click: Click) -> Acknowledgement:
    """Give it back to its author with the approver's text."""
    text, reason = ids.typed(click.values, ids.EDITED), ids.typed(click.values, ids.REASON)
    order = Return(click.meta.answer, click.meta.key, text, reason)
    return await _submitted(office, click, order, "clearance.went_back")


async def turned_down(office: Office, click: Click) -> Acknowledgement:
    """Let it not leave."""
    order = TurnDown(click.meta.answer, click.meta.key, ids.typed(click.values, ids.REASON))
    return await _submitted(office, click, order, "clearance.went_back")


async def overridden(office: Office, click: Click) -> Acknowledgement:
    """Let it leave without those who were asked: told loudly, and recorded."""
    order = Override(
        click.meta.answer,
        click.meta.key,
        ids.typed(click.values, ids.REASON),
        ids.typed(click.values, ids.CONFIRMED),
    )
    return await _submitted(office, click, order, "clearance.leaves")


async def _submitted(
    office: Office, click: Click, order: Return | TurnDown | Override, key: str
) -> Acknowledgement:
    done = await office.do(click.who, click.conversation, order, click.op)
    if isinstance(done, Denied):
        if done.why == "reason_needed":
            return wrong(office, click, done, ids.REASON)
        if done.why == "confirmation_needed":
            return wrong(office, click, done, ids.CONFIRMED)
        return await refused(office, click, done)
    _redrawn(office, click)
    return await _said(office, click, key)


async def queue(office: Office, click: Click) -> Acknowledgement:
    """Show what waits for this officer's word."""
    say = office.say(click.who.officer)
    rows = await to_clear(office, click.who)
    return await show(office, click, queue_view(rows, say, opened(office, click)))


async def _said(office: Office, click: Click, key: str) -> Acknowledgement:
    shown = await office.read(click.who, click.conversation, recorded=False)
    known = None if isinstance(shown, Denied) else shown
    say = office.say(click.who.officer, known.account if known else None)
    view: Json = told_view(key, say, opened(office, click), known)
    return await show(office, click, view)


def _carried(click: Click) -> tuple[str, str]:
    """Return which answer it is about, and the seal of what they read."""
    if click.kind == "button":
        return click.press.answer, click.press.key
    return click.meta.answer, click.meta.key


def _redrawn(office: Office, click: Click) -> None:
    """Let the questions say how it ended, without waiting for the clerk."""
    office.afterwards(_redraw(office, click.conversation))


async def _redraw(office: Office, ref: str) -> None:
    conversation = await office.inbox.read.conversation(ref)
    if conversation is not None:
        await Asking(office).redraw(conversation)
