"""The views that the clerk keeps: of, held, sums, find, directory."""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import partial

from inbox import Inbox
from inbox.find.find import FindMarks, feed
from inbox.find.index import Index


async def follow_views(inbox: Inbox, stop: asyncio.Event) -> None:
    """Keep every view that belongs to the clerk, until `stop` is set."""
    with closing(await asyncio.to_thread(Index, inbox.data)) as index:
        marks = FindMarks(index, inbox.marks("find"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inbox.follow("of", inbox.pictures.of, stop=stop))
            tasks.create_task(inbox.follow("held", inbox.pictures.held, stop=stop))
            tasks.create_task(inbox.follow("sums", inbox.figures.count, stop=stop))
            tasks.create_task(inbox.follow("directory", inbox.contacts.follow, stop=stop))
            tasks.create_task(
                inbox.follow("find", partial(feed, index, inbox.read), stop=stop, marks=marks)
            )
