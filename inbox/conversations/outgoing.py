"""What an answer and its parts become when something has happened to them."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec.structs import replace

from inbox.conversations import events as e
from inbox.conversations.state import (
    MOVING,
    THERE,
    Answer,
    AnswerState,
    Clearing,
    Conversation,
    OutPart,
    find_part,
)
from inbox.words import AnswerId, MessageId, Millis, OfficerId, PartId

KEPT = 5
"""How many answers that are done a conversation remembers."""


def part_id(answer: AnswerId, n: int) -> PartId:
    """Return the id of an answer's n-th part, counted from 1: its key on the platform."""
    return f"{answer}.{n}"


def drafted(c: Conversation, event: e.Drafted, at: Millis, by: OfficerId) -> Conversation:
    """Keep a text that was handed over, instead of an earlier one of the same answer."""
    draft = Answer(
        id=event.answer,
        author=by,
        text=event.text,
        audience=event.audience,
        re=event.re,
        at=at,
        to=event.to,
        media=event.media,
    )
    return _kept(c, draft)


def answered(
    c: Conversation, event: e.Answered, at: Millis, by: OfficerId, version: int
) -> Conversation:
    """Put an answer on its way; the drafts it grew from are spent."""
    parts = tuple(
        OutPart(id=part_id(event.answer, n), text=text, media=event.media if n == 1 else ())
        for n, text in enumerate(event.parts, 1)
    )
    answer = Answer(
        id=event.answer,
        author=by,
        text=event.text,
        audience=event.audience,
        re=event.re,
        state="ready",
        kind=event.kind,
        parts=parts,
        recipients=event.recipients,
        seal=event.seal,
        fence=event.fence,
        leaves_at=event.leaves_at,
        at=at,
        epoch=event.epoch,
        media=event.media,
        seen=version,
        close=event.close,
        reachout=event.reachout,
        rung=event.rung,
    )
    spent = [a for a in c.answers if not (a.state == "draft" and by in (a.author, a.to))]
    greeted = c.greeted or event.kind == "greeting"
    return _kept(replace(c, answers=tuple(spent), greeted=greeted), answer)


def _kept(c: Conversation, answer: Answer) -> Conversation:
    others = [a for a in c.answers if a.id != answer.id]
    done = [a for a in others if a.state not in MOVING]
    dropped = {a.id for a in done[: max(0, len(done) - KEPT)]}
    return replace(c, answers=(*(a for a in others if a.id not in dropped), answer))


def changed(c: Conversation, answer: AnswerId, **fields: Any) -> Conversation:
    """Replace fields of one answer; an answer no longer remembered stays forgotten."""
    return replace(
        c, answers=tuple(replace(a, **fields) if a.id == answer else a for a in c.answers)
    )


def moved(c: Conversation, part: PartId, **fields: Any) -> Conversation:
    """Replace fields of one part, and let its answer's state follow."""
    found = find_part(c, part)
    if found is None:
        return c
    answer = found[0]
    parts = tuple(replace(p, **fields) if p.id == part else p for p in answer.parts)
    return changed(c, answer.id, parts=parts, state=_state(answer.state, parts))


def _state(before: AnswerState, parts: tuple[OutPart, ...]) -> AnswerState:
    """Derive an answer's state from its parts'; given up or asked back, it stays so until done."""
    states = {part.state for part in parts}
    if states == {"retracted"}:
        return "retracted"
    if before == "retracting":
        return "retracting" if states & set(THERE) else "retracted"
    if states <= {*THERE, "retracted"}:
        return "sent"
    if before in ("draft", "discarded"):
        return before
    if states & {"failed", "unsure"}:
        return "stuck"
    return "ready" if states == {"ready"} else "sending"


def discarded(c: Conversation, event: e.Discarded) -> Conversation:
    """Give an answer up; the texts of parts that may yet turn up are kept to recognise them."""
    found = c.answer(event.answer)
    if found is None:
        return c
    parts = tuple(
        p if p.attempt and p.state not in THERE else replace(p, text="") for p in found.parts
    )
    return changed(c, event.answer, state="discarded", text="", parts=parts)


BackAgain: TypeAlias = e.Recalled | e.TurnedDown | e.ClearanceReturned | e.ClearanceExpired


def recalled(c: Conversation, event: BackAgain, **more: Any) -> Conversation:
    """Make an answer a draft again: nothing of it had left, and no clearance outlives this."""
    fields = {"state": "draft", "parts": (), "seal": "", "leaves_at": 0, "clearing": None}
    return changed(c, event.answer, **fields, **more)


def back(c: Conversation, event: BackAgain, **more: Any) -> Conversation:
    """Give an answer back to its author as a draft."""
    known = c.answer(event.answer)
    return recalled(c, event, to=known.author if known else "", **more)


def clearance_asked(c: Conversation, event: e.ClearanceAsked) -> Conversation:
    """Let an answer wait for somebody else's word."""
    clearing = Clearing(
        needs=event.needs,
        until=event.until,
        timer=event.timer,
        from_=event.from_,
        writers=event.writers,
    )
    c = replace(c, timer=max(c.timer, event.timer))
    return changed(c, event.answer, state="asked", clearing=clearing)


def cleared(c: Conversation, event: e.Cleared, at: Millis, by: OfficerId) -> Conversation:
    """Note who let it leave; the last who was needed makes it ready."""
    known = c.answer(event.answer)
    if known is None or known.clearing is None:
        return c
    clearing = replace(known.clearing, cleared=(*known.clearing.cleared, by))
    fields = {} if clearing.left else {"state": "ready", "leaves_at": at}
    return changed(c, event.answer, clearing=clearing, **fields)


def overridden(c: Conversation, event: e.Overridden, at: Millis, by: OfficerId) -> Conversation:
    """Note on whose word it leaves without those who were asked."""
    known = c.answer(event.answer)
    if known is None or known.clearing is None:
        return c
    clearing = replace(known.clearing, overridden=by)
    return changed(c, event.answer, clearing=clearing, state="ready", leaves_at=at)


def send_started(c: Conversation, event: e.SendStarted, at: Millis) -> Conversation:
    """Remember when an attempt began, so that its silence can be noticed."""
    return moved(c, event.part, state="sending", attempt=event.attempt, started=at, why="")


def sent(c: Conversation, event: e.Sent, at: Millis) -> Conversation:
    """Note where a part stands; with its last part a human answer ends the waiting."""
    c = _by_hand(c, event)
    c = moved(c, event.part, state="sent", text="", ref=event.ref, url=event.url, why="", until=0)
    found = find_part(c, event.part)
    if found is None or found[0].state != "sent":
        return c
    answer = found[0]
    c = changed(c, answer.id, text="")
    if answer.kind != "human":
        return c
    # Who wrote after the answer was let go still waits.
    waiting = c.last_in if c.news > answer.seen and c.waiting_since else 0
    return replace(c, last_out=max(c.last_out, at), waiting_since=waiting, answered=True)


def _by_hand(c: Conversation, event: e.Sent) -> Conversation:
    """Give a draft that was posted by hand the part it never had."""
    draft = c.answer(event.part.rpartition(".")[0])
    if draft is None or draft.parts:
        return c
    return changed(c, draft.id, parts=(OutPart(id=event.part),), seen=c.news)


def requeued(c: Conversation, event: e.Requeued, version: int) -> Conversation:
    """Let a part leave again on the word of whoever decided it, under the present fence."""
    found = find_part(c, event.part)
    if found is None:
        return c
    c = moved(c, event.part, state="ready", why="", until=0)
    return changed(c, found[0].id, fence=c.fence, epoch=event.epoch, seen=version)


def retract_asked(c: Conversation, event: e.RetractAsked) -> Conversation:
    """Mark an answer to be taken back."""
    return changed(c, event.answer, state="retracting")


def retract_failed(c: Conversation, event: e.RetractFailed) -> Conversation:
    """Leave a part standing that could not be taken back."""
    found = find_part(c, event.part)
    if found is None:
        return c
    c = moved(c, event.part, why=event.why or "retract_failed")
    parts = found[0].parts
    return changed(c, found[0].id, state=_state("sending", parts))


def taken_back(c: Conversation, message: MessageId) -> Conversation:
    """Note that one of our own posts is gone, if the deleted message is one."""
    for answer in c.answers:
        for part in answer.parts:
            if part.ref == message and part.state in THERE:
                return moved(c, part.id, state="retracted")
    return c


def forgotten(c: Conversation) -> Conversation:
    """Drop every text of ours that the snapshot still holds."""
    return replace(
        c,
        answers=tuple(
            replace(
                a,
                text="",
                media=(),
                parts=tuple(replace(p, text="", url="", media=()) for p in a.parts),
            )
            for a in c.answers
        ),
    )
