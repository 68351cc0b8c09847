"""Timers: when one rings, the order that it stands for is given once, under its own number."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from inbox import Inbox
from inbox.clerk.leading import lead
from inbox.conversations.commands import Expire, Lapse, Wake
from inbox.conversations.denied import Denied
from inbox.conversations.state import Conversation, due_at, under_clearance
from inbox.desk import Unavailable
from inbox.store.client import Gone
from inbox.words import ConversationId, Millis

LOOK = 1.0
"""Seconds between two looks at the timers."""

MOST = 100
"""Timers rung in one look."""

log = structlog.get_logger(__name__)


async def keep_time(inbox: Inbox, stop: asyncio.Event) -> None:
    """Ring what is due, one process at a time, until `stop` is set."""
    await lead(inbox, "timers", partial(_ring_for_ever, inbox), stop)


async def ring(inbox: Inbox, id_: ConversationId, now: Millis) -> None:
    """Give the order for which this conversation's timer stands; put a wrong timer right."""
    conversation = await inbox.read.conversation(id_)
    command = called_for(conversation, now) if conversation else None
    if command is not None:
        order = inbox.desk.order(command, by="clerk", op=f"timer/{command.timer}")
        done = await inbox.desk.do(id_, order)
        if not isinstance(done, Denied):
            return
    await inbox.pictures.mend("due", [id_])


def called_for(conversation: Conversation, now: Millis) -> Wake | Lapse | Expire | None:
    """Return what a conversation's timer asks for; None when it is not yet time, or no more."""
    at = due_at(conversation)
    if at is None or at > now:
        return None
    answer = under_clearance(conversation)
    if answer and answer.clearing and answer.clearing.until <= now:
        return Expire(answer.id, answer.clearing.timer)
    if conversation.wake:
        return Wake(cause="timer", timer=conversation.wake.timer)
    return Lapse(timer=conversation.closed.timer) if conversation.closed else None


async def _ring_for_ever(inbox: Inbox) -> None:
    bad: dict[ConversationId, int] = {}  # what fails is tried again, after all the others
    while True:
        rung = await inbox.timers.due(inbox.now(), MOST + len(bad))
        bad = {id_: tries for id_, tries in bad.items() if id_ in rung}
        for id_ in sorted(rung, key=lambda id_: bad.get(id_, 0)):
            try:
                await ring(inbox, id_, inbox.now())
            except (Gone, Unavailable):
                raise
            except Exception as error:  # noqa: BLE001 - one bad conversation stops nobody
                bad[id_] = bad.get(id_, 0) + 1
                log.warning("timer_failed", conversation=id_, why=type(error).__name__)
        await asyncio.sleep(LOOK)
