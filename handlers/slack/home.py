"""What is no single conversation: App Home, and the summary that closes a channel's board."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.say import At, Fact, Say
from handlers.slack import ids
from handlers.slack.blocks import (
    ALL_TEXT,
    MESSAGE_TEXT,
    Json,
    actions,
    button,
    divider,
    heading,
    rich,
    run,
    sentence,
    weight,
    words,
)
from handlers.slack.dialogs import row_of
from handlers.slack.ids import Meta, Press, pack
from handlers.slack.safe import clip, one_line
from handlers.slack.shown import DOT, NAME, Post, Shown, Told
from inbox.words import Millis, Record

MOST_ROWS = 10
MOST_NAMES = 12
MOST_TO_CLEAR = 5
HOME_TEXT = ALL_TEXT - 500
"""Units for what Home says; the rest is for its headings and for what is not shown."""


class OnDuty(Record, frozen=True):
    """Somebody on duty; `silent_until` is when their Slack makes a sound again (0: it does)."""

    name: str
    silent_until: Millis = 0


class Counts(Record, frozen=True):
    """What waits in one channel, or for one officer.

    `languages` are (code, how many), most first; `unread` those nobody on duty reads.
    """

    at: Millis
    waiting: int = 0
    urgent: int = 0
    oldest: Millis = 0
    languages: tuple[tuple[str, int], ...] = ()
    unread: tuple[str, ...] = ()
    on_duty: tuple[OnDuty, ...] = ()
    warnings: tuple[Told, ...] = ()


def summary(counts: Counts, say: Say) -> Post:
    """Draw a channel's newest message: how many wait, in which languages, who is there."""
    blocks = [rich(_numbers(counts, say)), *_facts(counts, say)]
    row = [button(name, say(f"button.{name}"), Press()) for name in (ids.NEXT, ids.MINE)]
    text = say("summary.waiting", count=counts.waiting)
    if counts.urgent:
        text += DOT + say("summary.urgent", count=counts.urgent)
    return Post(clip(text, MESSAGE_TEXT, escaped=True), [*blocks, *actions(*row)])


def home(
    name: str,
    counts: Counts,
    mine: Sequence[Shown],
    waiting: Sequence[Shown],
    say: Say,
    above: Sequence[Json] = (),
    to_clear: Sequence[Shown] = (),
) -> Json:
    """Draw an officer's Home tab: what is theirs, what waits by urgency, as of when.

    `above` is what a supervisor's begins with; `to_clear` waits for this officer's word.
    """
    here = Press()
    stamp = say.pieces("home.hello", name=one_line(name, NAME), at=At(counts.at))
    acts = ((ids.NEXT, ids.FIND, ids.DIRECTORY), (ids.ON_DUTY, ids.OFF_DUTY))
    blocks = [rich(run(stamp, say, bold=True)), *above, rich(_numbers(counts, say))]
    blocks += _facts(counts, say)
    for row in acts:
        blocks += actions(*(button(act, say(f"button.{act}"), here) for act in row))
    if to_clear:
        blocks += [divider(), heading(say("clearance.mine", count=len(to_clear)))]
        for shown in to_clear[:MOST_TO_CLEAR]:
            blocks += row_of(shown, say, ids.CLEAR)
    blocks += [divider(), heading(say("home.mine", count=len(mine)))]
    room = (HOME_TEXT - weight(blocks)) // 2
    blocks += _rows(mine, say, room) or [sentence(say, "home.none_mine")]
    blocks += [divider(), heading(say("home.waiting", count=counts.waiting))]
    blocks += _rows(waiting, say, room) or [sentence(say, "home.none_waiting")]
    carried = pack(Meta(opened=counts.at))
    view = {"type": "home", "callback_id": ids.VIEW_HOME, "private_metadata": carried}
    return view | {"blocks": blocks}


def _rows(rows: Sequence[Shown], say: Say, room: int) -> list[Json]:
    blocks: list[Json] = []
    for n, shown in enumerate(rows):
        row = row_of(shown, say, ids.ANSWER, ids.READ_ALL)
        room -= weight(row)
        if n == MOST_ROWS or room < 0:
            blocks.append(sentence(say, "home.more", count=len(rows) - n))
            break
        blocks += row
    return blocks


def _numbers(counts: Counts, say: Say) -> list[Json]:
    line = run(say.pieces("summary.as_of", at=At(counts.at)), say)
    line += words(DOT + say("summary.waiting", count=counts.waiting))
    if counts.urgent:
        line += words(f"{DOT}🔴 " + say("summary.urgent", count=counts.urgent), bold=True)
    if counts.oldest:
        line += words(DOT)
        line += run(say.pieces("summary.oldest", since=At(counts.oldest, "ago")), say)
    return line


def _facts(counts: Counts, say: Say) -> list[Json]:
    found: list[Json] = []
    if counts.languages:
        each = [f"{count} {_language(code, say)}" for code, count in counts.languages[:MOST_NAMES]]
        found.append(rich(words(DOT.join(each))))
    if counts.unread:
        names = ", ".join(_language(code, say) for code in counts.unread[:MOST_NAMES])
        found.append(sentence(say, "summary.unread", languages=names))
    found.append(rich(_duty(counts, say)))
    for warning in counts.warnings[:5]:
        facts = {place: _sayable(fact) for place, fact in warning.facts.items()}
        found.append(rich([*words("⚠ "), *run(say.pieces(warning.key, **facts), say)]))
    return found


def _duty(counts: Counts, say: Say) -> list[Json]:
    if not counts.on_duty:
        return words(say("summary.nobody"), bold=True)
    line = words(say("summary.on_duty") + " ")
    for n, officer in enumerate(counts.on_duty[:MOST_NAMES]):
        line += words((DOT if n else "") + one_line(officer.name, NAME))
        if officer.silent_until:
            until = At(officer.silent_until)
            line += [*words(" "), *run(say.pieces("summary.silent", until=until), say)]
    return line


def _language(code: str, say: Say) -> str:
    return one_line(say.word("language", code), NAME)


def _sayable(fact: object) -> Fact:
    if isinstance(fact, (int, At)):
        return fact
    return one_line(str(fact), 60)
