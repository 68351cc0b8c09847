"""The modal that begins a reachout, and the few that ask one thing about one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.reaching import (
    Reaching,
    Step,
    address,
    beforehand,
    best_hours,
    headline,
    inferred,
    kind_word,
    until,
    whereabouts,
)
from handlers.say import Refusal, Say
from handlers.shown import DOT, audience_word
from handlers.slack import ids, leaking
from handlers.slack.blocks import (
    MOST_OPTIONS,
    OPTION,
    Json,
    actions,
    asked,
    button,
    divider,
    modal,
    option,
    plain,
    radio,
    rich,
    run,
    select,
    sentence,
    typing,
    words,
)
from handlers.slack.ids import Meta, Press, block_of
from handlers.slack.safe import beside, one_line, public
from handlers.slack.shown import Opened, told
from handlers.slack.views import typed_handle
from inbox.directory.state import Contact
from inbox.reachout.state import Level, Urgency
from inbox.words import Millis, Record

MOST_OPEN, MOST_RUNGS = 5, 12
WHY_MOST = 2_000
URGENCIES: tuple[Urgency, ...] = ("normal", "urgent", "immediate")
OUTCOMES = ("reached", "not_reached", "no_longer_needed")
"""How an officer may say that it ended; handing it over is an act of its own."""


class Asking(Record, frozen=True):
    """What the modal that begins one shows: who, what was typed, the ladder, and what is wrong."""

    contact: Contact | None = None
    level: Level = "unproven"
    steps: tuple[Step, ...] = ()
    why: str = ""
    deadline: Millis = 0
    urgency: Urgency = "normal"
    problem: Refusal | None = None
    open: tuple[Reaching, ...] = ()
    left_out: tuple[tuple[str, Level], ...] = ()
    """Persons of the contact who get no rung: their handle, and how sure we are of them."""
    lines: Mapping[str, Mapping[str, str]] = {}
    """The approved lines: name to language to sentence."""
    line: str = ""
    """The line chosen for the public rung, as `name/language`."""
    hours: tuple[int, ...] = ()
    """The hours of their day in which they were reached before, the best first."""


def reach_view(asking: Asking, say: Say, opened: Opened, *, now: Millis) -> Json:
    """Ask whom, why and by when; show the ladder with what is known of each rung beforehand.

    The boxes keep their ids while the modal is open, so that what was typed survives the choice.
    """
    blocks = [_who(asking, say, opened)]
    if asking.problem:
        blocks.append(told(say.because(asking.problem), say))
    if asking.contact:
        known = (whereabouts(asking.contact, asking.level, now, say), best_hours(asking.hours, say))
        blocks.append(rich(words(DOT.join(one for one in known if one))))
    blocks += _stays(asking, say, opened)
    if asking.contact:
        blocks += [divider(), *_ladder(asking, say), *_line(asking, say, opened)]
    else:
        blocks += [divider(), *open_rows(asking.open, say, MOST_OPEN)] if asking.open else []
    first = asking.steps[0].rung.kind if asking.steps else ""
    submit = say(f"reach.submit_{first}") if first else say("reach.submit_choose")
    contact = asking.contact.id if asking.contact else ""
    carried = Meta(turn=opened.turn, opened=opened.at, key=contact)
    feet = (submit, say("button.cancel"))
    return modal(ids.VIEW_REACH, say("reach.title"), blocks, carried, feet)


def choice(contact: Contact, level: Level, now: Millis, say: Say) -> Json:
    """Return one contact as a choice of the menu: its name, how sure we are, their time."""
    name = one_line(contact.name, OPTION) or "…"
    made = option(name, contact.id)
    return made | {"description": plain(whereabouts(contact, level, now, say), OPTION)}


def choices(found: Sequence[Json]) -> Json:
    """Return what the menu is answered with."""
    return {"options": list(found[:MOST_OPTIONS])}


def _who(asking: Asking, say: Say, opened: Opened) -> Json:
    where = block_of(ids.REACH_WHO, "reach", opened.turn)
    menu: Json = {"type": "external_select", "action_id": ids.REACH_WHO, "min_query_length": 1}
    menu["placeholder"] = plain(say("reach.who_hint"), 150)
    if asking.contact:
        menu["initial_option"] = option(
            one_line(asking.contact.name, OPTION) or "…", asking.contact.id
        )
    return asked(where, say("reach.who"), menu) | {"dispatch_action": True}


def _stays(asking: Asking, say: Say, opened: Opened) -> list[Json]:
    def block(action: str) -> str:
        return block_of(action, "reach", opened.turn)

    box = typing(ids.REACH_WHY, initial=asking.why, most=WHY_MOST)
    why = f"{say('modal.stays')}{DOT}{say('reach.why')}"
    by: Json = {"type": "datetimepicker", "action_id": ids.REACH_BY}
    by |= {"initial_date_time": asking.deadline // 1000} if asking.deadline else {}
    urgencies = [(say(f"reach.urgency_{one}"), one) for one in URGENCIES]
    menu = select(ids.REACH_URGENCY, urgencies, initial=asking.urgency)
    return [
        asked(block(ids.REACH_WHY), why, box, hint=say("reach.why_hint")),
        asked(block(ids.REACH_BY), say("reach.by"), by),
        asked(block(ids.REACH_URGENCY), say("reach.urgency"), menu),
    ]


def _ladder(asking: Asking, say: Say) -> list[Json]:
    blocks = [_left_out(handle, level, say) for handle, level in asking.left_out[:MOST_OPEN]]
    if not asking.steps:
        return [sentence(say, "reach.no_way"), *blocks]
    head = words(say("reach.leaves"), bold=True)
    lines = [_proposed(step, say) for step in asking.steps[:MOST_RUNGS]]
    return [rich(head, *lines), *blocks]


def _line(asking: Asking, say: Say, opened: Opened) -> list[Json]:
    """Ask which approved line shall stand in public, and in which language."""
    public_rung = any(one.rung.kind == "public" for one in asking.steps)
    offered = [
        (
            f"{say.word('language', language)}{DOT}{text.replace('@{handle}', '').strip()}",
            f"{name}/{language}",
        )
        for name, languages in asking.lines.items()
        for language, text in languages.items()
    ]
    if not public_rung or len(offered) < 2:
        return []
    menu = select(ids.REACH_LINE, offered, initial=asking.line)
    return [asked(block_of(ids.REACH_LINE, "reach", opened.turn), say("reach.line"), menu)]


def _left_out(handle: str, level: Level, say: Say) -> Json:
    who = beside(one_line(f"@{handle.lstrip('@')}", 60), say("reach.why"))
    return rich(words(say("reach.left_out", who=who, level=say(f"reach.level_{level}"))))


def _proposed(step: Step, say: Say) -> list[Json]:
    line = words(f"{step.number + 1}  {kind_word(step, say)}", bold=True)
    line += words(DOT + address(step, say))
    if known := beforehand(step, say):
        line += words(DOT + known)
    return line


def open_rows(shown: Sequence[Reaching], say: Say, most: int) -> list[Json]:
    """Return the open reachouts under a heading, each with a button that shows it."""
    blocks: list[Json] = [rich(words(say("reach.open_ones", count=len(shown)), bold=True))]
    for one in shown[:most]:
        blocks.append(rich(words(headline(one, say), bold=True), run(until(one, say), say)))
        blocks += actions(button(ids.REACH_OPEN, say("button.open"), press(one)))
    return [*blocks, divider()]


def press(shown: Reaching, step: Step | None = None) -> Press:
    """Return what a button about a reachout carries."""
    rung = "" if step is None else str(step.number)
    return Press(seen=shown.reachout.version, part=rung, key=shown.reachout.id)


def meta(shown: Reaching, opened: Opened, step: Step | None = None) -> Meta:
    """Return what a modal about a reachout carries."""
    rung = "" if step is None else str(step.number)
    return Meta(
        seen=shown.reachout.version,
        part=rung,
        turn=opened.turn,
        opened=opened.at,
        key=shown.reachout.id,
    )


def failed_view(shown: Reaching, step: Step, say: Say, opened: Opened) -> Json:
    """Ask what happened on a rung that came to nothing."""
    return _note(ids.VIEW_REACH_FAILED, "failed", shown, step, say, opened)


def skip_view(shown: Reaching, step: Step, say: Say, opened: Opened) -> Json:
    """Ask why a rung is left out."""
    return _note(ids.VIEW_REACH_SKIP, "skip", shown, step, say, opened)


def _note(callback: str, word: str, shown: Reaching, step: Step, say: Say, opened: Opened) -> Json:
    where = block_of(ids.REASON, shown.reachout.id, opened.turn)
    box = typing(ids.REASON, most=1000)
    label = asked(where, say(f"reach.ask_{word}"), box, hint=say("reach.stays_hint"))
    blocks = [_head(shown, step, say), label]
    feet = (say(f"reach.submit_{word}"), say("button.cancel"))
    return modal(callback, say(f"reach.title_{word}"), blocks, meta(shown, opened, step), feet)


def write_view(
    shown: Reaching,
    step: Step,
    say: Say,
    opened: Opened,
    *,
    text: str = "",
    problem: Refusal | None = None,
) -> Json:
    """Ask for the private message; what the platform says of it stands above the box."""
    blocks = [_head(shown, step, say)]
    if known := beforehand(step, say):
        blocks.append(rich(words(known, bold=True)))
    if problem:
        blocks.append(told(say.because(problem), say))
        blocks += leaking.found(problem, shown.reachout.id, opened.turn, "private", say)
    where = block_of(ids.REACH_TEXT, shown.reachout.id, opened.turn)
    box = typing(ids.REACH_TEXT, initial=text or step.text)
    leaves = f"{say('modal.leaves')}{DOT}{audience_word('private', say)}"
    blocks.append(asked(where, leaves, box, hint=say("modal.reads_private")))
    blocks += _confirmation(shown, step, say, opened)
    blocks.append(_purpose(shown, say))
    feet = (say("modal.submit_private"), say("button.cancel"))
    title = say("reach.title_private")
    return modal(ids.VIEW_REACH_WRITE, title, blocks, meta(shown, opened, step), feet)


def public_view(
    shown: Reaching,
    step: Step,
    say: Say,
    opened: Opened,
    *,
    problem: Refusal | None = None,
) -> Json:
    """Show exactly what everybody would read, from whom, and what a bystander infers from it.

    There is no box: a public rung says one of the approved lines, and nothing else.
    """
    blocks = [_head(shown, step, say)]
    if problem:
        blocks.append(told(say.because(problem), say))
    leaves = f"{say('modal.leaves')}{DOT}{audience_word('public', say)}"
    blocks.append(rich(words(leaves, bold=True), words(address(step, say))))
    blocks.append(rich(words(public(step.text, 1000)), quote=True))
    blocks.append(rich(words(inferred(step, say))))
    blocks += _confirmation(shown, step, say, opened)
    blocks += [divider(), _purpose(shown, say), sentence(say, "reach.before_public")]
    feet = (say("reach.submit_public"), say("button.cancel"))
    title = say("reach.title_public")
    return modal(ids.VIEW_REACH_PUBLIC, title, blocks, meta(shown, opened, step), feet)


def by_hand_view(shown: Reaching, step: Step, say: Say, opened: Opened) -> Json:
    """Ask for the address of what was posted by hand: exactly this line, in the account's app."""
    where = block_of(ids.URL, shown.reachout.id, opened.turn)
    box = typing(ids.URL, multiline=False, most=500)
    blocks = [
        _head(shown, step, say),
        sentence(say, "reach.post_this"),
        rich(words(public(step.text, 1000)), quote=True),
        rich(words(inferred(step, say))),
        asked(where, say("modal.address"), box, hint=say("modal.address_hint")),
    ]
    feet = (say("reach.submit_by_hand"), say("button.cancel"))
    title = say("modal.title_by_hand")
    return modal(ids.VIEW_REACH_BY_HAND, title, blocks, meta(shown, opened, step), feet)


def refused_view(why: Refusal, say: Say, opened: Opened, ref: str = "") -> Json:
    """Say why it did not happen, with a way on: back to the reachout, or to the open ones."""
    here = Press(key=ref)
    act = ids.REACH_OPEN if ref else ids.REACH
    word = "button.open" if ref else "reach.button_new"
    blocks = [told(say.because(why), say), *actions(button(act, say(word), here))]
    carried = Meta(turn=opened.turn, opened=opened.at, key=ref)
    feet = ("", say("button.done"))
    return modal(ids.VIEW_DENIED, say("modal.title_denied"), blocks, carried, feet)


def hand_over_view(shown: Reaching, say: Say, opened: Opened) -> Json:
    """Ask to which secure channel the talk goes on."""
    where = block_of(ids.TO, shown.reachout.id, opened.turn)
    box = typing(ids.TO, multiline=False, most=300)
    label = asked(where, say("reach.ask_hand_over"), box, hint=say("reach.hand_over_hint"))
    feet = (say("reach.submit_hand_over"), say("button.cancel"))
    title = say("modal.title_hand_over")
    blocks = [_head(shown, None, say), label]
    return modal(ids.VIEW_REACH_HAND_OVER, title, blocks, meta(shown, opened), feet)


def close_view(shown: Reaching, say: Say, opened: Opened) -> Json:
    """Ask how it ended."""
    where = block_of(ids.REACH_OUTCOME, shown.reachout.id, opened.turn)
    names = [(say(f"reach.outcome_{one}"), one) for one in OUTCOMES]
    first = "reached" if shown.reachout.state != "open" else "not_reached"
    box = radio(ids.REACH_OUTCOME, names, initial=first)
    note = block_of(ids.REASON, shown.reachout.id, opened.turn)
    blocks = [
        _head(shown, None, say),
        asked(where, say("modal.outcome"), box),
        asked(
            note,
            say("modal.reason"),
            typing(ids.REASON, most=1000),
            optional=True,
            hint=say("reach.stays_hint"),
        ),
    ]
    feet = (say("modal.submit_close"), say("button.cancel"))
    title = say("modal.title_close")
    return modal(ids.VIEW_REACH_CLOSE, title, blocks, meta(shown, opened), feet)


def extend_view(shown: Reaching, say: Say, opened: Opened) -> Json:
    """Ask for a later deadline."""
    where = block_of(ids.REACH_BY, shown.reachout.id, opened.turn)
    by: Json = {"type": "datetimepicker", "action_id": ids.REACH_BY}
    blocks = [_head(shown, None, say), asked(where, say("reach.by"), by)]
    feet = (say("modal.submit_tag"), say("button.cancel"))
    title = say("reach.title_extend")
    return modal(ids.VIEW_REACH_EXTEND, title, blocks, meta(shown, opened), feet)


def _head(shown: Reaching, step: Step | None, say: Say) -> Json:
    """Return whom it is about and, where one rung is meant, which."""
    second = f"{kind_word(step, say)}{DOT}{address(step, say)}" if step else ""
    clock = whereabouts(shown.contact, shown.level, shown.now, say)
    return rich(words(shown.name, bold=True), words(clock), words(second))


def _confirmation(shown: Reaching, step: Step, say: Say, opened: Opened) -> list[Json]:
    """Ask for a minister's handle where it is their account that would speak."""
    return typed_handle(step.account, shown.reachout.id, say, opened) if step.account else []


def _purpose(shown: Reaching, say: Say) -> Json:
    """Show what stays in the house beside what leaves it."""
    purpose = one_line(shown.reachout.purpose, 300)
    head = f"{say('modal.stays')}{DOT}{say('reach.why')}: "
    return rich([*words(head, bold=True), *words(purpose)])
