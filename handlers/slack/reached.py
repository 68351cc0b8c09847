"""How a running reachout looks in Slack: its ladder, its open rung with its buttons, its notices.

Pure. A notice's `text` lights a lock screen: it names the contact, and never the purpose.
"""

from __future__ import annotations

from handlers.reaching import (
    Reaching,
    Step,
    address,
    became,
    beforehand,
    headline,
    inferred,
    kind_word,
    until,
    whereabouts,
    why_doubted,
)
from handlers.say import Say
from handlers.shown import DOT
from handlers.slack import ids
from handlers.slack.blocks import (
    MESSAGE_TEXT,
    Json,
    actions,
    button,
    divider,
    modal,
    page_button,
    rich,
    run,
    sentence,
    words,
)
from handlers.slack.reach import meta, press
from handlers.slack.safe import beside, clip, escape, one_line, public
from handlers.slack.shown import Opened, Post, quoted

MARKS = {
    "waiting": "○",
    "open": "▶",
    "attempted": "▶",
    "reached": "✓",
    "failed": "✗",
    "skipped": "–",
}
MOST_WORDS = 600
MOST_RUNGS = 12
"""So many of the rungs stand in Slack, each with how it last went; the report has all."""


def reaching_view(shown: Reaching, say: Say, opened: Opened) -> Json:
    """Show a reachout in a modal: the same as its message, and a way out."""
    feet = ("", say("button.done"))
    title = say("reach.title_running")
    return modal(ids.VIEW_REACHING, title, reaching(shown, say), meta(shown, opened), feet)


def reaching(shown: Reaching, say: Say) -> list[Json]:
    """Return a reachout as blocks: how it stands, what is to be done now, and the ladder."""
    blocks = [
        rich(
            words(headline(shown, say), bold=True),
            words(whereabouts(shown.contact, shown.level, shown.now, say)),
            run(until(shown, say), say),
        )
    ]
    blocks += _doubted(shown, say)
    match shown.reachout.state:
        case "open":
            blocks += _turn(shown, say)
        case "heard":
            blocks += _heard(shown, say)
        case "handed_over":
            to = one_line(shown.reachout.to, 300)
            blocks.append(sentence(say, "reach.handed_over", to=to))
        case "closed":
            outcome = shown.reachout.outcome or "not_reached"
            blocks.append(rich(words(say(f"reach.outcome_{outcome}"), bold=True)))
    return [*blocks, divider(), _ladder(shown, say), *_ends(shown, say)]


def notice(kind: str, shown: Reaching, say: Say) -> Post:
    """Tell the initiator what happened, with all that can be done about it."""
    name = shown.name
    head = say(f"reach.notice_{kind}", name=name)
    blocks = [rich(words(head, bold=True)), *reaching(shown, say)]
    return Post(clip(escape(head), MESSAGE_TEXT), blocks)


def _doubted(shown: Reaching, say: Say) -> list[Json]:
    found = []
    for one in shown.doubted[-3:]:
        who = beside(one_line(f"@{one.handle.lstrip('@')}", 60), say("reach.why"))
        line = say("reach.warning", who=who, differs=why_doubted(one, say), name=shown.name)
        line += " " + say("reach.clock_runs") if shown.reachout.running else ""
        found.append(rich(words(f"⚠ {line}", bold=True)))
    return found


def _heard(shown: Reaching, say: Say) -> list[Json]:
    who = one_line(shown.heard_from, 60) or shown.name
    said = say("reach.heard", who=beside(who, say("reach.why")))
    blocks = [rich(words(f"✓ {said}", bold=True))]
    blocks += [quoted(line, say, MOST_WORDS, dated=True) for line in shown.heard[-2:]]
    if not shown.heard:
        blocks.append(sentence(say, "reach.heard_elsewhere"))
    blocks.append(sentence(say, "reach.go_secure"))
    hand = button(ids.REACH_HAND_OVER, say("reach.button_hand_over"), press(shown), "primary")
    return [*blocks, *actions(hand)]


def _turn(shown: Reaching, say: Say) -> list[Json]:
    """Return the rung whose turn it is, and what can be done about it."""
    step = shown.step
    if step is None:
        return [sentence(say, "reach.ladder_ended")]
    head = f"{step.number + 1}  {kind_word(step, say)}"
    lines = [words(head, bold=True), words(address(step, say))]
    begun = step.rung.on_platform and step.rung.state == "attempted"
    if known := "" if begun else beforehand(step, say):
        lines.append(words(known))
    blocks = [rich(*lines)]
    if step.rung.on_platform:
        return [*blocks, *_on_platform(shown, step, say)]
    blocks.append(sentence(say, "reach.directory_only"))
    first = [
        button(ids.REACH_REACHED, say("reach.button_reached"), press(shown, step), "primary"),
        button(ids.REACH_FAILED, say("reach.button_failed"), press(shown, step)),
        button(ids.REACH_SKIP, say("reach.button_skip"), press(shown, step)),
    ]
    return [*blocks, *actions(*first)]


def _on_platform(shown: Reaching, step: Step, say: Say) -> list[Json]:
    here = press(shown, step)
    skip = button(ids.REACH_SKIP, say("reach.button_skip"), here)
    blocks: list[Json] = []
    if step.text:
        blocks.append(rich(words(public(step.text, MOST_WORDS)), quote=True))
    if step.rung.kind == "public":
        blocks.append(rich(words(inferred(step, say))))
    if step.rung.state == "attempted":
        key = f"reach.standing_{step.standing or 'waiting'}"
        blocks.append(sentence(say, key if say.knows(key) else "reach.standing_waiting"))
        failed = button(ids.REACH_FAILED, say("reach.button_failed"), here)
        return [*blocks, *(actions(failed) if step.rung.left else [])]
    if step.rung.by_hand:
        act, word = ids.REACH_BY_HAND, "reach.button_by_hand"
    elif step.rung.kind == "public":
        act, word = ids.REACH_PUBLIC, "reach.button_public"
    else:
        act, word = ids.REACH_WRITE, "reach.button_write"
    return [*blocks, *actions(button(act, say(word), here, "primary"), skip)]


def _ladder(shown: Reaching, say: Say) -> Json:
    lines: list[list[Json]] = []
    for step in shown.steps[:MOST_RUNGS]:
        current = shown.step is not None and step.number == shown.step.number
        head = f"{MARKS[step.rung.state]} {step.number + 1}  {kind_word(step, say)}"
        lines.append(words(head + DOT + address(step, say), bold=current))
        log = step.rung.attempts[-1:]
        lines += [[*words("    "), *run(became(one, shown, step, say), say)] for one in log]
    return rich(*lines)


def _ends(shown: Reaching, say: Say) -> list[Json]:
    """Return what can be done about the whole: more time, its end, its report."""
    here = press(shown)
    row: list[Json] = []
    if shown.reachout.state == "open":
        row.append(button(ids.REACH_EXTEND, say("reach.button_extend"), here))
    if shown.reachout.state != "closed":
        row.append(button(ids.REACH_CLOSE, say("reach.button_close"), here))
    row += page_button(ids.REACH_REPORT, say("reach.button_report"), shown.address)
    return actions(*row)
