"""The modals around an answer: writing it, its hold, and what to do when it may not leave.

Each takes what it shows (`Shown`), the officer's `Say`, and `Opened` (a fresh `turn`), and returns
a view. Every modal that sends has exactly two zones: Leaves and Stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.say import At, Refusal, Say
from handlers.slack import ids, leaking
from handlers.slack.blocks import (
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
    tick,
    typing,
    words,
)
from handlers.slack.cards import MOST_BUTTONS, press
from handlers.slack.ids import Meta, Press, block_of
from handlers.slack.safe import beside, one_line, public, size
from handlers.slack.shown import (
    Opened,
    Shown,
    Writing,
    because,
    facts,
    quoted,
    recognised,
    reserved,
    told,
    warning,
)
from inbox.conversations.denied import Denied
from inbox.words import Account, AnswerId, Millis, PartId

THEIR_WORDS = 600
"""Units of their last message above the box, so that the box shows without scrolling."""
PREVIEW = 400
MOST_PARTS = 10
KEPT = 3_000

WAYS_ON: Mapping[str, tuple[str, ...]] = {
    "claimed": (ids.NEXT, ids.TAKE_OVER, ids.NOTE),
    "stale_claim": (ids.GIVE_TEXT, ids.TAKE_OVER, ids.NEXT),
    "claim_first": (ids.CLAIM, ids.NEXT),
    "closed": (ids.REOPEN, ids.NEXT),
    "newer_messages": (ids.ANSWER, ids.READ_ALL),
    "target_changed": (ids.ANSWER, ids.READ_ALL),
    "other_epoch": (ids.ANSWER, ids.READ_ALL),
    "empty": (ids.ANSWER, ids.NEXT),
    "too_long": (ids.ANSWER, ids.NEXT),
    "confirmation_needed": (ids.ANSWER, ids.NEXT),
    "private_impossible": (ids.ANSWER_PUBLICLY, ids.NOTE, ids.NEXT),
    "platform_forbids": (ids.BY_HAND, ids.NOTE, ids.NEXT),
    "window_closed": (ids.NOTE, ids.SNOOZE, ids.NEXT),
    "too_late": (ids.RETRACT, ids.NEXT),
    "already_sent": (ids.RETRACT, ids.ANSWER, ids.NEXT),
    "cannot_retract": (ids.ANSWER, ids.NEXT),
    **dict.fromkeys(("seal_differs", "reason_needed"), (ids.CLEAR, ids.TO_CLEAR)),
    **dict.fromkeys(
        ("already_cleared", "expired", "not_asked", "others_asked", "own_text"),
        (ids.READ_ALL, ids.TO_CLEAR),
    ),
    "source_needed": (ids.ANSWER, ids.NEXT),
    "unknown_conversation": (ids.NEXT, ids.MINE, ids.FIND),
}
"""What can be done after each refusal; any other shows the conversation, or goes on."""
OTHERWISE = (ids.READ_ALL, ids.NEXT)
ELSEWHERE = (ids.NEXT, ids.MINE, ids.FIND)
"""Where no conversation is concerned, or none that may be shown."""
OF_CONTACTS = frozenset(
    (
        *("unknown_contact", "unknown_person", "unknown_way", "known_already", "merged"),
        *("not_merged", "split_first", "itself", "not_frozen", "erased"),
    )
)
"""Refusals that lead back to the directory, and to the contact they name."""
RACES = ("claimed", "stale_claim")


def meta(shown: Shown, opened: Opened, writing: Writing | None = None, part: str = "") -> Meta:
    """Return what a modal about this conversation carries."""
    conversation = shown.conversation
    return Meta(
        conversation=conversation.id,
        seen=conversation.version,
        fence=conversation.claim.fence if conversation.claim else conversation.fence,
        answer=writing.answer if writing else "",
        audience=writing.audience if writing else conversation.audience,
        re=writing.re if writing else "",
        part=part,
        turn=opened.turn,
        channel=opened.channel,
        ts=opened.ts,
        opened=opened.at,
    )


def answer_view(shown: Shown, writing: Writing, say: Say, opened: Opened) -> Json:
    """Ask for an answer in one audience; title and submit say which.

    The box has a new block id for each turn and reports while the officer types. What came
    meanwhile and what the desk refused stand above it, the text stays in it. Where the platform
    forbids an answer, its place is taken by the sentence and the way on.
    """
    audience = writing.audience
    blocks = [_leaves(shown, writing, say), *_their_words(shown, writing, say)]
    if writing.came_back:
        how = say.pieces(writing.came_back.key, **dict(writing.came_back.facts))
        blocks.append(rich(run(how, say), words(public(writing.why_back, PREVIEW))))
    if writing.problem:
        blocks.append(told(because(writing.problem, shown, say), say))
        ref = shown.conversation.id
        blocks += leaking.found(writing.problem, ref, opened.turn, audience, say)
    if shown.forbidden:
        return _forbidden(shown, shown.forbidden, blocks, say, opened)
    blocks += _box(shown, writing, say, opened)
    blocks += [*_source(shown, writing, say, opened), *confirmation(shown, say, opened)]
    blocks += _beside(shown, writing, say)
    if writing.asks:
        blocks.append(sentence(say, "clearance.needs", names=writing.asks))
    blocks += [divider(), _stays(shown, writing, say, opened)]
    sends = "ask" if writing.asks else "submit"
    feet = (say(f"modal.{sends}_{audience}"), say("button.cancel"))
    title = say(f"modal.title_{audience}")
    return modal(ids.VIEW_ANSWER, title, blocks, meta(shown, opened, writing), feet)


def hold_view(shown: Shown, writing: Writing, leaves_at: Millis, say: Say, opened: Opened) -> Json:
    """Show an answer within its hold: when it leaves, Stop, Next; `leaves_at` 0 is leaving now."""
    line = say.pieces("answer.sending")
    row = [button(ids.NEXT, say("button.next"), press(shown), "primary")]
    if leaves_at:
        line = say.pieces("answer.leaves", at=At(leaves_at, "seconds"))
        stop = press(shown, answer=writing.answer)
        row.insert(0, button(ids.STOP, say("button.stop"), stop, "danger"))
    blocks = [rich(run(line, say, bold=True)), _leaves(shown, writing, say)]
    blocks += _parts(writing.parts or (writing.text,))
    blocks += actions(*row)
    title = say(f"modal.title_{writing.audience}")
    carried = meta(shown, opened, writing)
    return modal(ids.VIEW_HOLD, title, blocks, carried, ("", say("button.done")))


def denied_view(
    denied: Refusal,
    say: Say,
    opened: Opened,
    shown: Shown | None = None,
    writing: Writing | None = None,
) -> Json:
    """Say why something did not happen, show the text that is kept, and offer the way on.

    Serves lost races too ("Erik was first", "Erik took over"): name, time, a way on.
    """
    blocks = [told(because(denied, shown, say), say)]
    if shown:
        blocks.append(facts(shown, say))
    if writing and writing.text:
        blocks += [sentence(say, "modal.your_text"), rich(words(public(writing.text, KEPT)))]
    carried, here = Meta(turn=opened.turn, opened=opened.at), Press()
    if shown:
        carried = meta(shown, opened, writing)
        here = press(shown, answer=carried.answer)
    ways = WAYS_ON.get(denied.why, OTHERWISE) if shown else ELSEWHERE
    if denied.why in OF_CONTACTS:
        ways = (ids.DIRECTORY, ids.NEXT)
        if other := str(denied.facts.get("id", "")):
            contact = button(ids.CONTACT, say("button.contact"), Press(key=other), "primary")
            blocks += actions(contact)
    blocks += actions(*(button(way, say(f"button.{way}"), here) for way in ways[:MOST_BUTTONS]))
    title = say("modal.title_race" if denied.why in RACES else "modal.title_denied")
    return modal(ids.VIEW_DENIED, title, blocks, carried, ("", say("button.done")))


def unsure_view(shown: Shown, writing: Writing, part: PartId, say: Say, opened: Opened) -> Json:
    """Ask an officer who has looked whether a part stands on the platform, and where."""
    row = button(
        ids.IT_IS_NOT, say("button.it_is_not"), press(shown, answer=writing.answer, part=part)
    )
    blocks = [
        sentence(say, "answer.unsure", platform=shown.platform),
        *_parts(writing.parts or (writing.text,)),
        *actions(row),
        _address(shown, say, opened),
    ]
    carried = meta(shown, opened, writing, part)
    feet = (say("button.it_is_there"), say("button.cancel"))
    return modal(ids.VIEW_UNSURE, say("modal.title_unsure"), blocks, carried, feet)


def by_hand_view(shown: Shown, answer: AnswerId, part: PartId, say: Say, opened: Opened) -> Json:
    """Ask for the address of what was posted by hand; `part` is "" where we never tried."""
    blocks = [facts(shown, say), sentence(say, "modal.by_hand"), _address(shown, say, opened)]
    carried = meta(shown, opened, Writing(answer, shown.conversation.audience), part)
    feet = (say("button.save"), say("button.cancel"))
    return modal(ids.VIEW_BY_HAND, say("modal.title_by_hand"), blocks, carried, feet)


def _forbidden(shown: Shown, why: Denied, above: list[Json], say: Say, opened: Opened) -> Json:
    blocks = [*above, told(because(why, shown, say), say), _address(shown, say, opened)]
    blocks += actions(button(ids.NOTE, say("button.note"), press(shown)))
    feet = (say("button.save"), say("button.cancel"))
    carried = meta(shown, opened)
    return modal(ids.VIEW_BY_HAND, say("modal.title_by_hand"), blocks, carried, feet)


def _leaves(shown: Shown, writing: Writing, say: Say) -> Json:
    reads = say(f"modal.reads_{writing.audience}")
    way = beside(f"{shown.us} → {shown.who}", reads)
    line = [*words(say("modal.leaves"), bold=True), *words(f" {way}. {reads}")]
    return rich(line, words(warning(shown, say), bold=True), words(recognised(shown, say)))


def _their_words(shown: Shown, writing: Writing, say: Say) -> list[Json]:
    lines = writing.newer or shown.lines[-1:]
    head = [sentence(say, "modal.newer")] if writing.newer else []
    each = THEIR_WORDS if len(lines) < 3 else THEIR_WORDS // 2
    return head + [quoted(line, say, each, dated=bool(writing.newer)) for line in lines[-4:]]


def _box(shown: Shown, writing: Writing, say: Say, opened: Opened) -> list[Json]:
    key = "modal.hint" if writing.signature else "modal.hint_unsigned"
    hint = say(key, limit=writing.limit, signature=writing.signature)
    where = block_of(ids.TEXT, shown.conversation.id, opened.turn)
    box = typing(ids.TEXT, initial=writing.text, autosave=True)
    blocks = [asked(where, say("modal.your_answer"), box, optional=True, hint=hint)]
    if size(writing.text) > TYPED:
        blocks.insert(0, sentence(say, "modal.long_draft"))
    if len(writing.parts) > 1:
        blocks += [sentence(say, "modal.parts", count=len(writing.parts)), *_parts(writing.parts)]
    return blocks


def _source(shown: Shown, writing: Writing, say: Say, opened: Opened) -> list[Json]:
    """Ask whence a figure of casualties is, once it was seen that there is one."""
    asks = writing.problem is not None and writing.problem.why == "source_needed"
    if not asks and not writing.source:
        return []
    where = block_of(ids.SOURCE, shown.conversation.id, opened.turn)
    box = typing(ids.SOURCE, initial=writing.source, multiline=False, most=300)
    label, hint = say("modal.source"), say("modal.reason_hint")
    return [asked(where, label, box, optional=True, hint=hint)]


def confirmation(shown: Shown, say: Say, opened: Opened) -> list[Json]:
    """Ask for a minister's handle where it is theirs that would speak."""
    return typed_handle(shown.account, shown.conversation.id, say, opened)


def typed_handle(account: Account, key: str, say: Say, opened: Opened) -> list[Json]:
    """Ask on a minister's account for its handle, so that nobody speaks for them by a slip."""
    if account.kind != "minister":
        return []
    where = block_of(ids.CONFIRMED, key, opened.turn)
    label = say("modal.confirm", handle=one_line(f"@{account.handle}", 60))
    return [asked(where, label, typing(ids.CONFIRMED, multiline=False, most=100), optional=True)]


def _beside(shown: Shown, writing: Writing, say: Say) -> list[Json]:
    here = press(shown, answer=writing.answer)
    row = [button(ids.PHRASES, say("button.phrases"), here)] if writing.phrases else []
    if writing.other:
        other = ids.ANSWER_PRIVATELY if writing.audience == "public" else ids.ANSWER_PUBLICLY
        row.append(button(other, say(f"button.{other}"), here))
    row.append(button(ids.READ_ALL, say("button.read_all"), here))
    danger = writing.audience == "public" and reserved(shown)
    return [*actions(*row), *(_danger(shown, writing, say) if danger else [])]


def _danger(shown: Shown, writing: Writing, say: Say) -> list[Json]:
    """Warn of what everybody reads, and offer the line that asks them to write privately."""
    name, line = writing.invites
    if not line:
        return [sentence(say, "modal.danger")]
    add = button(ids.ADD_LINE, say("button.add_line"), press(shown, key=name))
    return [sentence(say, "modal.danger"), rich(words(line), quote=True), *actions(add)]


def _stays(shown: Shown, writing: Writing, say: Say, opened: Opened) -> Json:
    where = block_of(ids.CLOSE_AFTER, shown.conversation.id, opened.turn)
    box = tick(ids.CLOSE_AFTER, say("modal.close_after"), ticked=writing.close_after)
    return asked(where, say("modal.stays"), box, optional=True)


def _parts(parts: Sequence[str]) -> list[Json]:
    return [rich(words(public(part, PREVIEW)), quote=True) for part in parts[:MOST_PARTS]]


def _address(shown: Shown, say: Say, opened: Opened) -> Json:
    where = block_of(ids.URL, shown.conversation.id, opened.turn)
    box = typing(ids.URL, multiline=False, most=500)
    return asked(where, say("modal.address"), box, hint=say("modal.address_hint"))
