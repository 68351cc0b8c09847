"""How far an answer has come, as one line and the buttons that go with it."""

from __future__ import annotations

from handlers.cleared import asked_names, cleared_by
from handlers.say import At, Pieces, Say
from handlers.slack import ids
from handlers.slack.blocks import Json, link, run, words
from handlers.slack.safe import one_line
from handlers.slack.shown import DOT, NAME, Shown
from inbox.conversations.state import Answer, OutPart
from inbox.words import AnswerId, PartId, Record

GONE = ("sent", "arrived")


class Standing(Record, frozen=True):
    """One line about an answer, which answer and part it is about, and what can be done."""

    line: list[Json]
    answer: AnswerId
    part: PartId = ""
    acts: tuple[str, ...] = ()


def standing(shown: Shown, say: Say) -> Standing | None:
    """Return how the latest answer stands; None where there is nothing to tell of."""
    told = [a for a in shown.conversation.answers if a.state != "discarded"]
    if not told:
        return None
    answer = told[-1]
    tell = {
        "asked": _asked,
        "ready": _ready,
        "sending": _ready,
        "sent": _sent,
        "stuck": _stuck,
        "draft": _draft,
    }
    if make := tell.get(answer.state):
        return make(shown, answer, say)
    return Standing(words(say(f"answer.{answer.state}")), answer.id)


def _pending(answer: Answer) -> OutPart | None:
    return next((part for part in answer.parts if part.state not in GONE), None)


def _asked(shown: Shown, answer: Answer, say: Say) -> Standing:
    until = At(answer.clearing.until if answer.clearing else 0)
    names = asked_names(shown, answer, say)
    line = run(say.pieces("clearance.waits", names=names, until=until), say)
    return Standing(line, answer.id, "", (ids.CLEAR, ids.WITHDRAW))


def _draft(shown: Shown, answer: Answer, say: Say) -> Standing | None:
    if not answer.to:
        return None
    if answer.to == answer.author:
        to = one_line(shown.name(answer.to), NAME)
        return Standing(words(say("clearance.back_with", to=to)), answer.id)
    names = {
        "by": one_line(shown.name(answer.author), NAME),
        "to": one_line(shown.name(answer.to), NAME),
    }
    return Standing(words(say("answer.handed_over", **names)), answer.id)


def _ready(shown: Shown, answer: Answer, say: Say) -> Standing:
    part = _pending(answer)
    started = part is not None and part.state == "sending"
    if part and part.until > answer.leaves_at and not started:
        at = At(part.until, "seconds")
        key = f"refused.{part.why}" if say.knows(f"refused.{part.why}") else "answer.postponed"
        pieces = say.pieces(key, platform=shown.platform, at=at)
    elif started or answer.state == "sending" or not answer.leaves_at:
        pieces = say.pieces("answer.sending")
    else:
        at = At(answer.leaves_at, "seconds")
        return Standing(run(say.pieces("answer.leaves", at=at), say), answer.id, "", (ids.STOP,))
    return Standing(run(pieces, say), answer.id)


def _sent(shown: Shown, answer: Answer, say: Say) -> Standing:
    at = At(shown.conversation.last_out or answer.at)
    key = f"answer.sent_{answer.audience}" if answer.kind == "human" else f"answer.{answer.kind}"
    line = run(say.pieces(key, at=at), say)
    officer = shown.officers.get(answer.author)
    line += words(f" ^{one_line(officer.initials, NAME)}") if officer else []
    given = ", ".join(one_line(name, NAME) for name in cleared_by(answer, shown))
    line += words(DOT + say("clearance.cleared_by", by=given)) if given else []
    address = next((p.url for p in answer.parts if p.url), "")
    line += [*words(DOT), *link(address, say("button.open"))] if address else []
    return Standing(line, answer.id)


def _stuck(shown: Shown, answer: Answer, say: Say) -> Standing:
    part = _pending(answer)
    if part is not None and part.state == "unsure":
        pieces = say.pieces("answer.unsure", platform=shown.platform)
        return Standing(run(pieces, say), answer.id, part.id, (ids.IT_IS_THERE, ids.IT_IS_NOT))
    why = part.why if part is not None and say.knows(f"refused.{part.why}") else "unknown"
    stand = sum(p.state in GONE for p in answer.parts)
    line = run(_refused(shown, why, say), say)
    if stand:
        line += words(" " + say("answer.partly", count=stand, of=len(answer.parts)))
    last = ids.RETRACT if stand else ids.DISCARD
    return Standing(line, answer.id, part.id if part else "", (ids.RESUME, ids.BY_HAND, last))


def _refused(shown: Shown, why: str, say: Say) -> Pieces:
    return say.pieces(f"refused.{why}", platform=shown.platform)
