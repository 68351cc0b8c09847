"""How a conversation looks in a channel: its card, its one line when it leaves, its thread.

Pure: facts in, a Post out. A private conversation's `text` and first block hold facts only.
"""

from __future__ import annotations

import re

from handlers.say import At, Fact, Say
from handlers.slack import ids
from handlers.slack.blocks import (
    MESSAGE_TEXT,
    Json,
    actions,
    button,
    menu,
    rich,
    run,
    sentence,
    words,
)
from handlers.slack.ids import Press, pack
from handlers.slack.safe import clip, escape, one_line, public
from handlers.slack.shown import (
    DOT,
    NAME,
    Line,
    Post,
    Shown,
    because,
    body,
    facts,
    hand,
    header_text,
    language,
    quoted,
    reserved,
    told,
    warning,
    whom,
)
from handlers.slack.standing import Standing, standing

MOST_LINES = 3
MOST_TEXT = 2_400
"""Units of one message on a card: three of them and the facts stay below 10,000."""
MOST_BUTTONS = 3
SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,}")


def press(shown: Shown, *, answer: str = "", part: str = "", act: str = "", key: str = "") -> Press:
    """Return what a button about this conversation carries."""
    conversation = shown.conversation
    return Press(conversation.id, conversation.version, answer, part, act, key)


def card(shown: Shown, say: Say) -> Post:
    """Draw a conversation that is on show: facts, their words, what became of it, buttons."""
    lines = shown.lines[-MOST_LINES:]
    blocks = [facts(shown, say)]
    blocks += [quoted(line, say, MOST_TEXT, dated=n > 0) for n, line in enumerate(lines)]
    blocks += _details(shown, say)
    state = standing(shown, say)
    if state and _waits(shown):
        row = _standing_row(shown, state, say)
        return Post(
            card_text(shown, say), [*blocks, rich(state.line), *actions(*row, _more(shown, say))]
        )
    if state:
        blocks += [rich(state.line), *actions(*_standing_row(shown, state, say))]
    if shown.forbidden:
        blocks.append(told(because(shown.forbidden, shown, say), say))
    return Post(card_text(shown, say), [*blocks, *_buttons(shown, say)])


def card_text(shown: Shown, say: Say) -> str:
    """Return the card's text for pushes and screen readers: public words in full, private none."""
    head = header_text(shown, say)
    if shown.conversation.audience == "private" or not shown.lines:
        return clip(head, MESSAGE_TEXT, escaped=True)
    latest = body(shown.lines[-1], say, MESSAGE_TEXT)
    return clip(f"{head}: {latest}", MESSAGE_TEXT, escaped=True)


def shrunk(shown: Shown, say: Say) -> Post:
    """Draw a conversation that left the board as one line."""
    state = standing(shown, say)
    line = state.line if state else _left(shown, say)
    audience = words(DOT + say(f"audience.{shown.conversation.audience}"))
    warned = words(warning(shown, say), bold=True)
    blocks = [rich([*line, *audience, *words(DOT + whom(shown, say))], warned)]
    return Post(clip(header_text(shown, say), MESSAGE_TEXT, escaped=True), blocks)


def claimed_thread(shown: Shown, say: Say) -> Post:
    """Say under a card, once claimed, that its thread stays in the house."""
    note = button(ids.NOTE, say("button.note"), press(shown))
    return Post(escape(say("thread.inside")), [sentence(say, "thread.inside"), *actions(note)])


def news_thread(shown: Shown, lines: tuple[Line, ...], mention: str, say: Say) -> Post:
    """Tell the holder alone of what they wrote since; `mention` is a Slack user id or "".

    Slack notifies whom a `user` element names, so only this one is ever made.
    """
    named = mention if SLACK_USER.fullmatch(mention) else ""
    who: list[Json] = [{"type": "user", "user_id": named}, *words(" ")] if named else []
    head = say("thread.news", who=whom(shown, say), count=len(lines))
    blocks = [rich([*who, *words(head)])]
    blocks += [quoted(line, say, MOST_TEXT, dated=True) for line in lines[-MOST_LINES:]]
    text = escape(head)
    if shown.conversation.audience == "public" and lines:
        latest = body(lines[-1], say, MESSAGE_TEXT)
        text = clip(f"{head}: {latest}", MESSAGE_TEXT - 40, escaped=True)
    text = f"<@{named}> {text}" if named else text
    answer = button(ids.ANSWER, say("button.answer"), press(shown), "primary")
    return Post(text, [*blocks, *actions(answer)])


def alert(shown: Shown, count: int, level: str, say: Say) -> Post:
    """Call one officer to what waits unclaimed: facts only, since it lights a lock screen."""
    head = say(f"alert.{level}", count=count)
    text = f"{escape(head)} {escape(header_text(shown, say))}"
    pressed = press(shown)
    buttons = [button(ids.NEXT, say("button.next"), Press(), "primary")]
    if count == 1:
        buttons = [
            button(ids.ANSWER, say("button.answer"), pressed, "primary"),
            button(ids.CLAIM, say("button.claim"), pressed),
        ]
    blocks = [rich(words(head, bold=True)), facts(shown, say), *actions(*buttons)]
    return Post(clip(text, MESSAGE_TEXT), blocks)


def note_thread(shown: Shown, text: str, by: str, say: Say) -> Post:
    """Show a note under the card."""
    head = say("card.note_by", by=one_line(by, NAME))
    blocks = [rich(words(f"📝 {head}", bold=True)), rich(words(public(text, MOST_TEXT)))]
    private = shown.conversation.audience == "private"
    whole = head if private else f"{head}: {text}"
    return Post(clip(whole, MESSAGE_TEXT, escaped=True), blocks)


def kept_thread(shown: Shown, note: str, say: Say) -> Post:
    """Say that what was typed in Slack was kept as a note (its id), and not sent."""
    use = button(ids.USE_NOTE, say("button.use_text"), press(shown, key=note))
    return Post(escape(say("thread.kept")), [sentence(say, "thread.kept"), *actions(use)])


def said(say: Say, key: str, **facts: Fact) -> Post:
    """Say one phrase as a message of its own."""
    shown = {name: one_line(f, 200) if isinstance(f, str) else f for name, f in facts.items()}
    return Post(clip(say(key, **shown), MESSAGE_TEXT, escaped=True), [sentence(say, key, **shown)])


def _left(shown: Shown, say: Say) -> list[Json]:
    conversation = shown.conversation
    if closing := conversation.closed:
        by = one_line(shown.name(closing.by.removeprefix("officer:")), NAME)
        outcome = say.word("outcome", conversation.outcome or "answered")
        at = At(closing.at)
        return run(say.pieces("card.closed", at=at, by=by, outcome=outcome), say)
    if conversation.wake:
        return run(say.pieces("card.snoozed", until=At(conversation.wake.at, "day_time")), say)
    if conversation.claim:
        return words(hand(shown, say))
    since = At(conversation.waiting_since or conversation.opened)
    return run(say.pieces("card.waits", since=since), say)


def _details(shown: Shown, say: Say) -> list[Json]:
    conversation = shown.conversation
    found: list[list[Json]] = []
    if shown.writing:
        found.append(words(say("card.writing")))
    if tongue := language(shown, say):
        found.append(words(tongue))
    if conversation.lane_word:
        found.append(words(say("card.word", word=one_line(conversation.lane_word, 40))))
    if shown.due:
        found.append(run(say.pieces("card.due", at=At(shown.due)), say))
    found += [words(line) for line in _beside_it(shown, say)]
    if conversation.tags:
        found.append(words(one_line(", ".join(conversation.tags), 120)))
    if conversation.wake:
        found.append(run(say.pieces("card.snoozed", until=At(conversation.wake.at)), say))
    joined = [one for n, part in enumerate(found) for one in [*words(DOT if n else ""), *part]]
    return [rich(joined)] if joined else []


def _beside_it(shown: Shown, say: Say) -> list[str]:
    """Say what else there is of this person, and that it goes on with another audience."""
    linked = (
        [say(f"card.linked_{shown.conversation.audience}")] if shown.conversation.linked else []
    )
    return [*([_others(shown, say)] if shown.others else []), *linked]


def _others(shown: Shown, say: Say) -> str:
    holders = ", ".join(one_line(name, NAME) for name in shown.other_holders[:3])
    return say("card.others", count=shown.others) + (
        "; " + say("card.others_held", by=holders) if holders else ""
    )


def _standing_row(shown: Shown, state: Standing, say: Say) -> list[Json]:
    carried = press(shown, answer=state.answer, part=state.part)
    return [
        button(act, say(f"button.{act}"), carried, "primary" if act == ids.CLEAR else "")
        for act in state.acts[:MOST_BUTTONS]
    ]


def _waits(shown: Shown) -> bool:
    """Whether an answer waits for clearance: till then there is no other to write."""
    return any(answer.state == "asked" for answer in shown.conversation.answers)


def _more(shown: Shown, say: Say) -> Json:
    """Return the ⋯ menu; what waits for clearance is not closed, it may be overridden."""
    waits = _waits(shown)
    acts = [ids.OVERRIDE if waits and act == ids.CLOSE else act for act in ids.IN_MENU]
    choices = [(say(f"button.{act}"), pack(press(shown, act=act))) for act in acts]
    return menu(ids.MORE, choices)


def _buttons(shown: Shown, say: Say) -> list[Json]:
    """Everybody sees the same: Answer, Claim, ⋯; a claimed one has no Claim."""
    here = press(shown)
    conversation = shown.conversation
    if conversation.closed:
        return actions(button(ids.REOPEN, say("button.reopen"), here))
    names = [ids.ANSWER]
    if conversation.wake:
        names.append(ids.WAKE)
    elif conversation.claim is None:
        names += [ids.CLAIM, *([ids.NOT_URGENT] if reserved(shown) else [])]
    names += [ids.READ_ALL] if shown.earlier or len(shown.lines) > MOST_LINES else []
    row = [
        button(name, say(f"button.{name}"), here, "primary" if name == ids.ANSWER else "")
        for name in names[:MOST_BUTTONS]
    ]
    return actions(*row, _more(shown, say))
