"""The other modals: take over, note, tag, snooze, hand over, close, read all, find, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.forms import EVERYONE, VERBS
from handlers.say import At, Fact, Say
from handlers.slack import ids
from handlers.slack.blocks import (
    Json,
    actions,
    asked,
    button,
    heading,
    modal,
    radio,
    rich,
    select,
    select_many,
    sentence,
    typing,
    weight,
    words,
)
from handlers.slack.cards import press
from handlers.slack.ids import Meta, Press, block_of
from handlers.slack.safe import one_line, public
from handlers.slack.shown import DOT, NAME, Line, Opened, Shown, facts, quoted, told
from handlers.slack.views import meta
from inbox.words import Lane, Officer

MOST_ROWS = 15
PAGE_TEXT = 7_500
PAGE_LINES = 40
LINE_TEXT = 3_000
SNIPPET = 140


OUTCOMES = ("answered", "no_answer_needed", "handed_over", "moderated", "spam")


def take_over_view(shown: Shown, say: Say, opened: Opened) -> Json:
    """Say who holds it since when, and ask why it is taken over."""
    claim = shown.conversation.claim
    since = At(claim.since) if claim else At(opened.at)
    holds = sentence(say, "modal.holds", by=one_line(shown.holder, NAME), since=since)
    note = button(ids.NOTE, say("button.note"), press(shown))
    blocks = [holds, facts(shown, say), _reason(shown, say, opened), *actions(note)]
    return _view(ids.VIEW_TAKE_OVER, "take_over", blocks, meta(shown, opened), say)


def note_view(shown: Shown, say: Say, opened: Opened, text: str = "") -> Json:
    """Ask for an internal remark."""
    where = block_of(ids.NOTE_TEXT, shown.conversation.id, opened.turn)
    box = typing(ids.NOTE_TEXT, initial=text)
    label = asked(where, say("modal.note"), box, hint=say("modal.note_hint"))
    return _view(ids.VIEW_NOTE, "note", [facts(shown, say), label], meta(shown, opened), say)


def tag_view(
    shown: Shown, tags: Sequence[str], lanes: Sequence[Lane], say: Say, opened: Opened
) -> Json:
    """Ask which tags it has and in which lane it is served."""
    conversation = shown.conversation
    blocks = [facts(shown, say)]
    if known := [(one_line(tag, 70), tag) for tag in tags if 0 < len(tag) <= 150]:
        where = block_of(ids.TAGS, conversation.id, opened.turn)
        placeholder = say("modal.choose")
        box = select_many(ids.TAGS, known, placeholder=placeholder, initial=conversation.tags)
        blocks.append(asked(where, say("modal.tags"), box, optional=True))
    if lanes:
        where = block_of(ids.LANE, conversation.id, opened.turn)
        named = [(one_line(say.word("lane", lane.name), 70), lane.name) for lane in lanes]
        menu = select(ids.LANE, named, initial=conversation.lane)
        blocks.append(asked(where, say("modal.lane"), menu, optional=True))
    return _view(ids.VIEW_TAG, "tag", blocks, meta(shown, opened), say)


def snooze_view(shown: Shown, say: Say, opened: Opened) -> Json:
    """Ask until when it is put aside: typed ("tomorrow 9", "2h") or chosen."""
    conversation = shown.conversation
    typed = asked(
        block_of(ids.WHEN, conversation.id, opened.turn),
        say("modal.when"),
        typing(ids.WHEN, multiline=False, most=100),
        optional=True,
        hint=say("modal.when_hint"),
    )
    picker: Json = {"type": "datetimepicker", "action_id": ids.WHEN_CHOSEN}
    where = block_of(ids.WHEN_CHOSEN, conversation.id, opened.turn)
    chosen = asked(where, say("modal.when_chosen"), picker, optional=True)
    blocks = [facts(shown, say), typed, chosen]
    return _view(ids.VIEW_SNOOZE, "snooze", blocks, meta(shown, opened), say)


def hand_over_view(shown: Shown, officers: Sequence[Officer], say: Say, opened: Opened) -> Json:
    """Ask to whom it goes: one of these officers, or back to everyone."""
    choices = [(say("modal.everyone"), EVERYONE)] if shown.conversation.claim else []
    choices += [(one_line(officer.name, 70), officer.id) for officer in officers]
    blocks = [facts(shown, say)]
    if choices:
        where = block_of(ids.TO, shown.conversation.id, opened.turn)
        menu = select(ids.TO, choices, placeholder=say("modal.choose"))
        blocks.append(asked(where, say("modal.to"), menu))
        blocks.append(_reason(shown, say, opened))
        return _view(ids.VIEW_HAND_OVER, "hand_over", blocks, meta(shown, opened), say)
    return told_view("modal.nobody", say, opened, shown)


def close_view(shown: Shown, say: Say, opened: Opened) -> Json:
    """Ask how it ended."""
    where = block_of(ids.OUTCOME, shown.conversation.id, opened.turn)
    choices = [(say.word("outcome", outcome), outcome) for outcome in OUTCOMES]
    first = "answered" if shown.conversation.answered else "no_answer_needed"
    box = radio(ids.OUTCOME, choices, initial=first)
    blocks = [facts(shown, say), asked(where, say("modal.outcome"), box)]
    return _view(ids.VIEW_CLOSE, "close", blocks, meta(shown, opened), say)


def pages(lines: Sequence[Line], say: Say) -> tuple[tuple[Line, ...], ...]:
    """Cut a whole conversation into pages that a modal can show, oldest page first."""
    found: list[list[Line]] = [[]]
    room = PAGE_TEXT
    for line in lines:
        heavy = weight(quoted(line, say, LINE_TEXT, dated=True))
        if found[-1] and (heavy > room or len(found[-1]) == PAGE_LINES):
            found.append([])
            room = PAGE_TEXT
        found[-1].append(line)
        room -= heavy
    return tuple(tuple(page) for page in found)


def whole_view(
    shown: Shown, lines: Sequence[Line], say: Say, opened: Opened, page: int = -1
) -> Json:
    """Show the whole conversation, notes included; `page` counts from 0, -1 is the newest."""
    all_pages = pages(lines, say)
    number = len(all_pages) - 1 if page < 0 else min(page, len(all_pages) - 1)
    blocks = [facts(shown, say)]
    blocks += [quoted(line, say, LINE_TEXT, dated=True) for line in all_pages[number]]
    row = []
    if number > 0:
        row.append(button(ids.PAGE, say("button.older"), press(shown, key=str(number - 1))))
    row.append(button(ids.ANSWER, say("button.answer"), press(shown), "primary"))
    row.append(button(ids.WHO, say("button.who"), press(shown)))
    blocks += actions(*row)
    if number < len(all_pages) - 1:
        newer = button(ids.PAGE, say("button.newer"), press(shown, key=str(number + 1)))
        blocks += actions(newer)
    carried = meta(shown, opened)
    feet = ("", say("button.done"))
    return modal(ids.VIEW_WHOLE, say("modal.title_whole"), blocks, carried, feet)


def found_view(sought: str, rows: Sequence[Shown], say: Say, opened: Opened) -> Json:
    """Show what was found, and a box to search again."""
    where = block_of(ids.WORDS, "find", opened.turn)
    box = typing(ids.WORDS, initial=one_line(sought, 200), multiline=False, most=200)
    blocks: list[Json] = [asked(where, say("modal.words"), box)]
    if sought:
        count = len(rows)
        key = "modal.found" if count else "modal.found_none"
        blocks.append(sentence(say, key, count=count))
    for shown in rows[:MOST_ROWS]:
        blocks += row_of(shown, say, ids.READ_ALL)
    carried = Meta(turn=opened.turn, opened=opened.at)
    feet = (say("button.find"), say("button.done"))
    return modal(ids.VIEW_FOUND, say("modal.title_find"), blocks, carried, feet)


def row_of(shown: Shown, say: Say, *acts: str) -> list[Json]:
    """Return one conversation as facts, its last words in short, and its buttons."""
    last = shown.lines[-1:]
    blocks = [facts(shown, say), *(quoted(line, say, SNIPPET) for line in last)]
    row = [button(act, say(f"button.{act}"), press(shown)) for act in acts]
    return [*blocks, *actions(*row)]


def phrases_view(shown: Shown, lines: Mapping[str, str], say: Say, carried: Meta) -> Json:
    """Offer ready lines to put into the answer: name → text in the public's language."""
    blocks: list[Json] = [sentence(say, "modal.phrases")]
    for name, text in list(lines.items())[:MOST_ROWS]:
        use = button(ids.USE_PHRASE, say("button.use"), press(shown, key=name))
        blocks += [rich(words(public(text, 500)), quote=True), *actions(use)]
    feet = ("", say("button.cancel"))
    return modal(ids.VIEW_PHRASES, say("modal.title_phrases"), blocks, carried, feet)


def help_view(command: str, say: Say, opened: Opened) -> Json:
    """Say what can be typed and what the buttons do."""
    blocks = [heading(say("help.first"))]
    for verb in VERBS:
        line = [*words(f"{command} {verb}", bold=True), *words(DOT + say(f"help.{verb}"))]
        blocks.append(rich(line))
    blocks += [sentence(say, "help.thread"), sentence(say, "help.hold")]
    row = [button(name, say(f"button.{name}"), Press()) for name in (ids.NEXT, ids.MINE, ids.FIND)]
    carried = Meta(turn=opened.turn, opened=opened.at)
    feet = ("", say("button.done"))
    return modal(ids.VIEW_HELP, say("modal.title_help"), [*blocks, *actions(*row)], carried, feet)


def moment_view(say: Say, opened: Opened) -> Json:
    """Hold the place of a modal that is not ready within two seconds."""
    carried = Meta(turn=opened.turn, opened=opened.at)
    blocks = [sentence(say, "modal.moment")]
    feet = ("", say("button.done"))
    return modal(ids.VIEW_MOMENT, say("modal.title_moment"), blocks, carried, feet)


def told_view(
    key: str, say: Say, opened: Opened, shown: Shown | None = None, **facts: Fact
) -> Json:
    """Say one phrase, with a way on."""
    carried = meta(shown, opened) if shown else Meta(turn=opened.turn, opened=opened.at)
    next_one = button(ids.NEXT, say("button.next"), press(shown) if shown else Press())
    blocks = [told(say.pieces(key, **facts), say), *actions(next_one)]
    feet = ("", say("button.done"))
    return modal(ids.VIEW_TOLD, say("modal.title_told"), blocks, carried, feet)


def _reason(shown: Shown, say: Say, opened: Opened) -> Json:
    where = block_of(ids.REASON, shown.conversation.id, opened.turn)
    box = typing(ids.REASON, most=1000)
    return asked(where, say("modal.reason"), box, optional=True, hint=say("modal.reason_hint"))


def _view(callback: str, word: str, blocks: list[Json], carried: Meta, say: Say) -> Json:
    feet = (say(f"modal.submit_{word}"), say("button.cancel"))
    return modal(callback, say(f"modal.title_{word}"), blocks, carried, feet)
