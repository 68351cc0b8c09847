"""One piece of news on its way in: taken by the desk, or set aside with its raw bytes."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
import structlog

from bots.contract import Inbound, News, Odd
from bots.counters import ASIDE, NEWS
from bots.needs import Inbox
from bots.not_ours import tell_not_ours
from inbox import Done, Gone, Unavailable
from inbox.conversations.commands import MarkDeleted, Receive
from inbox.conversations.denied import Denied
from inbox.conversations.events import Received
from inbox.words import Account, Message, Millis

Window: TypeAlias = tuple[Millis, Millis]
"""From when until when."""

log = structlog.get_logger(__name__)


TOLD_EVERY = 3600
"""Seconds in which lost pushes are told of once."""


async def take(
    inbox: Inbox, account: Account, one: News | Odd, raw: bytes = b"", unpushed: Window = (0, 0)
) -> None:
    """Take one piece of news in, or set it aside, so that the bad one stops no other.

    `raw` is all that it came in, where that is more than its own payload. What was written within
    `unpushed` should have come as a push before. Raises Unavailable where it must be brought again.
    """
    if why := await tried(inbox, account, one, unpushed):
        await aside(
            inbox, account.id, raw or one.raw, why
        )  # guard: ASIDE test=tests/promises/test_poison.py


async def tried(inbox: Inbox, account: Account, one: News | Odd, unpushed: Window = (0, 0)) -> str:
    """Take one piece of news in; return why that could not be, "" where it could.

    What the desk denies, or what breaks it, could not; raises Unavailable where it must be brought
    again. A deletion of what we never saw is no oddity: the desk keeps its tombstone.
    """
    if isinstance(one, Odd):
        return one.why
    try:
        read_back(one.command)  # guard: KEPT test=tests/bots/test_aside.py::test_kept
        answer = await inbox.desk.take(account.id, one.command, one.raw)
    except (Unavailable, Gone):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one must not stop the rest
        log.error("news_broke", account=account.id, error=type(error).__name__)  # noqa: TRY400 - its text may quote the message
        return f"broke: {type(error).__name__}"
    if isinstance(answer, Denied) and not isinstance(one.command, MarkDeleted):
        return f"denied: {answer.why}"
    NEWS.labels(account.id, type(one.command).__name__).inc()
    await _unread(inbox, account, one.command)
    who = inbox, account, answer
    await _missed(*who, unpushed)  # guard: MISSED test=tests/bots/test_x_bad_day.py::test_webhook
    await tell_not_ours(*who, one.command)  # guard: not-ours test=tests/bots/test_not_ours.py
    return ""


def read_back(command: Inbound) -> None:
    """Raise ValidationError for what could be kept and never read again, whatever a bot made of it.

    A record checks no type when it is made, only when it is read: a history holding one that is
    wrong would be closed for good.
    """
    msgspec.json.decode(msgspec.json.encode(command), type=type(command))


async def _missed(inbox: Inbox, account: Account, answer: Done | Denied, unpushed: Window) -> None:
    """Count what a push should have brought; pushes that stay away are told of once an hour."""
    if account.receive != "webhook" or isinstance(answer, Denied):
        return
    for event in answer.events:
        pushed_late = isinstance(event, Received) and _expected(event.message, unpushed)
        if pushed_late and await inbox.gaps.missed(account.id):
            await inbox.notices.put_once(TOLD_EVERY, "webhook_silent", account.id)


def _expected(message: Message, unpushed: Window) -> bool:
    return not message.ours and message.named and unpushed[0] < message.written < unpushed[1]


async def _unread(inbox: Inbox, account: Account, command: Inbound) -> None:
    """Count what somebody wrote that only the platform's own app can show."""
    if isinstance(command, Receive) and command.message.kind != "text" and not command.message.ours:
        await inbox.gaps.unread(account.id, command.message.id, command.message.written)


async def aside(inbox: Inbox, source: str, raw: bytes, why: str) -> None:
    """Keep what is genuine and not understood, for an operator to try again.

    `source` is the account, or the door (`hooks/x/x-main`) where the account is not known.
    """
    await inbox.aside.put(source, raw, why)
    ASIDE.labels(source).inc()
