"""Beginning to reach a counterpart: `/reach`, the shortcut, a contact's button."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from handlers import reachouts
from handlers.forms import Wrong
from handlers.reaching import Reaching, Step
from handlers.slack import ids, telling
from handlers.slack.acts import reaching
from handlers.slack.acts.click import Acknowledgement, Click, opened, show, wrong
from handlers.slack.acts.reaching import Act, Ask, after, may_not, same_turn, told_why
from handlers.slack.blocks import Json
from handlers.slack.office import Office
from handlers.slack.reach import (
    Asking,
    by_hand_view,
    choice,
    choices,
    public_view,
    reach_view,
    write_view,
)
from handlers.slack.reached import reaching_view
from handlers.slack.shown import Opened
from inbox.denied import Denied
from inbox.directory.state import Contact
from inbox.reachout.commands import Attempt, Open
from inbox.reachout.state import Rung, Urgency
from inbox.words import Millis

AT_FIRST_MS = 3 * 3_600_000
"""The deadline offered at first: this long from now."""
QUARTER_MS = 900_000
URGENCY: Mapping[str, Urgency] = {
    "normal": "normal",
    "urgent": "urgent",
    "immediate": "immediate",
}


async def begin(office: Office, click: Click, words: str = "") -> Acknowledgement:
    """Ask whom to reach; a name typed after the command, or a contact's button, answers that."""
    if not reachouts.sees(click.who.officer):
        return await may_not(office, click)
    named = words or (click.text.strip() if click.act == ids.COMMAND_REACH else "")
    asking = Asking(deadline=_at_first(office.inbox.now()))
    contact: Contact | None = None
    if click.press.key:
        contact = await office.inbox.contacts.load(click.press.key)
    elif named:
        found = await reachouts.found(office, named)
        contact = found[0] if len(found) == 1 else None
        why = "nobody_called" if not found else "several_called"
        asking = asking if contact else replace(asking, problem=Wrong(why, {"name": named}))
    asking = await _filled(office, click, asking, contact)
    return await show(office, click, _asked(office, click, asking, opened(office, click)))


async def offered(office: Office, click: Click) -> Acknowledgement:
    """Answer the menu with the contacts that the typed words find."""
    if not reachouts.sees(click.who.officer):
        return choices(())
    now, say = office.inbox.now(), office.say(click.who.officer)
    found = await reachouts.found(office, click.text)
    return choices([choice(one, reachouts.best(one, now), now, say) for one in found])


async def chosen(office: Office, click: Click) -> Acknowledgement:
    """Show the ladder of whom was chosen; what else was typed stays in its boxes."""
    if not reachouts.sees(click.who.officer):
        return await may_not(office, click)
    contact = await office.inbox.contacts.load(ids.typed(click.values, ids.REACH_WHO))
    asking = await _filled(office, click, _typed(click), contact)
    return await show(office, click, _asked(office, click, asking, same_turn(office, click)))


async def submitted(office: Office, click: Click) -> Acknowledgement:
    """Open the reachout and begin with its first rung; what does not fit is told at its box."""
    asking = _typed(click)
    ref = ids.typed(click.values, ids.REACH_WHO) or click.meta.key
    contact = await office.inbox.contacts.load(ref) if ref else None
    if contact is None:
        return wrong(office, click, Wrong("nobody_chosen"), ids.REACH_WHO)
    if asking.deadline <= office.inbox.now():
        return wrong(office, click, Denied("in_the_past"), ids.REACH_BY)
    asking = await _filled(office, click, asking, contact)
    if contact.id != click.meta.key and asking.steps:
        return await show(office, click, _asked(office, click, asking, same_turn(office, click)))
    rungs = tuple(_said_by(one.rung, asking.line) for one in asking.steps)
    order = Open(contact.id, asking.why, asking.urgency, asking.deadline, rungs)
    # The window's turn names what it opens: pressed twice, or delivered twice, it opens one.
    done = await reachouts.do(office, click.who, click.meta.turn, order, click.op)
    if isinstance(done, Denied):
        return await _not_opened(office, click, asking, done)
    return await _first(office, click, click.meta.turn)


async def _first(office: Office, click: Click, ref: str) -> Acknowledgement:
    """Begin with the first rung: one by hand is being tried from now on, one on a platform asks."""
    shown = await reachouts.shown(office, click.who, ref)
    if isinstance(shown, Denied):
        return await told_why(office, click, shown, ref)
    office.afterwards(telling.told(office, "opened", shown, click.who.officer))
    step = shown.step
    if step is None or step.rung.on_platform:
        return await _step_shown(office, click, shown, step)
    done = await reachouts.do(office, click.who, ref, Attempt(step.number), f"{click.op}:first")
    return await after(office, click, ref, done)


async def _step_shown(
    office: Office, click: Click, shown: Reaching, step: Step | None
) -> Acknowledgement:
    say, opening = office.say(click.who.officer), opened(office, click)
    if step is None:
        return await show(office, click, reaching_view(shown, say, opening))
    return await show(office, click, _way_on(step)(shown, step, say, opening))


def _way_on(step: Step) -> Ask:
    """Return the modal by which a rung on a platform is tried."""
    if step.rung.by_hand:
        return by_hand_view
    return public_view if step.rung.kind == "public" else write_view


async def _not_opened(office: Office, click: Click, asking: Asking, why: Denied) -> Acknowledgement:
    """Say at its box what speaks against it; everything typed is kept."""
    box = {"in_the_past": ids.REACH_BY, "reason_needed": ids.REACH_WHY}.get(why.why, "")
    if box:
        return wrong(office, click, why, box)
    again = replace(asking, problem=why)
    return await show(office, click, _asked(office, click, again, same_turn(office, click)))


async def _filled(office: Office, click: Click, asking: Asking, contact: Contact | None) -> Asking:
    """Add what is known of the contact; without one, the reachouts that are open."""
    if contact is None:
        running = await reachouts.running(office, click.who)
        return replace(asking, contact=None, open=tuple(running))
    ladder = await reachouts.proposed(office, click.who, contact, asking.urgency)
    level = reachouts.best(contact, office.inbox.now())
    planned = next((s.rung for s in ladder.steps if s.rung.kind == "public"), None)
    first = f"{planned.template}/{planned.language}" if planned else ""
    return replace(
        asking,
        contact=contact,
        lines=office.policies.lines,
        # Another contact has other languages: their own is chosen until an officer chooses.
        line=asking.line if contact.id == click.meta.key and asking.line else first,
        level=level,
        steps=ladder.steps,
        left_out=ladder.left_out,
        hours=ladder.hours,
    )


def _said_by(rung: Rung, line: str) -> Rung:
    """Return a public rung with the approved line that was chosen."""
    template, _, language = line.partition("/")
    if rung.kind != "public" or not language:
        return rung
    return replace(rung, template=template, language=language)


def _typed(click: Click) -> Asking:
    seconds = ids.typed(click.values, ids.REACH_BY)
    urgency = ids.typed(click.values, ids.REACH_URGENCY)
    return Asking(
        why=ids.typed(click.values, ids.REACH_WHY),
        deadline=int(seconds) * 1000 if seconds.isdigit() else 0,
        urgency=URGENCY.get(urgency, "normal"),
        line=ids.typed(click.values, ids.REACH_LINE),
    )


def _asked(office: Office, click: Click, asking: Asking, opening: Opened) -> Json:
    say = office.say(click.who.officer)
    return reach_view(asking, say, opening, now=office.inbox.now())


def _at_first(now: Millis) -> Millis:
    return -(-(now + AT_FIRST_MS) // QUARTER_MS) * QUARTER_MS


BUTTONS: Mapping[str, Act] = {
    ids.REACH: begin,
    ids.REACH_WHO: chosen,
    **reaching.BUTTONS,
}
SUBMISSIONS: Mapping[str, Act] = {
    ids.VIEW_REACH: submitted,
    **reaching.SUBMISSIONS,
}
