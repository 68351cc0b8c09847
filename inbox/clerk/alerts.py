"""Calls somebody to every unclaimed conversation on which lives may depend: it only says whom.

What is said, and whether they would hear it, is known where people are reached: it comes back as
an outcome. All that was done stands in the store, so a restart neither forgets nor repeats.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import structlog

from inbox import Inbox, Touched
from inbox.clerk.leading import lead
from inbox.conversations.state import Conversation
from inbox.team.policies import Policies
from inbox.triage.alerting import Call, Later, Level, Nobody, callable_now, step, urgent
from inbox.words import Millis, OfficerId

LOOK = 1.0
"""Seconds between two looks."""
MOST = 100
"""Conversations looked at in one look; one call names them all, so this bounds its size too."""
GATHERED_MS = 60_000
"""One officer is called once a minute at most, for all that wait by then."""

log = structlog.get_logger(__name__)


async def follow_urgent(inbox: Inbox, policies: Policies, stop: asyncio.Event) -> None:
    """Keep the list of conversations that are watched, until `stop` is set."""
    await inbox.follow("watch", partial(watched, inbox, policies), stop=stop)


async def watched(inbox: Inbox, policies: Policies, touched: Sequence[Touched]) -> None:
    """Watch those that wait, and forget who was called to those that wait no longer."""
    refs = tuple(one for one in touched if one.kind == "conv")
    await inbox.pictures.watch(refs)
    for conversation in await inbox.read.conversations([one.id for one in refs]):
        if not urgent(conversation, policies):
            await inbox.alerts.forget(conversation.id)


async def call_people(inbox: Inbox, policies: Policies, stop: asyncio.Event) -> None:
    """Look every second at who must be called, one process at a time, until `stop` is set."""
    await lead(inbox, "alerts", partial(_look_for_ever, inbox, policies), stop)


async def _look_for_ever(inbox: Inbox, policies: Policies) -> None:
    while True:
        await look(inbox, policies, inbox.now())
        await asyncio.sleep(LOOK)


async def look(inbox: Inbox, policies: Policies, now: Millis) -> None:
    """Do what is due for each watched conversation, each officer called once for all of theirs."""
    due = await inbox.alerts.due(now, MOST)
    if not due:
        return
    on_duty = await inbox.duty.list()
    calls: dict[tuple[OfficerId, Level], list[Conversation]] = defaultdict(list)
    for conversation in await inbox.read.conversations(due):
        if not urgent(conversation, policies):
            await inbox.pictures.mend("watch", [conversation.id])
            continue
        alerted = await inbox.alerts.read(conversation.id, conversation.fence, now)
        duty, heads = callable_now(conversation, policies, on_duty)
        match step(alerted, duty, heads, now):
            case Call(officer, level):
                calls[officer, level].append(conversation)
            case Later(at):
                await inbox.alerts.later(conversation.id, at)
            case Nobody():
                await _nobody(inbox, conversation, now)
    last = await inbox.alerts.last() if calls else {}
    for (officer, level), waiting in calls.items():
        await _call(inbox, officer, level, waiting, (last.get(officer, 0), now))


async def _call(
    inbox: Inbox,
    officer: OfficerId,
    level: Level,
    waiting: Sequence[Conversation],
    times: tuple[Millis, Millis],
) -> None:
    """Let one officer be called for all these; who was called a moment ago, in a moment."""
    last, now = times
    if last and now < last + GATHERED_MS:
        for conversation in waiting:
            await inbox.alerts.later(conversation.id, last + GATHERED_MS)
        return
    named = [(one.id, one.fence) for one in waiting]
    # Before it is noted: who dies in between calls again, and whoever posts posts it once.
    await inbox.notices.put("alert", {"officer": officer, "level": level, "conversations": named})
    await inbox.alerts.called(officer, now)
    for id_, fence in named:
        await inbox.alerts.asked(id_, fence, officer, now)
    log.info("alert", officer=officer, kind=level, count=len(waiting))


async def _nobody(inbox: Inbox, conversation: Conversation, now: Millis) -> None:
    """Tell everybody who reads the account's channels that nobody could be called."""
    facts = {"account": conversation.account, "at": now}
    await inbox.notices.put("nobody_to_alert", facts)
    await inbox.alerts.nobody(conversation.id, conversation.fence, now)
    log.error("nobody_to_alert", conversation=conversation.id, account=conversation.account)
