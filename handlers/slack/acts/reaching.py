"""A running reachout in Slack: each rung's end, the public line, the hand-over, the close."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

from handlers import reachouts
from handlers.forms import Wrong
from handlers.say import Refusal
from handlers.slack import ids
from handlers.slack.acts.click import Acknowledgement, Click, opened, show, wrong
from handlers.slack.blocks import Json
from handlers.slack.office import Office
from handlers.slack.reach import (
    by_hand_view,
    close_view,
    extend_view,
    failed_view,
    hand_over_view,
    public_view,
    refused_view,
    skip_view,
    write_view,
)
from handlers.slack.reached import reaching_view
from handlers.slack.shown import Opened
from inbox.denied import Denied
from inbox.desk.firing import Shot
from inbox.reachout.commands import AnyCommand, Close, Extend, HandOver, Record, Skip
from inbox.reachout.state import Outcome

Act: TypeAlias = Callable[[Office, Click], Coroutine[Any, Any, Acknowledgement]]
Ask: TypeAlias = Callable[..., Json]
OUTCOME: Mapping[str, Outcome] = {
    "reached": "reached",
    "not_reached": "not_reached",
    "no_longer_needed": "no_longer_needed",
}


async def open_one(office: Office, click: Click) -> Acknowledgement:
    """Show a reachout as it stands."""
    return await shown_as_it_stands(office, click, _ref(click))


async def reached(office: Office, click: Click) -> Acknowledgement:
    """Note that the contact was reached on this rung."""
    return await _do(office, click, Record(_rung(click), "reached"))


async def ask_failed(office: Office, click: Click) -> Acknowledgement:
    """Ask what happened."""
    return await _ask(office, click, failed_view)


async def failed(office: Office, click: Click) -> Acknowledgement:
    """Note that a rung came to nothing: the next one is open."""
    text = ids.typed(click.values, ids.REASON)
    return await _do(office, click, Record(_rung(click), "failed", text))


async def ask_skip(office: Office, click: Click) -> Acknowledgement:
    """Ask why a rung is left out."""
    return await _ask(office, click, skip_view)


async def skipped(office: Office, click: Click) -> Acknowledgement:
    """Leave a rung out: the next one is open."""
    return await _do(office, click, Skip(_rung(click), ids.typed(click.values, ids.REASON)))


async def ask_write(office: Office, click: Click) -> Acknowledgement:
    """Ask for the private message."""
    return await _ask(office, click, write_view)


async def ask_public(office: Office, click: Click) -> Acknowledgement:
    """Show the public line before anybody is asked to clear it."""
    return await _ask(office, click, public_view)


async def ask_by_hand(office: Office, click: Click) -> Acknowledgement:
    """Ask where a line was posted by hand."""
    return await _ask(office, click, by_hand_view)


async def written(office: Office, click: Click) -> Acknowledgement:
    """Let the private message leave; refused, it stays in its box."""
    return await _say(office, click, ids.typed(click.values, ids.REACH_TEXT), write_view)


async def cleared(office: Office, click: Click) -> Acknowledgement:
    """Ask a second officer to clear the public line."""
    return await _say(office, click, "", public_view)


async def posted(office: Office, click: Click) -> Acknowledgement:
    """Note where a line stands that was posted by hand; the link must be a post of that account."""
    url = ids.typed(click.values, ids.URL)
    order = reachouts.by_hand(_rung(click), url)
    if isinstance(order, Wrong):
        return wrong(office, click, order, ids.URL)
    done = await reachouts.do(office, click.who, _ref(click), order, click.op)
    if isinstance(done, Denied) and done.why == "not_our_post":
        return wrong(office, click, done, ids.URL)
    return await after(office, click, _ref(click), done)


async def ask_hand_over(office: Office, click: Click) -> Acknowledgement:
    """Ask to which secure channel."""
    return await _ask(office, click, hand_over_view)


async def handed_over(office: Office, click: Click) -> Acknowledgement:
    """Note the secure channel, and close the reachout with that outcome."""
    ref, to = _ref(click), ids.typed(click.values, ids.TO)
    done = await reachouts.do(office, click.who, ref, HandOver(to), click.op)
    if not isinstance(done, Denied):
        order = Close("handed_over")
        done = await reachouts.do(office, click.who, ref, order, f"{click.op}:close")
    return await after(office, click, ref, done)


async def ask_close(office: Office, click: Click) -> Acknowledgement:
    """Ask how it ended."""
    return await _ask(office, click, close_view)


async def closed(office: Office, click: Click) -> Acknowledgement:
    """Close it with its outcome."""
    outcome = OUTCOME.get(ids.typed(click.values, ids.REACH_OUTCOME))
    if outcome is None:
        return wrong(office, click, Wrong("no_outcome"), ids.REACH_OUTCOME)
    return await _do(office, click, Close(outcome, ids.typed(click.values, ids.REASON)))


async def ask_extend(office: Office, click: Click) -> Acknowledgement:
    """Ask for a later deadline."""
    return await _ask(office, click, extend_view)


async def extended(office: Office, click: Click) -> Acknowledgement:
    """Move the deadline."""
    seconds = ids.typed(click.values, ids.REACH_BY)
    deadline = int(seconds) * 1000 if seconds.isdigit() else 0
    if deadline <= office.inbox.now():
        return wrong(office, click, Denied("in_the_past"), ids.REACH_BY)
    return await _do(office, click, Extend(deadline))


def _ref(click: Click) -> str:
    return click.press.key or click.meta.key


def _rung(click: Click) -> int:
    named = click.press.part or click.meta.part
    return int(named) if named.isdigit() else -1


async def _do(office: Office, click: Click, order: AnyCommand) -> Acknowledgement:
    done = await reachouts.do(office, click.who, _ref(click), order, click.op)
    return await after(office, click, _ref(click), done)


async def after(office: Office, click: Click, ref: str, done: object) -> Acknowledgement:
    """Show how it stands after an order, or why the order was refused."""
    if isinstance(done, Denied):
        return await told_why(office, click, done, ref)
    return await shown_as_it_stands(office, click, ref)


async def shown_as_it_stands(office: Office, click: Click, ref: str) -> Acknowledgement:
    """Show a reachout with what can be done about it now."""
    shown = await reachouts.shown(office, click.who, ref)
    if isinstance(shown, Denied):
        return await told_why(office, click, shown, "")
    say = office.say(click.who.officer)
    return await show(office, click, reaching_view(shown, say, opened(office, click)))


async def _ask(office: Office, click: Click, view: Ask) -> Acknowledgement:
    """Open a modal about a reachout, or about the rung that was pressed while it is its turn."""
    shown = await reachouts.shown(office, click.who, _ref(click))
    if isinstance(shown, Denied):
        return await told_why(office, click, shown, "")
    say, opening = office.say(click.who.officer), opened(office, click)
    if view in (hand_over_view, close_view, extend_view):
        return await show(office, click, view(shown, say, opening))
    step = shown.step
    if step is None or step.number != _rung(click):
        return await show(office, click, reaching_view(shown, say, opening))
    return await show(office, click, view(shown, step, say, opening))


async def _say(office: Office, click: Click, text: str, view: Ask) -> Acknowledgement:
    """Let a rung on a platform be said; where it may not, say why with everything kept."""
    ref = _ref(click)
    shot = Shot(
        rung=_rung(click),
        by=click.who.by,
        # The window's turn names it: pressed twice, or delivered twice, it leaves once.
        op=f"reach/{click.meta.turn}",
        via=click.who.via,
        text=text,
        confirmed=ids.confirmed(click.values),
    )
    done = await reachouts.say_it(office, ref, shot)
    if done is None:
        return await shown_as_it_stands(office, click, ref)
    shown = await reachouts.shown(office, click.who, ref)
    step = None if isinstance(shown, Denied) else shown.step
    if isinstance(shown, Denied) or step is None or step.number != _rung(click):
        return await told_why(office, click, done, ref)
    say, opening = office.say(click.who.officer), opened(office, click)
    kept = {"text": text} if view is write_view else {}
    return await show(office, click, view(shown, step, say, opening, problem=done, **kept))


async def told_why(office: Office, click: Click, why: Refusal, ref: str) -> Acknowledgement:
    """Say why it did not happen, with a way on."""
    say = office.say(click.who.officer)
    return await show(office, click, refused_view(why, say, opened(office, click), ref))


async def may_not(office: Office, click: Click) -> Acknowledgement:
    """Turn away who may not see reachouts, and record that they asked."""
    why = Denied("not_allowed", {"needs": "officer"})
    await office.refused(click.who, reachouts.SEES, "", why.why)
    return await told_why(office, click, why, "")


def same_turn(office: Office, click: Click) -> Opened:
    """Return the window's own turn: its boxes keep what was typed."""
    return Opened(click.meta.turn or office.ids(), office.inbox.now())


BUTTONS: Mapping[str, Act] = {
    ids.REACH_OPEN: open_one,
    ids.REACH_REACHED: reached,
    ids.REACH_FAILED: ask_failed,
    ids.REACH_SKIP: ask_skip,
    ids.REACH_WRITE: ask_write,
    ids.REACH_PUBLIC: ask_public,
    ids.REACH_BY_HAND: ask_by_hand,
    ids.REACH_HAND_OVER: ask_hand_over,
    ids.REACH_CLOSE: ask_close,
    ids.REACH_EXTEND: ask_extend,
}
SUBMISSIONS: Mapping[str, Act] = {
    ids.VIEW_REACH_FAILED: failed,
    ids.VIEW_REACH_SKIP: skipped,
    ids.VIEW_REACH_WRITE: written,
    ids.VIEW_REACH_PUBLIC: cleared,
    ids.VIEW_REACH_BY_HAND: posted,
    ids.VIEW_REACH_HAND_OVER: handed_over,
    ids.VIEW_REACH_CLOSE: closed,
    ids.VIEW_REACH_EXTEND: extended,
}
