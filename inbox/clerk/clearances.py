"""Asks approvers for their word: one first, the others after five minutes; it only says whom.

What is said, and whether they would hear it, is known where people are reached. What was asked is
told again whenever its conversation changes, so that every question shows how it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from inbox import Inbox, Touched
from inbox.clerk.leading import lead
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.triage.asking import Ask, Wait, asking, may_clear, step
from inbox.words import Millis

LOOK = 1.0
"""Seconds between two looks."""
MOST = 100
"""Conversations looked at in one look."""
TOLD = 30 * 86_400
"""Seconds for which it is remembered that an override was told."""

log = structlog.get_logger(__name__)


async def follow_asked(inbox: Inbox, stop: asyncio.Event) -> None:
    """Keep the list of what waits for clearance, until `stop` is set."""
    await inbox.follow("asked", partial(changed, inbox), stop=stop)


async def changed(inbox: Inbox, touched: Sequence[Touched]) -> None:
    """Draw what waits, let the questions that were asked be drawn anew, and tell of overrides."""
    refs = tuple(one for one in touched if one.kind == "conv")
    await inbox.pictures.asked(refs)
    for conversation in await inbox.read.conversations([one.id for one in refs]):
        if not conversation.timer or not conversation.answers:
            continue  # nothing of it was ever asked about
        await _overridden(inbox, conversation)
        if await inbox.clearances.known(conversation.id):
            await inbox.notices.put("clearance_changed", {"conversation": conversation.id})


async def _overridden(inbox: Inbox, conversation: Conversation) -> None:
    """Tell loudly, once, that an answer leaves without those who were asked."""
    for answer in conversation.answers:
        clearing = answer.clearing
        if clearing and clearing.overridden:
            about = f"{conversation.id}/{clearing.timer}"
            facts = {
                "conversation": conversation.id,
                "officer": clearing.overridden,
                "timer": clearing.timer,
            }
            await inbox.notices.put_once(TOLD, "overridden", conversation.account, about, **facts)


async def ask_approvers(inbox: Inbox, policies: Policies, stop: asyncio.Event) -> None:
    """Look every second at who must be asked, one process at a time, until `stop` is set."""
    await lead(inbox, "asking", partial(_look_for_ever, inbox, policies), stop)


async def _look_for_ever(inbox: Inbox, policies: Policies) -> None:
    while True:
        await look(inbox, policies, inbox.now())
        await asyncio.sleep(LOOK)


async def look(inbox: Inbox, policies: Policies, now: Millis) -> None:
    """Do what is due for each answer that waits."""
    due = await inbox.clearances.due(now, MOST)
    if not due:
        return
    on_duty = await inbox.duty.list()
    for conversation in await inbox.read.conversations(due):
        answer = asking(conversation)
        if answer is None or answer.clearing is None:
            await inbox.pictures.mend("asked", [conversation.id])
            continue
        clearing = answer.clearing
        asked = await inbox.clearances.read(conversation.id, clearing.timer, now)
        match step(asked, may_clear(conversation, policies), on_duty, clearing.left, now):
            case Wait(at):
                await inbox.clearances.later(conversation.id, at)
            case Ask() as ask:
                await _ask(inbox, conversation, clearing.timer, ask, now)


async def _ask(inbox: Inbox, conversation: Conversation, timer: int, ask: Ask, now: Millis) -> None:
    """Let these be asked."""
    for officer in ask.officers:
        facts = {
            "conversation": conversation.id,
            "timer": timer,
            "officer": officer,
            "loud": ask.loud,
        }
        # Before it is noted: who dies in between asks again, and whoever posts posts it once.
        await inbox.notices.put("clearance", facts)
        await inbox.clearances.asked(conversation.id, timer, officer, now)
    log.info("clearance_asked", conversation=conversation.id, count=len(ask.officers))
