"""What waits for whose word, and all that is shown before it is given."""

from __future__ import annotations

from handlers.acting import Acting, Actor
from handlers.cleared import Question, ended
from handlers.guard import told
from handlers.shown import Line, Shown, line_of
from inbox.conversations.reading import Reading
from inbox.conversations.state import Answer, Conversation
from inbox.triage.asking import asking, may_clear
from inbox.words import Officer


def mine(acting: Acting, officer: Officer, conversation: Conversation) -> bool:
    """Say whether this officer's word is waited for."""
    return officer.id in may_clear(conversation, acting.policies)


async def to_clear(acting: Acting, who: Actor) -> list[Shown]:
    """Return what waits for this officer's word, the soonest over first."""
    waiting = await acting.inbox.read.conversations(await acting.inbox.clearances.waiting())
    own = [one for one in waiting if mine(acting, who.officer, one)]
    return await acting.readable(who, sorted(own, key=_until))


def _until(conversation: Conversation) -> int:
    answer = asking(conversation)
    return answer.clearing.until if answer and answer.clearing else 0


async def question(
    acting: Acting, officer: Officer, shown: Shown, answer: Answer | None = None
) -> Question | None:
    """Gather what is shown of an answer that waits; with none given, of the one that does."""
    conversation = shown.conversation
    found = answer or asking(conversation)
    if found is None:
        return None
    reading = await acting.inbox.read.reading(conversation.id)
    reply = next((one for one in reading.answers if one.id == found.id), None)
    ready = acting.ready_lines(shown).values()
    leaks = await acting.guard.leaks(conversation, found.text, found.audience, ready)
    return Question(
        shown=shown,
        answer=found,
        their=_their(reading, conversation, found),
        since=await acting.since(conversation, found.seen),
        mine=found.state == "asked" and mine(acting, officer, conversation),
        found=told(leaks, acting.say(officer, shown.account)) if leaks else (),
        over=None if found.state == "asked" else ended(reply, shown),
    )


def _their(reading: Reading, conversation: Conversation, answer: Answer) -> Line | None:
    """Return their message that is answered, or the last one where no single one is."""
    theirs = [one for one in reading.messages if not one.message.ours]
    newest = conversation.newer
    for one in theirs:
        if answer.re in (one.message.id, newest.get(one.message.id)):
            return line_of(one.message, edited=one.edited, deleted=one.deleted, erased=one.erased)
    if not theirs:
        return None
    last = theirs[-1]
    return line_of(last.message, edited=last.edited, deleted=last.deleted, erased=last.erased)
