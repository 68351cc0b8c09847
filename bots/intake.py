"""One piece of news on its way in: taken by the desk, or set aside with its raw bytes."""

from __future__ import annotations

import structlog

from bots.contract import News, Odd
from bots.counters import ASIDE, NEWS
from bots.needs import Inbox
from inbox import Gone, Unavailable
from inbox.conversations.commands import MarkDeleted
from inbox.conversations.denied import Denied
from inbox.words import Account

log = structlog.get_logger(__name__)


async def take(inbox: Inbox, account: Account, one: News | Odd) -> None:
    """Take one piece of news in, so that the bad one stops no other.

    What the desk denies, or what breaks it, is set aside; raises Unavailable where it must be
    brought again. A deletion of what we never saw is no oddity: the desk keeps its tombstone.
    """
    if isinstance(one, Odd):
        await aside(inbox, account.id, one.raw, one.why)
        return
    try:
        answer = await inbox.desk.take(account.id, one.command, one.raw)
    except (Unavailable, Gone):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one must not stop the rest
        log.error("news_broke", account=account.id, error=type(error).__name__)  # noqa: TRY400 - its text may quote the message
        await aside(inbox, account.id, one.raw, f"broke: {type(error).__name__}")
        return
    if isinstance(answer, Denied) and not isinstance(one.command, MarkDeleted):
        await aside(inbox, account.id, one.raw, f"denied: {answer.why}")
        return
    NEWS.labels(account.id, type(one.command).__name__).inc()


async def aside(inbox: Inbox, account: str, raw: bytes, why: str) -> None:
    """Keep what is genuine and not understood, for an operator to try again."""
    await inbox.aside.put(account, raw, why)
    ASIDE.labels(account).inc()
