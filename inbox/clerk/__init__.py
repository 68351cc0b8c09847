"""What acts by itself: timers, the followers that keep the views, and tidying up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from inbox import Inbox
from inbox.clerk.alerts import call_people, follow_urgent
from inbox.clerk.anchoring import anchor
from inbox.clerk.clearances import ask_approvers, follow_asked
from inbox.clerk.erasing import finish_erasures
from inbox.clerk.followers import follow_views
from inbox.clerk.greeting import Greeter
from inbox.clerk.hearing import Hearing
from inbox.clerk.reaching import Telling, keep_reaching
from inbox.clerk.shelving import shelve
from inbox.clerk.timers import keep_time
from inbox.clerk.upkeep import tidy
from inbox.team.policies import Policies
from inbox.triage.greeter import Phrases
from inbox.words import Millis


@asynccontextmanager
async def running(
    inbox: Inbox,
    policies: Policies,
    clock: Callable[[], Millis],  # noqa: ARG001 - every room's `running` is given it; timers go by the server's time
    phrases: Phrases | None = None,
) -> AsyncIterator[None]:
    """Let the clerk work while the block lasts; a fault of one of its tasks ends the block.

    Any number of clerks may run: leases settle which of them does what. Without `phrases` for the
    public it says nothing to them, and asks no text for its language.
    """
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for work in (
            *(anchor, finish_erasures, follow_asked, follow_views),
            *(keep_reaching, keep_time, shelve, tidy),
        ):
            tasks.create_task(work(inbox, stop), name=work.__name__)
        for duty in (follow_urgent, call_people, ask_approvers):
            tasks.create_task(duty(inbox, policies, stop), name=duty.__name__)
        for follower in (Hearing(inbox, policies), Telling(inbox, policies)):
            tasks.create_task(follower.keep(stop), name=type(follower).__name__)
        if phrases:
            tasks.create_task(Greeter(inbox, policies, phrases).keep(stop), name="greeting")
        try:
            yield
        finally:
            stop.set()
