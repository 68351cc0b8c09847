"""What an approver sees: one screen with exactly what leaves, and what their word makes of it.

Pure. A private conversation's `text` and first block hold facts only.
"""

from __future__ import annotations

from handlers.cleared import Question, asked_names, cleared_by, plainly
from handlers.say import At, Say
from handlers.slack import ids
from handlers.slack.blocks import (
    MESSAGE_TEXT,
    TYPED,
    Json,
    actions,
    asked,
    button,
    divider,
    modal,
    rich,
    run,
    sentence,
    typing,
    words,
)
from handlers.slack.cards import press
from handlers.slack.dialogs import row_of
from handlers.slack.ids import Meta, Press, block_of
from handlers.slack.safe import beside, clip, escape, one_line, public, size
from handlers.slack.shown import (
    DOT,
    NAME,
    Opened,
    Post,
    Shown,
    Told,
    audience_word,
    header_text,
    quoted,
    recognised,
    warning,
)
from handlers.slack.views import confirmation, meta
from inbox.conversations.state import Answer

THEIR_WORDS = 900
SINCE_WORDS = 300
MOST_SINCE = 3
EXACTLY = 6_000
"""Units of an answer that one screen shows whole: a longer one is cleared on the web page."""
ALL = 1_000_000
MOST_ROWS = 12


def question_post(question: Question, say: Say) -> Post:
    """Ask one officer for their word by direct message; once it is over, say how it ended."""
    shown = question.shown
    head = say("clearance.title")
    if question.over:
        line = plainly(question.over, say)
        text = f"{line} {header_text(shown, say)}"
        how = run(say.pieces(question.over.key, **dict(question.over.facts)), say)
        blocks = [rich(how, _way(shown, question.answer, say))]
        return Post(clip(text, MESSAGE_TEXT, escaped=True), blocks)
    text = f"{escape(head)} {escape(header_text(shown, say))}"
    blocks = [rich(words(head, bold=True), _way(shown, question.answer, say))]
    blocks += screen(question, say)
    if question.mine:
        blocks += actions(*answers_to(question, say))
    return Post(clip(text, MESSAGE_TEXT), blocks)


def answers_to(question: Question, say: Say) -> list[Json]:
    """Return the buttons: approve, return, refuse.

    What cannot be read whole is not approved here; an approved line is not put in other words.
    """
    carried = sealed(question.shown, question.answer)
    row = [button(ids.REFUSE, say("button.refuse"), carried, "danger")]
    if not question.is_line:
        row.insert(0, button(ids.GIVE_BACK, say("button.give_back"), carried))
    if whole(question):
        row.insert(0, button(ids.APPROVE, say("button.approve"), carried, "primary"))
    return row


def whole(question: Question) -> bool:
    """Whether one screen shows all that leaves, to the last letter."""
    return sum(size(public(part.text, ALL)) for part in question.answer.parts) <= EXACTLY


def sealed(shown: Shown, answer: Answer) -> Press:
    """Return what a button about this very text carries: its seal."""
    return press(shown, answer=answer.id, key=answer.seal)


def screen(question: Question, say: Say) -> list[Json]:
    """Show by whom, until when, what the guard found, their post, and exactly what leaves."""
    answer = question.answer
    warned = words(warning(question.shown, say), bold=True)
    sure = words(recognised(question.shown, say))
    blocks = [rich(_facts(question, say), warned, sure, _guard(question, say))]
    if question.their:
        blocks += [sentence(say, "clearance.they_wrote"), quoted(question.their, say, THEIR_WORDS)]
    blocks.append(sentence(say, "clearance.goes_out"))
    each = EXACTLY // max(1, len(answer.parts)) if not whole(question) else EXACTLY
    for n, part in enumerate(answer.parts, 1):
        number = words(f"{n}/{len(answer.parts)}") if len(answer.parts) > 1 else []
        blocks.append(rich(number, words(public(part.text, each)), quote=True))
    pictures = [one_line(f"🖼 {one.alt or one.kind}", 300) for one in answer.media]
    blocks += [rich(words(picture)) for picture in pictures]
    if not whole(question):
        blocks.append(sentence(say, "clearance.too_long_here"))
    if question.since:
        blocks.append(sentence(say, "clearance.since"))
        newest = question.since[-MOST_SINCE:]
        blocks += [quoted(line, say, SINCE_WORDS, dated=True) for line in newest]
    return blocks


def _way(shown: Shown, answer: Answer, say: Say) -> list[Json]:
    reads = say(f"modal.reads_{answer.audience}")
    way = beside(f"{shown.us} → {shown.who}", reads)
    return words(f"{audience_word(answer.audience, say)}{DOT}{way}")


def _facts(question: Question, say: Say) -> list[Json]:
    shown, answer = question.shown, question.answer
    until = At(answer.clearing.until if answer.clearing else 0)
    by = one_line(shown.name(answer.author), NAME)
    line = run(say.pieces("clearance.by", by=by, until=until), say)
    given = ", ".join(one_line(name, NAME) for name in cleared_by(answer, shown))
    if given:
        line += words(DOT + say("clearance.given", by=given, count=answer.uncleared))
    return line


def _guard(question: Question, say: Say) -> list[Json]:
    if not question.found:
        return words(say("clearance.guard_nothing"))
    return words(say("clearance.guard", found=one_line("; ".join(question.found), 400)), bold=True)


def clear_view(question: Question, say: Say, opened: Opened) -> Json:
    """Show one screen in a modal; its submit is the approver's word."""
    shown, answer = question.shown, question.answer
    blocks = [rich(_way(shown, answer, say)), *screen(question, say)]
    submit = ""
    if question.mine:
        if whole(question):
            submit = say("button.approve")
            blocks += confirmation(shown, say, opened)
        row = answers_to(question, say)
        blocks += actions(*(one for one in row if one["action_id"] != ids.APPROVE))
    else:
        names = asked_names(shown, answer, say)
        blocks.append(sentence(say, "clearance.asked_of", names=names))
    feet = (submit, say("button.cancel"))
    return modal(ids.VIEW_CLEAR, say("modal.title_clear"), blocks, _carried(question, opened), feet)


def give_back_view(question: Question, say: Say, opened: Opened) -> Json:
    """Ask for another text, and why: it goes back to its author."""
    shown, answer = question.shown, question.answer
    where = block_of(ids.EDITED, shown.conversation.id, opened.turn)
    box = typing(ids.EDITED, initial=answer.text, most=TYPED)
    by = one_line(shown.name(answer.author), NAME)
    blocks = [
        rich(_way(shown, answer, say)),
        asked(where, say("clearance.other_text", by=by), box),
        _why(shown, say, opened, optional=True),
    ]
    feet = (say("button.give_back"), say("button.cancel"))
    carried = _carried(question, opened)
    return modal(ids.VIEW_GIVE_BACK, say("modal.title_give_back"), blocks, carried, feet)


def refuse_view(question: Question, say: Say, opened: Opened) -> Json:
    """Ask why it may not leave."""
    blocks = [rich(_way(question.shown, question.answer, say)), _why(question.shown, say, opened)]
    feet = (say("button.refuse"), say("button.cancel"))
    carried = _carried(question, opened)
    return modal(ids.VIEW_REFUSE, say("modal.title_refuse"), blocks, carried, feet)


def override_view(question: Question, say: Say, opened: Opened) -> Json:
    """Show exactly what would leave, and ask a supervisor why nobody else need be asked."""
    shown = question.shown
    blocks = [rich(_way(shown, question.answer, say)), *screen(question, say), divider()]
    submit = ""
    if whole(question):
        submit = say("button.override")
        blocks += [sentence(say, "clearance.loud"), _why(shown, say, opened)]
        blocks += confirmation(shown, say, opened)
    feet = (submit, say("button.cancel"))
    carried = _carried(question, opened)
    return modal(ids.VIEW_OVERRIDE, say("modal.title_override"), blocks, carried, feet)


def asked_view(shown: Shown, answer: Answer, say: Say, opened: Opened) -> Json:
    """Tell its author whom their answer waits for and until when; Withdraw, Next."""
    until = At(answer.clearing.until if answer.clearing else 0)
    names = asked_names(shown, answer, say)
    line = run(say.pieces("clearance.asked", names=names, until=until), say, bold=True)
    blocks = [rich(line), rich(_way(shown, answer, say))]
    blocks += [rich(words(public(part.text, 400)), quote=True) for part in answer.parts[:10]]
    blocks += actions(
        button(ids.WITHDRAW, say("button.withdraw"), press(shown, answer=answer.id)),
        button(ids.NEXT, say("button.next"), press(shown), "primary"),
    )
    title = say(f"modal.title_{answer.audience}")
    return modal(ids.VIEW_HOLD, title, blocks, meta(shown, opened), ("", say("button.done")))


def author_post(shown: Shown, told: Told, say: Say) -> Post:
    """Tell an author that their answer came back: facts only, the text waits behind Answer."""
    line = plainly(told, say)
    head = say("clearance.came_back")
    answer = button(ids.ANSWER, say("button.answer"), press(shown), "primary")
    how = run(say.pieces(told.key, **dict(told.facts)), say, bold=True)
    blocks = [rich(how, words(header_text(shown, say))), rich(words(head))]
    text = clip(f"{line} {header_text(shown, say)}", MESSAGE_TEXT, escaped=True)
    return Post(text, [*blocks, *actions(answer)])


def loud_post(shown: Shown, by: str, say: Say) -> Post:
    """Tell that a supervisor let an answer leave without those who were asked."""
    line = say("clearance.was_overridden", by=one_line(by, NAME))
    read = button(ids.READ_ALL, say("button.read_all"), press(shown))
    text = clip(f"{line} {header_text(shown, say)}", MESSAGE_TEXT, escaped=True)
    blocks = [rich(words(line, bold=True), words(header_text(shown, say))), *actions(read)]
    return Post(text, blocks)


def queue_view(rows: list[Shown], say: Say, opened: Opened) -> Json:
    """Show what waits for this officer's word."""
    key = "clearance.mine" if rows else "clearance.none"
    blocks: list[Json] = [sentence(say, key, count=len(rows))]
    for shown in rows[:MOST_ROWS]:
        blocks += row_of(shown, say, ids.CLEAR)
    carried = Meta(turn=opened.turn, opened=opened.at)
    return modal(
        ids.VIEW_TO_CLEAR, say("modal.title_clear"), blocks, carried, ("", say("button.done"))
    )


def _why(shown: Shown, say: Say, opened: Opened, *, optional: bool = False) -> Json:
    where = block_of(ids.REASON, shown.conversation.id, opened.turn)
    box = typing(ids.REASON, most=1000)
    return asked(where, say("modal.reason"), box, optional=optional, hint=say("modal.reason_hint"))


def _carried(question: Question, opened: Opened) -> Meta:
    conversation = question.shown.conversation
    return Meta(
        conversation=conversation.id,
        seen=conversation.version,
        answer=question.answer.id,
        audience=question.answer.audience,
        turn=opened.turn,
        channel=opened.channel,
        ts=opened.ts,
        opened=opened.at,
        key=question.answer.seal,
    )
